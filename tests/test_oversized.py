"""However large a piece of the input is, what is said of it stays short.

Every kind of oversized value stands at every place of every method that takes it, sync and async.
"""

from __future__ import annotations

import pickle
import traceback
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError, PhoenixTracesError
from tests.support.annotations import annotation
from tests.support.modes import AnyPhoenix, AnyTraces, Mode, both_modes
from tests.support.sizes import some_of

LARGE = 100_001
MOST_CHARACTERS = 8_000
MOST_BYTES = 16_000


def _shared() -> object:
    """Return 24 dicts, each of which holds the next one twice: its repr has 16 million parts."""
    value: object = 1
    for _ in range(24):
        value = {"a": value, "b": value}
    return value


class Wide:
    """An object whose repr is long."""

    def __repr__(self) -> str:
        return "w" * LARGE


VALUES: dict[str, Callable[[], Any]] = {
    "text": lambda: "x" * LARGE,
    "text with NUL": lambda: "x" * LARGE + "\x00",
    "text with surrogate": lambda: "x" * LARGE + "\ud800",
    "bytes": lambda: b"x" * LARGE,
    "integer": lambda: 1 << 40_000,
    "list": lambda: [0] * LARGE,
    "list of text": lambda: ["x" * LARGE],
    "dict": lambda: {"x" * LARGE: 1},
    "shared dicts": _shared,
    "tuple": lambda: ("x" * LARGE,),
    "object": Wide,
    "type with a long name": type("T" * LARGE, (), {}),
}
NAMES = {"name": "annotation_name"}
FIELDS = ("trace_id", "name", "annotator_kind", "label", "score", "explanation", "identifier")
RESULT = ("label", "score", "explanation")
RIGHT: dict[str, Any] = {"trace_id": "t", "name": "n", "annotator_kind": "HUMAN", "label": "x"}


def _add(traces: AnyTraces, field: str, value: Any) -> None:
    cells = RIGHT | {field: value}
    arguments: dict[str, Any] = {NAMES.get(name, name): cells[name] for name in cells}
    traces.add_trace_annotation(**arguments)


def _item(field: str, value: Any) -> dict[str, Any]:
    cells = RIGHT | {field: value}
    result = {name: cells.pop(name) for name in RESULT if name in cells}
    return {**cells, "result": result}


def _log(traces: AnyTraces, field: str, value: Any) -> None:
    traces.log_trace_annotations(trace_annotations=[_item(field, value)])


def _frame(field: str, value: Any) -> pd.DataFrame:
    cells = RIGHT | {field: value}
    return pd.DataFrame({name: pd.Series([cell], dtype=object) for name, cell in cells.items()})


def _log_frame(traces: AnyTraces, field: str, value: Any) -> None:
    traces.log_trace_annotations_dataframe(dataframe=_frame(field, value))


def _compare(traces: AnyTraces, field: str, value: Any) -> None:
    traces.compare_trace_annotations(trace_annotations=[_item(field, value)])


def _confirm_frame(traces: AnyTraces, field: str, value: Any) -> None:
    traces.confirm_trace_annotations(dataframe=_frame(field, value), timeout=0)


METHODS = (_add, _log, _log_frame, _compare, _confirm_frame)


def _read(name: str) -> Callable[[AnyTraces, Any], None]:
    return lambda traces, value: traces.get_trace_annotations(
        **({"trace_ids": ["t"]} | {name: value})
    )


