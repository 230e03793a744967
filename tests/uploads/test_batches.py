from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces.inputs.rows import Rows
from phoenix_traces.uploads.batches import Batch, cut, encode_body

texts = st.lists(st.text(max_size=30), max_size=40)
sizes = st.none() | st.integers(1, 12)
limits = st.integers(1, 300)


def _encode(rows: Sequence[str]) -> bytes:
    return json.dumps(list(rows), ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def _rows(values: Sequence[str]) -> Rows[str]:
    return Rows(
        total=len(values),
        items=enumerate(values),
        encode=_encode,
        key=lambda value: (value, "", ""),
    )


def _body(values: Sequence[str]) -> bytes:
    return encode_body(_encode, values)


@given(texts, sizes, limits)
def test_a_body_is_never_above_the_limits_unless_it_is_one_row(
    values: list[str], batch_size: int | None, max_bytes: int
) -> None:
    for batch, body in cut(_rows(values), batch_size=batch_size, max_bytes=max_bytes):
        assert len(batch) >= 1
        assert batch_size is None or len(batch) <= batch_size
        assert len(body) <= max_bytes or len(batch) == 1


@given(texts, sizes, limits)
def test_the_batches_together_are_the_whole_in_order(
    values: list[str], batch_size: int | None, max_bytes: int
) -> None:
    batches = list(cut(_rows(values), batch_size=batch_size, max_bytes=max_bytes))
    positions = [position for batch, _ in batches for position in batch.positions]
    assert positions == list(range(len(values)))
    assert [row for batch, _ in batches for row in batch.rows] == values


@given(texts, sizes, limits)
def test_a_body_is_exactly_its_rows(
    values: list[str], batch_size: int | None, max_bytes: int
) -> None:
    for batch, body in cut(_rows(values), batch_size=batch_size, max_bytes=max_bytes):
        assert body == _body(batch.rows)


@given(texts, limits)
def test_a_batch_ends_only_where_the_next_row_would_not_fit(
    values: list[str], max_bytes: int
) -> None:
    batches = [batch for batch, _ in cut(_rows(values), batch_size=None, max_bytes=max_bytes)]
    for batch, following in pairwise(batches):
        assert len(_body([*batch.rows, following.rows[0]])) > max_bytes


@given(st.integers(0, 950), st.integers(1, 260))
def test_rows_that_fit_are_cut_by_their_number_alone(total: int, batch_size: int) -> None:
    rows = _rows([str(number) for number in range(total)])
    batches = cut(rows, batch_size=batch_size, max_bytes=1_000_000)
    whole, rest = divmod(total, batch_size)
    assert [len(batch) for batch, _ in batches] == [batch_size] * whole + [rest] * bool(rest)


def test_a_body_of_exactly_the_limit_is_one_batch() -> None:
    values = ["a" * 10, "é" * 10, "c"]
    size = len(_body(values))
    whole = list(cut(_rows(values), batch_size=None, max_bytes=size))
    smaller = list(cut(_rows(values), batch_size=None, max_bytes=size - 1))
    assert [len(batch) for batch, _ in whole] == [3]
    assert [len(batch) for batch, _ in smaller] == [2, 1]


def test_bodies_are_filled_across_the_groups_that_are_encoded_together() -> None:
    values = [f"{number:050}" for number in range(400)]
    size = len(_body(values[:150]))
    batches = cut(_rows(values), batch_size=None, max_bytes=size)
    assert [(len(batch), len(body) == size) for batch, body in batches] == [
        (150, True),
        (150, True),
        (100, False),
    ]


def test_a_row_that_alone_is_too_large_goes_alone() -> None:
    values = ["a", "b" * 500, "c", "d"]
    batches = cut(_rows(values), batch_size=None, max_bytes=100)
    assert [batch.rows for batch, _ in batches] == [("a",), ("b" * 500,), ("c", "d")]


def test_no_rows_are_no_batches() -> None:
    assert list(cut(_rows([]), batch_size=None, max_bytes=100)) == []


def test_rows_are_read_and_encoded_only_when_a_batch_is_asked_for() -> None:
    read: list[int] = []
    encoded: list[int] = []

    def items() -> Iterator[tuple[int, str]]:
        for position in range(1000):
            read.append(position)
            yield position, "row"

    def encode(rows: Sequence[str]) -> bytes:
        encoded.append(len(rows))
        return _encode(rows)

    rows = Rows(total=1000, items=items(), encode=encode, key=lambda row: (row, "", ""))
    batches = cut(rows, batch_size=10, max_bytes=1_000_000)
    assert read == encoded == []
    next(batches)
    next(batches)
    assert (len(read), sum(encoded)) == (20, 20)


@given(texts, st.sets(st.integers(0, 40)))
def test_picked_rows_keep_their_positions_and_order(values: list[str], chosen: set[int]) -> None:
    batch = Batch(tuple(range(100, 100 + len(values))), tuple(values))
    picked = batch.pick(lambda place: place in chosen)
    left = batch.pick(lambda place: place not in chosen)
    assert all(
        values[position - 100] == row
        for position, row in zip(picked.positions, picked.rows, strict=True)
    )
    assert sorted(picked.positions + left.positions) == list(batch.positions)
    assert list(picked.positions) == sorted(picked.positions)
