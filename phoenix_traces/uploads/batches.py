"""Annotations into request bodies, cut by rows and by bytes, one at a time and only when asked.

A body is `{"data":[` + rows + `]}`. Rows are encoded many at a time, because that is where the time
goes, and joined as bytes, so that a body's size is known exactly. Only a group that does not fit as
a whole into what is left of a body is encoded again, row by row.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic

from phoenix_traces.inputs.rows import Encode, Rows, RowT

_HEAD = b'{"data":['
_TAIL = b"]}"
_ROWS_ENCODED_TOGETHER = 100


@dataclass(frozen=True)
class Batch(Generic[RowT]):
    """The rows of one request beside their positions, so that a failure can name them."""

    positions: tuple[int, ...]
    rows: tuple[RowT, ...]

    def __len__(self) -> int:
        return len(self.positions)

    def pick(self, chosen: Callable[[int], bool]) -> Batch[RowT]:
        """Return the batch of the rows whose place in this batch is chosen."""
        places = [place for place in range(len(self)) if chosen(place)]
        return Batch(
            tuple(self.positions[place] for place in places),
            tuple(self.rows[place] for place in places),
        )


def encode_body(encode: Encode[RowT], rows: Sequence[RowT]) -> bytes:
    """Return the request body of some rows."""
    return _HEAD + encode(rows)[1:-1] + _TAIL


def cut(
    rows: Rows[RowT], *, batch_size: int | None, max_bytes: int
) -> Iterator[tuple[Batch[RowT], bytes]]:
    """Yield batches and their bodies, each made when it is asked for.

    Args:
        rows: What to send.
        batch_size: Most rows in a batch; None for no limit.
        max_bytes: Most bytes in a body; a larger single row goes alone.
    """
    most_rows = sys.maxsize if batch_size is None else batch_size
    items = iter(rows.items)
    batch = _OpenBatch[RowT]()
    while group := list(islice(items, min(_ROWS_ENCODED_TOGETHER, most_rows - len(batch.rows)))):
        for part, encoded in _encoded(_batch(group), rows.encode, batch, max_bytes):
            if batch.rows and batch.size_with(encoded) > max_bytes:
                yield batch.close()
                batch = _OpenBatch[RowT]()
            batch.add(part, encoded)
        if len(batch.rows) >= most_rows:
            yield batch.close()
            batch = _OpenBatch[RowT]()
    if batch.rows:
        yield batch.close()


def _batch(items: Sequence[tuple[int, RowT]]) -> Batch[RowT]:
    return Batch(tuple([position for position, _ in items]), tuple([row for _, row in items]))


def _encoded(
    group: Batch[RowT], encode: Encode[RowT], batch: _OpenBatch[RowT], max_bytes: int
) -> Iterator[tuple[Batch[RowT], bytes]]:
    encoded = encode(group.rows)[1:-1]
    if batch.size_with(encoded) <= max_bytes or len(group) == 1:
        yield group, encoded
        return
    for position, row in zip(group.positions, group.rows, strict=True):
        yield Batch((position,), (row,)), encode([row])[1:-1]


class _OpenBatch(Generic[RowT]):
    def __init__(self) -> None:
        self.positions: list[int] = []
        self.rows: list[RowT] = []
        self._parts: list[bytes] = []
        self._size = len(_HEAD) + len(_TAIL)

    def size_with(self, encoded: bytes) -> int:
        """Return the body's size with one more part and the comma before it."""
        return self._size + len(encoded) + (1 if self._parts else 0)

    def add(self, part: Batch[RowT], encoded: bytes) -> None:
        self._size = self.size_with(encoded)
        self._parts.append(encoded)
        self.positions += part.positions
        self.rows += part.rows

    def close(self) -> tuple[Batch[RowT], bytes]:
        # One join copies the body once, where each + would copy it again.
        body = b"".join((_HEAD, b",".join(self._parts), _TAIL))
        return Batch(tuple(self.positions), tuple(self.rows)), body
