from __future__ import annotations

import dataclasses

import httpx
import pytest

from phoenix_traces import AnnotationResult, TraceAnnotationData
from phoenix_traces.demo.annotate import Written
from phoenix_traces.demo.readback import (
    StoredAnnotation,
    StoredResult,
    differences,
    read_back,
)
from phoenix_traces.testing import FakePhoenix

WRITTEN = Written(
    TraceAnnotationData(
        trace_id="t1",
        name="tone",
        annotator_kind="LLM",
        result=AnnotationResult(label="kind", score=0.9),
        metadata={"judge": "j"},
        identifier="me",
    ),
    "ID1",
)
STORED = StoredAnnotation(
    id="ID1",
    trace_id="t1",
    name="tone",
    annotator_kind="LLM",
    result=StoredResult(label="kind", score=0.9, explanation=None),
    metadata={"judge": "j"},
    identifier="me",
)


def test_what_is_stored_as_meant_makes_no_difference() -> None:
    assert differences([WRITTEN], [STORED]) == []


def test_a_queued_annotation_may_have_any_id() -> None:
    assert differences([dataclasses.replace(WRITTEN, id=None)], [STORED]) == []


def test_absent_metadata_and_identifier_are_stored_as_empty_ones() -> None:
    plain = TraceAnnotationData(
        trace_id="t1", name="tone", annotator_kind="LLM", result=AnnotationResult(score=1)
    )
    stored = StoredAnnotation(
        id="ID1",
        trace_id="t1",
        name="tone",
        annotator_kind="LLM",
        result=StoredResult(label=None, score=1, explanation=None),
        metadata={},
        identifier="",
    )
    assert differences([Written(plain, "ID1")], [stored]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"id": "ID2"},
        {"annotator_kind": "HUMAN"},
        {"metadata": {}},
        {"result": StoredResult(label="kind", score=0.8, explanation=None)},
        {"result": StoredResult(label=None, score=0.9, explanation=None)},
        {"result": StoredResult(label="kind", score=0.9, explanation="new")},
    ],
    ids=["id", "kind", "metadata", "score", "label", "explanation"],
)
def test_each_field_that_the_server_has_otherwise_is_a_difference(
    change: dict[str, object],
) -> None:
    (problem,) = differences([WRITTEN], [STORED.model_copy(update=change)])
    assert problem.startswith("tone of trace t1 is {")


def test_an_annotation_that_is_not_there_is_a_difference() -> None:
    assert differences([WRITTEN], []) == ["tone of trace t1 is not there"]


def test_an_annotation_that_nobody_wrote_is_a_difference() -> None:
    assert differences([], [STORED]) == ["tone of trace t1 was never written"]


def test_reading_waits_for_annotations_that_are_still_queued() -> None:
    fake = FakePhoenix()
    fake.answer_next({"data": []})
    fake.answer_next({"data": [STORED.model_dump()]})
    with fake.serve() as url:
        found = read_back(url, ["t1"], project_name="p", at_least=1, timeout=60)
    assert found == [STORED]


def test_reading_gives_up_waiting_and_returns_what_is_there() -> None:
    fake = FakePhoenix()
    fake.answer_next({"data": [STORED.model_dump()]})
    with fake.serve() as url:
        found = read_back(url, ["t1"], project_name="p", at_least=2, timeout=-1)
    assert found == [STORED]


def test_a_server_that_refuses_to_read_is_an_error() -> None:
    fake = FakePhoenix()
    fake.fail_next(500)
    with fake.serve() as url, pytest.raises(httpx.HTTPStatusError, match="500"):
        read_back(url, ["t1"], project_name="p", at_least=1, timeout=60)
