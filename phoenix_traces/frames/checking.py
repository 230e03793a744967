"""Every row of a frame, checked before the first is sent.

A frame is checked some rows at a time, so that memory does not grow with it. Rows that are plain
throughout need nothing more. Among others, the schema finds those in which something may be wrong,
and the models say what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
import pandera.errors

from phoenix_traces import plain
from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure, failures_from
from phoenix_traces.frames.cells import text_or_none
from phoenix_traces.frames.columns import KEY_NAMES, FrameColumns
from phoenix_traces.frames.rubric_checks import Cells, RowRules, nested, validation_error
from phoenix_traces.frames.schema import trace_annotation_schema
from phoenix_traces.keys import Key, superseded_positions
from phoenix_traces.wire import FIELDS

# So many that the work on a block does not count, so few that they stay in the cache.
ROWS_TOGETHER = 5_000

_Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True)
class Findings:
    """Hold what was found out about a frame in which nothing is wrong.

    Attributes:
        plain_blocks: First positions of the blocks of `ROWS_TOGETHER` in which every cell is plain.
        superseded: Position of each row that a later one replaces, and of that later one.
    """

    plain_blocks: frozenset[int]
    superseded: Mapping[int, int]


def are_plain(columns: FrameColumns, cells: Cells) -> bool:
    """Tell that every row of some is as the models would leave it."""
    return plain.are_rows(cells, [field for field in FIELDS if field in columns.columns])


def check(columns: FrameColumns, rules: RowRules) -> Findings:
    """Check every row.

    Raises:
        AnnotationValidationError: naming every row and cell that is refused.
    """
    failures: list[AnnotationFailure] = []
    plain_blocks: set[int] = set()
    hashes: _Hashes = np.empty(len(columns), dtype=np.int64)
    for positions, cells in columns.slices(ROWS_TOGETHER):
        if are_plain(columns, cells):
            plain_blocks.add(positions.start)
            suspects = rules.suspects(cells)
        else:
            suspects = _general_suspects(columns, cells) | rules.suspects(cells)
        failures += _failures(columns, rules, positions, cells, suspects)
        if not failures:
            keys = _keys(cells, positions.start in plain_blocks)
            hashes[positions.start : positions.stop] = list(map(hash, keys))
    if failures:
        raise AnnotationValidationError(failures, total=len(columns))
    return Findings(frozenset(plain_blocks), _superseded(columns, hashes))


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
        # pandera gives this attribute no type.
        cases = cast("pd.DataFrame", vars(error)["failure_cases"])
        rows = cases["index"]
        # Where the schema cannot tell which rows it means, it may be any.
        return set(range(len(frame))) if rows.isna().any() else set(map(int, rows))
    return set()


def _failures(
    columns: FrameColumns,
    rules: RowRules,
    positions: range,
    cells: Cells,
    suspects: Iterable[int],
) -> Iterator[AnnotationFailure]:
    for offset in sorted(suspects):
        row = {field: values[offset] for field, values in cells.items()}
        errors = (validation_error(model, nested(row)) for model in rules.models_for(row))
        if error := next(filter(None, errors), None):
            position = positions[offset]
            index = columns.index[position]
            yield from failures_from(error, position=position, index=index, fields=columns.names)


def _keys(cells: Cells, are_plain: bool) -> Iterable[tuple[object, ...]]:
    if are_plain:
        return zip(*(cells[name] for name in KEY_NAMES), strict=True)
    return zip(*(map(text_or_none, cells[name]) for name in KEY_NAMES), strict=True)


def _superseded(columns: FrameColumns, hashes: _Hashes) -> dict[int, int]:
    # Equal keys have equal hashes, so only the few rows that share one are compared by their keys.
    ordered = np.sort(hashes)
    shared = np.flatnonzero(np.isin(hashes, ordered[1:][ordered[1:] == ordered[:-1]]))
    return superseded_positions(_keys_at(columns, shared)) if len(shared) else {}


def _keys_at(
    columns: FrameColumns, positions: np.ndarray[Any, np.dtype[np.intp]]
) -> Iterator[tuple[int, Key]]:
    for block, cells in columns.slices(ROWS_TOGETHER):
        keys = list(_keys(cells, are_plain=False))
        first, last = np.searchsorted(positions, [block.start, block.stop])
        for position in map(int, positions[first:last]):
            trace_id, name, identifier = keys[position - block.start]
            yield position, (str(trace_id), str(name), str(identifier or ""))
