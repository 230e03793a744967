"""The flat form of an annotation: one row, as spreadsheets and tables of a web page hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast

from pydantic import (
    BaseModel,
    ValidationError,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from phoenix_traces.rules.annotation import AnnotationModel, AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.json_schema_rules import inherited_words
from phoenix_traces.rules.rubrics import checked_annotation_type, result_type_of

AnnotationT = TypeVar("AnnotationT", bound=TraceAnnotationData)

_ORDER = (
    "trace_id",
    "name",
    "annotator_kind",
    *AnnotationResult.model_fields,
    "metadata",
    "identifier",
)


class AnnotationRow(AnnotationModel, Generic[AnnotationT], frozen=True):
    """One annotation as one flat row.

    `annotation_row_type` makes the types of rows: they have the fields `trace_id`, `name`,
    `annotator_kind`, `label`, `score`, `explanation`, `metadata` and `identifier`. What they
    accept is what the type of annotation accepts, because that one is asked.
    """

    annotation_type: ClassVar[type[TraceAnnotationData]]

    @model_validator(mode="before")
    @classmethod
    def _as_annotation(cls, value: object) -> object:
        if isinstance(value, AnnotationRow):
            value = dict(cast("BaseModel", value))
        if not isinstance(value, Mapping):
            return value
        row = cast("Mapping[str, object]", value)
        try:
            return _flat(cls.annotation_type.model_validate(_nested(row, cls.annotation_type)))
        except ValidationError as error:
            problems = list(_flat_problems(error))
            raise ValidationError.from_exception_data(cls.__name__, problems) from None

    def to_annotation(self) -> AnnotationT:
        """Return the annotation that the row says."""
        annotation = self.annotation_type.model_validate(_nested(dict(self), self.annotation_type))
        return cast("AnnotationT", annotation)


def annotation_row_type(model: type[AnnotationT]) -> type[AnnotationRow[AnnotationT]]:
    """Return the flat form of a type of annotation.

    Args:
        model: `TraceAnnotationData` or a rubric.

    Raises:
        TypeError: when it is no type of annotation, or its result is not one subclass of
            `AnnotationResult`.

    Examples:
        >>> from phoenix_traces import TraceAnnotationData, annotation_row_type
        >>> Row = annotation_row_type(TraceAnnotationData)
        >>> row = {"trace_id": "t1", "name": "tone", "annotator_kind": "CODE", "score": 1}
        >>> Row.model_validate(row).to_annotation().result.score
        1.0
    """
    row_type = _row_type(checked_annotation_type(model, "model"))
    return cast("type[AnnotationRow[AnnotationT]]", row_type)


@cache
def _row_type(model: type[TraceAnnotationData]) -> type[AnnotationRow[Any]]:
    result_type = result_type_of(model)
    fields: dict[str, Any] = {
        name: _field(result_type if name in AnnotationResult.model_fields else model, name)
        for name in _ORDER
    }
    row_type = create_model(
        f"{model.__name__}Row",
        __base__=AnnotationRow,
        __doc__=model.__doc__,
        __module__=model.__module__,
        **fields,
    )
    row_type.annotation_type = model
    return row_type


def _field(model: type[AnnotationModel], name: str) -> tuple[Any, FieldInfo]:
    """Return a model's field as `create_model` takes it, for the schema alone."""
    field = model.model_fields[name]
    described = FieldInfo(
        default=field.default,
        examples=field.examples,
        json_schema_extra=field.json_schema_extra,
        **inherited_words(model, name),
    )
    described.metadata = [*field.metadata, WrapValidator(_as_it_is)]
    return field.annotation, described


def _as_it_is(value: object, _check: object) -> object:
    return value


def _nested(row: Mapping[str, object], model: type[TraceAnnotationData]) -> dict[str, object]:
    # What no field knows goes into the result, which refuses it: also a key "result".
    outer = model.model_fields.keys() - {"result"}
    result = {name: value for name, value in row.items() if name not in outer}
    return {**{name: row[name] for name in row if name in outer}, "result": result}


def _flat(annotation: TraceAnnotationData) -> dict[str, object]:
    outer = dict(annotation)
    result = dict(outer.pop("result"))
    return {**outer, **result}


def _flat_problems(error: ValidationError) -> Iterator[InitErrorDetails]:
    for problem in error.errors(include_url=False):
        where = problem["loc"]
        yield InitErrorDetails(
            type=_same_error(problem["type"], problem["msg"]),
            loc=where[1:] if where[:1] == ("result",) else where,
            input=problem["input"],
        )


def _same_error(kind: Any, message: Any) -> PydanticCustomError:
    # Not "str", because pydantic asks for literals here, which these once were.
    return PydanticCustomError(kind, message)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AnnotationRow.__module__ = "phoenix_traces"
