from __future__ import annotations

import dataclasses
import json
from collections import OrderedDict, UserDict, deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import MagicMock
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from phoenix_traces.rules.metadata import json_object


class Mode(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Secret(str):
    def __str__(self) -> str:
        return "***"


@dataclasses.dataclass
class Reviewer:
    name: str
    since: date


class Model(BaseModel):
    name: str
    scores: list[float]
    reviewer: Reviewer | None = None


class Unruly:
    """Neither JSON nor anything that pydantic knows."""


def _value(value: object) -> Any:
    return json_object({"key": value})["key"]


def _refusals(metadata: object) -> list[tuple[str, str]]:
    """Return the paths that are refused, and why."""
    with pytest.raises(PydanticCustomError) as caught:
        json_object(metadata)
    context = caught.value.context
    assert context is not None
    return [(path, message) for path, _, message in context["problems"]]


# What becomes JSON


@pytest.mark.parametrize(
    ("given_value", "json_value"),
    [
        (None, None),
        (True, True),
        (-(2**63), -(2**63)),
        (2**64 - 1, 2**64 - 1),
        (0.1, 0.1),
        ("text \U0001f600", "text \U0001f600"),
        ((1, 2), [1, 2]),
        (range(3), [0, 1, 2]),
        (deque([1]), [1]),
        ({1}, [1]),
        (frozenset({"a"}), ["a"]),
        (OrderedDict(a=1), {"a": 1}),
        (UserDict({"a": 1}), {"a": 1}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (Mode.RED, "red"),
        (Level.HIGH, 3),
        (Secret("text"), "text"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("0.10"), "0.10"),
        (date(2026, 1, 2), "2026-01-02"),
        (time(3, 4), "03:04:00"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc), "2026-01-02T03:04:00+00:00"),
        (timedelta(seconds=90), "PT1M30S"),
        (b"text", "text"),
        (Path("/a/b"), "/a/b"),
        (ip_address("127.0.0.1"), "127.0.0.1"),
        (Reviewer("ana", date(2026, 1, 2)), {"name": "ana", "since": "2026-01-02"}),
        (Model(name="m", scores=[1]), {"name": "m", "scores": [1.0], "reviewer": None}),
    ],
)
def test_what_python_programs_hold_becomes_json(given_value: object, json_value: object) -> None:
    assert _value(given_value) == json_value
    json.dumps(_value(given_value), allow_nan=False)


@pytest.mark.parametrize(
    ("given_value", "json_value"),
    [
        (np.int64(5), 5),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.bool_(False), False),
        (np.str_("text"), "text"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array([0.5], dtype=np.longdouble), [0.5]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.ma.array([1, 2], mask=[False, True]), [1, None]),
        (np.array([1, None, "x"], dtype=object), [1, None, "x"]),
        (np.array(7), 7),
        (np.datetime64("2026-01-02"), "2026-01-02"),
        (np.datetime64("2026-01-02T03:04:05.000000006"), "2026-01-02T03:04:05.000000006"),
        (np.datetime64("NaT", "ns"), None),
        (
            np.array(["2026-01-02", "NaT"], dtype="datetime64[ns]"),
            ["2026-01-02T00:00:00.000000000", None],
        ),
        (np.timedelta64(90, "s"), "PT1M30S"),
        (pd.NA, None),
        (pd.NaT, None),
        (pd.Timestamp("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00"),
        (pd.Timedelta(seconds=90), "PT1M30S"),
        (pd.Series([1, 2]), [1, 2]),
        (pd.Index(["a"]), ["a"]),
        (pd.Series([1, None], dtype="Int64"), [1, None]),
    ],
)
def test_what_numpy_and_pandas_hold_becomes_json(given_value: object, json_value: object) -> None:
    assert _value(given_value) == json_value
    json.dumps(_value(given_value), allow_nan=False)


@pytest.mark.parametrize(
    "metadata",
    [{"name": "m"}, MappingProxyType({"name": "m"}), OrderedDict(name="m"), UserDict(name="m")],
)
def test_metadata_is_any_mapping(metadata: object) -> None:
    assert json_object(metadata) == {"name": "m"}


def test_metadata_is_a_model_or_a_dataclass() -> None:
    assert json_object(Reviewer("ana", date(2026, 1, 2))) == {"name": "ana", "since": "2026-01-02"}
    assert json_object(Model(name="m", scores=[])) == {"name": "m", "scores": [], "reviewer": None}


def test_text_enums_are_keys() -> None:
    assert json_object({Mode.RED: 1}) == {"red": 1}


def test_the_callers_containers_are_neither_changed_nor_kept() -> None:
    given_metadata: dict[str, Any] = {"list": [1, {"a": (1, 2)}]}
    result = json_object(given_metadata)
    result["list"][1]["a"].append(3)
    assert given_metadata == {"list": [1, {"a": (1, 2)}]}


# What is refused


@pytest.mark.parametrize("metadata", ["text", 5, [1], [("a", 1)], True, None, Mode.RED])
def test_metadata_that_is_no_object_is_refused(metadata: object) -> None:
    assert _refusals(metadata) == [("metadata", "must be a mapping with text keys")]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (float("nan"), "not a finite number"),
        (float("inf"), "not a finite number"),
        (np.float64("nan"), "not a finite number"),
        (np.float32("inf"), "not a finite number"),
        (2.0**64, "outside -2^63 .. 2^64-1"),
        (-(2.0**63), "outside -2^63 .. 2^64-1"),
        (np.float64(1e300), "outside -2^63 .. 2^64-1"),
        (Decimal("NaN"), "not a finite number"),
        (Decimal("Infinity"), "not a finite number"),
        (2**64, "outside -2^63 .. 2^64-1"),
        (-(2**63) - 1, "outside -2^63 .. 2^64-1"),
        ("a\x00b", "NUL character"),
        (b"a\x00b", "NUL character"),
        ("\ud83d", "lone surrogate"),
        (Unruly(), "type Unruly, which has no JSON form"),
        (object, "has no JSON form"),
        (MagicMock(), "type MagicMock, which has no JSON form"),
        (pd.DataFrame({"a": [1]}), "type DataFrame, which has no JSON form"),
        (len, "has no JSON form"),
        (b"\xff", "has no JSON form"),
        (iter([1]), "has no JSON form"),
        ((each for each in [1]), "type generator, which has no JSON form"),
    ],
)
def test_values_that_cannot_be_stored_are_refused_by_path(value: object, says: str) -> None:
    for metadata, where in (
        ({"a": value}, "metadata.a"),
        ({"a": [0, {"b": value}]}, "metadata.a[1].b"),
    ):
        ((path, message),) = _refusals(metadata)
        assert path == where
        assert says in message


def test_bad_cells_of_an_array_are_refused_by_path() -> None:
    ((path, _),) = _refusals({"a": np.array([1.0, np.nan])})
    assert path == "metadata.a[1]"


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (1, "has the key 1"),
        (None, "has the key None"),
        (("a",), "has the key ('a',)"),
        (Level.HIGH, "keys in JSON are text"),
        ("\x00", "has a key that holds a NUL"),
        ("\ud800", "has a key that holds a lone surrogate"),
    ],
)
def test_keys_that_are_no_storable_text_are_refused(key: object, says: str) -> None:
    ((path, message),) = _refusals({"a": {key: 1}})
    assert path == "metadata.a"
    assert says in message


def test_every_problem_is_told_at_once() -> None:
    refusals = _refusals({"a": float("nan"), "b": ["\x00", 2**70], "c": 1})
    assert [path for path, _ in refusals] == ["metadata.a", "metadata.b[0]", "metadata.b[1]"]
