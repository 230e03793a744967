from __future__ import annotations

import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import UploadReport
from phoenix_traces.report import RowState

states = st.lists(st.sampled_from(RowState), max_size=30)


@given(states)
def test_the_three_parts_never_overlap_and_add_up(given_states: list[RowState]) -> None:
    report = UploadReport(bytes(given_states))
    parts = [report.stored, report.not_stored, report.unknown]
    assert frozenset().union(*parts) == frozenset(range(len(given_states)))
    assert sum(map(len, parts)) == report.total == len(given_states)
    assert report.unchanged <= report.stored
    assert report.refused <= report.not_stored


@given(states)
def test_the_rest_of_a_frame_is_what_is_still_to_send(
    given_states: list[RowState],
) -> None:
    report = UploadReport(bytes(given_states))
    labels = [f"label {number}" for number in range(report.total)]
    frame = pd.DataFrame({"row": range(report.total)}, index=labels)
    rest = report.rest(frame)
    assert rest["row"].tolist() == sorted(report.not_stored - report.refused | report.unknown)
    assert len(frame) == report.total


def test_the_rest_of_another_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="about 2 rows, and the frame has 3"):
        UploadReport(bytes(2)).rest(pd.DataFrame({"a": [1, 2, 3]}))


def test_the_repr_shows_the_counts_and_not_every_row() -> None:
    report = UploadReport(bytes([2] * 5 + [0] * 3 + [1]))
    assert repr(report) == "<UploadReport of 9: 5 stored, 3 not stored, 1 unknown>"


def test_rows_that_were_not_sent_are_counted_within_the_others() -> None:
    report = UploadReport(bytes([RowState.UNCHANGED, RowState.STORED, RowState.REFUSED]))
    assert report.summary() == (
        "2 stored (1 of them unchanged), 1 not stored (1 of them refused), 0 unknown"
    )


def test_a_report_pickles() -> None:
    report = UploadReport(bytes([2, 0]), {0: "id"})
    assert pickle.loads(pickle.dumps(report)) == report
