"""What the rows of a frame must follow beside the general rules: a rubric, or the server's configs.

A rubric's narrowed fields are checked a column at a time, in one call of pydantic's core. Only a
rubric with validators of its own is asked about each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import GenericAlias
from typing import Annotated, Any, TypeAlias

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from phoenix_traces.inputs.frames.cells import score_or_none, text_or_none
from phoenix_traces.inputs.wire_row import FIELDS, RESULT_NAMES
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics, result_type_of

Cells: TypeAlias = Mapping[str, Sequence[object]]


def nested(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row of cells as the mapping that a model takes."""
    result = {name: row[name] for name in RESULT_NAMES}
    result["score"] = score_or_none(result["score"])
    return {"result": result, **{name: row[name] for name in FIELDS if name not in RESULT_NAMES}}


def validation_error(
    model: type[TraceAnnotationData], annotation: Mapping[str, object]
) -> ValidationError | None:
    """Return what a model has against an annotation, if anything."""
    try:
        model.model_validate(annotation)
    except ValidationError as error:
        return error
    return None


class RowRules:
    """Tell which models a row must satisfy, and which rows may not.

    Args:
        annotation_type: What every row must be.
        rubrics: What rows of some names must be too.
    """

    def __init__(
        self, annotation_type: type[TraceAnnotationData] | None, rubrics: Rubrics | None
    ) -> None:
        self._type = annotation_type or TraceAnnotationData
        self._type_check = None if annotation_type is None else _RubricCheck(annotation_type)
        self._rubrics = rubrics or {}
        self._checks = {name: _RubricCheck(rubric) for name, rubric in self._rubrics.items()}

    def models_for(self, row: Mapping[str, object]) -> Iterator[type[TraceAnnotationData]]:
        """Yield the models that say what is wrong with a row, the most general first."""
        yield self._type
        rubric = self._rubrics.get(text_or_none(row["name"]) or "")
        if rubric is not None:
            yield rubric

    def suspects(self, cells: Cells) -> set[int]:
        """Return the rows, counted from the first one given, that a rubric may refuse."""
        found: set[int] = set()
        if self._type_check is not None:
            found |= self._type_check.refused(cells, range(len(cells["name"])))
        if self._checks:
            for name, rows in _rows_by_name(cells["name"]).items():
                if check := self._checks.get(name):
                    found |= check.refused(cells, rows)
        return found


def _rows_by_name(names: Iterable[object]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        rows.setdefault(text_or_none(name) or "", []).append(row)
    return rows


class _RubricCheck:
    def __init__(self, rubric: type[TraceAnnotationData]) -> None:
        result = result_type_of(rubric)
        self._rubric = rubric
        self._asks_each_row = _has_own_validators(rubric, TraceAnnotationData) or (
            _has_own_validators(result, AnnotationResult)
        )
        self._columns = {
            name: _column_adapter(field)
            for name, field in (
                *_narrowed(rubric, TraceAnnotationData),
                *_narrowed(result, AnnotationResult),
            )
        }

    def refused(self, cells: Cells, rows: Sequence[int]) -> set[int]:
        if self._asks_each_row:
            return {row for row in rows if not self._accepts(cells, row)}
        found: set[int] = set()
        for name, adapter in self._columns.items():
            column = cells[name]
            values = [column[row] for row in rows]
            if name == "score":
                values = [score_or_none(value) for value in values]
            found |= {rows[place] for place in _refused_places(adapter, values)}
        return found

    def _accepts(self, cells: Cells, row: int) -> bool:
        annotation = nested({name: cells[name][row] for name in FIELDS})
        return validation_error(self._rubric, annotation) is None


def _has_own_validators(
    model: type[TraceAnnotationData | AnnotationResult],
    base: type[TraceAnnotationData | AnnotationResult],
) -> bool:
    own, inherited = model.__pydantic_decorators__, base.__pydantic_decorators__
    return any(
        set(getattr(own, kind)) != set(getattr(inherited, kind))
        for kind in ("validators", "field_validators", "root_validators", "model_validators")
    )


def _narrowed(
    model: type[TraceAnnotationData | AnnotationResult],
    base: type[TraceAnnotationData | AnnotationResult],
) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        general = base.model_fields.get(name)
        if name != "result" and (
            general is None
            or (field.annotation, field.metadata) != (general.annotation, general.metadata)
        ):
            yield name, field


def _column_adapter(field: FieldInfo) -> TypeAdapter[list[Any]]:
    cell: Any = (
        Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    )
    # As the models are configured: a field alone does not know.
    config = ConfigDict(str_strip_whitespace=True, allow_inf_nan=False)
    column: Any = GenericAlias(list, cell)
    return TypeAdapter(column, config=config)


def _refused_places(adapter: TypeAdapter[list[Any]], values: list[object]) -> set[int]:
    try:
        adapter.validate_python(values)
    except ValidationError as error:
        places = (details["loc"][0] for details in error.errors(include_url=False))
        return {place for place in places if isinstance(place, int)}
    return set()
