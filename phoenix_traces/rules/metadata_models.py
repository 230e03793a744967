"""Models and pydantic dataclasses in metadata: JSON as pydantic's own dump would have it.

`exclude`, secrets, aliases and serializers count. What pydantic's JSON mode refuses and we take,
such as numpy's values, goes through our own walk.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, TypeAlias, cast

from pydantic import BaseModel, PlainSerializer, TypeAdapter, WrapSerializer
from pydantic.dataclasses import is_pydantic_dataclass
from pydantic.fields import FieldInfo

from phoenix_traces.rules.fields import MAX_METADATA_VALUES, MAX_NESTING
from phoenix_traces.rules.metadata_missing import without_missing
from phoenix_traces.shown import type_name

# How a field or a model is serialized: as it is, or by a function around it or in its place.
_Serializer: TypeAlias = Literal["plain", "wrap"] | None

_SERIALIZERS = (PlainSerializer, WrapSerializer)


class UnusableValueError(Exception):
    """The reason why a value cannot become JSON, without the value."""


def is_model(value: object) -> bool:
    """Tell whether a value is a pydantic model or a pydantic dataclass."""
    kind = type(value)
    # By its type: a proxy whose object is gone raises when it is asked for its class.
    return issubclass(kind, BaseModel) or (
        dataclasses.is_dataclass(kind) and is_pydantic_dataclass(kind)
    )


def json_from_model(value: object, simpler: Callable[[object], object]) -> object:
    """Return a model as pydantic's JSON mode makes it, by alias.

    Args:
        value: For which `is_model` holds.
        simpler: Makes something simpler of what pydantic does not know.

    Raises:
        UnusableValueError: when it cannot become JSON, or would take too long.
    """
    content = _Content()
    content.look_at(value)
    if content.problem is not None:
        raise UnusableValueError(content.problem)
    try:
        return content.dumped(value, simpler)
    except Exception as error:  # noqa: BLE001 - a serializer of the caller's may raise anything
        known = without_missing(value)
        if known is value:
            raise content.failed(error) from None
    try:
        return content.dumped(known, simpler)
    except Exception as error:  # noqa: BLE001 - as above
        raise content.failed(error) from None


class _Content:
    """The content of a model before it is dumped; parts that are shared are looked at once.

    A dump writes a shared part out as often as it is met, so what would take too long is found
    here. What a caller's own serializer makes of its part is not known, and is checked afterwards.

    Attributes:
        problem: Why the model is refused, if it is.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self._holds_itself = False
        # By id: how many values something has when it is written out; 0 while inside of it.
        self._counts: dict[int, int] = {}
        # What was made on the way stays alive, so that no other object gets its id.
        self._kept: list[object] = []

    def look_at(self, value: object, depth: int = 0) -> int:
        """Return how many values there are."""
        if isinstance(value, (str, int, bytes, type(None))):
            return 1
        if isinstance(value, float):
            if not math.isfinite(value):
                self._refuse("holds a number that is not finite; use None or leave it out")
            return 1
        if id(value) in self._counts:
            # Not refused yet: its type may leave that part out.
            self._holds_itself = self._holds_itself or self._counts[id(value)] == 0
            return self._counts[id(value)]
        if depth > MAX_NESTING:
            self._refuse(f"is nested deeper than {MAX_NESTING} levels")
            return 1
        self._counts[id(value)] = 0
        self._kept.append(value)
        count = 1
        for part, is_certain in self._parts(value):
            before = self.problem
            count += self.look_at(part, depth + 1)
            # A serializer around a part may have the cure for what is wrong with it.
            if not is_certain:
                self.problem = before
            if count > MAX_METADATA_VALUES:
                self._refuse(f"holds more than {MAX_METADATA_VALUES:,} values")
                break
        self._counts[id(value)] = count
        return count

    def dumped(self, model: object, simpler: Callable[[object], object]) -> object:
        """Return the model, or the same without what pydantic cannot dump, as JSON."""

        def of_unknown(value: object) -> object:
            try:
                known = without_missing(simpler(value))
            except UnusableValueError as error:
                self._refuse(f"holds what {error}")
                raise
            # pydantic would make null of a NaN in it.
            made = _Content()
            made.look_at(known)
            if made.problem is not None:
                self._refuse(made.problem)
                raise UnusableValueError(made.problem)
            return known

        adapter: TypeAdapter[Any] = TypeAdapter(type(model))
        return adapter.dump_python(
            model, mode="json", by_alias=True, warnings=False, fallback=of_unknown
        )

    def failed(self, error: Exception) -> UnusableValueError:
        """Return the reason why the dump ended with an error."""
        if self.problem is not None:
            return UnusableValueError(self.problem)
        if self._holds_itself:
            return UnusableValueError("holds itself")
        return UnusableValueError(
            f"cannot become JSON: pydantic's serializer ended with {type_name(error)}"
        )

    def _refuse(self, problem: str) -> None:
        self.problem = self.problem or problem

    def _parts(self, value: object) -> Iterator[tuple[object, bool]]:
        """Yield what is in a value, and whether it is dumped without a serializer around it."""
        if is_model(value):
            yield from self._parts_of_model(value)
        elif isinstance(value, Mapping):
            yield from _certain(cast("Mapping[object, object]", value).values())
        elif isinstance(value, (Sequence, AbstractSet)):
            yield from _certain(cast("Iterable[object]", value))
        elif isinstance(value, Iterator):
            # Reading it uses it up, and a value may be read twice.
            kind = type_name(cast("object", value))
            self._refuse(f"holds a {kind}, which can be read only once")
        elif dataclasses.is_dataclass(value):
            fields = dataclasses.fields(value)
            yield from _certain(getattr(value, each.name, None) for each in fields)

    def _parts_of_model(self, model: object) -> Iterator[tuple[object, bool]]:
        kind: Any = type(model)
        decorators = kind.__pydantic_decorators__
        of_model = _mode(each.info for each in decorators.model_serializers.values())
        if of_model == "plain":
            return
        functions = [each.info for each in decorators.field_serializers.values()]
        fields: Mapping[str, FieldInfo] = kind.__pydantic_fields__
        for name, field in fields.items():
            of_field = _mode(
                [
                    *(each for each in functions if name in each.fields or "*" in each.fields),
                    *(each for each in field.metadata if isinstance(each, _SERIALIZERS)),
                ]
            )
            if of_field != "plain" and not field.exclude:
                yield _field(model, name), of_model is of_field is None and field.exclude_if is None
        if isinstance(model, BaseModel):
            yield from _certain((model.model_extra or {}).values())


def _field(model: object, name: str) -> object:
    # Not by getattr, which warns of a model's deprecated field; a dataclass may have no dict.
    return vars(model).get(name) if isinstance(model, BaseModel) else getattr(model, name, None)


def _certain(values: Iterable[object]) -> Iterator[tuple[object, bool]]:
    return ((value, True) for value in values)


def _mode(serializers: Iterable[Any]) -> _Serializer:
    mode: _Serializer = None
    for each in serializers:
        is_wrap = isinstance(each, WrapSerializer) or getattr(each, "mode", None) == "wrap"
        mode = "wrap" if is_wrap else "plain"
    return mode
