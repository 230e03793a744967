"""What an annotation is, and what the server answers: the single statement of the rules.

Every path into the client ends here. The rules are Phoenix's own limits, or stand where Phoenix
would store something else than was meant (see the README, "What is refused, and why").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError
from typing_extensions import Self, override

from phoenix_traces.rules.fields import (
    MAX_KEY_BYTES,
    MAX_KEYS_OF_A_MAPPING,
    NO_TRACE_IDS,
    RESERVED_NAME,
    OptimizationDirection,
)
from phoenix_traces.rules.fields import AnnotatorKind as AnnotatorKind
from phoenix_traces.rules.json_schema_rules import (
    METADATA_NUMBER,
    STORABLE_KEYS,
    STORABLE_TEXT,
    JsonSchema,
    add_rules,
)
from phoenix_traces.rules.mappings import TooManyKeysError, bounded_dict
from phoenix_traces.rules.metadata import json_object
from phoenix_traces.rules.text import text_problem
from phoenix_traces.rules.trace_ids import NO_TRACE
from phoenix_traces.shown import type_name

# Strict, because pydantic would otherwise read bytes as text.
Text: TypeAlias = Annotated[str, StringConstraints(strict=True)]

_STORABLE_KEYS = Field(json_schema_extra=STORABLE_KEYS)


class MetadataValue(RootModel[Any]):
    """A value in metadata: text, a number, a bool, null, or a list or an object of such values."""

    # For the schema alone: validation walks the value itself.
    root: (
        Annotated[str, Field(json_schema_extra=STORABLE_TEXT)]
        | Annotated[float, Field(json_schema_extra=METADATA_NUMBER)]
        | bool
        | list[MetadataValue]
        | Annotated[dict[str, MetadataValue], _STORABLE_KEYS]
        | None
    )


# A key is not text that people read: two that differ in white space are two.
_Key: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=False)]


def _unchanged(value: object) -> object:
    return value


# The schema hangs on this type, and not on the field's validator, so that a subclass which narrows
# its metadata has its own.
Metadata: TypeAlias = Annotated[
    dict[_Key, Any],
    BeforeValidator(
        _unchanged, json_schema_input_type=Annotated[dict[str, MetadataValue], _STORABLE_KEYS]
    ),
]

# numpy's letters for booleans, integers with and without a sign, and floats.
_REAL_KINDS = frozenset("biuf")


# Not built lazily, as the others are: FastAPI would then warn about an endpoint that takes one.
class AnnotationModel(BaseModel, frozen=True, extra="forbid", revalidate_instances="always"):
    """What the models of a request share.

    The rules are in validators and in this configuration, not in the fields' types, so that a
    subclass which narrows a field to its own rubric keeps them.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(str_strip_whitespace=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _has_an_end(cls, value: object) -> object:
        # pydantic reads a dict as it is, and all that another mapping yields: it may have no end.
        kind: type[object] = type(value)
        if kind is dict or not issubclass(kind, Mapping):
            return value
        try:
            return bounded_dict(cast("Mapping[object, object]", value), MAX_KEYS_OF_A_MAPPING)
        except TooManyKeysError:
            raise PydanticCustomError(
                "too_many_keys", "has more than {most} keys", {"most": MAX_KEYS_OF_A_MAPPING}
            ) from None
        except Exception as error:  # noqa: BLE001 - a caller's own class may raise anything
            raise PydanticCustomError(
                "unreadable", "cannot be read: {name} came of it", {"name": type_name(error)}
            ) from None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchema:
        schema = handler(core_schema)
        add_rules(handler.resolve_ref_schema(schema), cls)
        return schema


def _storable(value: object) -> None:
    if isinstance(value, str) and (problem := text_problem(value)):
        raise PydanticCustomError("unstorable_text", "{problem}", {"problem": problem})


def _required_text(value: str) -> str:
    if not value:
        raise PydanticCustomError("blank_text", "values must be non-empty strings")
    _storable(value)
    return value


def _optional_text(value: str | None, field: FieldInfo) -> str | None:
    # A rubric may ask for what is optional in general.
    if field.is_required():
        return _required_text(value or "")
    _storable(value)
    return value or None


def _is_one_real_number(value: object) -> bool:
    """Tell of numpy's and pandas' values that they are one; of others, pydantic does.

    Some of them say a float for what is none: a duration without a unit, a complex number without
    its imaginary part, bytes, and in older versions an array or a Series of one number.
    """
    library = type(value).__module__.partition(".")[0]
    if library == "numpy":
        kind = getattr(getattr(value, "dtype", None), "kind", "")
        return kind in _REAL_KINDS and not getattr(value, "ndim", 0)
    return library != "pandas"


class AnnotationResult(AnnotationModel, frozen=True):
    """A judgement: a label, a score, an explanation, or several of them.

    At least one of the three is needed. Text of nothing but white space counts as absent.
    """

    label: Text | None = Field(
        default=None,
        description="The category that was chosen.",
        examples=["correct"],
    )
    score: float | None = Field(
        default=None,
        description="A number; higher usually means better.",
        examples=[0.95],
    )
    explanation: Text | None = Field(
        default=None,
        description="Why it was judged so.",
        examples=["The answer agrees with the document that was found."],
    )

    @field_validator("label", "explanation")
    @classmethod
    def _blank_is_absent(cls, value: str | None, info: ValidationInfo) -> str | None:
        return _optional_text(value, cls.model_fields[str(info.field_name)])

    @field_validator("score", mode="before")
    @classmethod
    def _is_number(cls, value: object) -> object:
        if isinstance(value, (str, bytes, bytearray)):
            raise PydanticCustomError(
                "score_text", "cannot be converted to float: it is text; pass a number"
            )
        if not _is_one_real_number(value):
            raise PydanticKnownError("float_type")
        return value

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.label is None and self.score is None and self.explanation is None:
            raise PydanticCustomError(
                "no_result", "At least one of label, score, or explanation must be provided"
            )
        return self


class TraceAnnotationData(AnnotationModel, frozen=True):
    """One annotation of one trace.

    The server keeps one annotation for each trace, name and identifier: writing it again replaces
    the whole annotation, and two reviewers without identifiers overwrite each other.

    Attributes:
        optimization_direction: Of a rubric: which scores are better, for the server's config of it
            (see `annotation_configs.put`); None to leave it as it is there.
        label_scores: Of a rubric: the scores that stand for its labels, for the same config; None
            to leave them as they are there.

    Examples:
        >>> TraceAnnotationData(
        ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...     name="correctness",
        ...     annotator_kind="HUMAN",
        ...     result=AnnotationResult(label="correct", score=1),
        ... ).result.score
        1.0
    """

    optimization_direction: ClassVar[OptimizationDirection | None] = None
    label_scores: ClassVar[Mapping[str, float] | None] = None

    trace_id: Text = Field(
        title="Trace ID",
        description="The trace, as Phoenix shows it.",
        examples=["4bf92f3577b34da6a3ce929d0e0e4736"],
    )
    name: Text = Field(
        description="What is judged; 'note' is reserved.",
        examples=["correctness"],
    )
    annotator_kind: AnnotatorKind = Field(
        title="Annotator kind",
        description="Who judges: a model (LLM), a program (CODE) or a person (HUMAN).",
        examples=["HUMAN"],
    )
    result: AnnotationResult = Field(description="The judgement.")
    metadata: Metadata | None = Field(
        default=None,
        description="Anything else worth keeping, as a JSON object.",
        examples=[{"reviewer": "ana", "seconds": 41}],
    )
    identifier: Text | None = Field(
        default=None,
        description="Tells annotations of one name on one trace apart, such as by reviewer.",
        examples=["ana"],
    )

    @field_validator("trace_id", "name")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        return _required_text(value)

    @field_validator("trace_id")
    @classmethod
    def _of_a_trace(cls, value: str) -> str:
        if value in NO_TRACE_IDS:
            raise PydanticCustomError("no_trace", NO_TRACE)
        return value

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value == RESERVED_NAME:
            raise PydanticCustomError(
                "reserved_name",
                "the name 'note' is reserved for notes, which are not annotations; "
                "choose another name",
            )
        return value

    @field_validator("identifier")
    @classmethod
    def _blank_is_absent(cls, value: str | None, info: ValidationInfo) -> str | None:
        return _optional_text(value, cls.model_fields[str(info.field_name)])

    @field_validator("metadata", mode="before")
    @classmethod
    def _is_json(cls, value: object) -> dict[str, Any] | None:
        return None if value is None else json_object(value)

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


class AnnotateTracesRequestBody(BaseModel, frozen=True, extra="forbid", defer_build=True):
    """Annotations to store, as `POST v1/trace_annotations` takes them."""

    data: list[TraceAnnotationData] = Field(min_length=1)


class InsertedTraceAnnotation(
    BaseModel, Mapping[str, str], frozen=True, extra="ignore", defer_build=True
):
    """The ID that the server gave to an annotation; reads as `.id` and as a mapping.

    Examples:
        >>> inserted = InsertedTraceAnnotation(id="VHJhY2U=")
        >>> inserted.id, inserted["id"], inserted.get("name", "none"), dict(inserted)
        ('VHJhY2U=', 'VHJhY2U=', 'none', {'id': 'VHJhY2U='})
    """

    id: str

    @override
    def __getitem__(self, key: str) -> str:
        if key != "id":
            raise KeyError(key)
        return self.id

    # The keys, as a mapping has it and `dict` and pandas rely on; a model's own are pairs.
    @override
    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # see above
        return iter(("id",))

    @override
    def __len__(self) -> int:
        return 1

    @override
    def __eq__(self, other: object) -> bool:
        if isinstance(other, InsertedTraceAnnotation):
            return self.id == other.id
        return other == {"id": self.id} if isinstance(other, Mapping) else NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(self.id)


class AnnotateTracesResponseBody(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """The answer to `POST v1/trace_annotations`: one ID for each annotation, in order."""

    data: list[InsertedTraceAnnotation]


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AnnotationResult.__module__ = "phoenix_traces"
TraceAnnotationData.__module__ = "phoenix_traces"
AnnotateTracesRequestBody.__module__ = "phoenix_traces"
InsertedTraceAnnotation.__module__ = "phoenix_traces"
AnnotateTracesResponseBody.__module__ = "phoenix_traces"
