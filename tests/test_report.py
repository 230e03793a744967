"""The account of an upload: its groups, what is still to send, what it says and how it is kept."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import chain
from typing import get_args

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import PhoenixStatusError, ServerValidationError, UploadFailure, UploadReport
from phoenix_traces.report import RowState, UploadStatus

states = st.lists(st.sampled_from(RowState), max_size=30)

GROUPS = ("stored", "queued", "unknown", "not_stored", "superseded", "not_evaluated")
TO_SEND = {"unknown", "not_sent", "rejected", "missing_trace"}


def _error(words: str) -> PhoenixStatusError:
    request = httpx.Request("POST", "http://phoenix.test")
    return PhoenixStatusError(words, response=httpx.Response(500, request=request))


@given(states)
def test_the_groups_never_overlap_and_add_up(given_states: list[RowState]) -> None:
    report = UploadReport(bytes(given_states))
    groups: list[frozenset[int]] = [getattr(report, name) for name in GROUPS]
    assert frozenset().union(*groups) == frozenset(range(len(given_states)))
    assert sum(map(len, groups)) == report.total == len(given_states)
    assert report.unchanged <= report.stored
    parts = (report.missing_trace, report.rejected, report.kept_out, report.not_sent)
    assert frozenset().union(*parts) == report.not_stored
    assert report.refused == report.kept_out


@given(states)
def test_each_row_has_one_status_and_the_counts_count_them(given_states: list[RowState]) -> None:
    report = UploadReport(bytes(given_states))
    for position, status in enumerate(report.statuses):
        assert position in getattr(report, status)
    assert report.counts == {word: report.statuses.count(word) for word in report.counts}
    assert set(report.counts) == set(get_args(UploadStatus))
    assert sum(report.counts.values()) == report.total


@given(states)
def test_the_rest_of_a_frame_or_a_list_is_what_is_still_to_send(
    given_states: list[RowState],
) -> None:
    report = UploadReport(bytes(given_states))
    expected = [at for at, status in enumerate(report.statuses) if status in TO_SEND]
    labels = [f"label {number}" for number in range(report.total)]
    frame = pd.DataFrame({"row": range(report.total)}, index=labels)
    assert report.rest(frame)["row"].tolist() == expected
    assert report.rest(labels) == [labels[at] for at in expected]
    assert report.rest(tuple(labels)) == [labels[at] for at in expected]
    assert len(frame) == report.total


@given(st.lists(st.lists(st.sampled_from(RowState), min_size=3, max_size=3), max_size=10))
def test_a_row_with_several_judgements_is_to_be_sent_if_one_of_them_is(
    rows: list[list[RowState]],
) -> None:
    report = UploadReport(bytes(chain.from_iterable(rows)), judgements_per_row=3)
    frame = pd.DataFrame({"row": range(len(rows))})
    words = [{state.word for state in row} for row in rows]
    assert report.rest(frame)["row"].tolist() == [
        at for at, row in enumerate(words) if row & TO_SEND
    ]
    assert report.not_evaluated_rows(frame)["row"].tolist() == [
        at for at, row in enumerate(words) if "not_evaluated" in row
    ]
    assert report.to_dataframe()["position"].tolist() == [
        at for at in range(len(rows)) for _ in range(3)
    ]


def test_the_rest_of_another_input_is_refused() -> None:
    with pytest.raises(ValueError, match="about 2 rows, and the frame has 3"):
        UploadReport(bytes(2)).rest(pd.DataFrame({"a": [1, 2, 3]}))
    with pytest.raises(ValueError, match="about 1 row, and the list has 3"):
        UploadReport(bytes(1)).rest([1, 2, 3])
    with pytest.raises(ValueError, match="about 2 rows, and the frame has 4"):
        UploadReport(bytes(4), judgements_per_row=2).not_evaluated_rows(
            pd.DataFrame({"a": list("wxyz")})
        )


def test_the_rest_of_what_is_read_once_is_refused() -> None:
    once: Iterator[int] = iter([1, 2])
    with pytest.raises(TypeError, match="can be read only once"):
        UploadReport(bytes(2)).rest(once)  # type: ignore[call-overload] # which is the point


def test_the_repr_shows_the_counts_and_not_every_row() -> None:
    report = UploadReport(bytes([2] * 5 + [0] * 3 + [1]))
    assert repr(report) == "<UploadReport of 9: 5 stored, 1 unknown, 3 not sent>"
    assert UploadReport(b"").summary() == "0 stored"


def test_the_summary_says_everything_that_is_there_in_words() -> None:
    assert UploadReport(bytes(RowState)).summary() == (
        "2 stored (1 of them unchanged), 1 queued, 1 unknown, 1 of a missing trace, 1 rejected, "
        "1 kept out, 1 superseded, 1 not evaluated, 1 not sent"
    )
    assert UploadReport(bytes([RowState.MISSING_TRACE] * 2)).summary() == "2 of missing traces"


def test_a_reason_is_the_servers_words_about_the_row_or_else_about_all() -> None:
    invalid = ServerValidationError(
        "422", response=httpx.Response(422, request=httpx.Request("POST", "http://phoenix.test"))
    )
    invalid.reasons = {1: "result.score: should be a number"}
    report = UploadReport(
        bytes([RowState.NOT_SENT, *[RowState.REJECTED] * 2, *[RowState.MISSING_TRACE] * 2]),
        failures=(
            UploadFailure((0, 1), invalid),
            UploadFailure((2, 3), _error("long " * 1_000)),
        ),
        superseded_by={4: 2},
        remarks={5: "Timeout"},
    )
    assert report.reasons == {
        0: "422",
        1: "result.score: should be a number",
        2: ("long " * 1_000)[:500],
        3: "the server says that its trace does not exist",
        4: "row 2 has the same key and takes its place",
        5: "Timeout",
    }


def test_a_reason_does_not_repeat_the_account() -> None:
    error = _error("the server is gone")
    report = UploadReport(bytes(2), failures=(UploadFailure((0, 1), error),))
    error.report = report
    assert set(report.reasons.values()) == {"the server is gone"}


def test_it_becomes_a_frame_with_a_line_for_each_row() -> None:
    report = UploadReport(
        bytes([RowState.STORED, RowState.SUPERSEDED, RowState.NOT_SENT]),
        {0: "id", 1: "id"},
        superseded_by={1: 0},
        keys=(("t1", "tone", ""), ("t1", "tone", ""), ("t2", "tone", "ana")),
    )
    frame = report.to_dataframe()
    assert frame.astype(object).where(frame.notna(), None).to_numpy().tolist() == [
        [0, "t1", "tone", None, "stored", "id", None],
        [1, "t1", "tone", None, "superseded", "id", "row 0 has the same key and takes its place"],
        [2, "t2", "tone", "ana", "not_sent", None, None],
    ]
    assert list(frame.dtypes.astype(str)) == ["int64", *["string"] * 6]


def test_a_frame_of_a_report_that_knows_no_keys_has_the_rest() -> None:
    frame = UploadReport(bytes(2)).to_dataframe()
    assert frame["trace_id"].isna().all()
    assert frame["status"].tolist() == ["not_sent"] * 2
    assert UploadReport(b"").to_dataframe().empty


class Keys:
    """Keys that stand in something that cannot be pickled."""

    def __init__(self) -> None:
        self.source = (f"t{at}" for at in range(2))

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        yield from [("t0", "tone", ""), ("t1", "tone", "")]


def test_a_pickle_holds_the_keys_and_not_what_they_are_read_from() -> None:
    report = UploadReport(bytes([2, 0]), {0: "id"}, keys=Keys())
    copy = pickle.loads(pickle.dumps(report))
    assert copy == report
    assert copy.keys == (("t0", "tone", ""), ("t1", "tone", ""))
    assert copy.to_dataframe().equals(report.to_dataframe())


def test_a_failure_of_many_rows_has_a_short_repr() -> None:
    failure = UploadFailure(tuple(range(1_000_000)), _error("no"))
    assert len(repr(failure)) < 300
    assert repr(failure).startswith("UploadFailure(positions=(0, 1, 2")
