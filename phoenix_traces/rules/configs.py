"""The server's annotation configs: what a team agreed that an annotation of a name may hold.

The server shows them in its own forms and does not enforce them on annotations that are posted.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter

from phoenix_traces.rules.fields import OptimizationDirection


class _Config(BaseModel, frozen=True, extra="ignore", defer_build=True):
    id: str
    name: str
    description: str | None = None


class CategoricalAnnotationValue(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """One of the labels to choose from, and the score that stands for it."""

    label: str
    score: float | None = None


class CategoricalAnnotationConfig(_Config, frozen=True):
    """A choice between labels."""

    type: Literal["CATEGORICAL"]
    optimization_direction: OptimizationDirection | str | None = None
    values: tuple[CategoricalAnnotationValue, ...]


class ContinuousAnnotationConfig(_Config, frozen=True):
    """A score, between bounds where they are given."""

    type: Literal["CONTINUOUS"]
    optimization_direction: OptimizationDirection | str | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None


class FreeformAnnotationConfig(_Config, frozen=True):
    """Free text, with a score between bounds where they are given."""

    type: Literal["FREEFORM"]
    optimization_direction: OptimizationDirection | str | None = None
    threshold: float | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None


AnnotationConfig: TypeAlias = Annotated[
    CategoricalAnnotationConfig | ContinuousAnnotationConfig | FreeformAnnotationConfig,
    Field(discriminator="type"),
]
AnnotationConfigList: TypeAlias = "list[AnnotationConfig]"

KNOWN_TYPES = frozenset({"CATEGORICAL", "CONTINUOUS", "FREEFORM"})


@cache
def config_adapter() -> TypeAdapter[AnnotationConfig]:
    """Return what reads a config of any kind."""
    return TypeAdapter(AnnotationConfig)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
CategoricalAnnotationValue.__module__ = "phoenix_traces"
CategoricalAnnotationConfig.__module__ = "phoenix_traces"
ContinuousAnnotationConfig.__module__ = "phoenix_traces"
FreeformAnnotationConfig.__module__ = "phoenix_traces"
