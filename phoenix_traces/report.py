"""The account of an upload: what became of each row of the caller's input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from phoenix_traces.rules.text import counted

if TYPE_CHECKING:
    import pandas as pd

    from phoenix_traces.errors import PhoenixHTTPError


class RowState(IntEnum):
    """The state of a row, as far as it is known."""

    NOT_STORED = 0
    UNKNOWN = 1
    STORED = 2
    UNCHANGED = 3  # stored, and not sent: `skip_unchanged`
    REFUSED = 4  # not stored, and not sent: `overwrite`


@dataclass(frozen=True)
class UploadFailure:
    """The rows that one error kept from being stored.

    Attributes:
        positions: Zero-based positions in the caller's input, in order.
        error: What the server or the network said about them.
    """

    positions: tuple[int, ...]
    error: PhoenixHTTPError


@dataclass(frozen=True, repr=False)
class UploadReport:
    """The account of an upload: every row, by its zero-based position in the caller's input.

    `stored`, `not_stored` and `unknown` never overlap and add up to the input. A row is unknown
    when its request went out and no answer says what became of it; sending it again is safe,
    because the same annotation replaces itself. With the options `skip_unchanged` and `overwrite`,
    `unchanged` is a part of `stored` and `refused` a part of `not_stored`.

    Attributes:
        states: One `RowState` for each row, as a byte.
        inserted: The server's ID for each stored row; empty with `sync=False`, where the server
            gives none and stored means that its queue took the row.
        failures: What went wrong, in the order in which it happened.
    """

    states: bytes
    inserted: Mapping[int, str] = field(default_factory=dict[int, str])
    failures: tuple[UploadFailure, ...] = ()

    @property
    def total(self) -> int:
        """Return the number of rows in the input."""
        return len(self.states)

    @property
    def stored(self) -> frozenset[int]:
        """Return the positions of the rows that the server has taken, now or before."""
        return self._rows(RowState.STORED, RowState.UNCHANGED)

    @property
    def unchanged(self) -> frozenset[int]:
        """Return the positions of the rows that were not sent because the server has the same."""
        return self._rows(RowState.UNCHANGED)

    @property
    def not_stored(self) -> frozenset[int]:
        """Return the positions of the rows that the server refused or was never sent."""
        return self._rows(RowState.NOT_STORED, RowState.REFUSED)

    @property
    def refused(self) -> frozenset[int]:
        """Return the positions of the rows that were not sent because of `overwrite`."""
        return self._rows(RowState.REFUSED)

    @property
    def unknown(self) -> frozenset[int]:
        """Return the positions of the rows that were sent, and may be stored or not."""
        return self._rows(RowState.UNKNOWN)

    def _rows(self, *states: RowState) -> frozenset[int]:
        return frozenset(at for at, each in enumerate(self.states) if each in states)

    def rest(self, dataframe: pd.DataFrame) -> pd.DataFrame:
        """Return the rows still to send: those not stored, without the refused, and those unknown.

        Args:
            dataframe: The frame that was uploaded, with its rows as they were.

        Raises:
            ValueError: when the frame has another number of rows.
        """
        if len(dataframe) != self.total:
            raise ValueError(
                f"this report is about {counted(self.total, 'row')}, and the frame has "
                f"{len(dataframe)}; pass the frame that was uploaded"
            )
        return dataframe.take(sorted(self._rows(RowState.NOT_STORED, RowState.UNKNOWN)))

    def summary(self) -> str:
        """Return the counts in a line."""
        count = self.states.count
        unchanged, refused = count(RowState.UNCHANGED), count(RowState.REFUSED)
        kept = f" ({unchanged} of them unchanged)" if unchanged else ""
        left_out = f" ({refused} of them refused)" if refused else ""
        return (
            f"{count(RowState.STORED) + unchanged} stored{kept}, "
            f"{count(RowState.NOT_STORED) + refused} not stored{left_out}, "
            f"{count(RowState.UNKNOWN)} unknown"
        )

    def __repr__(self) -> str:
        return f"<UploadReport of {self.total}: {self.summary()}>"


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
UploadFailure.__module__ = "phoenix_traces"
UploadReport.__module__ = "phoenix_traces"
