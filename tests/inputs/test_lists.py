from __future__ import annotations

import json
from collections import UserDict, deque
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
import pytest

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    DuplicateAnnotationWarning,
    TraceAnnotationData,
)
from phoenix_traces.inputs.lists import annotation_list
from tests.support.annotations import annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes

MODEL = TraceAnnotationData.model_validate(annotation())


class Strict(TraceAnnotationData, frozen=True):
    """A rubric of the caller's own."""

    name: Literal["correctness"] = "correctness"


def _sent(given: Any) -> list[dict[str, Any]]:
    rows = annotation_list(given)
    items = [row for _, row in rows.items]
    encoded: list[dict[str, Any]] = json.loads(rows.encode(items))
    return encoded


def _generated() -> Iterator[dict[str, Any]]:
    yield from numbered(2)


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        deque,
        iter,
        lambda rows: (row for row in rows),
        lambda rows: dict(enumerate(rows)).values(),
    ],
    ids=["list", "tuple", "deque", "iterator", "generator", "dict view"],
)
def test_any_iterable_is_taken(make: Callable[[list[dict[str, Any]]], Iterable[Any]]) -> None:
    assert _sent(make(numbered(3))) == numbered(3)


@pytest.mark.parametrize(
    "item",
    [annotation(), MODEL, MappingProxyType(annotation()), UserDict(annotation())],
    ids=["dict", "model", "mapping proxy", "user dict"],
)
def test_models_and_any_mappings_are_taken(item: object) -> None:
    assert _sent([item]) == [annotation()]


def test_a_result_may_be_a_model_within_a_mapping() -> None:
    given = annotation(result=AnnotationResult(score=1))
    assert _sent([given]) == [annotation(result={"score": 1.0})]


def test_what_is_absent_is_not_sent() -> None:
    given = annotation(
        identifier=" ", metadata=None, result={"label": "x", "score": None, "explanation": ""}
    )
    assert _sent([given]) == [annotation(result={"label": "x"})]


def test_empty_metadata_is_sent_as_it_is() -> None:
    assert _sent([annotation(metadata={})]) == [annotation(metadata={})]


def test_none_within_metadata_is_kept() -> None:
    metadata = {"reviewer": None, "list": [None, {"a": None}]}
    assert _sent([annotation(metadata=metadata)]) == [annotation(metadata=metadata)]


def test_a_subclass_of_the_model_keeps_its_own_rules() -> None:
    made = Strict.model_construct(**annotation(name="other"))
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_list([made])
    assert caught.value.failures[0].field == "name"


def test_the_callers_mappings_are_not_changed() -> None:
    given = [annotation(name=" correctness ", metadata={"a": (1, 2)})]
    _sent(given)
    assert given == [annotation(name=" correctness ", metadata={"a": (1, 2)})]


@pytest.mark.parametrize("empty", [[], (), iter([]), {}.values()])
def test_an_empty_iterable_is_refused(empty: Iterable[Any]) -> None:
    with pytest.raises(ValueError, match="trace_annotations cannot be empty"):
        annotation_list(empty)


@both_modes
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (annotation(), r"this is one annotation: put it in a list, \[annotation\]"),
        (MODEL, "this is one annotation"),
        (MappingProxyType(annotation()), "this is one annotation"),
        ("trace", "this is text"),
        (b"trace", "this is text"),
        (pd.DataFrame([annotation()]), "use log_trace_annotations_dataframe"),
        (pd.Series([annotation()]), "use log_trace_annotations_dataframe"),
        (5, "not int"),
        (None, "not NoneType"),
    ],
)
def test_what_is_no_list_of_annotations_is_a_type_error(given: Any, says: str, mode: Mode) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(TypeError, match=says):
        phoenix.traces(mode).log_trace_annotations(trace_annotations=given)
    assert phoenix.requests == []


@pytest.mark.parametrize("item", ["text", 5, None, [annotation()], AnnotationResult(label="x")])
def test_what_is_no_annotation_is_named_by_its_position(item: Any) -> None:
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_list([annotation(), item])
    (failure,) = caught.value.failures
    assert failure.position == 1
    assert failure.message == "must be a mapping, or a model of phoenix_traces"


def test_every_failure_of_every_annotation_is_told() -> None:
    given = numbered(250)
    given[3]["annotator_kind"] = "ROBOT"
    given[150] = annotation(name="note", result={"score": float("nan")})
    given[249]["extra"] = 1
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_list(given)
    assert [(failure.position, failure.field) for failure in caught.value.failures] == [
        (3, "annotator_kind"),
        (150, "name"),
        (150, "result.score"),
        (249, "extra"),
    ]
    assert caught.value.total == 250
    assert "4 problems in 250 annotations" in str(caught.value)


def test_a_later_annotation_with_the_same_key_replaces_an_earlier_one() -> None:
    given = [
        annotation("a", result={"score": 1}),
        annotation("b"),
        annotation(" a ", identifier="", result={"score": 2}),
    ]
    with pytest.warns(DuplicateAnnotationWarning, match="row 0 by 2"):
        rows = annotation_list(given)
    assert rows.superseded == {0: 2}
    assert [position for position, _ in rows.items] == [1, 2]
    assert rows.total == 3


def test_another_identifier_is_another_annotation() -> None:
    assert (
        len(_sent([annotation(identifier="ana"), annotation(identifier="bo"), annotation()])) == 3
    )
