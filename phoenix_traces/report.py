"""The account of an upload: what became of each row of the caller's input.

It knows the rows' keys without a copy of them: they are read from what was uploaded when somebody
asks. A pickle holds them, and nothing else of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast, overload

from phoenix_traces.inputs.other_frames import (
    has_lasting_rows,
    public_name,
    rows_at,
    speaks_arrow,
)
from phoenix_traces.rules.text import counted

if TYPE_CHECKING:
    import pandas as pd

    from phoenix_traces.errors import PhoenixHTTPError
    from phoenix_traces.inputs.frame_types import AnyFrame

_ItemT = TypeVar("_ItemT")
_FrameT = TypeVar("_FrameT", bound="AnyFrame")

UploadStatus: TypeAlias = Literal[
    "stored",
    "unchanged",
    "queued",
    "unknown",
    "missing_trace",
    "rejected",
    "kept_out",
    "superseded",
    "not_evaluated",
    "not_sent",
]

# (trace_id, name, identifier); no identifier is "".
_Key: TypeAlias = "tuple[str | None, str | None, str | None]"

# A server's message can name hundreds of traces; an account has a line for each row.
_MOST_OF_A_REASON = 500


class RowState(IntEnum):
    """The status of a row as a byte, in the order in which it is told."""

    NOT_SENT = 0
    UNKNOWN = 1
    STORED = 2
    UNCHANGED = 3
    KEPT_OUT = 4
    QUEUED = 5
    MISSING_TRACE = 6
    REJECTED = 7
    SUPERSEDED = 8
    NOT_EVALUATED = 9

    @property
    def word(self) -> UploadStatus:
        """Return the status as users read it."""
        return cast("UploadStatus", self.name.lower())


# As counts and summaries list them: what is stored first, what was never sent last.
_IN_ORDER = (
    RowState.STORED,
    RowState.UNCHANGED,
    RowState.QUEUED,
    RowState.UNKNOWN,
    RowState.MISSING_TRACE,
    RowState.REJECTED,
    RowState.KEPT_OUT,
    RowState.SUPERSEDED,
    RowState.NOT_EVALUATED,
    RowState.NOT_SENT,
)
_WORDS: dict[int, UploadStatus] = {int(state): state.word for state in RowState}
_STORED = (RowState.STORED, RowState.UNCHANGED)
_TO_SEND = (RowState.NOT_SENT, RowState.REJECTED, RowState.MISSING_TRACE, RowState.UNKNOWN)
_NOT_STORED = (
    RowState.MISSING_TRACE,
    RowState.REJECTED,
    RowState.KEPT_OUT,
    RowState.NOT_SENT,
)


def summary_of(states: bytes | bytearray) -> str:
    """Return how many rows have each status, in a line."""
    counts = {state: states.count(state) for state in RowState}
    unchanged = counts.pop(RowState.UNCHANGED)
    counts[RowState.STORED] += unchanged
    said = {
        state: f"{counts[state]} {_in_words(state, counts[state])}"
        for state in _IN_ORDER
        if counts.get(state)
    }
    if unchanged:
        said[RowState.STORED] += f" ({unchanged} of them unchanged)"
    return ", ".join(said.values()) or "0 stored"


def _can_be_read_again(given: object) -> bool:
    return isinstance(given, Sequence)


def _in_words(state: RowState, count: int) -> str:
    if state is RowState.MISSING_TRACE:
        return "of a missing trace" if count == 1 else "of missing traces"
    return state.word.replace("_", " ")


@dataclass(frozen=True, repr=False)
class UploadFailure:
    """The rows that one error kept from being stored.

    Attributes:
        positions: Zero-based positions in the caller's input, in order.
        error: What the server or the network said about them.
    """

    positions: tuple[int, ...]
    error: PhoenixHTTPError

    def __repr__(self) -> str:
        from phoenix_traces.shown import shown

        # An error may be about a million rows.
        return f"{type(self).__name__}(positions={shown(self.positions)}, error={self.error!r})"


@dataclass(frozen=True, repr=False)
class UploadReport:
    """The account of an upload: every row, by its zero-based position in the caller's input.

    Each row has one status:

    * `stored` - the server says so.
    * `unchanged` - it was not sent, because the server has the same already (`skip_unchanged`).
    * `queued` - the server's queue took it (`sync=False`); it is not known to be stored.
    * `unknown` - it went out, and no answer says what became of it. Sending it again is safe,
      because the same annotation replaces itself.
    * `missing_trace` - the server says that its trace does not exist.
    * `rejected` - the server refused it, or all of its request, with its words as the reason.
    * `kept_out` - it was not sent, because of what the server has (`overwrite`).
    * `superseded` - it was not sent, because a later row of the same key takes its place.
    * `not_evaluated` - there is no judgement in it, and it was left out as asked.
    * `not_sent` - nothing is known against it: an earlier failure or an interrupt came first, it
      could not be delivered, or it shared a request with a row that was refused.

    Six groups never overlap and add up to the input: `stored` (with the unchanged), `queued`,
    `unknown`, `not_stored` (of a missing trace, rejected, kept out, not sent), and those that were
    never to be stored: `superseded` and `not_evaluated`.

    Where a row of the input has several judgements (a frame with several evaluators), the account
    has a line for each: those of row 0, those of row 1 and so on. Positions count these lines then,
    and `position // judgements_per_row` is the row.

    Attributes:
        states: One `RowState` for each row, as a byte.
        inserted: The server's ID for each row that is stored, and for each superseded one that of
            the annotation in its place. Empty with `sync=False`, where the server gives none.
        failures: What went wrong, in the order in which it happened.
        superseded_by: The position of the row that takes the place of each superseded one.
        remarks: Why rows were left out, where no failure and no other row says so.
        judgements_per_row: How many lines each row of the input has.
        keys: The (trace_id, name, identifier) of each row, in order, with "" for no identifier;
            read from what was uploaded while somebody goes through them.
    """

    states: bytes
    inserted: Mapping[int, str] = field(default_factory=dict[int, str])
    failures: tuple[UploadFailure, ...] = ()
    superseded_by: Mapping[int, int] = field(default_factory=dict[int, int], kw_only=True)
    remarks: Mapping[int, str] = field(default_factory=dict[int, str], kw_only=True)
    judgements_per_row: int = field(default=1, kw_only=True)
    keys: Iterable[_Key] = field(default=(), kw_only=True, compare=False)

    @property
    def total(self) -> int:
        """Return the number of lines: of rows in the input, or of judgements in them."""
        return len(self.states)

    @property
    def statuses(self) -> tuple[UploadStatus, ...]:
        """Return the status of each row, in order."""
        return tuple(_WORDS[state] for state in self.states)

    @property
    def counts(self) -> dict[UploadStatus, int]:
        """Return how many rows have each status; those that none has are there with 0."""
        return {state.word: self.states.count(state) for state in _IN_ORDER}

    @property
    def stored(self) -> frozenset[int]:
        """Return the positions of the rows that the server has, from now or from before."""
        return self._rows(*_STORED)

    @property
    def unchanged(self) -> frozenset[int]:
        """Return the positions of the rows that were not sent because the server has the same."""
        return self._rows(RowState.UNCHANGED)

    @property
    def queued(self) -> frozenset[int]:
        """Return the positions of the rows that the server's queue took, with `sync=False`."""
        return self._rows(RowState.QUEUED)

    @property
    def unknown(self) -> frozenset[int]:
        """Return the positions of the rows that were sent, and may be stored or not."""
        return self._rows(RowState.UNKNOWN)

    @property
    def not_stored(self) -> frozenset[int]:
        """Return the positions of the rows of a missing trace, rejected, kept out or not sent."""
        return self._rows(*_NOT_STORED)

    @property
    def missing_trace(self) -> frozenset[int]:
        """Return the positions of the rows whose trace does not exist, as the server says."""
        return self._rows(RowState.MISSING_TRACE)

    @property
    def rejected(self) -> frozenset[int]:
        """Return the positions of the rows that the server refused."""
        return self._rows(RowState.REJECTED)

    @property
    def kept_out(self) -> frozenset[int]:
        """Return the positions of the rows that were not sent because of `overwrite`."""
        return self._rows(RowState.KEPT_OUT)

    @property
    def refused(self) -> frozenset[int]:
        """Return the same as `kept_out`, under its earlier name."""
        return self.kept_out

    @property
    def superseded(self) -> frozenset[int]:
        """Return the positions of the rows whose place a later row takes."""
        return self._rows(RowState.SUPERSEDED)

    @property
    def not_evaluated(self) -> frozenset[int]:
        """Return the positions of the rows that were left out because no judgement is in them."""
        return self._rows(RowState.NOT_EVALUATED)

    @property
    def not_sent(self) -> frozenset[int]:
        """Return the positions of the rows that an earlier failure or an interrupt kept back."""
        return self._rows(RowState.NOT_SENT)

    def _rows(self, *states: RowState) -> frozenset[int]:
        return frozenset(at for at, each in enumerate(self.states) if each in states)

    @property
    def reasons(self) -> dict[int, str]:
        """Return why rows have their status, by position, where there is more to say.

        Of a rejected row these are the server's words. None is longer than 500 characters.
        """
        found = dict(self.remarks)
        for failure in self.failures:
            of_rows: Mapping[int, str] = getattr(failure.error, "reasons", {})
            # Without the account, which the error's text ends with.
            of_all = str(failure.error.args[0])
            found |= {at: of_rows.get(at, of_all) for at in failure.positions}
        found |= dict.fromkeys(self.missing_trace, "the server says that its trace does not exist")
        for early, last in self.superseded_by.items():
            found[early] = f"{self._place(last)} has the same key and takes its place"
        return {at: found[at][:_MOST_OF_A_REASON] for at in sorted(found)}

    def _place(self, position: int) -> str:
        row, place = divmod(position, self.judgements_per_row)
        of_several = f", judgement {place}," if self.judgements_per_row > 1 else ""
        return f"row {row}{of_several}"

    @overload
    def rest(self, given: _FrameT) -> _FrameT: ...

    @overload
    def rest(self, given: Sequence[_ItemT]) -> list[_ItemT]: ...

    def rest(self, given: Any) -> Any:
        """Return what is still to send: rows unknown, not sent, rejected or of a missing trace.

        Args:
            given: The frame or list that was uploaded, with its rows as they were.

        Returns:
            Rows of the frame, or items of the list, in order. Rows that are kept out, superseded
            or not evaluated are not among them, and neither are queued ones.

        Raises:
            TypeError: when it can be read only once, as a generator or a reader can, or answers
                anew each time, as a relation of DuckDB does.
            ValueError: when it has another number of rows.
        """
        return self._input_rows(given, _TO_SEND)

    def not_evaluated_rows(self, results: _FrameT) -> _FrameT:
        """Return the rows of a frame in which a judgement is missing, to evaluate them again.

        Args:
            results: The frame that was uploaded, with its rows as they were.

        Raises:
            ValueError: when the frame has another number of rows.
        """
        return cast("_FrameT", self._input_rows(results, (RowState.NOT_EVALUATED,)))

    def _input_rows(self, given: Any, states: tuple[RowState, ...]) -> Any:
        is_table = has_lasting_rows(given)
        is_frame = is_table or hasattr(given, "iloc")
        if not is_frame and speaks_arrow(given):
            raise TypeError(
                f"the report is about what {public_name(type(given))} held at the upload, and that "
                "is not kept; upload a table made of it, and pass that here"
            )
        if not is_frame and not _can_be_read_again(given):
            raise TypeError(
                "pass the frame or the list that was uploaded; what can be read only once is gone"
            )
        rows = self.total // self.judgements_per_row
        if len(given) != rows:
            what = "frame has" if is_frame else "list has"
            raise ValueError(
                f"this report is about {counted(rows, 'row')}, and the {what} {len(given)}; pass "
                "what was uploaded"
            )
        chosen = sorted({at // self.judgements_per_row for at in self._rows(*states)})
        if is_table:
            return rows_at(given, chosen)
        return given.take(chosen) if is_frame else [given[at] for at in chosen]

    def to_dataframe(self) -> pd.DataFrame:
        """Return the account as a frame, which can be saved beside the data.

        Returns:
            A line for each row, in order: position, trace_id, name, identifier, status,
            annotation_id, reason. The position is that of the row in the input, also where a row
            has several judgements. What is not known or not there is missing.
        """
        from phoenix_traces.inputs.frames.tables import table

        trace_ids, names, identifiers = self._key_columns()
        lines, reasons = range(self.total), self.reasons
        return table(
            {
                "position": ("int64", (at // self.judgements_per_row for at in lines)),
                "trace_id": ("string", trace_ids),
                "name": ("string", names),
                "identifier": ("string", identifiers),
                "status": ("string", self.statuses),
                "annotation_id": ("string", map(self.inserted.get, lines)),
                "reason": ("string", map(reasons.get, lines)),
            }
        )

    def _key_columns(self) -> tuple[list[str | None], ...]:
        nothing: _Key = (None, None, None)
        keys = islice(zip_longest(self.keys, self.states, fillvalue=nothing), self.total)
        columns: tuple[list[str | None], ...] = ([], [], [])
        for key, _ in keys:
            for column, part in zip(columns, key, strict=True):
                column.append(part or None)
        return columns

    def summary(self) -> str:
        """Return the counts in a line, without those that are 0."""
        return summary_of(self.states)

    def __getstate__(self) -> dict[str, object]:
        # What the keys are read from is the caller's input, with everything in it.
        return {**vars(self), "keys": tuple(self.keys)}

    def __repr__(self) -> str:
        return f"<UploadReport of {self.total}: {self.summary()}>"


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
UploadFailure.__module__ = "phoenix_traces"
UploadReport.__module__ = "phoenix_traces"
