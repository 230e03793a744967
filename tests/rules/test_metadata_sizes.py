"""How much metadata may be: counted as it is written out, at the cost of what is in memory."""

from __future__ import annotations

import dataclasses
import sys
from collections import UserDict, UserList
from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import PydanticCustomError, to_json

from phoenix_traces import AnnotationValidationError
from phoenix_traces.rules import fast_path
from phoenix_traces.rules.fields import MAX_METADATA_BYTES, MAX_METADATA_VALUES
from phoenix_traces.rules.metadata import json_object
from tests.support.modes import AnyPhoenix, Mode, both_modes
from tests.support.sizes import in_ci


class Model(BaseModel):
    left: Any = None
    right: Any = None


@dataclasses.dataclass
class Pair:
    left: Any
    right: Any


# Each holds a part twice.
SHARING: list[Callable[[Any], Any]] = [
    lambda part: {"a": part, "b": part},
    lambda part: [part, part],
    lambda part: (part, part),
    lambda part: Pair(part, part),
    lambda part: Model(left=part, right=part),
    lambda part: UserDict({"a": part, "b": part}),
    lambda part: UserList([part, part]),
    lambda part: MappingProxyType({"a": part, "b": part}),
]


def _calls(function: Callable[[], object]) -> tuple[object, int]:
    """Return what a function gives or raises, and the calls that Python made for it."""
    calls = 0

    def see(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        return function(), calls
    except PydanticCustomError as error:
        return error, calls
    finally:
        sys.setprofile(before)


@settings(max_examples=in_ci(150, 40))
@given(st.lists(st.sampled_from(SHARING), min_size=1, max_size=60), st.sampled_from([1, "text"]))
def test_what_is_shared_counts_each_time_and_is_walked_once(
    makes: list[Callable[[Any], Any]], leaf: object
) -> None:
    shared: Any = leaf
    values, text = 1, 1
    largest_model = 0
    for make in makes:
        shared = make(shared)
        values = 2 * values + 1
        text *= 2
        if make is SHARING[4] and values <= MAX_METADATA_VALUES:
            largest_model = values
    # A model is written out by pydantic, whatever it shares: that takes as long as it is large.
    assume(largest_model < 5_000)
    characters = text * len(leaf) if isinstance(leaf, str) else 0

    result, calls = _calls(lambda: json_object({"key": shared}))

    if values > MAX_METADATA_VALUES:
        assert isinstance(result, PydanticCustomError)
        assert "too large" in result.message() or "more than 1,000,000" in result.message()
        assert len(result.message()) < 1_000
        assert calls < 20_000 + 100 * largest_model
    elif values * 12 + characters < MAX_METADATA_BYTES:
        assert isinstance(result, dict)
        assert calls < 20_000 + 100 * largest_model


@pytest.mark.parametrize("make", SHARING)
@pytest.mark.parametrize("levels", [24, 60, 150])
def test_two_keys_that_share_a_part_many_levels_deep_cost_little(
    make: Callable[[Any], Any], levels: int
) -> None:
    shared: Any = "text"
    for _ in range(levels):
        shared = make(shared)
    for metadata in ({"key": shared}, {"key": [1, {"inner": shared}]}):
        result, calls = _calls(partial(json_object, metadata))
        assert isinstance(result, PydanticCustomError)
        assert calls < 20_000
        assert not fast_path.are_metadata([metadata])


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [
        ("x" * (MAX_METADATA_BYTES - 100), True),
        ("x" * MAX_METADATA_BYTES, False),
        ("x" * 100_000_000, False),
        ("é" * 4_900_000, True),
        ("é" * 5_000_000, False),
        ("\x01" * 1_600_000, True),
        ("\x01" * 1_700_000, False),
        ([0] * (MAX_METADATA_VALUES - 1), True),
        ([0] * MAX_METADATA_VALUES, False),
        ([0.1234567890123456] * 600_000, False),
        ({"x" * 100_000_000: 1}, False),
        ({"x" * 9_000_000: 1}, True),
        ([{"x" * 1000: 1}] * 20_000, False),
        (["x" * 1000] * 20_000, False),
        (["x" * 1000] * 9_000, True),
        (range(MAX_METADATA_VALUES - 1), True),
        (range(10**15), False),
        (np.zeros(MAX_METADATA_VALUES, dtype=np.int8), False),
        (np.zeros((999, 1000), dtype=np.int8), True),
        (np.broadcast_to(np.int8(0), (10**6, 10**6)), False),
        (pd.Series(np.broadcast_to(np.int8(0), (10**7,))), False),
        (b"x" * 100_000_000, False),
        (dict.fromkeys(map(str, range(MAX_METADATA_VALUES))), False),
        (frozenset(range(MAX_METADATA_VALUES)), False),
    ],
    # pytest numbers those that are alike; a value itself would be an id of megabytes.
    ids=lambda value: (
        type(value).__name__ if type(value) is not bool else ("refused", "taken")[value]
    ),
)
def test_the_limits_are_a_million_values_and_ten_megabytes_of_json(
    value: object, is_taken: bool
) -> None:
    try:
        result = json_object({"key": value})
    except PydanticCustomError as error:
        message = error.message()
    else:
        message = ""
        assert is_taken
        assert len(to_json(result)) <= MAX_METADATA_BYTES
    if not is_taken:
        assert len(message) < 1_000
        assert "too large" in message or "more than 1,000,000" in message
    if fast_path.are_metadata([{"key": value}]):
        assert is_taken


