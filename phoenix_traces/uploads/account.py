"""The books of an upload: what is known of each row while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.report import RowState, UploadFailure, UploadReport

if TYPE_CHECKING:
    from phoenix_traces.rules.annotation import InsertedTraceAnnotation


class Account:
    """The books of an upload: each row's state, by its position in the caller's input.

    Args:
        total: Rows in the caller's input.
        superseded: Position of each row that is not sent because a later one replaces it, and the
            position of that later one, whose fate it shares.

    Attributes:
        done: Rows for which nothing more will be tried.
        skipped: Rows left out on purpose; they are among the failures too.
        error: The first failure that nobody asked to skip.
    """

    def __init__(self, total: int, superseded: Mapping[int, int]) -> None:
        self.total = total
        self.done: int = 0
        self.skipped: list[UploadFailure] = []
        self.error: PhoenixHTTPError | None = None
        self._superseded = superseded
        self._replaced = Counter(superseded.values())
        self._states = bytearray(total)
        self._inserted: dict[int, InsertedTraceAnnotation] = {}
        self._failures: list[UploadFailure] = []

    def doubt(self, positions: Sequence[int]) -> None:
        """Note that rows may be stored, although no answer says so."""
        self._mark(positions, RowState.UNKNOWN)

    def store(self, positions: Sequence[int], inserted: Sequence[InsertedTraceAnnotation]) -> None:
        """Note that rows are stored, with what the server gave for them, if anything."""
        self._inserted.update(zip(positions, inserted, strict=False))
        self._mark(positions, RowState.STORED)
        self._settle(positions)

    def keep(self, positions: Sequence[int], stored: Sequence[InsertedTraceAnnotation]) -> None:
        """Note that rows need not be sent, because the server has the same."""
        self._inserted.update(zip(positions, stored, strict=False))
        self._mark(positions, RowState.UNCHANGED)
        self._settle(positions)

    def refuse(self, positions: Sequence[int]) -> None:
        """Note that rows must not be sent, because of what the server has."""
        self._mark(positions, RowState.REFUSED)
        self._settle(positions)

    def fail(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        """Note why rows will not be tried again."""
        self._failures.append(UploadFailure(tuple(positions), error))
        self.error = self.error or error
        self._settle(positions)

    def skip(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        """Note why rows were left out, as the caller wished."""
        failure = UploadFailure(tuple(positions), error)
        self._failures.append(failure)
        self.skipped.append(failure)
        self._settle(positions)

    def _mark(self, positions: Iterable[int], state: RowState) -> None:
        for position in positions:
            self._states[position] = state

    def _settle(self, positions: Sequence[int]) -> None:
        self.done += len(positions)
        if self._replaced:
            self.done += sum(self._replaced[position] for position in positions)

    def report(self, under_way: Iterable[Sequence[int]] = ()) -> UploadReport:
        """Return the account as it stands.

        Args:
            under_way: Positions of the rows in each request that is not answered; they are unknown.
        """
        states = self._states.copy()
        for positions in under_way:
            for position in positions:
                states[position] = RowState.UNKNOWN
        ids = {
            position: inserted.id
            for position, inserted in self._inserted.items()
            if states[position] in (RowState.STORED, RowState.UNCHANGED)
        }
        for position, winner in self._superseded.items():
            states[position] = states[winner]
            if winner in ids:
                ids[position] = ids[winner]
        return UploadReport(bytes(states), dict(sorted(ids.items())), tuple(self._failures))

    def inserted(self) -> list[InsertedTraceAnnotation]:
        """Return what the server inserted, in the order of the input."""
        if not self._inserted:
            return []
        winners = (self._superseded.get(position, position) for position in range(self.total))
        return [self._inserted[winner] for winner in winners if winner in self._inserted]
