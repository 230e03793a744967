"""What decides about a small piece of metadata, so that pieces like it are judged once.

A million pieces of bad metadata are mostly bad in the same few ways: a number that is not finite
under the same key, or the same class of object. Walking through each of them, with a path and a
message for each trouble, took 20 times as long as seeing that good ones are good.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import FunctionType
from typing import NamedTuple, TypeAlias, cast

from phoenix_traces.rules.fields import MAX_INTEGER, MIN_INTEGER
from phoenix_traces.rules.text import text_problem

# What is larger takes long anyway, and seldom comes again. Far below every limit for metadata.
_MOST_PARTS = 50
_MOST_CHARACTERS = 10_000
_MOST_LEVELS = 8

# Of these with the longest texts, each is still far below every limit.
_MOST_PARTS_SEARCHED = 200

_KEYS = frozenset({int, float, bool, type(None)})

# What the walk through metadata takes by its type, or by what its class offers.
_TAKEN_BY_TYPE = (Enum, str, int, float, Mapping, Sequence, AbstractSet, date, time)

# What becomes a list, and what becomes text.
_ITEMS = frozenset({list, tuple, set, frozenset})
_TIMES = frozenset({date, datetime, time})

# pydantic knows types of these, and decides about some of them by their value.
_KNOWN_TO_PYDANTIC = frozenset({*sys.stdlib_module_names, "pydantic", "pydantic_core"})

Shape: TypeAlias = object


class Fault(NamedTuple):
    """A part of some metadata that is refused.

    Attributes:
        steps: Keys and indices that lead to it.
        reason: What decides about the words for it.
        part: As the words show it.
    """

    steps: tuple[str | int, ...]
    reason: object
    part: object


class _UndecidedError(Exception):
    pass


def shape_of(value: object) -> tuple[Shape, list[object]] | None:
    """Return what decides about some metadata, and the parts that are at fault, in order.

    Pieces of the same shape are refused at the same paths in the same words.

    Args:
        value: As it was given.

    Returns:
        None where only the walk through all of it can tell.
    """
    look = _Look()
    try:
        shape = look.at(value, 0)
    except _UndecidedError:
        return None
    if type(value) is not dict and not look.at_fault:
        # No mapping: all of it is at fault.
        look.at_fault.append(value)
    return shape, look.at_fault


def first_fault(value: object) -> Fault | bool:
    """Return the first part of some metadata that is refused.

    Args:
        value: As it was given.

    Returns:
        True where nothing is wrong; False where only the walk through it can tell.
    """
    if type(value) is not dict:
        return False
    try:
        return _Search().at(cast("object", value), 0) or True
    except _UndecidedError:
        return False


class _Search:
    """The search for the first fault in one piece of metadata."""

    def __init__(self) -> None:
        self._parts = 0

    def at(self, value: object, level: int) -> Fault | None:
        kind: type[object] = type(value)
        if kind is str:
            return _fault_of_text(cast("str", value))
        if kind is float or (issubclass(kind, float) and kind.__module__ == "numpy"):
            return _fault_of_float(float.__float__(cast("float", value)))
        if kind is int:
            is_good = MIN_INTEGER <= cast("int", value) <= MAX_INTEGER
            return None if is_good else Fault((), kind, value)
        if value is None or kind is bool:
            return None
        if kind is dict:
            return self._in_dict(cast("dict[object, object]", value), level + 1)
        if kind in _ITEMS:
            return self._in_items(cast("Collection[object]", value), level + 1)
        if kind in _TIMES:
            return None
        if _is_known_to_have_no_json(kind, value) or _is_known_to_be_refused(kind, value):
            return Fault((), kind, value)
        raise _UndecidedError

    def _in_dict(self, value: dict[object, object], level: int) -> Fault | None:
        self._count(len(value), level)
        for key, item in value.items():
            if type(key) is not str:
                return _fault_of_key(key)
            if len(key) > _MOST_CHARACTERS:
                raise _UndecidedError
            if problem := text_problem(key):
                return Fault((), ("key", problem), key)
            if fault := self.at(item, level):
                return Fault((key, *fault.steps), fault.reason, fault.part)
        return None

    def _in_items(self, value: Collection[object], level: int) -> Fault | None:
        self._count(len(value), level)
        for at, item in enumerate(value):
            if fault := self.at(item, level):
                return Fault((at, *fault.steps), fault.reason, fault.part)
        return None

    def _count(self, parts: int, level: int) -> None:
        self._parts += parts
        if self._parts > _MOST_PARTS_SEARCHED or level > _MOST_LEVELS:
            raise _UndecidedError


def _fault_of_key(key: object) -> Fault:
    if type(key) not in _KEYS or type(key) is float:
        raise _UndecidedError
    # They stand in the words, and are equal where they look different.
    return Fault((), (type(key), key), key)


def _fault_of_text(text: str) -> Fault | None:
    if len(text) > _MOST_CHARACTERS:
        raise _UndecidedError
    problem = text_problem(text)
    return None if problem is None else Fault((), problem, text)


def _fault_of_float(number: float) -> Fault | None:
    is_good = MIN_INTEGER < number < MAX_INTEGER
    return None if is_good else Fault((), math.isfinite(number), number)


def _is_known_to_have_no_json(kind: type[object], value: object) -> bool:
    return kind is object or (_has_no_json(cast("Hashable", kind)) and not _offers_json(value))


def _is_known_to_be_refused(kind: type[object], value: object) -> bool:
    if kind is Decimal:
        return not cast("Decimal", value).is_finite()
    if kind is bytes:
        return not _is_utf8(cast("bytes", value))
    return kind is FunctionType and not _offers_json(value)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Look:
    """A look at one piece of metadata.

    Attributes:
        at_fault: The parts that are refused.
    """

    def __init__(self) -> None:
        self.at_fault: list[object] = []
        self._parts = 0
        self._characters = 0
        self._containers: list[int] = []

    def at(self, value: object, level: int) -> Shape:
        kind: type[object] = type(value)
        if kind is str:
            return self._text(cast("str", value))
        if kind is float:
            number = cast("float", value)
            return self._fault_unless(
                value, MIN_INTEGER < number < MAX_INTEGER, math.isfinite(number)
            )
        if kind is int:
            return self._fault_unless(value, MIN_INTEGER <= cast("int", value) <= MAX_INTEGER, kind)
        if value is None or kind is bool:
            return kind
        if kind is dict or kind is list:
            return self._container(cast("dict[object, object] | list[object]", value), level + 1)
        if _is_known_to_have_no_json(kind, value):
            self.at_fault.append(value)
            return kind
        raise _UndecidedError

    def _fault_unless(self, value: object, is_good: bool, why: Shape) -> Shape:
        if not is_good:
            self.at_fault.append(value)
        return is_good, why

    def _text(self, text: str) -> Shape:
        self._characters += len(text)
        if self._characters > _MOST_CHARACTERS:
            raise _UndecidedError
        problem = text_problem(text)
        return self._fault_unless(text, problem is None, problem)

    def _container(self, value: dict[object, object] | list[object], level: int) -> Shape:
        self._parts += len(value)
        # One that is met again is shared, or holds itself.
        if self._parts > _MOST_PARTS or level > _MOST_LEVELS or id(value) in self._containers:
            raise _UndecidedError
        self._containers.append(id(value))
        if isinstance(value, list):
            return list, *[self.at(item, level) for item in value]
        return dict, *[self._item(key, item, level) for key, item in value.items()]

    def _item(self, key: object, item: object, level: int) -> Shape:
        if type(key) is str:
            self._characters += len(key)
            if text_problem(key) is None:
                return key, self.at(item, level)
            # What stands under a key that cannot be sent is not looked at.
            self.at_fault.append(key)
            return key, None
        if type(key) not in _KEYS:
            raise _UndecidedError
        self.at_fault.append(key)
        # Of these keys, some are equal and look different.
        return type(key), repr(key)


def _offers_json(value: object) -> bool:
    return (
        hasattr(value, "tolist")
        or hasattr(value, "dtype")
        or hasattr(value, "__pydantic_serializer__")
    )


@lru_cache(maxsize=128)
def _has_no_json(kind: type[object]) -> bool:
    """Tell that no value of a type has a JSON form, unless it has an attribute that gives one."""
    return (
        # A plain class of somebody's, whose values are like each other in this.
        type(kind) is type
        and kind.__mro__ == (kind, object)
        and kind.__module__.partition(".")[0] not in _KNOWN_TO_PYDANTIC
        and "__class__" not in vars(kind)
        and "__getattribute__" not in vars(kind)
        and "__getattr__" not in vars(kind)
        and not issubclass(kind, _TAKEN_BY_TYPE)
        and not dataclasses.is_dataclass(kind)
        and not kind.__module__.startswith("pandas.")
    )