small = st.none() | st.integers(-9, 9) | st.text(max_size=3)


@settings(max_examples=in_ci(100, 30))
@given(st.data())
def test_rows_that_are_large_together_are_looked_at_alone(data: st.DataObject) -> None:
    """The rows of a block share parts, some are large and some are too large."""
    pool: list[Any] = [data.draw(small), "x" * 1_000_000, {"part": ["x" * 50] * 20}]
    for _ in range(data.draw(st.integers(0, 5))):
        part = data.draw(st.sampled_from(pool))
        pool.append({"a": part, "b": [part]} if data.draw(st.booleans()) else [part] * 4)
    rows = [{"key": data.draw(st.sampled_from(pool))} for _ in range(data.draw(st.integers(1, 12)))]
    if fast_path.are_metadata(rows):
        assert [json_object(row) for row in rows] == rows


def test_large_rows_that_are_plain_stay_on_the_fast_path() -> None:
    texts = [{"prompt": "x" * 4_000, "number": number} for number in range(5_000)]
    assert fast_path.are_metadata(texts)
    vectors = [{"vector": [0.5] * 1_536} for _ in range(1_000)]
    assert fast_path.are_metadata(vectors)
    assert fast_path.are_metadata([texts[0]] * 5_000)
    common = {"run": {"of": "x" * 400}}
    assert fast_path.are_metadata([{"common": common, "number": at} for at in range(1_000)])


def test_a_path_and_the_number_of_problems_stay_short() -> None:
    key = "k" * 100_000
    with pytest.raises(PydanticCustomError) as caught:
        json_object({key: {key: {key: float("nan")}}, "many": np.full(500_000, np.nan)})
    message = caught.value.message()
    assert len(message) < 20_000
    assert "and more of the kind" in message
    assert caught.value.context is not None
    assert len(caught.value.context["problems"]) == 101


def test_everything_that_holds_everything_is_refused_at_once() -> None:
    parts: list[dict[str, Any]] = [{} for _ in range(40)]
    for part in parts:
        part.update({str(at): other for at, other in enumerate(parts)})
    result, calls = _calls(lambda: json_object(parts[0]))
    assert isinstance(result, PydanticCustomError)
    assert "too large" in result.message()
    assert calls < 50_000


@both_modes
def test_too_large_metadata_is_refused_before_anything_is_sent(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    shared: Any = 1
    for _ in range(24):
        shared = {"a": shared, "b": shared}
    traces = phoenix.traces(mode)
    given_row = {"trace_id": "t", "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
    frame = pd.DataFrame({"trace_id": ["t"], "score": [1], "metadata": [{"key": shared}]})

    def add() -> None:
        traces.add_trace_annotation(
            trace_id="t", annotation_name="n", score=1, metadata={"key": shared}
        )

    def log() -> None:
        traces.log_trace_annotations(trace_annotations=[{**given_row, "metadata": shared}])

    def log_frame() -> None:
        traces.log_trace_annotations_dataframe(
            dataframe=frame, annotation_name="n", annotator_kind="CODE"
        )

    for send in (add, log, log_frame):
        with pytest.raises(AnnotationValidationError, match="is too large") as caught:
            send()
        assert len(str(caught.value)) < 1_000
    assert phoenix.rows == []
