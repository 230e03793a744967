"""Metadata: what Python programs hold, made into JSON that the server can store, or refused.

Numbers, text, dicts and sequences are walked here, because the server's own limits (finite
numbers, 64-bit integers, nesting, NUL and lone surrogates) need a path in the message. All else is
made simpler first, in `metadata_values`. A part that is shared is walked once, and counted as often
as it would be written out, so that what is small in memory and huge as JSON is refused at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, cast

from pydantic_core import PydanticCustomError, to_json

from phoenix_traces.rules.fields import (
    MAX_INTEGER,
    MAX_METADATA_BYTES,
    MAX_METADATA_VALUES,
    MAX_NESTING,
    MIN_INTEGER,
    may_be_too_large,
)
from phoenix_traces.rules.metadata_models import UnusableValueError, is_model
from phoenix_traces.rules.metadata_values import plain
from phoenix_traces.rules.text import text_problem
from phoenix_traces.shown import cut, shown, type_name

Problem: TypeAlias = "tuple[str, object, str]"

# A path is kept as (path above, key or index) and written out only when something is wrong there.
_Path: TypeAlias = "tuple[_Path | None, str | int]"
_ROOT: _Path = (None, "metadata")

_Container: TypeAlias = "dict[object, object] | list[object]"

_SCALARS = frozenset({str, int, float, bool, type(None)})

# An array can hold a million bad numbers; the first of them say what is wrong with all.
_MOST_PROBLEMS = 100

_MOST_SHOWN_OF_A_KEY = 40
_MOST_SHOWN_OF_A_PATH = 400

TOO_LARGE = (
    f"is too large: at most {MAX_METADATA_VALUES:,} values and "
    f"{MAX_METADATA_BYTES // 1_000_000} MB of JSON are sent, and what is in it twice counts twice"
)


def json_object(value: object) -> dict[str, Any]:
    """Return metadata as JSON, in new containers; what is shared in it stays shared.

    Args:
        value: A mapping, pydantic model or dataclass.

    Raises:
        PydanticCustomError: naming every path that cannot be sent; a model makes it its own error.
    """
    walk = _Walk()
    result = walk.from_root(value)
    if walk.problems:
        raise PydanticCustomError(
            "metadata",
            "{message}",
            {
                "message": "; ".join(f"{path}: {message}" for path, _, message in walk.problems),
                "problems": _Problems(walk.problems),
            },
        )
    return cast("dict[str, Any]", result)


def problems_in(value: object, *, only_first: bool = False) -> list[Problem]:
    """Return what is wrong with metadata, without making JSON of it.

    Args:
        value: As for `json_object`.
        only_first: Whether to stop at the first path that cannot be sent.
    """
    walk = _Walk(only_first=only_first)
    walk.from_root(value)
    return walk.problems


class _Problems(list[Problem]):
    """What is wrong, without the values in its text.

    pydantic makes a text of everything in an error's context, whether its message has it or not,
    and the values may be of any size.
    """

    def __repr__(self) -> str:
        return f"<{len(self)} problems>"


def _is_too_large(values: int, characters: int) -> bool:
    # A value takes at least one byte and its comma.
    return values > MAX_METADATA_VALUES or values * 2 + characters > MAX_METADATA_BYTES


@dataclass(frozen=True)
class _Walked:
    """What came of a container, for when it is met again.

    Attributes:
        given: The container; kept, so that no other object gets its id.
        levels: Containers inside each other in it, itself among them.
    """

    given: object
    result: object
    values: int
    characters: int
    levels: int


class _TooLargeError(Exception):
    pass


class _EnoughError(Exception):
    pass


class _Walk:
    """A walk through metadata that collects what cannot be sent."""

    def __init__(self, *, only_first: bool = False) -> None:
        self._only_first = only_first
        self.problems: list[Problem] = []
        self._values = 0
        self._characters = 0
        self._deepest = 0
        # By id: what the walk is inside of, and what it was.
        self._around: set[int] = set()
        self._walked: dict[int, _Walked] = {}

    def from_root(self, value: object) -> object:
        try:
            result = self._value(value, _ROOT, 0)
            if not self.problems:
                self._check_whole(value, result)
        except _TooLargeError:
            # Not with the value: to show it would be as much work as to send it.
            self.problems = [("metadata", None, TOO_LARGE)]
        except _EnoughError:
            pass
        except RecursionError:
            problem = "is nested deeper than Python's stack allows where this is called"
            self.problems = [("metadata", None, problem)]
        else:
            return result
        return None

    def _check_whole(self, value: object, result: object) -> None:
        if type(result) is not dict:
            self._refuse(value, _ROOT, "must be a mapping with text keys")
        elif may_be_too_large(self._values, self._characters) and (
            len(to_json(result)) > MAX_METADATA_BYTES
        ):
            raise _TooLargeError

    def _value(self, value: object, path: _Path, depth: int) -> object:
        # Exact types first: they are nearly all there is, and abstract classes are slow to ask.
        kind = type(value)
        if kind not in _SCALARS:
            return self._known(value, path, depth)
        if kind is str:
            return self._text(cast("str", value), path)
        if kind is int:
            return self._integer(cast("int", value), path)
        if kind is float:
            return self._float(cast("float", value), path)
        return value

    def _known(self, given: object, path: _Path, depth: int) -> object:
        """Return what is no scalar, from what was walked already if it was."""
        if id(given) in self._around:
            self._refuse(type_name(given), path, "holds itself")
            return None
        if (walked := self._walked.get(id(given))) is not None:
            return self._once_more(walked, path, depth)
        try:
            value = plain(given)
        except UnusableValueError as error:
            # A model's repr shows what its JSON leaves out.
            self._refuse(type_name(given) if is_model(given) else given, path, str(error))
            return None
        if type(value) in _SCALARS:
            return self._value(value, path, depth)
        if depth == MAX_NESTING:
            self._refuse_depth(given, path)
            return None
        before = self._values, self._characters, self._deepest
        self._deepest = depth
        self._around.add(id(given))
        result = self._container(cast("_Container", value), path, depth + 1)
        self._around.remove(id(given))
        self._walked[id(given)] = _Walked(
            given,
            result,
            self._values - before[0],
            self._characters - before[1],
            self._deepest - depth + 1,
        )
        self._deepest = max(self._deepest, before[2])
        return result

    def _once_more(self, walked: _Walked, path: _Path, depth: int) -> object:
        self._count(walked.values, walked.characters)
        if depth + walked.levels > MAX_NESTING:
            self._refuse_depth(walked.given, path)
        self._deepest = max(self._deepest, depth + walked.levels - 1)
        return walked.result

    def _container(self, value: _Container, path: _Path, depth: int) -> object:
        self._count(len(value), 0)
        if isinstance(value, list):
            return [self._value(item, (path, at), depth) for at, item in enumerate(value)]
        result: dict[str, object] = {}
        for key, item in value.items():
            name = key.value if isinstance(key, Enum) else key
            if not isinstance(name, str):
                self._refuse(
                    key, path, f"has the key {shown(key)}; keys in JSON are text, use str()"
                )
                continue
            self._count(0, len(name))
            if problem := text_problem(name):
                self._refuse(name, path, f"has a key that {problem}")
            else:
                result[str(name)] = self._value(item, (path, name), depth)
        return result

    def _count(self, values: int, characters: int) -> None:
        self._values += values
        self._characters += characters
        if _is_too_large(self._values, self._characters):
            raise _TooLargeError

    def _text(self, value: str, path: _Path) -> str:
        self._count(0, len(value))
        if problem := text_problem(value):
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

    def _refuse_depth(self, value: object, path: _Path) -> None:
        problem = f"is nested deeper than {MAX_NESTING} levels"
        self._refuse(type_name(value), path, problem, shown_of_path=_MOST_SHOWN_OF_A_KEY)

    def _refuse(
        self, value: object, path: _Path, problem: str, shown_of_path: int = _MOST_SHOWN_OF_A_PATH
    ) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append((_written(path, shown_of_path), value, problem))
        elif len(self.problems) == _MOST_PROBLEMS:
            self.problems.append(("metadata", None, "and more of the kind"))
        if self._only_first:
            raise _EnoughError


def _written(path: _Path, most: int) -> str:
    steps: list[str | int] = []
    step: _Path | None = path
    while step is not None:
        step, key = step
        steps.append(key)
    return path_text(reversed(steps), most)


def path_text(steps: Iterable[str | int], most: int = _MOST_SHOWN_OF_A_PATH) -> str:
    """Return a path into metadata, such as "metadata.reviewers[2].name", cut where it is long.

    Args:
        steps: The keys and indices, "metadata" first.
        most: Most characters of it.
    """
    written = [
        f"[{key}]" if isinstance(key, int) else f".{cut(key, _MOST_SHOWN_OF_A_KEY)}"
        for key in steps
    ]
    return cut("".join(written).removeprefix("."), most)
