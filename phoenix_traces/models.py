"""What an annotation is, and what the server answers: the single statement of the rules.

Every path into the client ends here. The rules are Phoenix's own limits, or stand where Phoenix
would store something else than was meant (see the README, "What is refused, and why").
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    JsonValue,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from phoenix_traces.metadata import json_object, text_problem

AnnotatorKind: TypeAlias = Literal["LLM", "CODE", "HUMAN"]

RESERVED_NAME = "note"
MAX_KEY_BYTES = 2600


def _checked_text(value: str) -> str:
    if problem := text_problem(value):
        raise PydanticCustomError("unstorable_text", "{problem}", {"problem": problem})
    return value


def _required_text(value: str) -> str:
    if not value:
        raise PydanticCustomError("blank_text", "values must be non-empty strings")
    return _checked_text(value)


def _optional_text(value: str) -> str | None:
    return _checked_text(value) or None


def _annotation_name(value: str) -> str:
    if value == RESERVED_NAME:
        raise PydanticCustomError(
            "reserved_name",
            "the name 'note' is reserved for notes, which are not annotations; choose another name",
        )
    return value


def _not_text(value: object) -> object:
    if isinstance(value, (str, bytes, bytearray)):
        raise PydanticCustomError(
            "score_text",
            "cannot be converted to float: it is text; pass a number",
        )
    return value


RequiredText = Annotated[
    str, StringConstraints(strip_whitespace=True), AfterValidator(_required_text)
]
AnnotationName = Annotated[RequiredText, AfterValidator(_annotation_name)]
OptionalText = (
    Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_optional_text)] | None
)
Score = Annotated[float, BeforeValidator(_not_text), Field(allow_inf_nan=False)] | None
Metadata = (
    Annotated[
        dict[str, Any],
        PlainValidator(json_object, json_schema_input_type=dict[str, JsonValue]),
    ]
    | None
)


class AnnotationResult(BaseModel, frozen=True, extra="forbid", revalidate_instances="always"):
    """Hold a judgement: a label, a score, an explanation, or several of them.

    Blank text counts as absent, and at least one of the three must be present: the server would
    store a row of nulls instead.
    """

    label: OptionalText = None
    score: Score = None
    explanation: OptionalText = None

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.label is None and self.score is None and self.explanation is None:
            raise PydanticCustomError(
                "no_result", "At least one of label, score, or explanation must be provided"
            )
        return self


class TraceAnnotationData(BaseModel, frozen=True, extra="forbid", revalidate_instances="always"):
    """Describe one annotation of one trace, as it goes over the wire.

    (trace_id, name, identifier) is the server's key: writing it again replaces the whole
    annotation, and two reviewers without identifiers overwrite each other.

    Example:
        >>> TraceAnnotationData(
        ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...     name="correctness",
        ...     annotator_kind="HUMAN",
        ...     result=AnnotationResult(label="correct", score=1),
        ... ).result.score
        1.0
    """

    trace_id: RequiredText
    name: AnnotationName
    annotator_kind: AnnotatorKind
    result: AnnotationResult
    metadata: Metadata = None
    identifier: OptionalText = None

    @model_validator(mode="after")
    def _key_fits(self) -> Self:
        size = len(self.name.encode()) + len((self.identifier or "").encode())
        if size > MAX_KEY_BYTES:
            raise PydanticCustomError(
                "too_long_together",
                "name and identifier take {size} bytes together; PostgreSQL can index {limit}",
                {"size": size, "limit": MAX_KEY_BYTES},
            )
        return self


class AnnotateTracesRequestBody(BaseModel, frozen=True, extra="forbid"):
    """Hold the body of `POST v1/trace_annotations`."""

    data: list[TraceAnnotationData] = Field(min_length=1)


class InsertedTraceAnnotation(BaseModel, frozen=True, extra="ignore"):
    """Hold the ID that the server gave to an annotation; reads as `.id` and as `["id"]`."""

    id: str

    def __getitem__(self, key: Literal["id"]) -> str:
        if key != "id":
            raise KeyError(key)
        return self.id


class AnnotateTracesResponseBody(BaseModel, frozen=True, extra="ignore"):
    """Hold the answer to `POST v1/trace_annotations`: one ID for each annotation, in order."""

    data: list[InsertedTraceAnnotation]
