"""Values whose own methods raise or lie, in every place that takes a value.

Each ends in a refusal before any request, which names its row and can be shown and pickled; or it
is stored.
"""

from __future__ import annotations

import pickle
import weakref
from collections import UserDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from itertools import count, cycle, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError
from typing_extensions import override

from phoenix_traces import AnnotationResult, AnnotationValidationError, TraceAnnotationData
from phoenix_traces.rules import metadata, metadata_values
from phoenix_traces.testing import FakePhoenix
from tests.support.sizes import some_of

pytestmark = [
    pytest.mark.filterwarnings("ignore::phoenix_traces.DuplicateAnnotationWarning"),
    # pydantic's own way to pass over what a value raises when it is asked for its class.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_METHODS = (
    "__bool__",
    "__eq__",
    "__float__",
    "__format__",
    "__hash__",
    "__index__",
    "__int__",
    "__iter__",
    "__len__",
    "__reduce_ex__",
    "__repr__",
    "__str__",
    "bit_length",
    "encode",
    "is_integer",
    "isascii",
    "items",
    "keys",
    "strip",
    "values",
)


def _raising(*_: object, **__: object) -> Any:
    raise RuntimeError("hostile")


class _NamelessType(type):
    @override
    def __getattribute__(cls, name: str) -> Any:
        return _raising() if name == "__name__" else super().__getattribute__(name)


class _Nameless(metaclass=_NamelessType):
    pass


# What a framework's proxy is outside of a request.
_Unbound: Any = type("_Unbound", (), {"__class__": property(_raising)})


class _Referent:
    pass


class _Control:
    @override
    def __repr__(self) -> str:
        return "first\nsecond\x1b[31m\x00\ud800"


class _Choice(Enum):
    """What pickles by its value, and does not come back."""

    ONLY = object()


class _Unset:
    @override
    def __repr__(self) -> str:
        raise AttributeError("not set")


class _Endless(Mapping[str, object]):
    @override
    def __getitem__(self, key: str) -> object:
        return 1

    @override
    def __iter__(self) -> Iterator[str]:
        number = 0
        while True:
            yield f"key {number}"
            number += 1

    @override
    def __len__(self) -> int:
        return 1


def _subclass(base: type[Any], *given: object) -> object:
    kind = type(f"Hostile{base.__name__}", (base,), dict.fromkeys(_METHODS, _raising))
    return kind(*given)


def _proxy_of_nothing() -> object:
    return weakref.proxy(_Referent())


_VALUES: dict[str, Callable[[], object]] = {
    "object": lambda: _subclass(object),
    "text": lambda: _subclass(str, "trace-1"),
    "kind": lambda: _subclass(str, "CODE"),
    "integer": lambda: _subclass(int, 1),
    "float": lambda: _subclass(float, 0.5),
    "not a number": lambda: _subclass(float, "nan"),
    "dict": lambda: _subclass(dict, {"label": "a"}),
    "list": lambda: _subclass(list, ["a"]),
    "bytes": lambda: _subclass(bytes, b"a"),
    "no name": _Nameless,
    "unbound proxy": _Unbound,
    "proxy of nothing": _proxy_of_nothing,
    "control characters": _Control,
    "enum": lambda: _Choice.ONLY,
    "unset": _Unset,
}
_FIELDS = (
    "trace_id",
    "name",
    "annotator_kind",
    "label",
    "score",
    "explanation",
    "metadata",
    "metadata.key",
    "metadata.key[0]",
    "identifier",
)
_IN_LISTS = ("result", "item")


def _row(place: str, value: object) -> Any:
    row: dict[str, object] = {
        "trace_id": "trace-1",
        "name": "tone",
        "annotator_kind": "CODE",
        "label": "kind",
    }
    whole = {"metadata.key": {"key": value}, "metadata.key[0]": {"key": [value]}}
    return {**row, place.partition(".")[0]: whole.get(place, value)}


def _nested(place: str, value: object) -> Any:
    if place == "item":
        return value
    row = _row(place, value)
    result = {name: row.pop(name) for name in ("label", "score", "explanation") if name in row}
    return {"result": result, **row}


def _by_list(phoenix: FakePhoenix, place: str, value: object) -> None:
    good = _nested("label", "kind")
    items = [good, _nested(place, value), good]
    phoenix.client().traces.log_trace_annotations(trace_annotations=items)


def _by_list_after_a_refusal(phoenix: FakePhoenix, place: str, value: object) -> None:
    items = [_nested("label", 5)] * 1_000 + [_nested(place, value)]
    phoenix.client().traces.log_trace_annotations(trace_annotations=items)


def _by_frame(phoenix: FakePhoenix, place: str, value: object) -> None:
    # The first row is good, because pandas asks the first cell of a column what it is.
    good: dict[str, object] = {
        "score": "1",
        "explanation": "why",
        "metadata": {},
        "identifier": "a",
    }
    columns: dict[str, Any] = {}
    for name, each in _row(place, value).items():
        columns[name] = cells = np.empty(2, dtype=object)
        cells[0] = {**_row("label", "kind"), **good}[name]
        cells[1] = each
    frame = pd.DataFrame(columns)
    phoenix.client().traces.log_trace_annotations_dataframe(dataframe=frame)


def _refusal(
    by: Callable[[FakePhoenix, str, object], None], place: str, value: object
) -> AnnotationValidationError | None:
    phoenix = FakePhoenix("trace-1")
    try:
        by(phoenix, place, value)
    except AnnotationValidationError as error:
        assert not phoenix.requests
        return error
    assert phoenix.requests
    return None