OTHER_PLACES: dict[str, Callable[[AnyTraces, Any], object]] = {
    "metadata": lambda traces, value: _log(traces, "metadata", value),
    "metadata of a frame": lambda traces, value: _log_frame(traces, "metadata", value),
    "value in metadata": lambda traces, value: _log(traces, "metadata", {"a": [value, object()]}),
    "result": lambda traces, value: traces.log_trace_annotations(
        trace_annotations=[annotation(result=value)]
    ),
    "item": lambda traces, value: traces.log_trace_annotations(trace_annotations=[value]),
    "list": lambda traces, value: traces.log_trace_annotations(trace_annotations=value),
    "frame": lambda traces, value: traces.log_trace_annotations_dataframe(dataframe=value),
    "index label": lambda traces, value: traces.log_trace_annotations_dataframe(
        dataframe=_frame("score", "high").set_axis(pd.Index([(value,)], tupleize_cols=False))
    ),
    "name of a frame": lambda traces, value: traces.log_trace_annotations_dataframe(
        dataframe=_frame("label", "x").drop(columns="name"), annotation_name=value
    ),
    "kind of a frame": lambda traces, value: traces.log_trace_annotations_dataframe(
        dataframe=_frame("label", "x"), annotator_kind=value
    ),
    "trace ids to read": lambda traces, value: _read("trace_ids")(traces, [value]),
    "identifiers to read": lambda traces, value: _read("identifiers")(traces, [value]),
    "names to read": lambda traces, value: _read("include_annotation_names")(traces, [value]),
    "note": lambda traces, value: traces.add_trace_note(trace_id="t", note=value),
    "identifier of a note": lambda traces, value: traces.add_trace_note(
        trace_id="t", note="n", identifier=value
    ),
}
KEYS: dict[str, Callable[[], Any]] = {
    "text": lambda: "x" * LARGE,
    "text like a known key": lambda: "identifie" + "r" * LARGE,
    "text with surrogate": lambda: "x" * LARGE + "\ud800",
    "bytes": lambda: b"x" * LARGE,
    "tuple": lambda: ("x" * LARGE,),
    "object": Wide,
}
KEY_PLACES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "annotation": lambda key: {**annotation(), key: 1},
    "result": lambda key: annotation(result={"label": "x", key: 1}),
    "metadata": lambda key: annotation(metadata={key: object()}),
}


def _call(place: Callable[[AnyTraces, Any], object], value: Any, traces: AnyTraces) -> None:
    place(traces, value)


def _log_twice(traces: AnyTraces, item: dict[str, Any]) -> None:
    traces.log_trace_annotations(trace_annotations=[item, item])


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _assert_short(error: BaseException) -> None:
    for each in _chain(error):
        assert len(str(each)) <= MOST_CHARACTERS
        assert len(repr(each)) <= MOST_CHARACTERS
    assert len("".join(traceback.format_exception_only(error))) <= MOST_CHARACTERS
    # Positions and troubles of all, and values of some.
    many = 6 * len(error.failures) if isinstance(error, AnnotationValidationError) else 0
    assert len(pickle.dumps(error)) <= MOST_BYTES + many
    if isinstance(error, AnnotationValidationError):
        assert len(repr(error.failures)) <= MOST_CHARACTERS
        assert all(len(str(each.message)) <= MOST_CHARACTERS for each in error.failures)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def _check(call: Callable[[AnyTraces], object], mode: Mode) -> None:
    """Make a call, which may be in order, and look at everything that it says."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            call(AnyPhoenix().traces(mode))
        except (PhoenixTracesError, TypeError) as error:
            _assert_short(error)
    assert all(len(str(each.message)) <= MOST_CHARACTERS for each in warned)


def _is_read(kind: str, place: str) -> bool:
    """Tell that a value is in order and goes into a URL, which tests of reading look at."""
    return kind == "text" and place.endswith(" to read")


@both_modes
@pytest.mark.parametrize("kind", VALUES)
def test_no_value_makes_what_is_said_long(kind: str, mode: Mode) -> None:
    value = VALUES[kind]()
    for method, field in some_of(product(METHODS, FIELDS), 9, seed=(kind, mode)):
        # An id that is in order is stored; to compare it, it would go into a URL.
        if kind == "text" and field == "trace_id" and method in (_compare, _confirm_frame):
            continue
        _check(partial(method, field=field, value=value), mode)


@both_modes
@pytest.mark.parametrize("place", OTHER_PLACES)
def test_no_place_makes_what_is_said_long(place: str, mode: Mode) -> None:
    for kind in some_of(VALUES, 4, seed=(place, mode)):
        if _is_read(kind, place):
            continue
        value = VALUES[kind]()
        _check(partial(_call, OTHER_PLACES[place], value), mode)


@both_modes
@pytest.mark.parametrize("place", KEY_PLACES)
def test_no_key_makes_what_is_said_long(place: str, mode: Mode) -> None:
    for make in KEYS.values():
        item = KEY_PLACES[place](make())
        _check(partial(_log_twice, item=item), mode)


def test_the_family_is_large() -> None:
    cells = len(VALUES) * (len(METHODS) * len(FIELDS) + len(OTHER_PLACES))
    assert 2 * (cells + len(KEYS) * len(KEY_PLACES)) >= 1_000
