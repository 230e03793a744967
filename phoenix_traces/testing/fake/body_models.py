"""The bodies that the server takes, as pydantic models of the same names and fields as its own.

The server answers 422 with what its models say. So models that say the same must be declared, and
must validate, as its are: their names are in the messages, and so is the way they are made, with an
`__init__` of their own.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field, RootModel


class ServerModel(BaseModel):
    """A model that is made as those of the server are."""

    # Without it, pydantic would read the fields of a model inside a model in another way.
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class AnnotationResult(ServerModel):
    """What an annotation says."""

    label: str | None = None
    score: float | None = None
    explanation: str | None = None


class TraceAnnotationData(ServerModel):
    """An annotation of a trace."""

    name: str
    annotator_kind: Literal["LLM", "CODE", "HUMAN"]
    result: AnnotationResult | None = None
    metadata: dict[str, Any] | None = None
    identifier: str = ""
    trace_id: str


class AnnotateTracesRequestBody(ServerModel):
    """The body of `POST /v1/trace_annotations`."""

    data: list[TraceAnnotationData]


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class TraceNoteData(ServerModel):
    """A note on a trace."""

    trace_id: Annotated[str, BeforeValidator(_stripped)] = Field(min_length=1)
    note: Annotated[str, BeforeValidator(_stripped)] = Field(min_length=1)
    identifier: str = ""


class CreateTraceNoteRequestBody(ServerModel):
    """The body of `POST /v1/trace_notes`."""

    data: TraceNoteData


class OptimizationDirection(Enum):
    """Which scores are better."""

    MINIMIZE = "MINIMIZE"
    MAXIMIZE = "MAXIMIZE"
    NONE = "NONE"


class CategoricalAnnotationValue(ServerModel):
    """One of the labels to choose from."""

    label: str
    score: float | None = None


class CategoricalAnnotationConfigData(ServerModel):
    """A choice between labels."""

    name: str
    type: Literal["CATEGORICAL"]
    description: str | None = None
    optimization_direction: OptimizationDirection
    values: list[CategoricalAnnotationValue]


class ContinuousAnnotationConfigData(ServerModel):
    """A score."""

    name: str
    type: Literal["CONTINUOUS"]
    description: str | None = None
    optimization_direction: OptimizationDirection
    lower_bound: float | None = None
    upper_bound: float | None = None


class FreeformAnnotationConfigData(ServerModel):
    """Free text."""

    name: str
    type: Literal["FREEFORM"]
    description: str | None = None
    optimization_direction: OptimizationDirection | None = None
    threshold: float | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None


AnnotationConfigData: TypeAlias = Annotated[
    CategoricalAnnotationConfigData | ContinuousAnnotationConfigData | FreeformAnnotationConfigData,
    Field(discriminator="type"),
]


class CreateAnnotationConfigData(RootModel[AnnotationConfigData]):
    """The body that makes or changes an annotation config."""


class SetProjectAnnotationConfigsRequestBody(ServerModel):
    """The body of `PUT /v1/projects/{project}/annotation_configs`."""

    annotation_config_ids: list[str]
