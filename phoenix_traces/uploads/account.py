"""The books of an upload: what is known of each row while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.report import RowState, UploadFailure, UploadReport, summary_of

if TYPE_CHECKING:
    from phoenix_traces.inputs.rows import Rows
    from phoenix_traces.rules.annotation import InsertedTraceAnnotation


class Account:
    """The books of an upload: each row's state, by its position in the caller's input.

    Args:
        rows: What is uploaded. A row that a later one replaces is superseded from the beginning,
            and done when that later one is.

    Attributes:
        done: Rows for which nothing more will be tried.
        skipped: Rows left out on purpose; they are among the failures too.
        error: The first failure that nobody asked to skip.
    """

    def __init__(self, rows: Rows[Any]) -> None:
        self.total: int = rows.total
        self.done: int = len(rows.left_out)
        self.skipped: list[UploadFailure] = []
        self.error: PhoenixHTTPError | None = None
        self._rows = rows
        self._superseded = rows.superseded
        self._replaced = Counter(rows.superseded.values())
        self._states = bytearray(rows.total)
        self._inserted: dict[int, InsertedTraceAnnotation] = {}
        self._failures: list[UploadFailure] = []
        self._remarks: dict[int, str] = dict(rows.left_out)
        self.mark(rows.left_out, RowState.NOT_EVALUATED)
        self.mark(rows.superseded, RowState.SUPERSEDED)

    def doubt(self, positions: Sequence[int]) -> None:
        """Note that rows may be stored, although no answer says so."""
        self.mark(positions, RowState.UNKNOWN)

    def store(self, positions: Sequence[int], inserted: Sequence[InsertedTraceAnnotation]) -> None:
        """Note that rows are stored, with the server's IDs."""
        self._inserted.update(zip(positions, inserted, strict=True))
        self.mark(positions, RowState.STORED)
        self._settle(positions)

    def queue(self, positions: Sequence[int]) -> None:
        """Note that the server's queue took rows."""
        self.mark(positions, RowState.QUEUED)
        self._settle(positions)

    def keep(self, positions: Sequence[int], stored: Sequence[InsertedTraceAnnotation]) -> None:
        """Note that rows need not be sent, because the server has the same."""
        self._inserted.update(zip(positions, stored, strict=False))
        self.mark(positions, RowState.UNCHANGED)
        self._settle(positions)

    def keep_out(self, positions: Sequence[int], reason: str) -> None:
        """Note that rows must not be sent, because of what the server has."""
        self._remarks.update(dict.fromkeys(positions, reason))
        self.mark(positions, RowState.KEPT_OUT)
        self._settle(positions)

    def fail(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        """Note why rows will not be tried again."""
        self._give_up(positions, error)
        self.error = self.error or error

    def skip(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        """Note why rows were left out, as the caller wished."""
        self.skipped.append(self._give_up(positions, error))

    def _give_up(self, positions: Sequence[int], error: PhoenixHTTPError) -> UploadFailure:
        failure = UploadFailure(tuple(positions), error)
        self._failures.append(failure)
        self._settle(positions)
        return failure

    def blame(self, positions: Iterable[int], state: RowState) -> None:
        """Note what the server says of rows, unless an earlier request may have stored them."""
        self.mark((at for at in positions if self._states[at] != RowState.UNKNOWN), state)

    def mark(self, positions: Iterable[int], state: RowState) -> None:
        """Note the state of rows, and nothing else."""
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
        replaced = {at: ids[last] for at, last in self._superseded.items() if last in ids}
        return UploadReport(
            bytes(states),
            dict(sorted((ids | replaced).items())),
            tuple(self._failures),
            superseded_by=self._superseded,
            remarks=dict(self._remarks),
            judgements_per_row=self._rows.judgements_per_row,
            keys=self._rows.keys,
        )

    def summary(self) -> str:
        """Return the counts in a line, without a report: of many rows it is large."""
        return summary_of(self._states)

    def inserted(self) -> list[InsertedTraceAnnotation]:
        """Return what the server inserted, in the order of the input."""
        if not self._inserted:
            return []
        winners = (self._superseded.get(position, position) for position in range(self.total))
        return [self._inserted[winner] for winner in winners if winner in self._inserted]
