"""The defects of the client that people come from, each shown to be absent here."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError, AsyncClient, Client, TraceNotFoundError
from phoenix_traces.transport import client_transport
from tests.support.annotations import TRACE_ID, annotation
from tests.support.modes import AnyPhoenix, Mode, annotation_id, both_modes, client_traces

GIVEN = {"annotation_name": "correctness", "annotator_kind": "HUMAN"}


def _frame(rows: int, **columns: Any) -> pd.DataFrame:
    ids = [f"trace-{number}" for number in range(rows)]
    return pd.DataFrame({"trace_id": ids, "score": [0.5] * rows, **columns})


@both_modes
@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_defect_1_missing_text_in_a_frame_is_absent_and_not_the_text_nan(
    missing: object, mode: Mode
) -> None:
    phoenix = AnyPhoenix()
    columns = {
        name: pd.Series([missing], dtype=object)
        for name in ("label", "explanation", "identifier", "metadata")
    }
    phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=_frame(1, **columns), **GIVEN)
    assert phoenix.rows == [annotation("trace-0", result={"score": 0.5})]


@both_modes
def test_defect_1_a_missing_annotator_kind_is_refused_and_not_sent(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(2, annotator_kind=["LLM", None])
    with pytest.raises(AnnotationValidationError, match="annotator_kind values cannot be None"):
        phoenix.traces(mode).log_trace_annotations_dataframe(
            dataframe=frame, annotation_name="correctness"
        )
    assert phoenix.requests == []


@both_modes
def test_defect_2_a_missing_score_fails_no_other_row(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(3, label=["a", "b", "c"]).assign(score=[0.1, np.nan, 0.3])
    phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    results = [row["result"] for row in phoenix.rows]
    assert results == [{"label": "a", "score": 0.1}, {"label": "b"}, {"label": "c", "score": 0.3}]


@both_modes
def test_defect_2_a_score_that_is_not_finite_is_named_by_row_and_column(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(3).assign(score=[0.1, np.inf, 0.3])
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    (failure,) = caught.value.failures
    assert (failure.position, failure.index, failure.field) == (1, 1, "score")
    assert phoenix.requests == []


@both_modes
def test_defect_3_bad_rows_anywhere_are_found_before_anything_is_sent(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(250, label=["good"] * 250).astype({"label": object, "score": object})
    frame.index = pd.Index([f"row {number}" for number in range(250)], name="row")
    frame.loc["row 3", "label"] = 7
    frame.loc["row 150", "score"] = "high"
    frame.loc["row 249", "trace_id"] = " "
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    found = [(each.position, each.index, each.field, each.value) for each in caught.value.failures]
    assert found == [
        (3, "row 3", "label", 7),
        (150, "row 150", "score", "high"),
        (249, "row 249", "trace_id", " "),
    ]
    assert phoenix.requests == []


@both_modes
def test_defect_3_an_error_while_sending_tells_what_is_stored_with_its_ids(mode: Mode) -> None:
    phoenix = AnyPhoenix(missing=["trace-249"])
    with pytest.raises(TraceNotFoundError) as caught:
        phoenix.traces(mode).log_trace_annotations_dataframe(
            dataframe=_frame(250), **GIVEN, sync=True
        )
    report = caught.value.report
    assert report is not None
    assert report.stored == set(range(200))
    assert report.not_stored == set(range(200, 250))
    assert report.inserted[199] == annotation_id(200)


@both_modes
@pytest.mark.parametrize(
    "changes",
    [
        {"annotator_kind": "ROBOT"},
        {"name": " "},
        {"name": "note"},
        {"result": {"score": float("nan")}},
        {"result": {"lable": "correct", "score": 1}},
        {"identifer": "ana"},
    ],
)
def test_defect_4_lists_are_checked(changes: dict[str, Any], mode: Mode) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError):
        phoenix.traces(mode).log_trace_annotations(trace_annotations=[annotation(**changes)])
    assert phoenix.requests == []


@both_modes
def test_defect_4_a_single_mapping_is_not_iterated_into_its_keys(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(TypeError, match=r"this is one annotation: put it in a list"):
        phoenix.traces(mode).log_trace_annotations(trace_annotations=annotation())
    assert phoenix.requests == []


@both_modes
@pytest.mark.parametrize("label", [0, False, 1, 2.5])
def test_defect_5_a_label_that_is_no_text_is_refused(label: object, mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(1, label=pd.Series([label], dtype=object))
    with pytest.raises(AnnotationValidationError, match=r"label.*must be text"):
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    assert phoenix.requests == []


@both_modes
def test_defect_6_numpy_values_in_metadata_become_json(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    metadata = {
        "count": np.int64(3),
        "scores": np.array([0.5, 1.0]),
        "missing": pd.NA,
        "price": Decimal("0.10"),
    }
    wanted = {"count": 3, "scores": [0.5, 1.0], "missing": None, "price": "0.10"}
    traces = phoenix.traces(mode)
    traces.log_trace_annotations_dataframe(dataframe=_frame(1, metadata=[metadata]), **GIVEN)
    traces.log_trace_annotations(trace_annotations=[annotation(metadata=metadata)])
    traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x", metadata=metadata)
    assert [row["metadata"] for row in phoenix.rows] == [wanted] * 3


@both_modes
def test_defect_6_missing_metadata_in_a_frame_is_absent(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = _frame(3, metadata=pd.Series([float("nan"), pd.NA, {"a": 1}], dtype=object))
    phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    assert [row.get("metadata") for row in phoenix.rows] == [None, None, {"a": 1}]


@both_modes
def test_defect_6_integer_trace_ids_are_named(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    frame = pd.DataFrame({"trace_id": [1, 2], "score": [0.1, 0.2]})
    with pytest.raises(AnnotationValidationError, match=r"row 1.*trace_id: 2: must be text"):
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    assert phoenix.requests == []


@both_modes
def test_defect_7_without_a_name_or_a_kind_the_error_says_what_to_give(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=_frame(1))
    assert [failure.field for failure in caught.value.failures] == [*GIVEN]
    assert "pass annotation_name=, or add a 'name' or 'annotation_name' column" in str(caught.value)
    assert "pass annotator_kind=, or add an 'annotator_kind' column" in str(caught.value)
    assert phoenix.requests == []


@both_modes
def test_defect_8_an_index_of_span_ids_is_not_taken_for_trace_ids(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    index = pd.Index(["00f067aa0ba902b7"], name="context.span_id")
    frame = pd.DataFrame({"score": [0.5]}, index=index)
    with pytest.raises(AnnotationValidationError, match=r"the index named context\.span_id is not"):
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    assert phoenix.requests == []


@both_modes
def test_defect_8_a_column_does_not_silently_win_over_the_index(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    index = pd.Index(["a"], name="trace_id")
    frame = pd.DataFrame({"context.trace_id": ["b"], "score": [0.5]}, index=index)
    with pytest.raises(AnnotationValidationError, match="hold different trace ids"):
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **GIVEN)
    assert phoenix.requests == []


@both_modes
def test_defect_9_the_servers_explanation_is_kept(mode: Mode) -> None:
    phoenix = AnyPhoenix(missing=["gone"])
    with pytest.raises(TraceNotFoundError, match="Traces with IDs gone do not exist") as caught:
        phoenix.traces(mode).add_trace_annotation(
            trace_id="gone", annotation_name="n", label="x", sync=True
        )
    assert caught.value.missing_trace_ids == ("gone",)


@both_modes
def test_defect_9_a_request_that_may_help_is_sent_again(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    phoenix = AnyPhoenix(answers=[httpx.ReadError("reset")])
    monkeypatch.setattr(client_transport, "PoolTransport", lambda **_: phoenix.transport())
    monkeypatch.setattr(client_transport, "AsyncPoolTransport", lambda **_: phoenix.transport())
    client_traces(mode, base_url=phoenix.base_url).add_trace_annotation(
        trace_id=TRACE_ID, annotation_name="correctness", label="correct"
    )
    assert phoenix.rows == [annotation(), annotation()]


def test_defect_9_clients_are_context_managers_that_close_what_they_opened() -> None:
    with Client() as client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        client.traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x")

    async def use_after_closing() -> None:
        async with AsyncClient() as client:
            pass
        await client.traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x")

    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(use_after_closing())
