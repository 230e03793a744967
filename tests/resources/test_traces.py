"""What the three methods send, and what they return."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    DuplicateAnnotationWarning,
    InsertedTraceAnnotation,
    SkippedAnnotationWarning,
    TraceAnnotationData,
    UploadOptions,
)
from tests.support.annotations import TRACE_ID, annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, annotation_id, both_modes

GIVEN = {"annotation_name": "correctness", "annotator_kind": "HUMAN"}


def _frame(rows: int, **columns: Any) -> pd.DataFrame:
    ids = [f"trace-{number}" for number in range(rows)]
    return pd.DataFrame({"trace_id": ids, "label": ["correct"] * rows, **columns})


def _ids(inserted: list[InsertedTraceAnnotation]) -> list[str]:
    return [each.id for each in inserted]


# One annotation


@both_modes
def test_one_annotation_is_one_request_with_all_that_was_given(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    inserted = phoenix.traces(mode).add_trace_annotation(
        trace_id=f" {TRACE_ID}\n",
        annotation_name=" correctness ",
        annotator_kind="LLM",
        label=" correct ",
        score=np.float32(0.5),
        explanation="The trace produces the correct answer.",
        metadata={"reviewer": "ana", "seconds": np.int64(41)},
        identifier=" ana ",
        sync=True,
    )
    assert inserted == InsertedTraceAnnotation(id=annotation_id(1))
    assert (
        f"Inserted annotation ID: {inserted['id']}" == f"Inserted annotation ID: {annotation_id(1)}"
    )
    assert phoenix.rows == [
        {
            "trace_id": TRACE_ID,
            "name": "correctness",
            "annotator_kind": "LLM",
            "result": {
                "label": "correct",
                "score": 0.5,
                "explanation": "The trace produces the correct answer.",
            },
            "metadata": {"reviewer": "ana", "seconds": 41},
            "identifier": "ana",
        }
    ]


@both_modes
def test_one_annotation_is_human_unless_it_is_said_otherwise(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    result = phoenix.traces(mode).add_trace_annotation(
        trace_id=TRACE_ID, annotation_name="relevance", score=0
    )
    assert result is None
    assert phoenix.rows == [annotation(name="relevance", result={"score": 0.0})]


@both_modes
def test_a_bad_argument_is_named_as_it_is_called(mode: Mode) -> None:
    with pytest.raises(AnnotationValidationError) as caught:
        AnyPhoenix().traces(mode).add_trace_annotation(
            trace_id="",
            annotation_name="note",
            annotator_kind="x",
            label=1,
            score="1",
            identifier=2,
        )
    assert [failure.field for failure in caught.value.failures] == [
        "trace_id",
        "annotation_name",
        "annotator_kind",
        "label",
        "score",
        "identifier",
    ]


# The request


@both_modes
@pytest.mark.parametrize(("sync", "query"), [(True, b"sync=true"), (False, b"")])
def test_sync_is_a_query_parameter_only_when_true(sync: bool, query: bytes, mode: Mode) -> None:
    phoenix = AnyPhoenix()
    traces = phoenix.traces(mode)
    traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x", sync=sync)
    traces.log_trace_annotations(trace_annotations=numbered(1), sync=sync)
    traces.log_trace_annotations_dataframe(dataframe=_frame(1), **GIVEN, sync=sync)
    assert [request.url.query for request in phoenix.sent] == [query] * 3
    assert {request.url.path for request in phoenix.sent} == {"/v1/trace_annotations"}
    assert {request.method for request in phoenix.sent} == {"POST"}


@both_modes
def test_the_body_is_plain_utf8_json(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    result = {"label": "正しい \U0001f600"}
    phoenix.traces(mode).log_trace_annotations(trace_annotations=[annotation(result=result)])
    (request,) = phoenix.requests
    assert request.headers["content-type"] == "application/json"
    assert "content-encoding" not in request.headers
    assert "正しい \U0001f600".encode() in request.content
    assert json.loads(request.content) == {"data": [annotation(result=result)]}


# Lists


@both_modes
def test_a_list_of_any_length_is_one_request_by_default(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    inserted = phoenix.traces(mode).log_trace_annotations(
        trace_annotations=numbered(1500), sync=True
    )
    assert [len(batch) for batch in phoenix.batches] == [1500]
    assert _ids(inserted) == [annotation_id(number) for number in range(1, 1501)]


@both_modes
def test_a_generator_of_models_and_mappings_is_read_once(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    read: list[int] = []

    def generate() -> Iterator[TraceAnnotationData | dict[str, Any]]:
        for number, given in enumerate(numbered(3)):
            read.append(number)
            yield given if number else TraceAnnotationData.model_validate(given)

    phoenix.traces(mode).log_trace_annotations(trace_annotations=generate())
    assert phoenix.rows == numbered(3)
    assert read == [0, 1, 2]


@both_modes
def test_without_sync_nothing_is_returned(mode: Mode) -> None:
    traces = AnyPhoenix().traces(mode)
    assert traces.log_trace_annotations(trace_annotations=numbered(2)) is None
    assert traces.log_trace_annotations_dataframe(dataframe=_frame(2), **GIVEN) is None


@both_modes
def test_duplicates_are_sent_once_and_return_an_id_for_each(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    given = [
        annotation("a", result={"score": 1}),
        annotation("b"),
        annotation("a", result={"score": 2}),
    ]
    with pytest.warns(DuplicateAnnotationWarning, match="row 0 by 2. The last one wins"):
        inserted = phoenix.traces(mode).log_trace_annotations(trace_annotations=given, sync=True)
    assert phoenix.rows == [annotation("b"), annotation("a", result={"score": 2.0})]
    assert _ids(inserted) == [annotation_id(2), annotation_id(1), annotation_id(2)]


@both_modes
def test_options_cut_a_list(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    by_rows = UploadOptions(batch_size=400)
    phoenix.traces(mode).log_trace_annotations(trace_annotations=numbered(1000), options=by_rows)
    assert [len(batch) for batch in phoenix.batches] == [400, 400, 200]

    phoenix = AnyPhoenix()
    by_bytes = UploadOptions(max_batch_bytes=10_000)
    phoenix.traces(mode).log_trace_annotations(trace_annotations=numbered(1000), options=by_bytes)
    assert max(len(request.content) for request in phoenix.requests) <= 10_000
    assert phoenix.rows == numbered(1000)


# Frames


@both_modes
def test_a_frame_is_sent_100_rows_at_a_time_in_order(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    inserted = phoenix.traces(mode).log_trace_annotations_dataframe(
        dataframe=_frame(250), **GIVEN, sync=True
    )
    assert [len(batch) for batch in phoenix.batches] == [100, 100, 50]
    assert phoenix.rows == numbered(250)
    assert _ids(inserted) == [annotation_id(number) for number in range(1, 251)]


@both_modes
def test_options_cut_a_frame_and_none_takes_the_limit_off(mode: Mode) -> None:
    for options, sizes in (
        (UploadOptions(batch_size=120), [120, 120, 10]),
        (UploadOptions(batch_size=None), [250]),
        (UploadOptions(), [100, 100, 50]),
    ):
        phoenix = AnyPhoenix()
        phoenix.traces(mode).log_trace_annotations_dataframe(
            dataframe=_frame(250), **GIVEN, options=options
        )
        assert [len(batch) for batch in phoenix.batches] == sizes


@both_modes
def test_arguments_win_over_columns(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(1, name=["other"], annotator_kind=["CODE"])
    phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame)
    assert [(row["name"], row["annotator_kind"]) for row in phoenix.rows] == [
        ("correctness", "HUMAN"),
        ("other", "CODE"),
    ]


@both_modes
def test_the_callers_frame_is_never_changed(mode: Mode) -> None:
    frame = _frame(3, score=["0.5", None, " 1 "], metadata=[{"a": (1,)}, None, {}])
    before = frame.copy(deep=True)
    AnyPhoenix().traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    pd.testing.assert_frame_equal(frame, before)


# Concurrency and follow-ups


@both_modes
def test_requests_under_way_together_return_ids_in_input_order(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    inserted = phoenix.traces(mode).log_trace_annotations(
        trace_annotations=numbered(60),
        sync=True,
        options=UploadOptions(batch_size=5, max_concurrency=4),
    )
    assert sorted(row["trace_id"] for row in phoenix.rows) == sorted(
        row["trace_id"] for row in numbered(60)
    )
    sent = [row["trace_id"] for row in phoenix.rows]
    assert _ids(inserted) == [
        annotation_id(sent.index(f"trace-{number}") + 1) for number in range(60)
    ]


@both_modes
def test_rows_of_missing_traces_can_be_skipped_with_a_warning(mode: Mode) -> None:
    phoenix = AnyPhoenix(missing=["trace-1"])
    with pytest.warns(SkippedAnnotationWarning, match=r"1 of 3 annotations .* \(row 1\)"):
        inserted = phoenix.traces(mode).log_trace_annotations(
            trace_annotations=numbered(3),
            sync=True,
            options=UploadOptions(on_missing_trace="skip"),
        )
    assert _ids(inserted) == [annotation_id(1), annotation_id(2)]


@both_modes
def test_a_body_too_large_for_a_proxy_is_sent_in_halves(mode: Mode) -> None:
    phoenix = AnyPhoenix(answers=[httpx.Response(413)])
    inserted = phoenix.traces(mode).log_trace_annotations(trace_annotations=numbered(5), sync=True)
    assert [len(batch) for batch in phoenix.batches] == [5, 2, 3]
    assert len(inserted) == 5


@both_modes
def test_a_result_given_as_a_model_is_sent_as_it_is(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    given = annotation(result=AnnotationResult(label="correct"))
    phoenix.traces(mode).log_trace_annotations(trace_annotations=[given])
    assert phoenix.rows == [annotation()]