@pytest.mark.parametrize(
    ("by", "place", "kind"),
    some_of(
        [
            *product((_by_list, _by_list_after_a_refusal), (*_FIELDS, *_IN_LISTS), _VALUES),
            *product((_by_frame,), _FIELDS, _VALUES),
        ],
        150,
    ),
)
def test_a_hostile_value_is_stored_or_refused_and_the_refusal_can_be_shown_and_pickled(
    by: Callable[[FakePhoenix, str, object], None], place: str, kind: str
) -> None:
    error = _refusal(by, place, _VALUES[kind]())
    if error is not None:
        text = f"{error}{error!r}{error.failures!r}"
        text.encode()
        assert "\x1b" not in text
        assert len(error.to_dataframe()) == len(error.failures)
        loaded = pickle.loads(pickle.dumps(error))
        assert [each.position for each in loaded.failures] == [
            each.position for each in error.failures
        ]


@pytest.mark.parametrize("method", ["__getitem__", "__iter__", "__len__", "items", "keys"])
@pytest.mark.parametrize("place", ["item", "result", "metadata", "metadata.key"])
def test_a_mapping_that_raises_is_refused_or_sent_whole(place: str, method: str) -> None:
    class Raising(Mapping[str, object]):
        def __init__(self, given: Mapping[str, object]) -> None:
            self._given = given

        @override
        def __getitem__(self, key: str) -> object:
            return self._given[key]

        @override
        def __iter__(self) -> Iterator[str]:
            return iter(self._given)

        @override
        def __len__(self) -> int:
            return len(self._given)

    setattr(Raising, method, _raising)
    given = _nested("label", "kind") if place == "item" else {"label": "kind"}
    error = _refusal(_by_list, place, Raising(given))
    if error is not None:
        assert [each.position for each in error.failures] == [1]


_ENDLESS_METHODS: dict[str, Callable[..., Any]] = {
    "__iter__": lambda *_: map("key {}".format, count()),
    "keys": lambda *_: map("key {}".format, count()),
    "values": lambda *_: count(),
    "items": lambda *_: ((f"key {number}", number) for number in count()),
    "__len__": lambda *_: 2**62,
    "__contains__": lambda *_: True,
    "__getitem__": lambda *_: 1,
}


def _endless(*bases: type[Any]) -> Any:
    return type("Endless", bases, dict(_ENDLESS_METHODS))()


_BY: list[Callable[[FakePhoenix, str, object], None]] = [
    _by_list,
    _by_list_after_a_refusal,
    _by_frame,
]
_ENDLESS: dict[str, Callable[[], object]] = {
    "mapping": lambda: _endless(Mapping),
    "mapping that lies about its length": _Endless,
    "dict": lambda: _endless(dict),
    "list": lambda: _endless(list),
    "sequence": lambda: _endless(Sequence),
    "set": lambda: _endless(AbstractSet),
    "tuple": lambda: _endless(tuple),
    "text": lambda: _endless(str),
    "iterable": lambda: _endless(object),
    "iterator": count,
    "generator": lambda: (number for number in count()),
    "cycle": lambda: cycle("ab"),
    "range": lambda: range(2**62),
    "user dict": lambda: _endless(UserDict),
    "holder of an endless one": lambda: {"in it": [_endless(Mapping)]},
}


@pytest.mark.parametrize("kind", _ENDLESS)
@pytest.mark.parametrize(
    ("by", "place"), [*product(_BY[:2], (*_FIELDS, *_IN_LISTS)), *product(_BY[2:], _FIELDS)]
)
def test_a_value_without_an_end_is_read_so_far_and_no_farther(
    by: Callable[[FakePhoenix, str, object], None],
    place: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # To read a million values takes seconds, and proves no more.
    monkeypatch.setattr(metadata, "MAX_METADATA_VALUES", 1_000)
    monkeypatch.setattr(metadata_values, "MAX_METADATA_VALUES", 1_000)
    error = _refusal(by, place, _ENDLESS[kind]())
    if error is not None:
        assert len(f"{error}{error!r}{error.failures!r}") < 20_000
        assert len(pickle.dumps(error)) < 200_000


@pytest.mark.parametrize("place", _IN_LISTS)
def test_an_annotation_with_no_end_of_keys_is_refused_in_words(place: str) -> None:
    error = _refusal(_by_list, place, _endless(Mapping))
    assert "has more than 1000 keys" in str(error)


@pytest.mark.parametrize("model", [TraceAnnotationData, AnnotationResult])
def test_the_models_alone_refuse_a_mapping_with_no_end_of_keys(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="has more than 1000 keys"):
        model.model_validate(_endless(Mapping))


def test_metadata_with_no_end_of_keys_is_refused() -> None:
    error = _refusal(_by_list, "metadata", _Endless())
    assert "holds more than 1,000,000 values" in str(error)


def test_a_list_that_does_not_know_its_length_is_read_to_its_end() -> None:
    class Unmeasured(list[object]):
        @override
        def __len__(self) -> int:
            return int(_raising())

    phoenix = FakePhoenix("trace-1")
    items: Any = Unmeasured([_nested("label", "kind")])
    phoenix.client().traces.log_trace_annotations(trace_annotations=items, sync=True)
    assert len(phoenix.stored()) == 1


class _Measured(BaseModel, arbitrary_types_allowed=True):
    values: Any
    key: SecretStr = Field(default=SecretStr("hush"))


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, np.nan]),
        np.array([[np.inf]]),
        np.float32("nan"),
        np.longdouble("-inf"),
        pd.Series([1.0, None]),
        [np.array([np.nan])],
        {"deep": (np.array([np.nan], dtype=object),)},
    ],
    ids=repr,
)
def test_a_number_that_is_not_finite_is_refused_in_a_models_array_too(values: object) -> None:
    error = _refusal(_by_list, "metadata", _Measured(values=values))
    assert "holds a number that is not finite" in str(error)
    assert "hush" not in str(error)
