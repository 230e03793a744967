"""Models inside metadata: JSON as pydantic's own dump by alias has it, and never a secret."""

from __future__ import annotations

import dataclasses
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import numpy as np
import pandas as pd
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    Secret,
    SecretBytes,
    SecretStr,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    WrapSerializer,
    computed_field,
    field_serializer,
    model_serializer,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from phoenix_traces.rules.metadata import json_object
from tests.support.sizes import in_ci, some_of

PLANTED = "hush-7f3a"
T = TypeVar("T")


class Mode(Enum):
    RED = "red"


class Plain(BaseModel):
    inner: Any


class Excluding(BaseModel):
    inner: Any
    api_key: str = Field(default=PLANTED, exclude=True)
    conditional: str = Field(default=PLANTED, exclude_if=lambda value: value == PLANTED)


class Secretive(BaseModel):
    inner: Any
    text: SecretStr = SecretStr(PLANTED)
    data: SecretBytes = SecretBytes(PLANTED.encode())
    other: Secret[str] = Secret(PLANTED)
    some: list[SecretStr] = [SecretStr(PLANTED)]
    by_name: dict[str, SecretStr] = {"key": SecretStr(PLANTED)}
    anything: Any = SecretStr(PLANTED)


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    inner: Any = Field(alias="Inner")
    given: int = Field(default=1, validation_alias=AliasChoices("a", "b"))
    shown: int = Field(default=2, serialization_alias="Shown")


class Generated(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    inner: Any
    in_all_seconds: int = 3


class FieldSerialized(BaseModel):
    inner: Any
    token: str = PLANTED
    for_json: str = PLANTED
    around: float = 0.12345

    @field_serializer("token")
    def _token(self, _value: str) -> str:
        return "***"

    @field_serializer("for_json", when_used="json")
    def _for_json(self, _value: str) -> str:
        return "***"

    @field_serializer("around", mode="wrap")
    def _around(self, value: float, handler: SerializerFunctionWrapHandler) -> Any:
        return round(handler(value), 2)


class AnnotatedFields(BaseModel):
    inner: Any
    token: Annotated[str, PlainSerializer(lambda _: "***")] = PLANTED
    many: list[Annotated[str, PlainSerializer(lambda _: "***", when_used="json")]] = [PLANTED]
    wrapped: Annotated[int, WrapSerializer(lambda value, handler: handler(value + 1))] = 1


class ModelSerialized(BaseModel):
    inner: Any
    token: str = PLANTED

    @model_serializer
    def _whole(self) -> dict[str, Any]:
        return {"only": self.inner}


class ModelWrapped(BaseModel):
    inner: Any
    token: str = PLANTED

    @model_serializer(mode="wrap")
    def _whole(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {**handler(self), "token": "***"}


class Computed(BaseModel):
    inner: Any

    @computed_field(alias="Size")
    def size(self) -> int:
        return 7


class Root(RootModel[Any]):
    pass


class Box(BaseModel, Generic[T]):
    inner: T


class Base(BaseModel):
    name: str = "base"


class Derived(Base):
    token: str = PLANTED


class Holding(BaseModel):
    inner: Any
    narrow: Base = Derived()
    wide: SerializeAsAny[Base] = Base()


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow", ser_json_timedelta="float", ser_json_bytes="base64")
    took: timedelta = timedelta(seconds=1.5)
    data: bytes = b"\xff"


@pydantic.dataclasses.dataclass
class PydanticDataclass:
    inner: Any
    token: str = Field(default=PLANTED, exclude=True)


@pydantic.dataclasses.dataclass(slots=True)
class Slotted:
    inner: Any
    secret: SecretStr = SecretStr(PLANTED)


@dataclasses.dataclass
class Dataclass:
    inner: Any
    secret: SecretStr = dataclasses.field(default_factory=lambda: SecretStr(PLANTED))


Make: TypeAlias = "Callable[[Any], Any]"

MODELS: list[Make] = [
    lambda inner: Plain(inner=inner),
    lambda inner: Excluding(inner=inner),
    lambda inner: Secretive(inner=inner),
    lambda inner: Aliased(Inner=inner),
    lambda inner: Generated(inner=inner),
    lambda inner: FieldSerialized(inner=inner),
    lambda inner: AnnotatedFields(inner=inner),
    lambda inner: ModelSerialized(inner=inner),
    lambda inner: ModelWrapped(inner=inner),
    lambda inner: Computed(inner=inner),
    Root,
    lambda inner: Box[Any](inner=inner),
    lambda inner: Box[list[Any]](inner=[inner]),
    lambda inner: Holding(inner=inner),
    lambda inner: Extra.model_validate({"inner": inner}),
    lambda inner: PydanticDataclass(inner=inner),
    lambda inner: Slotted(inner=inner),
    lambda inner: Plain.model_construct(inner=inner),
    lambda inner: Box[int].model_construct(inner=inner),
]
CONTAINERS: list[Make] = [
    lambda inner: [inner],
    lambda inner: (inner, inner),
    lambda inner: {"key": inner},
    lambda inner: {"a": [inner], "b": inner},
    Dataclass,
]

# What pydantic's JSON mode knows, and the same as JSON.
KNOWN: list[tuple[Any, Any]] = [
    (each, each)
    for each in (
        None,
        True,
        7,
        0.5,
        "text",
        date(2026, 1, 2),
        datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc),
        timedelta(seconds=90),
        UUID(int=1),
        Decimal("0.10"),
        Mode.RED,
        b"text",
        SecretStr(PLANTED),
        SecretBytes(PLANTED.encode()),
        {1: 2},
        frozenset({"a"}),
    )
]
# What it does not know and we take, and the JSON that we make of it.
FOREIGN: list[tuple[Any, Any]] = [
    (np.int64(5), 5),
    (np.float32(0.5), 0.5),
    (np.bool_(True), True),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.array([0.5], dtype=np.longdouble), [0.5]),
    (np.array(["2026-01-02", "NaT"], dtype="datetime64[D]"), ["2026-01-02", None]),
    (np.timedelta64(90, "s"), "PT1M30S"),
    (pd.NA, None),
    (pd.Series([1, None], dtype="Int64"), [1, None]),
]


