"""Every row of a frame, checked before the first is sent.

A frame is checked some rows at a time, so that memory does not grow with it. Rows that are plain
throughout need nothing more. Among others, the schema finds those in which something may be wrong,
and the models say what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
import pandera.errors

from phoenix_traces.errors import AnnotationFailure, AnnotationValidationError
from phoenix_traces.inputs.duplicates import Key, superseded_positions
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.inputs.frames.cells import text_or_none
from phoenix_traces.inputs.frames.columns import KEY_NAMES, FrameColumns
from phoenix_traces.inputs.frames.pandera_schema import trace_annotation_schema
from phoenix_traces.inputs.frames.rubric_checks import Cells, RowRules, nested, validation_error
from phoenix_traces.inputs.wire_row import FIELDS
from phoenix_traces.rules import fast_path

# So many that the work on a block does not count, so few that they stay in the cache.
ROWS_TOGETHER = 5_000

# Where something in a block is not plain, the rows around it are looked at more closely.
_ROWS_IN_PART = 50

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
    return fast_path.are_rows(cells, [field for field in FIELDS if field in columns.columns])


def parts(cells: Cells) -> Iterator[tuple[range, Cells]]:
    """Yield the cells of a block a few rows at a time, with the places of these in the block."""
    rows = len(cells["trace_id"])
    for start in range(0, rows, _ROWS_IN_PART):
        places = range(start, min(start + _ROWS_IN_PART, rows))
        yield places, {name: values[start : places.stop] for name, values in cells.items()}


def check(columns: FrameColumns, rules: RowRules) -> Findings:
    """Check every row.

    Raises:
        AnnotationValidationError: naming every row and cell that is refused.
    """
    plain_blocks: set[int] = set()
    doubtful: list[range] = []
    suspects: set[int] = set()
    hashes: _Hashes = np.empty(len(columns), dtype=np.int64)
    for positions, cells in columns.slices(ROWS_TOGETHER):
        suspects.update(positions[row] for row in rules.suspects(cells))
        if are_plain(columns, cells):
            plain_blocks.add(positions.start)
        else:
            doubtful += [
                positions[places.start : places.stop]
                for places, part in parts(cells)
                if not are_plain(columns, part)
            ]
        keys = _keys(columns, cells, positions.start in plain_blocks)
        hashes[positions.start : positions.stop] = list(map(hash, keys))
    for rows in _some(chain.from_iterable(doubtful)):
        suspects |= _refused_by_schema(columns, rows)
    if failures := list(_failures(columns, rules, sorted(suspects))):
        raise AnnotationValidationError(failures, total=len(columns))
    return Findings(frozenset(plain_blocks), _superseded(columns, hashes))


def _some(positions: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(positions)
    while some := list(islice(rest, ROWS_TOGETHER)):
        yield some


def _refused_by_schema(columns: FrameColumns, positions: list[int]) -> set[int]:
    frame = pd.DataFrame(
        {
            field: pd.Series(values, index=positions, dtype=object)
            for field, values in columns.take(positions).items()
            if field in columns.columns or field in columns.constants
        }
    )
    try:
        trace_annotation_schema.validate(frame, lazy=True, inplace=True)
    except pandera.errors.SchemaErrors as error:
        # pandera gives this attribute no type.
        cases = cast("pd.DataFrame", vars(error)["failure_cases"])
        refused = cases["index"]
        # Where the schema cannot tell which rows it means, it may be any.
        return set(positions) if refused.isna().any() else set(map(int, refused))
    return set()


def _failures(
    columns: FrameColumns, rules: RowRules, suspects: Iterable[int]
) -> Iterator[AnnotationFailure]:
    for positions in _some(suspects):
        cells = columns.take(positions)
        for place, position in enumerate(positions):
            row = {field: values[place] for field, values in cells.items()}
            errors = (validation_error(model, nested(row)) for model in rules.models_for(row))
            if error := next(filter(None, errors), None):
                index = columns.label(position)
                yield from failures_from(
                    error, position=position, index=index, fields=columns.names
                )


def _keys(columns: FrameColumns, cells: Cells, are_plain: bool) -> Iterable[tuple[object, ...]]:
    """Return what tells the rows' keys apart: the parts that are not the same in every row."""
    varying = [cells[name] for name in KEY_NAMES if name in columns.columns]
    if are_plain:
        return zip(*varying, strict=True)
    return zip(*(map(text_or_none, values) for values in varying), strict=True)


def _superseded(columns: FrameColumns, hashes: _Hashes) -> dict[int, int]:
    # Equal keys have equal hashes, so only the few rows that share one are compared by their keys.
    ordered = np.sort(hashes)
    shared = np.isin(hashes, ordered[1:][ordered[1:] == ordered[:-1]])
    return superseded_positions(_keys_of(columns, map(int, np.flatnonzero(shared))))


def _keys_of(columns: FrameColumns, positions: Iterable[int]) -> Iterator[tuple[int, Key]]:
    for some in _some(positions):
        cells = columns.take(some)
        texts = ([text_or_none(cell) or "" for cell in cells[name]] for name in KEY_NAMES)
        yield from zip(some, zip(*texts, strict=True), strict=True)
