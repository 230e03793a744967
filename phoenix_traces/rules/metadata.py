"""Metadata: what Python programs hold, made into JSON that the server can store, or refused.

Numbers, text, dicts and sequences are walked here, because the server's own limits (finite
numbers, 64-bit integers, nesting, NUL and lone surrogates) need a path in the message. Anything
else that pydantic knows (dates, UUIDs, Decimals, enums, models, dataclasses, sets ...) becomes what
pydantic makes of it. numpy's and pandas' values are recognised by what they offer, so that neither
is imported.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol, TypeAlias, TypeGuard, cast

from pydantic import BaseModel
from pydantic_core import PydanticCustomError, PydanticSerializationError, to_jsonable_python

MAX_NESTING = 200
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**64 - 1

Problem = tuple[str, object, str]


_PLAIN_TYPES = frozenset({str, int, float, bool, type(None), dict, list})

# An enum may hold a numpy array of one number, and no chain is much longer.
_MOST_STEPS = 10


class _NumpyLike(Protocol):
    dtype: Any

    def astype(self, dtype: str) -> _NumpyLike: ...
    def tolist(self) -> Any: ...


def text_problem(value: str) -> str | None:
    """Say why the server could not store a text, or return None.

    PostgreSQL has no NUL in text, and a lone surrogate has no UTF-8 form: the server answers 500,
    or drops every annotation queued beside it.
    """
    if "\x00" in value:
        return "holds a NUL character (\\x00), which PostgreSQL cannot store; remove it"
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "holds a lone surrogate, which is not valid Unicode; remove or replace it"
    return None


def json_object(value: object) -> dict[str, Any]:
    """Return metadata as JSON, in new containers.

    Args:
        value: A mapping, pydantic model or dataclass.

    Raises:
        PydanticCustomError: naming every path that cannot be sent; a model makes it its own error.
    """
    problems: list[Problem] = []
    result = _Walk(problems).value(value, _ROOT, 0)
    if not problems and not isinstance(result, dict):
        problems.append(("metadata", value, "must be a mapping with text keys"))
    if problems:
        raise PydanticCustomError(
            "metadata",
            "{message}",
            {
                "message": "; ".join(f"{path}: {message}" for path, _, message in problems),
                "problems": problems,
            },
        )
    return cast("dict[str, Any]", result)


# A path is kept as (path above, key or index) and written out only when something is wrong there.
_Path: TypeAlias = "tuple[_Path | None, str | int]"
_ROOT: _Path = (None, "metadata")

_Container: TypeAlias = "dict[object, object] | list[object]"


def _written(path: _Path) -> str:
    steps: list[str] = []
    step: _Path | None = path
    while step is not None:
        step, key = step
        steps.append(f"[{key}]" if isinstance(key, int) else f".{key}")
    return "".join(reversed(steps)).removeprefix(".")


class _Walk:
    """Walks a value once, collecting the paths that cannot be sent."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        # By id: what the walk is inside of. Where something holds itself twice, each level of it
        # has twice the values of the one above, and the limit on levels comes too late.
        self._around: set[int] = set()

    def value(self, value: object, path: _Path, depth: int) -> object:
        given = value
        # Exact types first: they are nearly all there is, and abstract classes are slow to ask.
        if type(value) not in _PLAIN_TYPES:
            value = self._plain(value, path)
        kind = type(value)
        if kind is str:
            return self._checked(value, path, text_problem(cast("str", value)))
        if kind is int:
            return self._integer(cast("int", value), path)
        if kind is float:
            return self._float(cast("float", value), path)
        if kind is dict or kind is list:
            return self._container(given, cast("_Container", value), path, depth)
        return value

    def _container(self, given: object, value: _Container, path: _Path, depth: int) -> object:
        if id(given) in self._around:
            self._refuse(type(given).__name__, path, "holds itself")
            return None
        if depth == MAX_NESTING:
            where = f"{_written(path)[:40]}..."
            problem = f"is nested deeper than {MAX_NESTING} levels"
            self.problems.append((where, type(given).__name__, problem))
            return None
        self._around.add(id(given))
        try:
            if isinstance(value, dict):
                return self._mapping(value, path, depth)
            return [self.value(item, (path, at), depth + 1) for at, item in enumerate(value)]
        finally:
            self._around.remove(id(given))

    def _plain(self, value: object, path: _Path) -> object:
        """Return a value as a type that JSON has too; what it holds comes later."""
        plain = value
        for _ in range(_MOST_STEPS):
            plain = self._simpler(plain, path)
            if type(plain) in _PLAIN_TYPES:
                return plain
        # Such as a mock, which has every method, and they all return mocks.
        self._refuse_type(value, path)
        return None

    def _simpler(self, value: object, path: _Path) -> object:
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int.__int__(value)
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, Mapping):
            return dict(cast("Mapping[object, object]", value))
        if isinstance(value, (Sequence, AbstractSet)) and not isinstance(value, (bytes, bytearray)):
            return list(cast("Iterable[object]", value))
        return self._simpler_object(value, path)

    def _simpler_object(self, value: object, path: _Path) -> object:
        if _is_pandas_missing(value):
            return None
        if isinstance(value, (date, time)):
            return value.isoformat()
        if _is_numpy_like(value):
            return _without_numpy(value)
        if isinstance(value, BaseModel):
            return dict(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return self._known_to_pydantic(value, path)

    def _known_to_pydantic(self, value: object, path: _Path) -> object:
        if isinstance(value, Decimal) and not value.is_finite():
            return self._checked(None, path, "is not a finite number")
        # An iterator is refused because reading it uses it up, and a value may be read twice.
        if not issubclass(type(value), Iterator):
            try:
                return to_jsonable_python(value)
            except (PydanticSerializationError, ValueError):
                pass
        self._refuse_type(value, path)
        return None

    def _refuse(self, value: object, path: _Path, problem: str) -> None:
        self.problems.append((_written(path), value, problem))

    def _refuse_type(self, value: object, path: _Path) -> None:
        kind = type(value).__name__
        self._refuse(value, path, f"is of type {kind}, which has no JSON form")

    def _checked(self, value: object, path: _Path, problem: str | None) -> object:
        if problem is not None:
            self._refuse(value, path, problem)
        return value

    def _integer(self, value: int, path: _Path) -> int:
        if not MIN_INTEGER <= value <= MAX_INTEGER:
            problem = "is outside -2^63 .. 2^64-1, which is what the server stores; make it text"
            self._refuse(value, path, problem)
        return value

    def _float(self, value: float, path: _Path) -> float:
        if not math.isfinite(value):
            self._refuse(value, path, "is not a finite number; use None or leave it out")
        elif not MIN_INTEGER < value < MAX_INTEGER:
            # PostgreSQL gives it back without an exponent, and then every reading of it is a 500.
            problem = "is outside -2^63 .. 2^64-1, which the server cannot read back; make it text"
            self._refuse(value, path, problem)
        return value

    def _mapping(self, value: Mapping[object, object], path: _Path, depth: int) -> object:
        result: dict[str, object] = {}
        for key, item in value.items():
            name = key.value if isinstance(key, Enum) else key
            if not isinstance(name, str):
                self._refuse(key, path, f"has the key {key!r}; keys in JSON are text, use str()")
            elif problem := text_problem(name):
                self._refuse(name, path, f"has a key that {problem}")
            else:
                result[str(name)] = self.value(item, (path, name), depth + 1)
        return result


def _is_pandas_missing(value: object) -> bool:
    kind = type(value)
    return kind.__module__.startswith("pandas.") and kind.__name__ in ("NAType", "NaTType")


def _is_numpy_like(value: object) -> TypeGuard[_NumpyLike]:
    return hasattr(value, "tolist") and hasattr(value, "dtype")


def _without_numpy(value: _NumpyLike) -> object:
    kind = value.dtype.kind if type(value).__module__ == "numpy" else ""
    # numpy's own tolist() leaves long doubles as they are ...
    if kind == "f":
        return value.astype("float64").tolist()
    if kind == "c":
        return value.astype("complex128").tolist()
    # ... and makes nanosecond dates and durations bare integers.
    if kind == "m":
        return value.astype("timedelta64[us]").tolist()
    if kind == "M":
        return _without_nat(value.astype("str").tolist())
    return value.tolist()


def _without_nat(value: object) -> object:
    if isinstance(value, list):
        return [_without_nat(item) for item in cast("list[object]", value)]
    return None if value == "NaT" else value
