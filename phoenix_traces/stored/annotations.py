"""What Phoenix has: annotations and notes as they are read back.

Unknown keys are ignored, so that a newer server can be read too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from phoenix_traces.rules.annotation import AnnotatorKind

if TYPE_CHECKING:
    import pandas as pd

UTC_DTYPE = "datetime64[us, UTC]"


def _none_as_empty(value: object) -> object:
    return {} if value is None else value


def _moment(value: datetime) -> datetime:
    """Return a time with its zone, if it is one that UTC has too, as frames are told it."""
    if value.utcoffset() is None:
        return value.replace(tzinfo=timezone.utc)  # Phoenix keeps UTC
    try:
        value.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None
    return value


Moment: TypeAlias = Annotated[datetime, AfterValidator(_moment)]


class StoredResult(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """A judgement as the server has it: other clients can store one that is all empty."""

    label: str | None = None
    score: float | None = None
    explanation: str | None = None


class TraceAnnotation(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """An annotation that the server has.

    Attributes:
        id: The server's ID; it stays when the annotation is replaced.
        annotator_kind: "LLM", "CODE" or "HUMAN"; any other that a newer server has, as its text.
        created_at: When the first annotation of this (trace_id, name, identifier) was written.
        updated_at: When the present one was written.
        source: "API", or "APP" for the web app.
        user_id: Who wrote it, where the server knows its users.
        identifier: Empty where none was given.
    """

    id: str
    trace_id: str
    name: str
    annotator_kind: AnnotatorKind | str
    result: Annotated[StoredResult, BeforeValidator(_none_as_empty)] = StoredResult()
    metadata: Annotated[dict[str, Any], BeforeValidator(_none_as_empty)] = Field(
        default_factory=dict[str, Any]
    )
    identifier: str = ""
    created_at: Moment
    updated_at: Moment
    source: str
    user_id: str | None = None


class TraceNote(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """A note that the server has on a trace.

    Attributes:
        id: The server's ID.
        identifier: Tells the notes of a trace apart; the server or this package makes one up where
            the writer gives none.
        user_id: Who wrote it, where the server knows its users.
    """

    id: str
    trace_id: str
    note: str
    identifier: str
    created_at: Moment
    updated_at: Moment
    user_id: str | None = None


class TraceAnnotationPage(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """One answer to `GET v1/projects/{project}/trace_annotations`."""

    data: list[TraceAnnotation]
    next_cursor: str | None = None


def note_from(annotation: TraceAnnotation) -> TraceNote:
    """Return the note that Phoenix keeps as an annotation."""
    return TraceNote(
        id=annotation.id,
        trace_id=annotation.trace_id,
        note=annotation.result.explanation or "",
        identifier=annotation.identifier,
        created_at=annotation.created_at,
        updated_at=annotation.updated_at,
        user_id=annotation.user_id,
    )


def annotations_table(annotations: Sequence[TraceAnnotation]) -> pd.DataFrame:
    """Return annotations as a frame that can be uploaded again, with one row each.

    The server has no difference between an absent identifier and an empty one: both are missing.
    """
    from phoenix_traces.inputs.frames.tables import table

    results = [each.result for each in annotations]
    return table(
        {
            "trace_id": ("string", (each.trace_id for each in annotations)),
            "annotation_name": ("string", (each.name for each in annotations)),
            "annotator_kind": ("string", (each.annotator_kind for each in annotations)),
            "label": ("string", (each.label for each in results)),
            "score": ("float64", (each.score for each in results)),
            "explanation": ("string", (each.explanation for each in results)),
            "metadata": ("object", (each.metadata for each in annotations)),
            "identifier": ("string", (each.identifier or None for each in annotations)),
            "created_at": (UTC_DTYPE, (each.created_at for each in annotations)),
            "updated_at": (UTC_DTYPE, (each.updated_at for each in annotations)),
            "source": ("string", (each.source for each in annotations)),
            "user_id": ("string", (each.user_id for each in annotations)),
        },
        index=("annotation_id", "string", (each.id for each in annotations)),
    )


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
StoredResult.__module__ = "phoenix_traces"
TraceAnnotation.__module__ = "phoenix_traces"
TraceNote.__module__ = "phoenix_traces"
