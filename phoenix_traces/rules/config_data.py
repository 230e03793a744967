"""Annotation configs to write: what the server takes, under its names, checked before it is asked.

The server answers 400, 409 or 422 to most of what is refused here, and 500 to some of it. White
space around names and labels is taken away, as it is in annotations: or else none would match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure
from phoenix_traces.rules.configs import (
    CategoricalAnnotationConfig,
    CategoricalAnnotationValue,
    ContinuousAnnotationConfig,
    FreeformAnnotationConfig,
)
from phoenix_traces.rules.fields import MAX_KEY_BYTES, RESERVED_NAME, OptimizationDirection
from phoenix_traces.rules.text import text_problem
from phoenix_traces.shown import cut, shown, type_name

_MOST_CHARACTERS_OF_WORDS = 300


def _storable(value: str) -> str:
    if problem := text_problem(value):
        raise PydanticCustomError("unstorable_text", "{problem}", {"problem": problem})
    return value


def _present(value: str) -> str:
    if not value:
        raise PydanticCustomError("blank_text", "must be a non-empty string")
    return _storable(value)


def _config_name(value: str) -> str:
    if value == RESERVED_NAME:
        raise PydanticCustomError(
            "reserved_name", "is reserved for notes, which are not annotations; choose another"
        )
    if len(value.encode()) > MAX_KEY_BYTES:
        raise PydanticCustomError("too_long", "is longer than what PostgreSQL can index")
    return value


# Strict, because pydantic would otherwise read text and bools as numbers.
_Number: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Name: TypeAlias = Annotated[str, AfterValidator(_present), AfterValidator(_config_name)]
_Description: TypeAlias = Annotated[str, AfterValidator(_storable)]


class _Value(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """A value to write: what is read back may hold more, and is not checked."""

    model_config: ClassVar[ConfigDict] = ConfigDict(str_strip_whitespace=True)

    label: Annotated[str, AfterValidator(_present)]
    score: _Number | None = None


def _checked_value(value: object) -> CategoricalAnnotationValue:
    given = value.model_dump() if isinstance(value, CategoricalAnnotationValue) else value
    return CategoricalAnnotationValue(**_Value.model_validate(given).model_dump())


def _some_and_different(
    values: tuple[CategoricalAnnotationValue, ...],
) -> tuple[CategoricalAnnotationValue, ...]:
    if not values:
        raise PydanticCustomError("no_values", "must have at least one label to choose")
    labels = [each.label for each in values]
    twice = next((each for at, each in enumerate(labels) if each in labels[:at]), None)
    if twice is not None:
        raise PydanticCustomError(
            "label_twice", "has the label {label} twice", {"label": shown(twice)}
        )
    return values


_Values: TypeAlias = Annotated[
    tuple[Annotated[CategoricalAnnotationValue, BeforeValidator(_checked_value)], ...],
    AfterValidator(_some_and_different),
]


class _ConfigData(BaseModel, frozen=True, extra="forbid", defer_build=True):
    model_config: ClassVar[ConfigDict] = ConfigDict(
        str_strip_whitespace=True, revalidate_instances="always"
    )

    name: _Name
    description: _Description | None = None


class _Bounded(_ConfigData, frozen=True):
    lower_bound: _Number | None = None
    upper_bound: _Number | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.lower_bound, self.upper_bound
        if low is not None and high is not None and low >= high:
            raise PydanticCustomError(
                "bounds_out_of_order",
                "lower_bound {low} must be less than upper_bound {high}",
                {"low": low, "high": high},
            )
        return self


class CategoricalAnnotationConfigData(_ConfigData, frozen=True):
    """A choice between labels, to be written to the server.

    Examples:
        >>> CategoricalAnnotationConfigData(
        ...     name="tone",
        ...     optimization_direction="MAXIMIZE",
        ...     values=(
        ...         CategoricalAnnotationValue(label="kind", score=1),
        ...         CategoricalAnnotationValue(label="rude", score=0),
        ...     ),
        ... ).values[0].label
        'kind'
    """

    type: Literal["CATEGORICAL"] = "CATEGORICAL"
    optimization_direction: OptimizationDirection = "NONE"
    values: _Values


class ContinuousAnnotationConfigData(_Bounded, frozen=True):
    """A score, between bounds where they are given, to be written to the server."""

    type: Literal["CONTINUOUS"] = "CONTINUOUS"
    optimization_direction: OptimizationDirection = "NONE"


class FreeformAnnotationConfigData(_Bounded, frozen=True):
    """Free text, with a score between bounds where they are given, to be written to the server."""

    type: Literal["FREEFORM"] = "FREEFORM"
    optimization_direction: OptimizationDirection | None = None
    threshold: _Number | None = None

    @property
    def is_plain(self) -> bool:
        """Tell that it says nothing about a score, as before Phoenix 16."""
        scored = (self.optimization_direction, self.threshold, self.lower_bound, self.upper_bound)
        return all(each is None for each in scored)


AnnotationConfigData: TypeAlias = (
    CategoricalAnnotationConfigData | ContinuousAnnotationConfigData | FreeformAnnotationConfigData
)


@cache
def _adapter() -> TypeAdapter[AnnotationConfigData]:
    return TypeAdapter(Annotated[AnnotationConfigData, Field(discriminator="type")])


_READ = (CategoricalAnnotationConfig, ContinuousAnnotationConfig, FreeformAnnotationConfig)


def checked_config(config: object) -> AnnotationConfigData:
    """Return a config to write, whatever it was made of.

    Args:
        config: A model to write, one that was read (its ID is left out), or a mapping with the
            server's names.

    Raises:
        TypeError: when it is anything else.
        AnnotationValidationError: naming everything in it that the server would not take.
    """
    if isinstance(config, _READ):
        given: object = config.model_dump(exclude={"id"})
    elif isinstance(config, _ConfigData):
        given = config.model_dump(warnings=False)
    elif isinstance(config, Mapping):
        given = dict(cast("Mapping[object, object]", config))
    else:
        raise TypeError(
            f"config must be an annotation config or a mapping, not {type_name(config)}"
        )
    try:
        return _adapter().validate_python(given)
    except ValidationError as error:
        raise AnnotationValidationError(
            [_failure(each) for each in error.errors(include_url=False)], total=0
        ) from None


def _failure(details: Mapping[str, Any]) -> AnnotationFailure:
    field = _field(details["loc"])
    # Of a part that is missing, pydantic gives what it is missing in.
    value = None if details["type"] == "missing" else details["input"]
    given = "" if value is None else f" {shown(value)}:"
    words = cut(details["msg"], _MOST_CHARACTERS_OF_WORDS)
    return AnnotationFailure(None, None, field, value, f"{field}:{given} {words}")


def _field(path: Sequence[str | int]) -> str:
    # The first step is the kind that the config's type stands for.
    return cut(".".join(["config", *map(str, path[1:])]), _MOST_CHARACTERS_OF_WORDS)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
CategoricalAnnotationConfigData.__module__ = "phoenix_traces"
ContinuousAnnotationConfigData.__module__ = "phoenix_traces"
FreeformAnnotationConfigData.__module__ = "phoenix_traces"
