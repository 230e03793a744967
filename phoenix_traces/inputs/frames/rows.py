"""A DataFrame into rows to send: checked as a whole first, then read as the rows are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pandas as pd

from phoenix_traces.inputs.duplicates import warn_about
from phoenix_traces.inputs.frames.checking import ROWS_TOGETHER, Findings, are_plain, check, parts
from phoenix_traces.inputs.frames.columns import FrameColumns
from phoenix_traces.inputs.frames.layout import resolve
from phoenix_traces.inputs.frames.rubric_checks import RowRules, nested
from phoenix_traces.inputs.judge import Cells
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.wire_row import FIELDS, WireRow, encode_rows, trace_id_of, wire_rows
from phoenix_traces.rules.annotation import TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics, fixed_fields


def annotation_frame(
    dataframe: pd.DataFrame,
    *,
    annotation_name: str | None = None,
    annotator_kind: str | None = None,
    annotation_type: type[TraceAnnotationData] | None = None,
    rubrics: Rubrics | None = None,
) -> Rows[WireRow]:
    """Return a frame's annotations as rows to send.

    Args:
        dataframe: Only read, and read again while rows are sent.
        annotation_name: Name of all the annotations; wins over a column.
        annotator_kind: Kind of all the annotations; wins over a column.
        annotation_type: What every row must be.
        rubrics: What rows of some names must be too.

    Raises:
        TypeError: when it is no DataFrame.
        AnnotationValidationError: naming every row and cell that is refused.
    """
    fixed = {} if annotation_type is None else fixed_fields(annotation_type)
    columns = resolve(dataframe, annotation_name, annotator_kind, fixed)
    findings = check(columns, RowRules(annotation_type, rubrics, columns))
    warn_about(findings.superseded)
    return Rows(
        total=len(columns),
        items=_items(columns, findings),
        encode=encode_rows,
        trace_id=trace_id_of,
        superseded=findings.superseded,
    )


def _items(columns: FrameColumns, findings: Findings) -> Iterable[tuple[int, WireRow]]:
    # Chained iterators hand each row on without a step of Python.
    items = chain.from_iterable(
        zip(positions, _rows(columns, cells, positions.start in findings.plain_blocks), strict=True)
        for positions, cells in columns.slices(ROWS_TOGETHER)
    )
    if not findings.superseded:
        return items
    return (item for item in items if item[0] not in findings.superseded)


def _rows(columns: FrameColumns, cells: Cells, is_plain: bool) -> Iterable[WireRow]:
    if is_plain:
        return wire_rows(cells)
    return chain.from_iterable(
        wire_rows(part) if are_plain(columns, part) else _rows_by_model(part)
        for _, part in parts(cells)
    )


def _rows_by_model(cells: Cells) -> Iterator[WireRow]:
    for values in zip(*(cells[field] for field in FIELDS), strict=True):
        annotation = nested(dict(zip(FIELDS, values, strict=True)))
        row: Any = TraceAnnotationData.model_validate(annotation).model_dump(exclude_none=True)
        yield row