def _trees(leaves: list[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
    """Return pairs of a value, and of the same with leaves that pydantic knows."""
    return st.recursive(
        st.sampled_from(leaves),
        lambda pairs: st.builds(
            lambda make, pair: (make(pair[0]), make(pair[1])),
            st.sampled_from(MODELS + CONTAINERS),
            pairs,
        ),
        max_leaves=6,
    )


def _models(leaves: list[tuple[Any, Any]]) -> st.SearchStrategy[tuple[Any, Any]]:
    return st.builds(
        lambda make, pair: (make(pair[0]), make(pair[1])), st.sampled_from(MODELS), _trees(leaves)
    )


def _dumped(model: Any) -> Any:
    """Return what pydantic makes of a model or a pydantic dataclass."""
    return TypeAdapter[Any](type(model)).dump_python(
        model, mode="json", by_alias=True, warnings=False
    )


@settings(max_examples=in_ci(600, 60))
@given(_models(KNOWN), st.sampled_from(["value", "list", "dataclass", "twice"]))
def test_a_model_becomes_what_pydantic_makes_of_it(pair: tuple[Any, Any], place: str) -> None:
    model, expected = pair[0], _dumped(pair[0])
    metadata, json_form = {
        "value": ({"m": model}, {"m": expected}),
        "list": ({"m": [model]}, {"m": [expected]}),
        "dataclass": ({"m": Dataclass(model)}, {"m": {"inner": expected, "secret": "*" * 10}}),
        "twice": ({"m": model, "n": [model]}, {"m": expected, "n": [expected]}),
    }[place]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = json_object(metadata)
    assert result == json_form
    assert PLANTED not in json.dumps(result)


@settings(max_examples=in_ci(400, 60))
@given(_models(FOREIGN + KNOWN))
def test_what_pydantic_does_not_know_in_a_model_is_taken_all_the_same(
    pair: tuple[Any, Any],
) -> None:
    model, known = pair
    result = json_object({"m": model})
    assert result == {"m": _dumped(known)}
    assert PLANTED not in json.dumps(result)


# What is refused


def _refusal(metadata: object) -> str:
    with pytest.raises(PydanticCustomError) as caught:
        json_object(metadata)
    assert caught.value.__context__ is None
    assert PLANTED not in repr(caught.value)
    return caught.value.message()


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("missing", [pd.NaT, np.array([pd.NaT, 1], dtype=object)])
def test_pandas_missing_time_in_a_model_is_null(make: Make, missing: Any) -> None:
    for wrap in (*MODELS, *CONTAINERS):
        known = None if missing is pd.NaT else [None, 1]
        result = json_object({"m": make(wrap(missing)), "n": [1]})
        assert result == {"m": _dumped(make(wrap(known))), "n": [1]}
        assert PLANTED not in json.dumps(result)


BAD: list[tuple[object, str]] = [
    (object(), "of type object, which has no JSON form"),
    (float("nan"), "not finite"),
    (float("-inf"), "not finite"),
    (iter([1]), "can be read only once"),
    ((each for each in [1]), "can be read only once"),
    (2**64, "outside -2^63 .. 2^64-1"),
    ("\x00", "NUL"),
    ("\ud800", "lone surrogate"),
    (b"\xff", "pydantic's serializer ended with"),
]
# These are counted value by value, which takes a while.
HUGE: list[tuple[object, str]] = [
    (range(10**12), "more than 1,000,000 values"),
    (np.broadcast_to(np.int8(0), (10**9,)), "more than 1,000,000 values"),
]


@pytest.mark.parametrize(
    ("make", "refused"), [*product(MODELS, BAD), *product(some_of(MODELS, 2), HUGE)]
)
def test_what_cannot_be_sent_is_refused_inside_a_model_too(
    make: Make, refused: tuple[object, str]
) -> None:
    bad, says = refused
    model = make(bad)
    if isinstance(model, Extra):
        model = Extra.model_validate({"more": bad})
        if isinstance(bad, bytes):  # which this model's configuration takes
            return
    if isinstance(bad, (float, Iterator)) and isinstance(model, (ModelSerialized, ModelWrapped)):
        # The model's own serializer may have the cure.
        assert json_object({"m": model})
        return
    refusal = _refusal({"m": model})
    assert says in refusal or "metadata: is too large" in refusal


def test_a_serializer_that_raises_is_named_without_what_it_says() -> None:
    class Raising(BaseModel):
        @computed_field
        def key(self) -> str:
            raise KeyError(PLANTED)

    class Raising2(BaseModel):
        key: str = PLANTED

        @field_serializer("key")
        def _key(self, value: str) -> str:
            raise ValueError(value)

    class RaisingMapping(Mapping[str, object]):
        def __getitem__(self, key: str) -> object:
            raise RuntimeError(PLANTED)

        def __iter__(self) -> Iterator[str]:
            return iter(["a"])

        def __len__(self) -> int:
            return 1

    assert "KeyError" in _refusal({"m": Raising()})
    assert "PydanticSerializationError" in _refusal({"m": Raising2()})
    assert "RuntimeError" in _refusal({"m": RaisingMapping()})


def test_a_model_that_holds_itself_is_refused_unless_that_part_is_left_out() -> None:
    looped = Plain(inner=None)
    looped.inner = [looped]
    assert "holds itself" in _refusal({"m": looped})
    excluding = Excluded(1)
    excluding.parent = excluding
    assert json_object({"m": excluding}) == {"m": {"name": 1}}


@pydantic.dataclasses.dataclass
class Excluded:
    name: int
    parent: Any = Field(default=None, exclude=True)


def test_a_deprecated_field_is_read_without_its_warning() -> None:
    class Old(BaseModel):
        name: int = Field(default=1, deprecated=True)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert json_object(Old()) == {"name": 1}


def test_metadata_is_itself_a_model_whose_aliases_are_its_keys() -> None:
    assert json_object(Aliased(Inner=1)) == {"Inner": 1, "given": 1, "Shown": 2}
    assert json_object(Root({"a": 1})) == {"a": 1}
    assert "must be a mapping" in _refusal(Root([1]))
