"""A DataFrame into rows to send: checked as a whole first, then read as the rows are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import cast

from pydantic import ValidationError

from phoenix_traces.errors import PhoenixTracesError
from phoenix_traces.inputs.duplicates import warn_about
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.inputs.frame_types import AnyFrame
from phoenix_traces.inputs.frames.checking import (
    ROWS_TOGETHER,
    Findings,
    are_plain,
    check,
    parts,
    without,
)
from phoenix_traces.inputs.frames.columns import FrameColumns, FrameKeys
from phoenix_traces.inputs.frames.layout import resolve
from phoenix_traces.inputs.frames.opening import opened
from phoenix_traces.inputs.frames.rubric_checks import RowRules, nested
from phoenix_traces.inputs.judge import Cells
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.wire_row import FIELDS, WireRow, encode_rows, key_of, wire_rows
from phoenix_traces.rules.annotation import TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics, checked_annotation_type, fixed_fields


def annotation_frame(
    dataframe: AnyFrame,
    *,
    annotation_name: str | None = None,
    annotator_kind: str | None = None,
    annotation_type: type[TraceAnnotationData] | None = None,
    rubrics: Rubrics | None = None,
    skip_empty: bool = False,
) -> Rows[WireRow]:
    """Return a frame's annotations as rows to send.

    Args:
        dataframe: Only read, and read again while rows are sent; a stream is read once, into a
            table.
        annotation_name: Name of all the annotations; wins over a column.
        annotator_kind: Kind of all the annotations; wins over a column.
        annotation_type: What every row must be.
        rubrics: What rows of some names must be too.
        skip_empty: Whether rows without a judgement are left out.

    Raises:
        TypeError: when it is no frame, or one that must be computed first; or the type is none of
            annotation.
        ConfigurationError: when it takes pyarrow to read it, which is not installed.
        AnnotationValidationError: naming every row and cell that is refused.
    """
    fixed: dict[str, str] = {}
    if annotation_type is not None:
        fixed = fixed_fields(checked_annotation_type(annotation_type, "annotation_type"))
    columns = resolve(opened(dataframe), annotation_name, annotator_kind, fixed)
    findings = check(columns, RowRules(annotation_type, rubrics, columns), skip_empty=skip_empty)
    warn_about(findings.superseded)
    return Rows(
        total=len(columns),
        items=items_of(columns, findings),
        encode=encode_rows,
        key=key_of,
        superseded=findings.superseded,
        left_out=findings.left_out,
        keys=FrameKeys(columns),
    )


def items_of(columns: FrameColumns, findings: Findings) -> Iterable[tuple[int, WireRow]]:
    """Return the checked rows of a frame with their positions, read as they are asked for."""
    # Chained iterators hand each row on without a step of Python.
    items = chain.from_iterable(
        _items_of_block(columns, block, cells, findings)
        for block, cells in columns.slices(ROWS_TOGETHER)
    )
    if not findings.superseded:
        return items
    return (item for item in items if item[0] not in findings.superseded)


def _items_of_block(
    columns: FrameColumns, block: range, every_cell: Cells, findings: Findings
) -> Iterable[tuple[int, WireRow]]:
    positions, cells = without(block, every_cell, findings.left_out)
    is_plain = block.start in findings.plain_blocks
    return zip(positions, _rows(columns, positions, cells, is_plain=is_plain), strict=True)


def _rows(
    columns: FrameColumns, positions: Sequence[int], cells: Cells, *, is_plain: bool
) -> Iterable[WireRow]:
    if is_plain:
        return wire_rows(cells)
    return chain.from_iterable(
        wire_rows(part)
        if are_plain(columns, part)
        else _rows_by_model(columns, positions[places.start : places.stop], part)
        for places, part in parts(cells)
    )


def _rows_by_model(
    columns: FrameColumns, positions: Sequence[int], cells: Cells
) -> Iterator[WireRow]:
    rows = zip(*(cells[field] for field in FIELDS), strict=True)
    for position, values in zip(positions, rows, strict=True):
        annotation = nested(dict(zip(FIELDS, values, strict=True)))
        try:
            checked = TraceAnnotationData.model_validate(annotation)
        except ValidationError as error:
            raise _changed(columns, position, error) from None
        yield cast("WireRow", checked.model_dump(exclude_none=True))


def _changed(columns: FrameColumns, position: int, error: ValidationError) -> PhoenixTracesError:
    """Return the error about a row that was right when it was checked."""
    index = columns.label(position)
    found = failures_from(error, position=position, index=index, fields=columns.names)
    return PhoenixTracesError(
        "the frame changed while it was sent, and rows before this one went out already: "
        f"{'; '.join(map(str, found))}"
    )
