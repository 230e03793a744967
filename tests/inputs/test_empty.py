"""Rows without a judgement: refused, or left out and accounted for where that is asked."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    TraceAnnotationData,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.inputs.empty import is_empty_annotation
from phoenix_traces.inputs.frames.rows import annotation_frame
from phoenix_traces.inputs.lists import annotation_list
from tests.support.annotations import annotation
from tests.support.modes import AnyPhoenix, Mode, both_modes

WORDS: Any = {"annotation_name": "correctness", "annotator_kind": "LLM"}
WHY = "there is no label, score or explanation"

BLANK = st.sampled_from([None, "", " \t"])
LABELS = st.one_of(BLANK, st.sampled_from(["good", " bad "]))
SCORES = st.one_of(BLANK, st.sampled_from([0, 0.5, "1"]))
JUDGEMENTS = st.tuples(LABELS, SCORES, LABELS)


def _skipping(reports: list[UploadReport], **more: Any) -> UploadOptions:
    return UploadOptions(on_empty="skip", on_report=reports.append, **more)


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


@given(st.lists(JUDGEMENTS, min_size=1, max_size=8), st.booleans())
def test_exactly_the_rows_of_a_frame_without_a_judgement_are_left_out(
    judgements: list[tuple[Any, ...]], is_polars: bool
) -> None:
    ids = [f"t{at}" for at in range(len(judgements))]
    label, score, explanation = (list(each) for each in zip(*judgements, strict=True))
    columns: dict[str, Any] = {
        "trace_id": ids,
        "label": label,
        "score": [None if each is None else str(each) for each in score],
        "explanation": explanation,
    }
    frame: Any = pl.DataFrame(columns, strict=False) if is_polars else pd.DataFrame(columns)
    rows = annotation_frame(frame, **WORDS, skip_empty=True)
    empty = {at for at, cells in enumerate(judgements) if all(map(_is_blank, cells))}
    assert dict(rows.left_out) == dict.fromkeys(empty, WHY)
    sent = list(rows.items)
    assert {at for at, _ in sent} == set(range(len(ids))) - empty
    assert all(row["trace_id"] == ids[at] for at, row in sent)
    assert [trace_id for trace_id, _, _ in rows.keys] == ids


@given(st.lists(st.tuples(LABELS, st.sampled_from([None, 0, 0.5]), LABELS), min_size=1, max_size=8))
def test_exactly_the_annotations_of_a_list_without_a_judgement_are_left_out(
    judgements: list[tuple[Any, ...]],
) -> None:
    items = [
        annotation(
            trace_id=f"t{at}",
            result=dict(zip(("label", "score", "explanation"), cells, strict=True)),
        )
        for at, cells in enumerate(judgements)
    ]
    rows = annotation_list(items, skip_empty=True)
    empty = {at for at, cells in enumerate(judgements) if all(map(_is_blank, cells))}
    assert dict(rows.left_out) == dict.fromkeys(empty, WHY)
    assert [at for at, _ in rows.items] == [at for at in range(len(items)) if at not in empty]
    assert [trace_id for trace_id, _, _ in rows.keys] == [each["trace_id"] for each in items]
    if not empty:
        return
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_list(items)
    assert {failure.position for failure in caught.value.failures} == empty


@both_modes
@pytest.mark.parametrize("sync", [True, False])
def test_left_out_rows_are_counted_and_nobody_is_warned(
    mode: Mode, sync: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="phoenix_traces")
    phoenix = AnyPhoenix()
    reports: list[UploadReport] = []
    frame = pd.DataFrame(
        {"trace_id": list("abcd"), "label": ["x", None, " ", "y"], "score": [np.nan] * 4}
    )
    phoenix.traces(mode).log_trace_annotations_dataframe(
        dataframe=frame, **WORDS, sync=sync, options=_skipping(reports)
    )
    assert [row["trace_id"] for row in phoenix.rows] == ["a", "d"]
    (report,) = reports
    assert report.not_evaluated == {1, 2}
    assert report.counts["not_evaluated"] == 2
    assert report.reasons == {1: WHY, 2: WHY}
    assert report.summary().endswith("2 not evaluated")
    assert list(report.not_evaluated_rows(frame)["trace_id"]) == ["b", "c"]
    assert list(report.to_dataframe()["trace_id"]) == list("abcd")
    assert "2 not evaluated" in caplog.messages[-1]


@both_modes
@pytest.mark.parametrize(
    "chosen", [{}, {"via": "queue"}, {"skip_unchanged": True}, {"overwrite": "never"}]
)
def test_where_all_rows_are_empty_nothing_is_asked_for(mode: Mode, chosen: dict[str, Any]) -> None:
    phoenix = AnyPhoenix()
    reports: list[UploadReport] = []
    options = _skipping(reports, **chosen)
    items = [annotation(result={"label": None}), annotation(result=None)]
    traces = phoenix.traces(mode)
    assert traces.log_trace_annotations(trace_annotations=items, sync=True, options=options) == []
    frame = pd.DataFrame({"trace_id": ["a", "a"], "label": [None, ""]})
    inserted = traces.log_trace_annotations_dataframe(
        dataframe=frame, **WORDS, sync=True, options=options
    )
    assert inserted == []
    assert phoenix.requests == []
    assert [report.summary() for report in reports] == ["2 not evaluated"] * 2


@both_modes
def test_a_single_annotation_without_a_judgement_is_left_out_too(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    options = UploadOptions(on_empty="skip")
    traces = phoenix.traces(mode)
    assert (
        traces.add_trace_annotation(
            trace_id="t", annotation_name="n", label=" ", sync=True, options=options
        )
        is None
    )
    ready = annotation(result={})
    assert traces.add_trace_annotation(annotation=ready, sync=True, options=options) is None
    assert phoenix.requests == []


@pytest.mark.parametrize(
    "item",
    [
        annotation(result={"lable": "x"}),
        {**annotation(result={}), "label": "x"},
        annotation(result={"label": None, "score": float("nan")}),
        annotation(result={"label": 0}),
        annotation(result="good"),
        TraceAnnotationData(**annotation(result=AnnotationResult(score=0))),
        "t1",
        None,
    ],
)
def test_what_may_be_a_judgement_in_the_wrong_place_is_not_empty(item: object) -> None:
    assert not is_empty_annotation(item)


def test_what_else_is_wrong_is_still_named_by_its_own_row() -> None:
    frame = pd.DataFrame(
        {"trace_id": ["a", None, None, "d"], "label": [None, None, "x", 7]}, index=list("wxyz")
    )
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_frame(frame, **WORDS, skip_empty=True)
    places = [(each.position, each.index, each.field) for each in caught.value.failures]
    assert places == [(2, "y", "trace_id"), (3, "z", "label")]

    items: list[Any] = [annotation(result=None), annotation(result={"label": 7})]
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_list(items, skip_empty=True)
    assert [each.position for each in caught.value.failures] == [1]


def test_an_empty_row_takes_nobodys_place() -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b", "a"], "label": ["x", "y", None]})
    rows = annotation_frame(frame, **WORDS, skip_empty=True)
    assert not rows.superseded
    assert [at for at, _ in rows.items] == [0, 1]
