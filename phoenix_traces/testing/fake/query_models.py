"""The parameters that the server takes, in the order in which it names those that are wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

_Filled = Annotated[str, Field(min_length=1)]


class AnnotateQuery(BaseModel):
    """Of `POST /v1/trace_annotations`."""

    sync: bool = False


class ReadQuery(BaseModel):
    """Of `GET /v1/projects/{project}/trace_annotations`."""

    trace_ids: list[str] = []
    identifier: list[_Filled] = []
    include_annotation_names: list[str] = []
    exclude_annotation_names: list[str] = []
    cursor: str | None = None
    limit: int = Field(default=10, gt=0, le=10_000)


class OldReadQuery(BaseModel):
    """The same, before annotations could be read by their identifiers."""

    trace_ids: list[str]
    include_annotation_names: list[str] = []
    exclude_annotation_names: list[str] = []
    cursor: str | None = None
    limit: int = Field(default=10, gt=0, le=10_000)


class DeleteQuery(BaseModel):
    """Of `DELETE /v1/projects/{project}/trace_annotations`."""

    name: _Filled | None = None
    identifier: _Filled | None = None
    annotator_kind: Literal["LLM", "CODE", "HUMAN"] | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    delete_all: bool = False


class PageQuery(BaseModel):
    """Of the lists of annotation configs."""

    cursor: str | None = None
    limit: int = Field(default=100, gt=0)


class ProjectsQuery(PageQuery):
    """Of `GET /v1/projects`."""

    include_experiment_projects: bool = False
    include_dataset_evaluator_projects: bool = False
    name_contains: str | None = None


class OldTracesQuery(BaseModel):
    """The same, before traces could be chosen by error and latency."""

    start_time: datetime | None = None
    end_time: datetime | None = None
    sort: Literal["start_time", "latency_ms"] = "start_time"
    order: Literal["asc", "desc"] = "desc"
    limit: int = Field(default=100, gt=0, le=1_000)
    cursor: str | None = None
    include_spans: bool = False
    session_identifier: list[str] = []


class TracesQuery(OldTracesQuery):
    """Of `GET /v1/projects/{project}/traces`."""

    error: bool | None = None
    min_latency_ms: float | None = Field(default=None, ge=0)
    max_latency_ms: float | None = Field(default=None, ge=0)
    filter: str | None = None
