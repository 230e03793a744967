"""pandas' missing time, NaT, taken out of models: pydantic takes it for a datetime, and fails."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias, TypeVar, cast

from pydantic import BaseModel

from phoenix_traces.rules.fields import MAX_METADATA_VALUES

_KeyT = TypeVar("_KeyT")
_Container: TypeAlias = "Mapping[object, object] | Sequence[object] | AbstractSet[object]"


def is_pandas_missing(value: object) -> bool:
    """Tell whether a value is pandas' NA or NaT."""
    kind = type(value)
    return kind.__module__.startswith("pandas.") and kind.__name__ in ("NAType", "NaTType")


def without_missing(value: object) -> object:
    """Return a value with None in place of NA and NaT, or itself where it holds none of them."""
    return _Replacing().replaced(value)


class _Replacing:
    def __init__(self) -> None:
        # By id, with what was given, so that no other object gets its id.
        self._done: dict[int, tuple[object, object]] = {}

    def replaced(self, value: object) -> object:
        if is_pandas_missing(value):
            return None
        if isinstance(value, (str, bytes, bytearray, int, float, type(None))):
            return value
        if id(value) in self._done:
            return self._done[id(value)][1]
        # For what holds itself.
        self._done[id(value)] = (value, value)
        result = self._inside(value)
        self._done[id(value)] = (value, result)
        return result

    def _inside(self, value: object) -> object:
        if isinstance(value, BaseModel):
            fields = self._changed({**vars(value), **(value.model_extra or {})})
            return value.model_copy(update=fields) if fields else value
        if isinstance(value, (Mapping, Sequence, AbstractSet)):
            return self._in_container(cast("_Container", value))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._in_dataclass(value)
        return value

    def _in_container(self, value: _Container) -> object:
        if len(value) > MAX_METADATA_VALUES:
            return value  # which is refused for that
        if isinstance(value, Mapping):
            changed = self._changed(value)
            return {**value, **changed} if changed else value
        given = list(value)
        result = list(map(self.replaced, given))
        is_same = all(new is old for new, old in zip(result, given, strict=True))
        return value if is_same else result

    def _in_dataclass(self, value: object) -> object:
        names = (each.name for each in dataclasses.fields(cast("type", value)))
        changed = self._changed({each: getattr(value, each, None) for each in names})
        if not changed:
            return value
        result = copy.copy(value)
        for name, new in changed.items():
            # The way around `frozen`.
            object.__setattr__(result, name, new)
        return result

    def _changed(self, parts: Mapping[_KeyT, object]) -> dict[_KeyT, object]:
        return {key: new for key, old in parts.items() if (new := self.replaced(old)) is not old}
