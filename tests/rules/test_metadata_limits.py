"""Metadata of any depth and any content: JSON that the server stores, or refused."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from phoenix_traces.rules.fields import MAX_NESTING
from phoenix_traces.rules.metadata import json_object
from phoenix_traces.rules.text import text_problem


class Nested(BaseModel):
    inner: Any


@dataclasses.dataclass
class Holder:
    inner: object


def _refusal(metadata: object) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        json_object(metadata)
    return caught.value.message()


def _nested(levels: int, wrap: Callable[[object], object]) -> dict[str, object]:
    """Return an object with as many containers inside each other, itself among them."""
    value: object = 1
    for _ in range(levels - 1):
        value = wrap(value)
    return {"key": value}


def _as_list(value: object) -> object:
    return [value]


def _as_dict(value: object) -> object:
    return {"k": value}


def _as_model(value: object) -> object:
    return Nested(inner=value)


def _as_dataclass(value: object) -> object:
    return Holder(value)


def _as_array(value: object) -> object:
    array = np.empty(1, dtype=object)
    array[0] = value
    return array


WRAPPERS = [_as_list, _as_dict, _as_model, _as_dataclass, _as_array]


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_200_levels_are_accepted_and_201_are_refused(wrap: Callable[[object], object]) -> None:
    assert MAX_NESTING == 200
    assert json_object(_nested(200, wrap))
    assert "nested deeper than 200 levels" in _refusal(_nested(201, wrap))


def test_very_deep_nesting_is_refused_without_exhausting_the_stack() -> None:
    assert "nested deeper than 200 levels" in _refusal(_nested(100_000, _as_list))


def test_what_holds_itself_is_refused() -> None:
    looped_list: list[object] = []
    looped_list.append(looped_list)
    looped_dict: dict[str, object] = {}
    looped_dict["self"] = looped_dict
    looped_holder = Holder(None)
    looped_holder.inner = looped_holder
    for looped in (looped_list, looped_dict, looped_holder):
        assert "holds itself" in _refusal({"a": looped})


# Anything at all

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=8)
    | st.datetimes()
    | st.timedeltas()
    | st.uuids()
    | st.decimals()
    | st.sampled_from([pd.NA, pd.NaT, object(), 1j])
    | npst.arrays(
        npst.floating_dtypes() | npst.integer_dtypes() | npst.datetime64_dtypes(), st.integers(0, 3)
    )
    | st.builds(Holder, st.text() | st.dates())
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), anything, max_size=3))
def test_anything_is_strict_json_or_refused_by_path(metadata: dict[str, object]) -> None:
    try:
        result = json_object(metadata)
    except PydanticCustomError:
        assert _refusal(metadata).startswith("metadata")
    else:
        encoded = json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
        assert json.loads(encoded) == result


@given(st.text(st.characters()))
def test_text_is_storable_exactly_when_it_is_utf8_without_nul(text: str) -> None:
    storable = "\x00" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
    assert (text_problem(text) is None) == storable
