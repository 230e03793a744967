"""Pieces of metadata of one shape are refused at the same paths in the same words."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic_core import PydanticCustomError

from phoenix_traces.rules.metadata import json_object, path_text, problems_in
from phoenix_traces.rules.metadata_shape import first_fault, shape_of
from tests.support import cells
from tests.support.sizes import in_ci


class Plain:
    """A class that has no JSON form."""


class Offering:
    """A class whose values may offer a JSON form each."""

    def __init__(self, dtype: object = None) -> None:
        if dtype is not None:
            self.dtype = dtype
            self.tolist = lambda: [1]


class Answering:
    """A class that has every attribute."""

    def __getattr__(self, name: str) -> object:
        return self


VALUES: list[Any] = [
    *cells.ODD_CELLS["metadata"],
    *({"k": value} for value in (Plain(), Plain, Offering(), Offering("f"), Answering(), 1j)),
    *({"k": {key: math.nan}} for key in cells.ODD_KEYS),
    {1: 0, 1.5: math.inf, math.nan: 0},
    {"a": math.nan, "b": [math.inf, "\x00"], "c": {"\ud800": object()}, "d": 2**70},
]


def refusals(value: object) -> list[tuple[str, int, str]]:
    try:
        json_object(value)
    except PydanticCustomError as error:
        return [(path, id(part), words) for path, part, words in (error.context or {})["problems"]]
    return []


def assert_shape_tells_the_same(known: dict[Any, Any], value: object) -> None:
    looked = shape_of(value)
    if looked is None:
        return
    shape, at_fault = looked
    said = refusals(value)
    assert [part for _, part, _ in said] == list(map(id, at_fault))
    words = [(path, text) for path, _, text in said]
    assert known.setdefault(shape, words) == words


def test_odd_values_of_one_shape_are_refused_in_the_same_words() -> None:
    known: dict[Any, Any] = {}
    for value in VALUES:
        assert_shape_tells_the_same(known, value)
    assert len(known) >= 40


_KNOWN: dict[Any, Any] = {}


@given(cells.metadata)
@settings(max_examples=in_ci(1_000, 150))
def test_any_values_of_one_shape_are_refused_in_the_same_words(value: object) -> None:
    assert_shape_tells_the_same(_KNOWN, value)


SHARED: dict[str, Any] = {"bad": math.nan}
LOOP: dict[str, Any] = {}
LOOP["loop"] = LOOP


@pytest.mark.parametrize(
    "value",
    [
        {"a": SHARED, "b": SHARED},
        LOOP,
        {str(at): math.nan for at in range(1_000)},
        {"a": "x" * 100_000, "b": math.nan},
        {"a": [[[[[[[[math.nan]]]]]]]]},
        {"a": Offering("f")},
        {"a": Answering()},
        {"a": (math.nan,)},
    ],
)
def test_what_is_shared_large_deep_or_not_plain_has_no_shape(value: object) -> None:
    assert shape_of(value) is None


def words_of_first(value: object) -> list[tuple[str, str]]:
    return [(path, words) for path, _, words in problems_in(value, only_first=True)]


def assert_first_fault_is_that_of_the_walk(known: dict[Any, Any], value: object) -> None:
    fault = first_fault(value)
    said = problems_in(value, only_first=True)
    if fault is False:
        return
    if fault is True:
        assert said == []
        return
    ((path, part, words),) = said
    assert path == path_text(("metadata", *fault.steps))
    assert repr(part) == repr(fault.part)
    assert known.setdefault(fault.reason, words) == words


def test_the_first_fault_is_the_first_that_the_walk_names() -> None:
    known: dict[Any, Any] = {}
    for value in VALUES:
        assert_first_fault_is_that_of_the_walk(known, value)
        assert_first_fault_is_that_of_the_walk(known, {"k": [value]})
        assert words_of_first(value) == [(path, text) for path, _, text in refusals(value)][:1]
    assert len(known) >= 10


@given(cells.metadata)
@settings(max_examples=in_ci(1_000, 150))
def test_of_any_value_the_first_fault_is_the_first_that_the_walk_names(value: object) -> None:
    assert_first_fault_is_that_of_the_walk({}, value)
