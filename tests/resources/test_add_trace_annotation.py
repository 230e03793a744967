"""The two ways of giving one annotation, and the options of its upload."""

from __future__ import annotations

import inspect
from typing import Any

import httpx
import pytest
from hypothesis import given

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    ConfigurationError,
    SkippedAnnotationWarning,
    TraceAnnotationData,
    TraceNotFoundError,
    Traces,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.testing import FakePhoenix
from tests.rules.test_annotation_properties import accepted, bad_changes
from tests.support.annotations import annotation
from tests.support.modes import AnyPhoenix, AnyTraces, Mode, annotation_id, both_modes
from tests.support.rubrics import Correctness, CorrectnessResult

KEYS = ("trace_id", "name", "annotator_kind", "metadata", "identifier")
DESCRIBING = [*list(inspect.signature(Traces.add_trace_annotation).parameters)[2:10]]


def _arguments(given: dict[str, Any]) -> dict[str, Any]:
    """Return an annotation's fields as the arguments that describe it."""
    top = {key: given[key] for key in KEYS if key in given}
    return {"annotation_name": top.pop("name"), **top, **given["result"]}


def _sent(**arguments: Any) -> dict[str, Any]:
    phoenix = AnyPhoenix()
    phoenix.traces(Mode.SYNC).add_trace_annotation(**arguments)
    (row,) = phoenix.rows
    return row


def _in_memory(phoenix: FakePhoenix, mode: Mode) -> AnyTraces:
    return AnyTraces(phoenix.client, phoenix.async_client, mode)


# A ready annotation


@given(accepted)
def test_every_way_of_giving_an_annotation_sends_the_same(wanted: dict[str, Any]) -> None:
    described = _sent(**_arguments(wanted))
    assert _sent(annotation=wanted) == described
    assert _sent(annotation=TraceAnnotationData.model_validate(wanted)) == described


@given(bad_changes)
def test_a_ready_annotation_is_refused_as_in_a_list_but_is_no_row(changes: dict[str, Any]) -> None:
    bad = annotation(**changes)
    phoenix = AnyPhoenix()
    traces = phoenix.traces(Mode.SYNC)
    with pytest.raises(AnnotationValidationError) as alone:
        traces.add_trace_annotation(annotation=bad)
    with pytest.raises(AnnotationValidationError) as listed:
        traces.log_trace_annotations(trace_annotations=[bad])
    assert [each.field for each in alone.value.failures] == [
        each.field for each in listed.value.failures
    ]
    assert {each.position for each in alone.value.failures} == {None}
    assert "row 0" not in str(alone.value)
    assert phoenix.requests == []


@both_modes
def test_an_instance_of_a_rubric_is_stored_and_its_id_returned(mode: Mode) -> None:
    phoenix = FakePhoenix("t1")
    judged = Correctness(trace_id="t1", result=CorrectnessResult(label="partly", score=0.5))
    inserted = _in_memory(phoenix, mode).add_trace_annotation(annotation=judged, sync=True)
    (stored,) = phoenix.stored()
    assert inserted.id == stored.id
    assert (stored.name, stored.annotator_kind, stored.result.label) == (
        "correctness",
        "HUMAN",
        "partly",
    )


def test_an_annotation_may_stand_first_without_its_name() -> None:
    phoenix = FakePhoenix("t1")
    with phoenix.client() as client:
        client.traces.add_trace_annotation(annotation("t1"), sync=True)
    assert len(phoenix.stored()) == 1


def test_the_kind_of_a_described_annotation_is_human_where_it_is_left_out() -> None:
    assert _sent(trace_id="t", annotation_name="n", score=1)["annotator_kind"] == "HUMAN"


