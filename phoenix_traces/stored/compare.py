"""The comparison of rows with what the server has, once or until they are the same.

Rounds of reading come first: all rows, then again those that are not there or not equal, until none
is left or the time is up. Then the traces of which nothing was seen are asked for on their own,
because only so the server says that they are not there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Generic

from typing_extensions import override

from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Call, Exchange, Outcome, Step, WaitUntil
from phoenix_traces.protocol.patience import Patience
from phoenix_traces.shown import type_name
from phoenix_traces.stored.comparison import ComparedRow, Comparison, RowStatus
from phoenix_traces.stored.lookup import Lookup, Wanted
from phoenix_traces.stored.selection import refused

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 5.0


class Comparing(Exchange[Comparison], Generic[RowT]):
    """The exchange that compares rows with what the server has.

    Args:
        rows: Checked already.
        project_identifier: Where their traces are.
        timeout: Seconds to keep asking for rows that are not there or not equal.

    Raises:
        AnnotationValidationError: when the project cannot be asked for, or the timeout is none.
    """

    max_concurrency = 1

    def __init__(self, rows: Rows[RowT], *, project_identifier: str, timeout: float = 0.0) -> None:
        if not _is_number(timeout):
            raise TypeError(f"timeout must be a number of seconds, not {type_name(timeout)}")
        if not 0 <= timeout <= sys.float_info.max:
            raise refused("timeout", timeout, "must be a finite number of seconds, 0 or more")
        self._rows = rows
        self._lookup = Lookup(rows, project_identifier=project_identifier)
        self._timeout = timeout
        self._patience: Patience | None = None
        self._ask_at: float | None = None
        self._is_last = False

    @override
    def next_call(self, now: float) -> Step:
        """Return the next request of this round, or the time of the next round."""
        if self._patience is None:
            self._patience = Patience(
                until=now + self._timeout, first_pause=_FIRST_PAUSE, longest_pause=_LONGEST_PAUSE
            )
        step = self._lookup.next_call(now)
        if step is not None or not self._lookup.is_over:
            return step
        if self._is_last or self._lookup.error is not None:
            return None
        return self._after_round(now, self._patience)

    def _after_round(self, now: float, patience: Patience) -> Step:
        left = self._left()
        if self._ask_at is None:
            self._ask_at = patience.next_look(now) if left else None
        if self._ask_at is None:
            return self._last_round(now)
        if now < self._ask_at:
            return WaitUntil(self._ask_at)
        self._ask_at = None
        self._lookup.ask_again(left)
        return self._lookup.next_call(now)

    def _last_round(self, now: float) -> Step:
        self._is_last = True
        self._lookup.ask_for_traces()
        return self._lookup.next_call(now)

    def _left(self) -> Sequence[Wanted[RowT]]:
        return [each for each in self._lookup.wanted if not self._is_equal(each)]

    def _is_equal(self, wanted: Wanted[RowT]) -> bool:
        match = self._lookup.matches.get(wanted.position)
        return match is not None and not match.differences

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what the server has."""
        self._lookup.receive(call, outcome, now)

    @override
    def result(self) -> Comparison:
        """Return how each row stands to what the server has.

        Raises:
            PhoenixHTTPError: when something went wrong.
        """
        if self._lookup.error is not None:
            raise self._lookup.error
        absent = {trace_id for each in self._lookup.absent for trace_id in each.trace_ids}
        compared = {each.position: self._compared(each, absent) for each in self._lookup.wanted}
        for position, winner in self._rows.superseded.items():
            row = compared[winner]
            compared[position] = ComparedRow(
                position, row.trace_id, row.name, row.identifier, "superseded"
            )
        return Comparison(tuple(compared[position] for position in range(self._rows.total)))

    def _compared(self, wanted: Wanted[RowT], absent: set[str]) -> ComparedRow:
        trace_id, name, identifier = wanted.key
        match = self._lookup.matches.get(wanted.position)
        if match is None:
            status: RowStatus = "missing_trace" if trace_id in absent else "new"
            return ComparedRow(wanted.position, trace_id, name, identifier or None, status)
        return ComparedRow(
            wanted.position,
            trace_id,
            name,
            identifier or None,
            "changed" if match.differences else "unchanged",
            match.differences,
            bool(match.differences) and match.annotator_kind == "HUMAN",
            match.annotation_id,
        )

    @override
    def interrupted(self, error: BaseException) -> None:
        """Do nothing: nothing was changed."""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
