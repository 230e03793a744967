"""What the table of annotation configs demands, as pydantic models of the server's names.

The server answers 400 with what they say, the beginning of their input included.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, model_validator
from typing_extensions import Self

from phoenix_traces.testing.fake.body_models import (
    AnnotationConfigData,
    CategoricalAnnotationConfigData,
    ContinuousAnnotationConfigData,
    OptimizationDirection,
    ServerModel,
)


class _TableModel(ServerModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


def _filled(label: str) -> str:
    if not label:
        raise ValueError("Label must be non-empty")
    return label


class CategoricalAnnotationValue(_TableModel):
    """One of the labels to choose from."""

    label: Annotated[str, AfterValidator(_filled)]
    score: float | None = None


def _some(values: list[CategoricalAnnotationValue]) -> list[CategoricalAnnotationValue]:
    if not values:
        raise ValueError("Values must be non-empty")
    return values


def _different(values: list[CategoricalAnnotationValue]) -> list[CategoricalAnnotationValue]:
    labels: set[str] = set()
    for value in values:
        if value.label in labels:
            raise ValueError(
                f'Values for categorical annotation config has duplicate label: "{value.label}"'
            )
        labels.add(value.label)
    return values


class _ConfigModel(_TableModel):
    type: str
    description: str | None = None
    optimization_direction: OptimizationDirection | None = None


class CategoricalAnnotationConfig(_ConfigModel):
    """A choice between labels."""

    values: Annotated[
        list[CategoricalAnnotationValue], AfterValidator(_some), AfterValidator(_different)
    ]


class _Bounded(_ConfigModel):
    lower_bound: float | None = None
    upper_bound: float | None = None

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        low, high = self.lower_bound, self.upper_bound
        if low is not None and high is not None and low >= high:
            raise ValueError("Lower bound must be strictly less than upper bound")
        return self


class ContinuousAnnotationConfig(_Bounded):
    """A score."""


class FreeformAnnotationConfig(_Bounded):
    """Free text."""

    thresholds: list[float] | None = None


def check_config(given: AnnotationConfigData) -> None:
    """Refuse a config that the table does not take.

    Raises:
        ValidationError: It is one.
    """
    if isinstance(given, CategoricalAnnotationConfigData):
        CategoricalAnnotationConfig(
            type=given.type,
            description=given.description,
            optimization_direction=given.optimization_direction,
            values=[
                CategoricalAnnotationValue(label=each.label, score=each.score)
                for each in given.values
            ],
        )
    elif isinstance(given, ContinuousAnnotationConfigData):
        ContinuousAnnotationConfig(
            type=given.type,
            description=given.description,
            optimization_direction=given.optimization_direction,
            lower_bound=given.lower_bound,
            upper_bound=given.upper_bound,
        )
    else:
        FreeformAnnotationConfig(
            type=given.type,
            description=given.description,
            optimization_direction=given.optimization_direction,
            thresholds=None if given.threshold is None else [given.threshold],
            lower_bound=given.lower_bound,
            upper_bound=given.upper_bound,
        )
