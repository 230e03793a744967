"""A DataFrame into rows to send: checked as a whole first, then read as the rows are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
import pandera.errors
from pydantic_core import to_json

from phoenix_traces.batches import Rows
from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure, failures_from
from phoenix_traces.frames.cells import score_or_none, text_or_none
from phoenix_traces.frames.columns import FIELDS, FrameColumns, resolve
from phoenix_traces.frames.rubric_checks import Cells, RowRules, nested, validation_error
from phoenix_traces.frames.schema import trace_annotation_schema
from phoenix_traces.keys import Key, superseded_positions, warn_about
from phoenix_traces.metadata import json_object
from phoenix_traces.models import TraceAnnotationData
from phoenix_traces.rubrics import Rubrics, fixed_fields

# Cells become Python objects some rows at a time, so that memory does not grow with the frame.
_ROWS_CHECKED_TOGETHER = 20_000
_ROWS_READ_TOGETHER = 1_000

WireRow = dict[str, Any]


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
    rules = RowRules(annotation_type, rubrics)
    superseded = _superseded(columns, _checked_key_hashes(columns, rules))
    warn_about(superseded)
    return Rows(
        total=len(columns),
        items=_wire_rows(columns, superseded),
        encode=_encode,
        trace_id=_trace_id,
        superseded=superseded,
    )


def _checked_key_hashes(
    columns: FrameColumns, rules: RowRules
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Check every row, and return a hash of each one's key."""
    failures: list[AnnotationFailure] = []
    hashes = np.empty(len(columns), dtype=np.int64)
    for positions, cells in columns.slices(_ROWS_CHECKED_TOGETHER):
        found = list(_failures(columns, rules, positions, cells))
        failures += found
        if not failures:
            hashes[positions.start : positions.stop] = [hash(key) for key in _keys(cells)]
    if failures:
        raise AnnotationValidationError(failures, total=len(columns))
    return hashes


def _failures(
    columns: FrameColumns, rules: RowRules, positions: range, cells: Cells
) -> Iterator[AnnotationFailure]:
    """Let column checks find the rows in which something is wrong, and a model say what it is."""
    for offset in sorted(_general_suspects(columns, cells) | rules.suspects(cells)):
        row = {field: values[offset] for field, values in cells.items()}
        yield from _row_failures(columns, rules, positions[offset], row)


def _general_suspects(columns: FrameColumns, cells: Cells) -> set[int]:
    frame = pd.DataFrame(
        {
            field: pd.Series(list(values), dtype=object)
            for field, values in cells.items()
            if field in columns.columns or field in columns.constants
        }
    )
    try:
        trace_annotation_schema.validate(frame, lazy=True, inplace=True)
    except pandera.errors.SchemaErrors as error:
        failing = cast("pd.DataFrame", error.failure_cases)["index"].dropna()
        return {int(offset) for offset in failing}
    return set()


def _row_failures(
    columns: FrameColumns, rules: RowRules, position: int, row: Mapping[str, object]
) -> Iterator[AnnotationFailure]:
    errors = (validation_error(model, nested(row)) for model in rules.models_for(row))
    if error := next(filter(None, errors), None):
        index = columns.index[position]
        yield from failures_from(error, position=position, index=index, fields=columns.names)


def _superseded(
    columns: FrameColumns, hashes: np.ndarray[Any, np.dtype[np.int64]]
) -> dict[int, int]:
    # Equal keys have equal hashes, so only the few rows that share one are compared by their keys.
    shared = np.flatnonzero(pd.Series(hashes).duplicated(keep=False).to_numpy())
    keyed: list[tuple[int, Key]] = []
    for position in map(int, shared):
        keyed += zip([position], _keys(columns.take(range(position, position + 1))), strict=True)
    return superseded_positions(keyed)


def _keys(cells: Mapping[str, Sequence[object]]) -> Iterator[Key]:
    for trace_id, name, identifier in zip(
        cells["trace_id"], cells["name"], cells["identifier"], strict=True
    ):
        yield text_or_none(trace_id) or "", text_or_none(name) or "", text_or_none(identifier) or ""


def _wire_rows(
    columns: FrameColumns, superseded: Mapping[int, int]
) -> Iterator[tuple[int, WireRow]]:
    for positions, cells in columns.slices(_ROWS_READ_TOGETHER):
        rows = zip(*(cells[field] for field in FIELDS), strict=True)
        for position, row in zip(positions, rows, strict=True):
            if position not in superseded:
                yield position, _wire_row(*row)


def _wire_row(
    trace_id: object,
    name: object,
    kind: object,
    label: object,
    score: object,
    explanation: object,
    metadata: object,
    identifier: object,
) -> WireRow:
    result: WireRow = {}
    if (label_text := text_or_none(label)) is not None:
        result["label"] = label_text
    if (number := score_or_none(score)) is not None:
        result["score"] = float(cast("float", number))
    if (explanation_text := text_or_none(explanation)) is not None:
        result["explanation"] = explanation_text
    row: WireRow = {
        "trace_id": text_or_none(trace_id),
        "name": text_or_none(name),
        "annotator_kind": kind,
        "result": result,
    }
    if metadata is not None:
        row["metadata"] = json_object(metadata)
    if (identifier_text := text_or_none(identifier)) is not None:
        row["identifier"] = identifier_text
    return row


def _trace_id(row: WireRow) -> str:
    return str(row["trace_id"])


def _encode(rows: Sequence[WireRow]) -> bytes:
    return to_json(list(rows))
