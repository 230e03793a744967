"""Columns judged together come to what the models say about each row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from phoenix_traces import AnnotationFailure, AnnotationValidationError, TraceAnnotationData
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.inputs.wire_row import FIELDS
from tests.support.annotations import annotation, numbered
from tests.support.cells import ODD_CELLS, any_rows, plain_rows
from tests.support.sizes import in_ci

BAD = annotation(name="note")
ODD_RESULTS: list[Any] = [
    None,
    "text",
    5,
    [],
    (),
    {},
    {"lable": 1},
    {"score": 1, "zz": 2, "\ud800": 3},
    b"x",
]
ODD_KEYS: list[Any] = ["zzz", "identifer", "label", "\x00", "\ud800", 5, None]


def nested(row: dict[str, Any]) -> dict[str, Any]:
    result = {name: row[name] for name in ("label", "score", "explanation")}
    outer = {name: cell for name, cell in row.items() if name not in result}
    return {**outer, "result": result}


def said_by_the_models(items: list[Any]) -> list[AnnotationFailure]:
    said: list[AnnotationFailure] = []
    for position, item in enumerate(items):
        try:
            TraceAnnotationData.model_validate(item)
        except ValidationError as error:
            said += failures_from(error, position=position)
    return said


def as_told(failures: Any) -> list[tuple[object, ...]]:
    # Values by identity, because NaN is not equal to itself.
    return [(each.position, each.field, id(each.value), each.message) for each in failures]


def compare(items: list[Any]) -> None:
    """Compare them where they come after a block that is refused, and are judged by column."""
    first = numbered(999)
    given = [BAD, *first, *items]
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_list(given)
    told = [each for each in caught.value.failures if each.position]
    expected = said_by_the_models([None, *[annotation()] * 999, *items])[1:]
    assert as_told(told) == as_told(expected)


@pytest.mark.parametrize("field", FIELDS)
def test_odd_cells_are_refused_in_the_models_own_words(field: str) -> None:
    right = {
        "trace_id": "a",
        "name": "n",
        "annotator_kind": "LLM",
        "label": "x",
        "score": 0.5,
        "explanation": None,
        "metadata": None,
        "identifier": None,
    }
    compare([nested(right | {field: cell}) for cell in ODD_CELLS[field]])
    without = right | {"label": None, "score": None}
    compare([nested(without | {field: cell}) for cell in ODD_CELLS[field]])


def test_odd_shapes_are_refused_in_the_models_own_words() -> None:
    required = ("trace_id", "name", "annotator_kind", "result")
    compare([annotation(result=result) for result in ODD_RESULTS])
    compare([{**annotation(), key: 1} for key in ODD_KEYS])
    compare([annotation(result={"score": 1, key: 1}) for key in ODD_KEYS])
    compare([{k: v for k, v in annotation().items() if k != name} for name in required])
    compare([{}, {"zz": 1}, "text", None, 5, [annotation()], TraceAnnotationData.model_construct()])
    compare([annotation(name="n" * length, identifier="i" * 1300) for length in range(1298, 1303)])
    compare([annotation(name="n" * 3000, label=5), annotation(name="n" * 3000, metadata=[])])


@given(st.lists(plain_rows | any_rows, min_size=1, max_size=6))
@settings(max_examples=in_ci(150, 30))
def test_any_rows_are_refused_in_the_models_own_words(rows: list[dict[str, Any]]) -> None:
    items = [nested(row) for row in rows]
    if said_by_the_models(items):
        compare(items)


def test_long_unknown_keys_are_told_apart_and_cut() -> None:
    key = "k" * 5_000
    items = [{**annotation(), key: 1, f"{key}x": 2}] * 2
    for given_items in (items, [BAD, *numbered(999), *items]):
        with pytest.raises(AnnotationValidationError) as caught:
            annotation_list(given_items)
        told = [each for each in caught.value.failures if each.field and each.field[0] == "k"]
        assert [each.value for each in told] == [1, 2, 1, 2]
        assert all(len(str(each)) < 300 for each in told)
