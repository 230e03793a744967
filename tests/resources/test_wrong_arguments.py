"""Every argument of every public method, given things of every other kind: only words of ours."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from pydantic.errors import PydanticInvalidForJsonSchema

import phoenix_traces
from phoenix_traces import (
    AnnotationResult,
    AsyncTraces,
    PhoenixTracesError,
    TraceAnnotationData,
    Traces,
    UploadOptions,
    annotation_row_type,
    annotation_type_from_config,
    json_schema,
)
from phoenix_traces.testing import FakePhoenix
from tests.support.modes import Mode, both_modes

ROW = {"trace_id": "t1", "name": "tone", "annotator_kind": "CODE", "result": {"score": 1}}
FRAME = pd.DataFrame({"trace_id": ["t1"], "score": [1.0]})
EVALUATIONS = pd.DataFrame({"trace_id": ["t1"], "tone_score": [{"score": 1, "kind": "code"}]})
FRAME_WORDS: dict[str, Any] = {
    "dataframe": FRAME,
    "annotation_name": "tone",
    "annotator_kind": "CODE",
}

# A call of each method that works.
CALLS: dict[str, dict[str, Any]] = {
    "add_trace_annotation": {"trace_id": "t1", "annotation_name": "tone", "score": 1},
    "log_trace_annotations": {"trace_annotations": [ROW]},
    "log_trace_annotations_dataframe": FRAME_WORDS,
    "log_evaluations": {"results": EVALUATIONS},
    "compare_trace_annotations": FRAME_WORDS,
    "confirm_trace_annotations": FRAME_WORDS | {"timeout": 0},
    "get_trace_annotations": {"trace_ids": ["t1"]},
    "iter_trace_annotations": {"trace_ids": ["t1"]},
    "get_trace_annotations_dataframe": {"trace_ids": ["t1"]},
    "get_trace_notes": {"trace_ids": ["t1"]},
    "get_traces": {"project_identifier": "default"},
    "iter_traces": {"project_identifier": "default"},
    "get_traces_dataframe": {"project_identifier": "default"},
    "delete_trace_annotations": {"project_identifier": "default", "delete_all": True},
    "add_trace_note": {"trace_id": "t1", "note": "Seen."},
}


class Unruly:
    """Nothing that any argument takes, and what raises when it is asked for its truth."""

    def __bool__(self) -> bool:
        raise RuntimeError("it has no truth")

    def __repr__(self) -> str:
        raise RuntimeError("it has no words")


WRONG: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2.5,
        float("nan"),
        10**400,
        10**5000,
        1j,
        "",
        "false",
        "x" * 5000,
    ),
    *(
        b"bytes",
        [],
        [None],
        {},
        {"batch_size": 1},
        (),
        {1},
        object(),
        Unruly(),
        datetime(2026, 1, 2),
    ),
    *(np.array([1, 2]), np.bool_(True), np.float64("nan"), pd.NA, pd.NaT, pd.Series(["t1"]), FRAME),
    *(int, dict, UploadOptions, UploadOptions(), AnnotationResult, TraceAnnotationData, print),
    *(AnnotationResult(score=1), range(3), memoryview(b"x"), ValueError("x")),
]


def _arguments() -> Iterator[tuple[str, str]]:
    for method in CALLS:
        for name in list(inspect.signature(getattr(Traces, method)).parameters)[1:]:
            yield method, name


ARGUMENTS = list(_arguments())


def _raised(call: Callable[..., object], **arguments: Any) -> Exception | None:
    try:
        call(**arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    return None


def _is_ours(error: Exception | None, name: str) -> bool:
    """Whether it is an error of ours, or one that names the argument.

    A model may hold what JSON Schema has no words for, such as a function; pydantic says so.
    """
    if error is None or isinstance(error, (PhoenixTracesError, PydanticInvalidForJsonSchema)):
        return True
    names = {name, "trace_annotations", "dataframe", "DataFrame"}
    return type(error) in {TypeError, ValueError} and any(each in str(error) for each in names)


def test_every_argument_of_every_method_is_tried() -> None:
    methods = {name for name, _ in inspect.getmembers(Traces, inspect.isfunction) if name[0] != "_"}
    assert methods == CALLS.keys()
    for method in methods:
        both = [inspect.signature(getattr(each, method)) for each in (Traces, AsyncTraces)]
        assert both[0].parameters.keys() == both[1].parameters.keys()
    assert len(ARGUMENTS) * len(WRONG) * len(Mode) > 4_000


def _outcomes(
    phoenix: FakePhoenix, mode: Mode, method: str, calls: list[dict[str, Any]]
) -> list[Exception | None]:
    """Return what each call of a method raised, all of them over one client."""
    if mode is Mode.ASYNC:
        return asyncio.run(_async_outcomes(phoenix, method, calls))
    with phoenix.client() as client:
        call = getattr(client.traces, method)
        return [_raised(_read, method=call, given=each) for each in calls]


def _read(method: Callable[..., object], given: dict[str, Any]) -> None:
    result = method(**given)
    if isinstance(result, Iterator):
        list(cast("Iterator[object]", result))


async def _async_outcomes(
    phoenix: FakePhoenix, method: str, calls: list[dict[str, Any]]
) -> list[Exception | None]:
    found: list[Exception | None] = []
    async with phoenix.async_client() as client:
        for each in calls:
            try:
                result = getattr(client.traces, method)(**each)
                if isinstance(result, AsyncIterator):
                    [_ async for _ in cast("AsyncIterator[object]", result)]
                else:
                    await result
            except Exception as error:  # noqa: BLE001 - whatever it is
                found.append(error)
            else:
                found.append(None)
    return found


@both_modes
@pytest.mark.parametrize(("method", "name"), ARGUMENTS)
def test_a_wrong_argument_is_refused_by_name(mode: Mode, method: str, name: str) -> None:
    phoenix = FakePhoenix("t1")
    # So that a confirmation need not wait.
    phoenix.client().traces.log_trace_annotations_dataframe(**FRAME_WORDS, sync=True)
    # A ready annotation stands alone.
    others = {} if name == "annotation" else CALLS[method]
    calls = [CALLS[method], *(others | {name: value} for value in WRONG)]
    right, *outcomes = _outcomes(phoenix, mode, method, calls)
    assert right is None
    for value, error in zip(WRONG, outcomes, strict=True):
        assert _is_ours(error, name), (type(value), repr(error)[:300])
        assert error is None or len(str(error)) < 10_000


FLAGS = [
    each
    for each in ARGUMENTS
    if each[1] in {"sync", "validate_configs", "delete_all", "include_spans"}
]


@both_modes
@pytest.mark.parametrize(("method", "name"), FLAGS)
def test_what_is_neither_true_nor_false_is_no_flag_and_nothing_is_sent(
    mode: Mode, method: str, name: str
) -> None:
    phoenix = FakePhoenix("t1")
    calls = [CALLS[method] | {name: value} for value in WRONG if not isinstance(value, bool)]
    for error in _outcomes(phoenix, mode, method, calls):
        assert isinstance(error, TypeError)
        assert str(error).startswith(f"{name} must be True or False, not ")
    assert phoenix.requests == []


@pytest.mark.parametrize("value", WRONG, ids=lambda value: type(value).__name__)
def test_functions_refuse_what_is_no_model_by_name(value: Any) -> None:
    functions: list[tuple[Callable[..., object], str]] = [
        (annotation_row_type, "model"),
        (json_schema, "model"),
        (annotation_type_from_config, "config"),
    ]
    for function, name in functions:
        error = _raised(function, **{name: value})
        assert _is_ours(error, name), repr(error)
    assert _is_ours(_raised(json_schema, mode=value), "mode")


def test_the_public_functions_are_tried() -> None:
    functions = {
        name for name in phoenix_traces.__all__ if inspect.isfunction(getattr(phoenix_traces, name))
    }
    assert functions == {"annotation_row_type", "json_schema", "annotation_type_from_config"}
