"""What the rows of a frame must follow beside the general rules: a rubric, or the server's configs.

A rubric's narrowed fields are checked a column at a time, in one call of pydantic's core. Only a
rubric with validators of its own is asked about each row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from types import GenericAlias
from typing import Annotated, Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from phoenix_traces.failures import Found
from phoenix_traces.inputs.explain import Explainer, refusals
from phoenix_traces.inputs.frames.cells import score_or_none, text_or_none
from phoenix_traces.inputs.frames.columns import FrameColumns
from phoenix_traces.inputs.judge import Cells, Judge
from phoenix_traces.inputs.wire_row import FIELDS, RESULT_NAMES
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics, result_type_of


def nested(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row of cells as the mapping that a model takes."""
    result = {name: row[name] for name in RESULT_NAMES}
    result["score"] = score_or_none(result["score"])
    return {"result": result, **{name: row[name] for name in FIELDS if name not in RESULT_NAMES}}


class RowRules:
    """What the rows of a frame must follow: the general rules, and rubrics beside them.

    Args:
        annotation_type: What every row must be.
        rubrics: What rows of some names must be too.
        columns: The frame.
    """

    def __init__(
        self,
        annotation_type: type[TraceAnnotationData] | None,
        rubrics: Rubrics | None,
        columns: FrameColumns,
    ) -> None:
        explainer = Explainer(columns.names)
        self._judge = Judge(explainer)
        self._fields = tuple(columns.columns)
        self._type = None if annotation_type is None else _Rubric(annotation_type, explainer)
        self._by_name = {
            name: _Rubric(rubric, explainer) for name, rubric in (rubrics or {}).items()
        }

    def found(self, cells: Cells, *, is_plain: bool, is_brief: bool = False) -> list[Found]:
        """Return what is wrong with some rows, in order.

        Args:
            cells: By field.
            is_plain: Whether the general rules are known to hold.
            is_brief: Whether to tell only the first trouble of each piece of metadata.
        """
        self._judge.is_brief = is_brief
        general: list[Found] = []
        if not is_plain:
            cells = {**cells, "score": list(map(score_or_none, cells["score"]))}
            general = self._judge.found(cells, self._fields)
        refused = {each.place for each in general}
        if self._type is not None:
            # It has the general rules too, and may say them in its own words.
            return self._type.found(cells, range(len(cells["name"])), refused)
        if not self._by_name:
            return general
        special = [
            each
            for name, places in _places_by_name(cells["name"]).items()
            if (rubric := self._by_name.get(name))
            for each in rubric.found(cells, [at for at in places if at not in refused])
        ]
        return sorted([*general, *special], key=itemgetter(0))


def _places_by_name(names: Iterable[object]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(text_or_none(name) or "", []).append(place)
    return places


class _Rubric:
    """A rubric, and what is found out about it once."""

    def __init__(self, rubric: type[TraceAnnotationData], explainer: Explainer) -> None:
        result = result_type_of(rubric)
        self._rubric = rubric
        self._explainer = explainer
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

    def found(
        self, cells: Cells, places: Sequence[int], refused: Collection[int] = ()
    ) -> list[Found]:
        """Return what the rubric has against some rows, in order.

        Args:
            cells: By field.
            places: Of the rows.
            refused: Places that are known to be refused.
        """
        if not self._asks_each_row:
            suspects = {*refused, *self._suspects(cells, places)}
            places = [place for place in places if place in suspects]
        rows = [nested({name: cells[name][place] for name in FIELDS}) for place in places]
        return list(self._explainer.found_in(refusals(self._rubric, rows), places))

    def _suspects(self, cells: Cells, places: Sequence[int]) -> Iterator[int]:
        for name, adapter in self._columns.items():
            column = cells[name]
            for at in _refused_at(adapter, [column[place] for place in places]):
                yield places[at]


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
    parts: Any = (field.annotation, *field.metadata)
    cell: Any = Annotated[parts] if field.metadata else field.annotation
    # As the models are configured: a field alone does not know.
    config = ConfigDict(str_strip_whitespace=True, allow_inf_nan=False)
    column: Any = GenericAlias(list, cell)
    return TypeAdapter(column, config=config)


def _refused_at(adapter: TypeAdapter[list[Any]], values: list[object]) -> set[int]:
    try:
        adapter.validate_python(values)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        return {int(details["loc"][0]) for details in errors}
    return set()
