"""Which columns, index levels and arguments hold what: the frame under the model's own names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pandas.api.types import infer_dtype
from pydantic import ValidationError

from phoenix_traces.errors import AnnotationFailure, AnnotationValidationError
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.inputs.frames.cells import Column, cells, cells_at, read
from phoenix_traces.inputs.wire_row import FIELDS, RESULT_NAMES
from phoenix_traces.rules.annotation import TraceAnnotationData

ID_NAMES = ("trace_id", "context.trace_id")
NAME_NAMES = ("name", "annotation_name")
KIND_NAME = "annotator_kind"
OPTIONAL_NAMES = ("metadata", "identifier")
KEY_NAMES = ("trace_id", "name", "identifier")


@dataclass(frozen=True)
class FrameColumns:
    """Hold a frame's columns by the model's names.

    Attributes:
        index: The frame's own index, to name rows by.
        columns: What came from the frame.
        constants: What is the same for every row: given as an argument, or absent.
        names: The caller's names for the model's fields.
    """

    index: pd.Index[Any]
    columns: Mapping[str, Column]
    constants: Mapping[str, object]
    names: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.index)

    def slices(self, rows: int) -> Iterator[tuple[range, dict[str, list[object]]]]:
        """Yield positions and their cells by field, some rows at a time."""
        for start in range(0, len(self), rows):
            positions = range(start, min(start + rows, len(self)))
            yield positions, self.take(positions)

    def label(self, position: int) -> object:
        """Return the index label of a row."""
        return read(self.index, position)

    def take(self, positions: range | list[int]) -> dict[str, list[object]]:
        """Return the cells of some rows by field."""
        return {
            field: cells_at(self.columns[field], positions)
            if field in self.columns
            else [self.constants.get(field)] * len(positions)
            for field in FIELDS
        }


def resolve(
    dataframe: pd.DataFrame,
    annotation_name: str | None,
    annotator_kind: str | None,
    fixed: Mapping[str, str],
) -> FrameColumns:
    """Find out where each part of an annotation stands.

    Args:
        dataframe: The caller's frame; it is only read.
        annotation_name: Name of all the annotations; wins over a column.
        annotator_kind: Kind of all the annotations; wins over a column.
        fixed: The name and the kind, where a rubric leaves no choice.

    Raises:
        TypeError: when it is no DataFrame.
        AnnotationValidationError: naming everything that is wrong with the frame as a whole.
    """
    return _Resolver(_as_frame(dataframe), fixed).resolve(annotation_name, annotator_kind)


def _as_frame(value: object) -> pd.DataFrame:
    if not isinstance(value, pd.DataFrame):
        raise TypeError(f"Expected pandas DataFrame, not {type(value).__name__}")
    return value


class _Resolver:
    def __init__(self, dataframe: pd.DataFrame, fixed: Mapping[str, str]) -> None:
        self._frame = dataframe
        self._fixed = fixed
        self._problems: list[AnnotationFailure] = []
        self._columns: dict[str, Column] = {}
        self._constants: dict[str, object] = {}
        self._names: dict[str, str] = {}

    def resolve(self, annotation_name: str | None, annotator_kind: str | None) -> FrameColumns:
        self._check_shape()
        self._find_ids()
        self._find_name(annotation_name)
        self._find_kind(annotator_kind)
        self._check_arguments()
        self._find_rest()
        self._raise_problems()
        return FrameColumns(self._frame.index, self._columns, self._constants, self._names)

    def _refuse(self, message: str, field: str | None = None) -> None:
        self._problems.append(AnnotationFailure(None, None, field, None, message))

    def _raise_problems(self) -> None:
        if self._problems:
            raise AnnotationValidationError(self._problems, total=len(self._frame))

    def _check_shape(self) -> None:
        if self._frame.columns.nlevels > 1:
            self._refuse("DataFrame columns must have one level, not a MultiIndex: flatten them")
        if self._frame.empty and not len(self._frame.index):
            self._refuse("DataFrame cannot be empty")
        self._raise_problems()
        known = [*ID_NAMES, *NAME_NAMES, KIND_NAME, *RESULT_NAMES, *OPTIONAL_NAMES]
        for name in known:
            if (times := list(self._frame.columns).count(name)) > 1:
                self._refuse(f"DataFrame has {times} columns named {name!r}; keep one", name)
        # With two columns of a name, nothing more can be said about either.
        self._raise_problems()

    def _has(self, name: str) -> bool:
        return name in self._frame.columns

    def _take(self, field: str, name: str) -> None:
        self._columns[field] = self._frame[name].array
        self._names[field] = self._names[f"result.{field}"] = name

    def _find_ids(self) -> None:
        columns = [name for name in ID_NAMES if self._has(name)]
        levels = [name for name in ID_NAMES if name in self._frame.index.names]
        if len(columns) == 2 or len(levels) == 2:
            self._refuse(
                "DataFrame cannot have both primary and fallback ID columns "
                "('trace_id' and 'context.trace_id'); keep one"
            )
        elif columns and levels and not self._same_ids(columns[0], levels[0]):
            self._refuse(
                f"column {columns[0]!r} and index level {levels[0]!r} hold different trace ids; "
                "drop one of them"
            )
        elif columns:
            self._take("trace_id", columns[0])
        elif levels:
            self._take_level(levels[0])
        elif self._is_string_index():
            self._columns["trace_id"] = self._frame.index.array
            self._names["trace_id"] = "index"
        else:
            self._refuse_no_ids()

    def _same_ids(self, column: str, level: str) -> bool:
        return cells(self._frame[column].array) == cells(self._level(level))

    def _level(self, name: str) -> Column:
        level: Column = self._frame.index.get_level_values(name).array
        return level

    def _take_level(self, level: str) -> None:
        self._columns["trace_id"] = self._level(level)
        self._names["trace_id"] = level

    def _is_string_index(self) -> bool:
        index = self._frame.index
        return index.nlevels == 1 and index.name is None and _is_text(index)

    def _refuse_no_ids(self) -> None:
        named = [str(name) for name in self._frame.index.names if name is not None]
        hint = f"; the index named {', '.join(named)} is not taken for trace ids" if named else ""
        self._refuse(
            "DataFrame must have 'trace_id' or 'context.trace_id' column, index level, or a "
            f"string-based index{hint}"
        )

    def _find_name(self, argument: str | None) -> None:
        columns = [name for name in NAME_NAMES if self._has(name)]
        if len(columns) == 2:
            self._refuse("DataFrame cannot have both 'name' and 'annotation_name' columns")
        elif argument is not None:
            self._take_argument("name", "annotation_name", argument)
        elif columns:
            self._take("name", columns[0])
        elif "name" in self._fixed:
            self._constants["name"] = self._fixed["name"]
        else:
            self._refuse(
                "no annotation name: pass annotation_name=, or add a 'name' or 'annotation_name' "
                "column",
                "annotation_name",
            )

    def _find_kind(self, argument: str | None) -> None:
        if argument is not None:
            self._take_argument(KIND_NAME, KIND_NAME, argument)
        elif self._has(KIND_NAME):
            self._take(KIND_NAME, KIND_NAME)
        elif KIND_NAME in self._fixed:
            self._constants[KIND_NAME] = self._fixed[KIND_NAME]
        else:
            self._refuse(
                "no annotator kind: pass annotator_kind=, or add an 'annotator_kind' column with "
                "'LLM', 'CODE' or 'HUMAN'",
                KIND_NAME,
            )

    def _take_argument(self, field: str, name: str, value: str) -> None:
        self._constants[field] = value
        if self._fixed.get(field, value) != value:
            self._refuse(
                f"{name} is {value!r}, and annotation_type says {self._fixed[field]!r}", name
            )

    def _check_arguments(self) -> None:
        fields = {"name": "annotation_name"}
        annotation = {
            "trace_id": "any",
            "name": "any",
            KIND_NAME: "HUMAN",
            "result": {"score": 1},
            **self._constants,
        }
        try:
            checked = TraceAnnotationData.model_validate(annotation)
        except ValidationError as error:
            for failure in failures_from(error, position=0, fields=fields):
                message = f"{failure.field}: {failure.message}"
                self._problems.append(replace(failure, position=None, message=message))
        else:
            self._constants.update({field: getattr(checked, field) for field in self._constants})

    def _find_rest(self) -> None:
        for name in (*RESULT_NAMES, *OPTIONAL_NAMES):
            if self._has(name):
                self._take(name, name)
        if not any(name in self._columns for name in RESULT_NAMES):
            self._refuse("DataFrame must contain at least one of: label, score, explanation")


def _is_text(index: pd.Index[Any]) -> bool:
    """Tell that all labels that are not missing are text, if there are any."""
    labels: pd.Index[Any] = index.categories if isinstance(index, pd.CategoricalIndex) else index
    kind = infer_dtype(labels, skipna=True)
    if kind == "unknown-array":  # Arrow's categories, among others
        kind = infer_dtype(labels.astype(object), skipna=True)
    return kind == "string"
