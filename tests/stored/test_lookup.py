"""What the server has for rows: found by their keys, and compared with them."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.stored.lookup import Lookup, same_json
from tests.support.annotations import annotation
from tests.support.project import Project

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def differences(stored: dict[str, Any], given: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """Return how the row differs from what the server has under its key."""
    project = Project(["t"])
    project.store(annotation("t", **stored))
    lookup = Lookup(annotation_list([annotation("t", **given)]), project_identifier="default")
    call = lookup.next_call(0)
    assert call is not None
    assert not isinstance(call, float)
    lookup.receive(call, project(call), 0)
    return dict(lookup.matches[0].differences)


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ({}, {}),
        ({"metadata": {}}, {"metadata": None}),
        ({"metadata": {}}, {}),
        ({"identifier": ""}, {"identifier": None}),
        ({"identifier": ""}, {"identifier": " "}),
        ({"result": {"score": 1}}, {"result": {"score": 1.0}}),
        ({"result": {"score": 0.1 + 0.2}}, {"result": {"score": 0.1 + 0.2}}),
        ({"result": {"label": "a"}}, {"result": {"label": " a ", "explanation": ""}}),
        ({"metadata": {"a": 10**19}}, {"metadata": {"a": 1e19}}),
    ],
)
def test_what_the_server_stores_in_the_same_way_is_equal(
    stored: dict[str, Any], given: dict[str, Any]
) -> None:
    assert differences(stored, given) == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"annotator_kind": "LLM"}, {"annotator_kind": ("HUMAN", "LLM")}),
        ({"result": {"label": "wrong"}}, {"label": ("correct", "wrong")}),
        ({"result": {"score": 0}}, {"label": ("correct", None), "score": (None, 0.0)}),
        (
            {"result": {"label": "correct", "explanation": "why"}},
            {"explanation": (None, "why")},
        ),
        ({"metadata": {"a": 1}}, {"metadata": ({}, {"a": 1})}),
    ],
)
def test_each_field_that_differs_is_named_with_both_values(
    given: dict[str, Any], expected: dict[str, tuple[object, object]]
) -> None:
    assert differences({}, given) == expected


def test_only_the_names_of_the_rows_are_asked_for() -> None:
    lookup = Lookup(annotation_list([annotation("t")]), project_identifier="default")
    call = lookup.next_call(0)
    assert call is not None
    assert not isinstance(call, float)
    assert list(call.params["include_annotation_names"]) == ["correctness"]


def test_very_many_names_are_not_part_of_the_question() -> None:
    rows = [annotation("t", name=f"name-{number}") for number in range(100)]
    lookup = Lookup(annotation_list(rows), project_identifier="default")
    call = lookup.next_call(0)
    assert call is not None
    assert not isinstance(call, float)
    assert "include_annotation_names" not in call.params


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (False, 0),
        (None, 0),
        ("1", 1),
        ({}, []),
        ({"a": True}, {"a": 1}),
        ({"a": 1}, {"a": 1, "b": None}),
        ([1], [1, 1]),
        (2**63, 2**63 + 1),
        (10**400, sys.float_info.max),
    ],
)
def test_values_that_json_tells_apart_are_not_the_same(one: object, other: object) -> None:
    assert not same_json(one, other)
    assert not same_json(other, one)


@given(JSON)
@example({"a": [1.0, {"b": 2**64 - 1}]})
def test_a_value_is_the_same_as_what_json_makes_of_it(value: object) -> None:
    assert same_json(value, json.loads(json.dumps(value)))


@given(JSON, JSON)
def test_being_the_same_goes_both_ways(one: object, other: object) -> None:
    assert same_json(one, other) == same_json(other, one)
