"""Every row of a frame, checked before the first is sent.

A frame is checked some rows at a time, so that memory does not grow with it. Rows that are plain
throughout need nothing more. About the cells of others the models are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import Failures
from phoenix_traces.inputs.duplicates import superseded_positions
from phoenix_traces.inputs.empty import WHY_EMPTY, empty_places
from phoenix_traces.inputs.frames.cells import text_or_none
from phoenix_traces.inputs.frames.columns import KEY_NAMES, FrameColumns
from phoenix_traces.inputs.frames.rubric_checks import RowRules
from phoenix_traces.inputs.judge import Cells
from phoenix_traces.inputs.rows import Key
from phoenix_traces.inputs.wire_row import FIELDS
from phoenix_traces.rules import fast_path

# So many that the work on a block does not count, so few that they stay in the cache.
ROWS_TOGETHER = 5_000

# Where something in a block is not plain, the rows around it are looked at more closely.
_ROWS_IN_PART = 50

_Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True)
class Findings:
    """What was found out about a frame in which nothing is wrong.

    Attributes:
        plain_blocks: First positions of the blocks of `ROWS_TOGETHER` in which every cell is plain.
        superseded: Position of each row that a later one replaces, and of that later one.
        left_out: Position of each row that is not sent, as it has no judgement, and why.
    """

    plain_blocks: frozenset[int]
    superseded: Mapping[int, int]
    left_out: Mapping[int, str]


def are_plain(columns: FrameColumns, cells: Cells) -> bool:
    """Tell that every row of some is as the models would leave it."""
    return fast_path.are_rows(cells, [field for field in FIELDS if field in columns.columns])


def parts(cells: Cells) -> Iterator[tuple[range, Cells]]:
    """Yield the cells of a block a few rows at a time, with the places of these in the block."""
    rows = len(cells["trace_id"])
    for start in range(0, rows, _ROWS_IN_PART):
        places = range(start, min(start + _ROWS_IN_PART, rows))
        yield places, {name: values[start : places.stop] for name, values in cells.items()}


def without(
    positions: range, cells: Cells, left_out: Mapping[int, object]
) -> tuple[range | list[int], Cells]:
    """Return the positions and cells of a block without the rows that are left out."""
    if not left_out or left_out.keys().isdisjoint(positions):
        return positions, cells
    kept = [position for position in positions if position not in left_out]
    places = [position - positions.start for position in kept]
    return kept, {name: [values[at] for at in places] for name, values in cells.items()}


def check(columns: FrameColumns, rules: RowRules, *, skip_empty: bool = False) -> Findings:
    """Check every row.

    Args:
        columns: The frame.
        rules: What its rows must follow.
        skip_empty: Whether rows without a judgement are left out.

    Raises:
        AnnotationValidationError: naming every row and cell that is refused.
    """
    findings, failures = examine(columns, rules, left_out={}, skip_empty=skip_empty)
    if failures:
        raise AnnotationValidationError(failures, total=len(columns))
    return findings


def examine(
    columns: FrameColumns, rules: RowRules, *, left_out: dict[int, str], skip_empty: bool
) -> tuple[Findings, Failures]:
    """Look at every row, and return what was found out and what is refused.

    Args:
        columns: The frame.
        rules: What its rows must follow.
        left_out: Positions of rows that are not looked at, and why; others come to them.
        skip_empty: Whether rows without a judgement are left out.
    """
    plain_blocks: set[int] = set()
    keys = _Keys(columns)
    failures = Failures(columns.label)
    for block, every_cell in columns.slices(ROWS_TOGETHER):
        if skip_empty:
            left_out |= {block[at]: WHY_EMPTY for at in empty_places(every_cell)}
        positions, cells = without(block, every_cell, left_out)
        is_plain = are_plain(columns, cells)
        found = rules.found(cells, is_plain=is_plain, is_brief=failures.are_many)
        failures.add(found, positions)
        # Nothing will be sent: all that is left to find out is what else is wrong.
        if failures:
            continue
        if is_plain:
            plain_blocks.add(block.start)
        keys.see(positions, cells, is_plain=is_plain)
    superseded = {} if failures else keys.superseded(left_out)
    return Findings(frozenset(plain_blocks), superseded, left_out), failures


class _Keys:
    """The keys of a frame's rows: of each no more than its hash, until one comes again."""

    def __init__(self, columns: FrameColumns) -> None:
        self._columns = columns
        # What is the same in every row tells no two of them apart.
        self._varying = [name for name in KEY_NAMES if name in columns.columns]
        self._hashes: _Hashes = np.empty(len(columns), dtype=np.int64)

    def see(self, positions: range | list[int], cells: Cells, *, is_plain: bool) -> None:
        """Take the keys of some rows; those of plain ones need no stripping."""
        parts: Iterable[Iterable[object]] = (cells[name] for name in self._varying)
        if not is_plain:
            parts = (map(text_or_none, values) for values in parts)
        where = (
            slice(positions.start, positions.stop) if isinstance(positions, range) else positions
        )
        self._hashes[where] = list(map(hash, zip(*parts, strict=True)))

    def superseded(self, left_out: Mapping[int, object]) -> dict[int, int]:
        """Return the position of each row that a later one replaces, and of that later one.

        Args:
            left_out: Positions of rows that were not seen.
        """
        # Equal keys have equal hashes, so only the few rows that share one are compared by key.
        seen = np.delete(np.arange(len(self._hashes)), list(left_out))
        hashes = self._hashes[seen]
        ordered = np.sort(hashes)
        shared = np.isin(hashes, ordered[1:][ordered[1:] == ordered[:-1]])
        return superseded_positions(self._keys_of(map(int, seen[shared])))

    def _keys_of(self, positions: Iterable[int]) -> Iterator[tuple[int, Key]]:
        for some in _some(positions):
            yield from zip(some, self._columns.keys(some), strict=True)


def _some(positions: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(positions)
    while some := list(islice(rest, ROWS_TOGETHER)):
        yield some