@both_modes
def test_both_ways_together_are_refused_naming_what_is_too_much(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    values: dict[str, Any] = {"score": 1.0, "metadata": {}}
    assert len(DESCRIBING) == 8
    for name in DESCRIBING:
        with pytest.raises(TypeError, match=f"not both: beside annotation there is {name}$"):
            phoenix.traces(mode).add_trace_annotation(
                annotation=annotation(), **{name: values.get(name, "HUMAN")}
            )
    assert phoenix.requests == []


@both_modes
@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ({}, "trace_id and annotation_name are missing"),
        ({"score": 1}, "trace_id and annotation_name are missing"),
        ({"trace_id": "t"}, "annotation_name is missing"),
        ({"annotation_name": "n", "annotation": None}, "trace_id is missing"),
    ],
)
def test_neither_way_is_refused_naming_what_is_missing(
    mode: Mode, arguments: dict[str, Any], missing: str
) -> None:
    with pytest.raises(TypeError, match=f"^pass an annotation, or .*: {missing}$"):
        AnyPhoenix().traces(mode).add_trace_annotation(**arguments)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (TraceAnnotationData, "this is a class: make an instance of it"),
        ("4bf92f3577b34da6a3ce929d0e0e4736", "this is text: a trace id is passed as trace_id="),
        ([annotation()], "this may be several: use log_trace_annotations"),
        (AnnotationResult(score=1), "not AnnotationResult"),
        (0, "not int"),
        (False, "not bool"),
    ],
)
def test_what_is_no_annotation_is_told_what_it_is(given: object, words: str) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(TypeError, match=f"^annotation must be a TraceAnnotationData.*{words}"):
        phoenix.traces(Mode.SYNC).add_trace_annotation(annotation=given)
    assert phoenix.requests == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("trace_id", "trace_id values cannot be None"),
        ("annotation_name", "annotation_name values cannot be None"),
        ("annotator_kind", "annotator_kind values cannot be None"),
    ],
)
def test_none_is_not_the_same_as_left_out(name: str, words: str) -> None:
    arguments = {"trace_id": "t", "annotation_name": "n", "score": 1, name: None}
    with pytest.raises(AnnotationValidationError, match=words):
        AnyPhoenix().traces(Mode.SYNC).add_trace_annotation(**arguments)


# Its options


@both_modes
def test_a_trace_that_comes_late_is_waited_for(mode: Mode) -> None:
    late = httpx.Response(404, text="Traces with IDs t1 do not exist.")
    phoenix = AnyPhoenix(answers=[late])
    inserted = phoenix.traces(mode).add_trace_annotation(
        annotation=annotation("t1"), sync=True, options=UploadOptions(wait_for_traces=0.01)
    )
    assert inserted.id == annotation_id(1)
    assert len(phoenix.requests) == 2


@both_modes
def test_a_trace_that_does_not_come_is_an_error_with_the_account(mode: Mode) -> None:
    reports: list[UploadReport] = []
    options = UploadOptions(wait_for_traces=0.01, on_report=reports.append)
    with pytest.raises(TraceNotFoundError) as caught:
        AnyPhoenix(missing=["t1"]).traces(mode).add_trace_annotation(
            annotation=annotation("t1"), sync=True, options=options
        )
    assert [caught.value.report] == reports
    assert reports[0].not_stored == {0}


@both_modes
def test_nothing_is_returned_for_what_the_options_left_out(mode: Mode) -> None:
    phoenix = FakePhoenix("t1")
    traces = _in_memory(phoenix, mode)
    first = traces.add_trace_annotation(annotation=annotation("t1"), sync=True)
    other = annotation("t1", result={"label": "wrong"})
    never = UploadOptions(overwrite="never")
    assert traces.add_trace_annotation(annotation=other, sync=True, options=never) is None
    assert [each.id for each in phoenix.stored()] == [first.id]
    assert phoenix.stored()[0].result.label == "correct"
    with pytest.warns(SkippedAnnotationWarning, match="1 of 1 annotation was left out"):
        skipped = traces.add_trace_annotation(
            annotation=annotation("gone"),
            sync=True,
            options=UploadOptions(on_missing_trace="skip"),
        )
    assert skipped is None


@both_modes
def test_what_is_stored_already_as_it_is_has_its_id(mode: Mode) -> None:
    phoenix = FakePhoenix("t1")
    traces = _in_memory(phoenix, mode)
    unchanged = UploadOptions(skip_unchanged=True)
    given = _arguments(annotation("t1"))
    first = traces.add_trace_annotation(**given, sync=True)
    again = traces.add_trace_annotation(**given, sync=True, options=unchanged)
    assert again == first
    assert traces.add_trace_annotation(**given, options=unchanged) is None
    assert sum(each.method == "POST" for each in phoenix.requests) == 1


@both_modes
def test_options_about_several_requests_change_nothing(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    options = UploadOptions(
        batch_size=1, max_batch_bytes=1, max_concurrency=64, on_error="continue"
    )
    inserted = phoenix.traces(mode).add_trace_annotation(
        annotation=annotation(), sync=True, options=options
    )
    assert inserted.id == annotation_id(1)
    assert len(phoenix.requests) == 1


@both_modes
def test_options_that_cannot_work_are_refused_before_anything_is_sent(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    wrong: list[tuple[object, type[Exception], str]] = [
        (UploadOptions(wait_for_traces=5), ConfigurationError, "cannot work with sync=False"),
        ({"wait_for_traces": 5}, TypeError, "options must be UploadOptions"),
    ]
    for options, kind, words in wrong:
        with pytest.raises(kind, match=words):
            phoenix.traces(mode).add_trace_annotation(annotation=annotation(), options=options)
    assert phoenix.requests == []
