"""Single values in metadata, made simpler until JSON has their type too.

numpy's and pandas' values are recognised by what they offer, so that neither is imported.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time
from decimal import Decimal
from enum import Enum
from itertools import islice
from typing import Any, Protocol, TypeGuard, cast

from pydantic_core import PydanticSerializationError, to_jsonable_python

from phoenix_traces.rules.fields import MAX_METADATA_VALUES
from phoenix_traces.rules.mappings import TooManyKeysError, bounded_dict
from phoenix_traces.rules.metadata_missing import is_pandas_missing
from phoenix_traces.rules.metadata_models import UnusableValueError, is_model, json_from_model
from phoenix_traces.shown import type_name

_PLAIN_TYPES = frozenset({str, int, float, bool, type(None), dict, list})

# An enum may hold a numpy array of one number, and no chain is much longer.
_MOST_STEPS = 10


class _NumpyLike(Protocol):
    dtype: Any

    def astype(self, dtype: str) -> _NumpyLike: ...
    def tolist(self) -> Any: ...


def plain(value: object) -> object:
    """Return a value as a type that JSON has too; what is in it comes later.

    Raises:
        UnusableValueError: when there is none.
    """
    simpler = value
    for _ in range(_MOST_STEPS):
        if type(simpler) in _PLAIN_TYPES:
            return simpler
        simpler = _read(simpler)
    # Such as a mock, which has every method, and they all return mocks.
    raise _no_form(value)


def _read(value: object) -> object:
    try:
        return _simpler(value)
    except UnusableValueError:
        raise
    except Exception as error:  # noqa: BLE001 - a caller's own class may raise anything
        problem = f"cannot be read: {type_name(error)} came of a {type_name(value)}"
        raise UnusableValueError(problem) from None


def _no_form(value: object) -> UnusableValueError:
    return UnusableValueError(f"is of type {type_name(value)}, which has no JSON form")


def _simpler(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, Mapping):
        return _dict_of(cast("Mapping[object, object]", value))
    if isinstance(value, (Sequence, AbstractSet)) and not isinstance(value, (bytes, bytearray)):
        # One more than may be, so that a range without end is refused and not written out.
        return list(islice(cast("Iterable[object]", value), MAX_METADATA_VALUES + 1))
    return _simpler_object(value)


def _simpler_object(value: object) -> object:
    if is_pandas_missing(value):
        return None
    if isinstance(value, (date, time)):
        return value.isoformat()
    if _is_numpy_like(value):
        _refuse_if_long(math.prod(getattr(value, "shape", ())))
        return _without_numpy(value)
    if is_model(value):
        return json_from_model(value, plain)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    return _known_to_pydantic(value)


def _dict_of(mapping: Mapping[object, object]) -> dict[object, object]:
    try:
        return bounded_dict(mapping, MAX_METADATA_VALUES)
    except TooManyKeysError:
        raise UnusableValueError(f"holds more than {MAX_METADATA_VALUES:,} values") from None


def _refuse_if_long(length: int) -> None:
    if length > MAX_METADATA_VALUES:
        raise UnusableValueError(f"holds more than {MAX_METADATA_VALUES:,} values")


def _known_to_pydantic(value: object) -> object:
    if isinstance(value, Decimal) and not value.is_finite():
        raise UnusableValueError("is not a finite number")
    # An iterator is refused because reading it uses it up, and a value may be read twice.
    if issubclass(type(value), Iterator):
        raise _no_form(value)
    try:
        return to_jsonable_python(value)
    except (PydanticSerializationError, ValueError):
        raise _no_form(value) from None


def _is_numpy_like(value: object) -> TypeGuard[_NumpyLike]:
    return hasattr(value, "tolist") and hasattr(value, "dtype")


def _without_numpy(value: _NumpyLike) -> object:
    kind = value.dtype.kind if type(value).__module__ == "numpy" else ""
    # numpy's own tolist() leaves long doubles as they are ...
    if kind == "f":
        # One at a time: as an array, what is beyond all floats brings a warning of numpy's.
        return _floats(value.tolist())
    if kind == "c":
        return value.astype("complex128").tolist()
    # ... and makes nanosecond dates and durations bare integers.
    if kind == "m":
        return value.astype("timedelta64[us]").tolist()
    if kind == "M":
        return _without_nat(value.astype("str").tolist())
    return value.tolist()


def _floats(value: Any) -> object:
    if isinstance(value, list):
        return [_floats(item) for item in cast("list[object]", value)]
    return float(value)


def _without_nat(value: object) -> object:
    if isinstance(value, list):
        return [_without_nat(item) for item in cast("list[object]", value)]
    return None if value == "NaT" else value
