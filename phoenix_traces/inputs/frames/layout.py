"""Which columns, index levels and arguments of a frame hold what, and what is wrong with it.

Each field is searched for on its own, so that everything that is wrong is said at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from pydantic import ValidationError

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.inputs.frames.cells import text_or_none
from phoenix_traces.inputs.frames.columns import (
    ID_NAMES,
    KIND_NAME,
    NAME_NAMES,
    OPTIONAL_NAMES,
    FrameColumns,
)
from phoenix_traces.inputs.frames.interface import Column, Frame
from phoenix_traces.inputs.wire_row import RESULT_NAMES
from phoenix_traces.rules.annotation import TraceAnnotationData
from phoenix_traces.shown import shown

_NAMES = (*ID_NAMES, *NAME_NAMES, KIND_NAME, *RESULT_NAMES, *OPTIONAL_NAMES)
_LABELS_TOGETHER = 5_000
_MOST_CHARACTERS_OF_NAME = 80


@dataclass(frozen=True)
class _Source:
    """Where the cells of one field come from: a column, an index level, or a value for all rows.

    Attributes:
        field: The model's name for it.
        name: The caller's.
        column: None where the value is the same in every row.
        constant: That value.
    """

    field: str
    name: str
    column: Column | None = None
    constant: object = None


# What a search for a field comes to. It may be both, such as an argument that a rubric forbids.
_Found: TypeAlias = "_Source | AnnotationFailure"


def resolve(
    frame: Frame,
    annotation_name: str | None,
    annotator_kind: str | None,
    fixed: Mapping[str, str],
) -> FrameColumns:
    """Find out where each part of an annotation stands.

    Args:
        frame: The caller's; it is only read.
        annotation_name: Name of all the annotations; wins over a column.
        annotator_kind: Kind of all the annotations; wins over a column.
        fixed: The name and the kind, where a rubric leaves no choice.

    Raises:
        AnnotationValidationError: naming everything that is wrong with the frame as a whole.
    """
    named = _Named(frame)
    # Of a frame that fails these, nothing more can be said.
    _refuse(_wrong_shape(frame), frame)
    _refuse(_repeated_names(named), frame)
    found = [
        *_trace_ids(named),
        *_names(named, annotation_name, fixed),
        *_kinds(named, annotator_kind, fixed),
        *_optional_columns(named),
    ]
    _refuse(_wrong(found), frame)
    return _columns(frame, found)


def resolve_several(
    frame: Frame,
    parts: Mapping[str, Mapping[str, tuple[str, Column]]],
    annotator_kind: str | None,
    fixed: Mapping[str, str],
) -> list[FrameColumns]:
    """Find out where the trace ids and kinds of several judgements a row stand.

    Args:
        frame: The caller's; it is only read.
        parts: By annotation name, and in it by field: the caller's name, and the cells.
        annotator_kind: Kind of all the annotations; wins over columns.
        fixed: The name and the kind, where a rubric leaves no choice.

    Raises:
        AnnotationValidationError: naming everything that is wrong with the frame as a whole.
    """
    named = _Named(frame)
    _refuse(_wrong_shape(frame), frame)
    _refuse(_repeated_names(named, (*ID_NAMES, KIND_NAME)), frame)
    trace_ids = list(_trace_ids(named))
    every: list[list[_Found]] = []
    for name, fields in parts.items():
        found = [*trace_ids, *_argument("name", "annotation_name", name, fixed)]
        has_own_kinds = annotator_kind is None and KIND_NAME in fields
        found += [] if has_own_kinds else _kinds(named, annotator_kind, fixed)
        found += [
            _Source(field, caller, column)
            for field, (caller, column) in fields.items()
            if field != KIND_NAME or has_own_kinds
        ]
        every.append(found)
    # Each is said once, although every judgement has the same trace ids.
    _refuse({str(each): each for found in every for each in _wrong(found)}.values(), frame)
    return [_columns(frame, found) for found in every]


def _wrong(found: Iterable[_Found]) -> Iterator[AnnotationFailure]:
    """Yield what is wrong with what was found, and with arguments in it."""
    constants: dict[str, object] = {}
    for each in found:
        if isinstance(each, AnnotationFailure):
            yield each
        elif each.column is None:
            constants[each.field] = each.constant
    yield from _wrong_arguments(constants)


def _columns(frame: Frame, found: Iterable[_Found]) -> FrameColumns:
    sources = [each for each in found if isinstance(each, _Source)]
    constants = {each.field: each.constant for each in sources if each.column is None}
    return FrameColumns(
        frame=frame,
        columns={each.field: each.column for each in sources if each.column is not None},
        constants=_as_models_leave_them(constants),
        names=_by_path({each.field: each.name for each in sources if each.column is not None}),
    )


def _refuse(failures: Iterable[AnnotationFailure], frame: Frame) -> None:
    """Raise an error that says all of what is wrong, if anything is."""
    if problems := list(failures):
        raise AnnotationValidationError(problems, total=len(frame))


class _Named:
    """A frame's columns and index levels by name.

    Only labels that are text are looked at: others, such as `pd.NA`, cannot even be compared.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._columns = _places_by_name(frame.column_names)
        self._levels = _places_by_name(frame.level_names)

    def columns_named(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that a column has."""
        return [name for name in names if name in self._columns]

    def levels_named(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that an index level has."""
        return [name for name in names if name in self._levels]

    def times(self, name: str) -> tuple[int, int]:
        """Return how many columns and how many index levels have a name."""
        return len(self._columns.get(name, ())), len(self._levels.get(name, ()))

    def column(self, name: str) -> Column:
        """Return a column."""
        return self.frame.column(self._columns[name][0])

    def level(self, name: str) -> Column:
        """Return an index level, with a cell for each row."""
        return self.frame.level(self._levels[name][0])


def _places_by_name(labels: Iterable[object]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        if isinstance(label, str):
            places.setdefault(label, []).append(place)
    return places


def _failure(message: str, field: str | None = None) -> AnnotationFailure:
    return AnnotationFailure(None, None, field, None, message)


def _wrong_shape(frame: Frame) -> Iterator[AnnotationFailure]:
    if frame.has_nested_columns:
        yield _failure("DataFrame columns must have one level, not a MultiIndex: flatten them")
    if not len(frame):
        yield _failure(f"DataFrame cannot be empty{frame.why_empty}")


def _repeated_names(frame: _Named, names: Iterable[str] = _NAMES) -> Iterator[AnnotationFailure]:
    for name in names:
        columns, levels = frame.times(name)
        if columns > 1:
            yield _failure(f"DataFrame has {columns} columns named {name!r}; keep one", name)
        if levels > 1 and name in ID_NAMES:
            yield _failure(f"DataFrame has {levels} index levels named {name!r}; keep one", name)


def _trace_ids(frame: _Named) -> Iterator[_Found]:
    """Find a column or an index level of either name, or else an unnamed index of text."""
    columns, levels = frame.columns_named(ID_NAMES), frame.levels_named(ID_NAMES)
    indexes = frame.frame.level_names
    if len(columns) == 2 or len(levels) == 2:
        yield _failure(
            "DataFrame cannot have both primary and fallback ID columns "
            "('trace_id' and 'context.trace_id'); keep one"
        )
    elif columns and levels and not _same_ids(frame.column(columns[0]), frame.level(levels[0])):
        yield _failure(
            f"column {columns[0]!r} and index level {levels[0]!r} hold different trace ids; "
            "drop one of them"
        )
    elif columns:
        yield _Source("trace_id", columns[0], frame.column(columns[0]))
    elif levels:
        yield _Source("trace_id", levels[0], frame.level(levels[0]))
    elif len(indexes) == 1 and indexes[0] is None and _is_text(unnamed := frame.frame.level(0)):
        yield _Source("trace_id", "index", unnamed)
    elif not indexes:
        yield _failure("DataFrame must have a 'trace_id' or 'context.trace_id' column")
    else:
        named = [_shown_name(name) for name in indexes if name is not None]
        hint = f"; the index named {', '.join(named)} is not taken for trace ids" if named else ""
        yield _failure(
            "DataFrame must have 'trace_id' or 'context.trace_id' column, index level, or a "
            f"string-based index{hint}"
        )


def _shown_name(name: object) -> str:
    """Return the name of an index as it stands in a message."""
    return name if isinstance(name, str) and len(name) <= _MOST_CHARACTERS_OF_NAME else shown(name)


def _same_ids(column: Column, level: Column) -> bool:
    # What is no text is refused by its row later.
    return all(
        list(map(text_or_none, column.cells_at(some)))
        == list(map(text_or_none, level.cells_at(some)))
        for some in _blocks(len(column))
    )


def _is_text(column: Column) -> bool:
    """Tell that all cells that are not missing are text, if there are any."""
    kinds = set[type]()
    for some in _blocks(len(column)):
        kinds |= set(map(type, column.cells_at(some))) - {type(None)}
        if not all(issubclass(kind, str) for kind in kinds):
            return False
    return bool(kinds)


def _blocks(rows: int) -> Iterator[range]:
    for start in range(0, rows, _LABELS_TOGETHER):
        yield range(start, min(start + _LABELS_TOGETHER, rows))


def _names(frame: _Named, argument: str | None, fixed: Mapping[str, str]) -> Iterator[_Found]:
    columns = frame.columns_named(NAME_NAMES)
    if len(columns) == 2:
        yield _failure("DataFrame cannot have both 'name' and 'annotation_name' columns")
    elif argument is not None:
        yield from _argument("name", "annotation_name", argument, fixed)
    elif columns:
        yield _Source("name", columns[0], frame.column(columns[0]))
    elif "name" in fixed:
        yield _Source("name", "annotation_name", constant=fixed["name"])
    else:
        yield _failure(
            "no annotation name: pass annotation_name=, or add a 'name' or 'annotation_name' "
            "column",
            "annotation_name",
        )


def _kinds(frame: _Named, argument: str | None, fixed: Mapping[str, str]) -> Iterator[_Found]:
    if argument is not None:
        yield from _argument(KIND_NAME, KIND_NAME, argument, fixed)
    elif frame.columns_named([KIND_NAME]):
        yield _Source(KIND_NAME, KIND_NAME, frame.column(KIND_NAME))
    elif KIND_NAME in fixed:
        yield _Source(KIND_NAME, KIND_NAME, constant=fixed[KIND_NAME])
    else:
        yield _failure(
            "no annotator kind: pass annotator_kind=, or add an 'annotator_kind' column with "
            "'LLM', 'CODE' or 'HUMAN'",
            KIND_NAME,
        )


def _argument(field: str, name: str, value: object, fixed: Mapping[str, str]) -> Iterator[_Found]:
    yield _Source(field, name, constant=value)
    # Not by `!=` alone: NaN differs from itself, and an array has no truth.
    if field in fixed and not (isinstance(value, str) and value == fixed[field]):
        says = f"annotation_type says {fixed[field]!r}"
        yield _failure(f"{name} is {shown(value)}, and {says}", name)


def _optional_columns(frame: _Named) -> Iterator[_Found]:
    if not frame.columns_named(RESULT_NAMES):
        yield _failure("DataFrame must contain at least one of: label, score, explanation")
    for name in frame.columns_named((*RESULT_NAMES, *OPTIONAL_NAMES)):
        yield _Source(name, name, frame.column(name))


def _with_constants(constants: Mapping[str, object]) -> TraceAnnotationData:
    """Return an annotation of the constants, in which all else is right."""
    right = {"trace_id": "any", "name": "any", KIND_NAME: "HUMAN", "result": {"score": 1}}
    return TraceAnnotationData.model_validate({**right, **constants})


def _wrong_arguments(constants: Mapping[str, object]) -> Iterator[AnnotationFailure]:
    try:
        _with_constants(constants)
    except ValidationError as error:
        for failure in failures_from(error, position=0, fields={"name": "annotation_name"}):
            message = f"{failure.field}: {failure.message}"
            yield replace(failure, position=None, message=message)


def _as_models_leave_them(constants: Mapping[str, object]) -> dict[str, object]:
    annotation = _with_constants(constants)
    return {field: getattr(annotation, field) for field in constants}


def _by_path(names: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's names by both paths at which a model may name a field."""
    return {**names, **{f"result.{field}": name for field, name in names.items()}}
