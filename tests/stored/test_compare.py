"""The comparison of rows with what the server has, once or until they are the same."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AnnotationValidationError,
    AuthenticationError,
    Comparison,
    DuplicateAnnotationWarning,
    ProjectNotFoundError,
)
from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.stored.compare import Comparing
from tests.support.annotations import annotation
from tests.support.project import Answer, Clock, Project, play, response_to

Annotation = dict[str, Any]


def compare(
    rows: list[Annotation],
    answer: Answer,
    *,
    timeout: float = 0.0,
    clock: Clock | None = None,
    project: str = "default",
) -> Comparison:
    exchange = Comparing(annotation_list(rows), project_identifier=project, timeout=timeout)
    return play(exchange, answer, clock)


def test_each_row_is_new_unchanged_or_changed() -> None:
    project = Project(["a", "b", "c"])
    project.store(annotation("b"))
    project.store(annotation("c", annotator_kind="LLM"))
    rows = [annotation("a"), annotation("b"), annotation("c", result={"score": 1})]
    comparison = compare(rows, project)
    assert (comparison.new, comparison.unchanged, comparison.changed) == ((0,), (1,), (2,))
    assert comparison.rows[2].differences == {
        "annotator_kind": ("LLM", "HUMAN"),
        "label": ("correct", None),
        "score": (None, 1.0),
    }
    assert comparison.rows[1].annotation_id == "id-1"


def test_rows_differ_by_name_and_identifier_too() -> None:
    project = Project(["a"])
    project.store(annotation("a", identifier="one"))
    rows = [annotation("a"), annotation("a", identifier="one"), annotation("a", name="tone")]
    assert compare(rows, project).unchanged == (1,)


@pytest.mark.parametrize("kind", ["HUMAN", "LLM", "CODE"])
def test_a_row_that_would_replace_a_human_judgement_is_marked_whatever_its_kind(kind: str) -> None:
    project = Project(["a", "b"])
    project.store(annotation("a"))
    project.store(annotation("b", annotator_kind="LLM"))
    changed = {"annotator_kind": kind, "result": {"label": "other"}}
    comparison = compare([annotation("a", **changed), annotation("b", **changed)], project)
    assert comparison.overwrites_human == (0,)


def test_an_equal_human_judgement_is_not_replaced() -> None:
    project = Project(["a"])
    project.store(annotation("a"))
    assert compare([annotation("a")], project).overwrites_human == ()


def test_missing_traces_are_told_from_traces_that_have_annotations() -> None:
    project = Project(["a", "b"])
    project.store(annotation("a"))
    project.store(annotation("b", name="other"))
    rows = [annotation("a"), annotation("x"), annotation("y")]
    comparison = compare(rows, project)
    assert comparison.missing_trace == (1, 2)
    # Both are in one question with "a", so they are asked for again without it.
    assert [list(call.params["trace_ids"]) for call in project.calls] == [
        ["a", "x", "y"],
        ["x", "y"],
    ]


def test_a_missing_trace_among_traces_without_annotations_cannot_be_known() -> None:
    comparison = compare([annotation("a"), annotation("x")], Project(["a"]))
    assert comparison.new == (0, 1)


def test_superseded_rows_are_no_rows_to_send() -> None:
    rows = [annotation("a"), annotation("a", result={"label": "later"})]
    project = Project(["a"])
    project.store(rows[1])
    with pytest.warns(DuplicateAnnotationWarning):
        comparison = compare(rows, project)
    assert (comparison.superseded, comparison.unchanged) == ((0,), (1,))


def test_a_comparison_asks_once_and_never_waits() -> None:
    clock = Clock()
    compare([annotation("a")], Project(["a"]), clock=clock)
    assert clock.waits == []


class Slow:
    """A project whose queue stores one of the waiting rows before each answer."""

    def __init__(self, rows: list[Annotation]) -> None:
        self.project = Project(row["trace_id"] for row in rows)
        self._waiting = list(rows)

    def __call__(self, call: Call) -> httpx.Response:
        if self._waiting:
            self.project.store(self._waiting.pop(0))
        return self.project(call)


def test_a_confirmation_asks_until_every_row_is_there_and_only_for_those_that_are_not() -> None:
    rows = [annotation("a"), annotation("b"), annotation("c")]
    server = Slow(rows)
    clock = Clock()
    assert compare(rows, server, timeout=30, clock=clock).unchanged == (0, 1, 2)
    asked = [list(call.params["trace_ids"]) for call in server.project.calls]
    assert asked == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert clock.waits == [0.5, 1.0]


def test_an_older_version_of_a_row_is_waited_for_too() -> None:
    rows = [annotation("a", result={"label": "new"})]
    server = Slow([annotation("a", result={"label": "old"}), *rows])
    assert compare(rows, server, timeout=30).unchanged == (0,)


def test_when_the_time_is_up_the_last_look_is_the_answer() -> None:
    clock = Clock()
    began = clock.now
    project = Project(["a"])
    project.store(annotation("a"))
    comparison = compare([annotation("a"), annotation("x")], project, timeout=20, clock=clock)
    assert clock.now == began + 20
    assert clock.waits == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 2.5]
    assert (comparison.unchanged, comparison.missing_trace) == ((0,), (1,))


def test_a_trace_that_arrives_late_is_not_missing() -> None:
    project = Project()

    def arriving(call: Call) -> httpx.Response:
        answer = project(call)
        project.trace_ids.add("a")
        return answer

    assert compare([annotation("a")], arriving, timeout=1).missing_trace == ()


def test_an_error_ends_it() -> None:
    with pytest.raises(AuthenticationError):
        compare([annotation("a")], lambda call: response_to(call, 401), timeout=30)


def test_a_project_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ProjectNotFoundError):
        compare([annotation("a")], Project(["a"]), project="other")


@pytest.mark.parametrize("timeout", [-1, math.inf, math.nan])
def test_a_timeout_that_never_ends_or_never_was_is_refused(timeout: float) -> None:
    with pytest.raises(AnnotationValidationError, match="timeout"):
        compare([annotation("a")], Project(["a"]), timeout=timeout)
