"""What the server has, beside what was given: a line for each row of the caller's input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal, TypeAlias

from phoenix_traces.errors import PhoenixTracesError
from phoenix_traces.rules.text import counted
from phoenix_traces.shown import cut, shown
from phoenix_traces.stored.lookup import Differences
from phoenix_traces.stored.text_table import text_table

if TYPE_CHECKING:
    import pandas as pd

RowStatus: TypeAlias = Literal["new", "unchanged", "changed", "missing_trace", "superseded"]

_MOST_ROWS_SHOWN = 20
_HEADINGS = ("row", "trace_id", "name", "identifier", "status", "what differs")


@dataclass(frozen=True, repr=False)
class ComparedRow:
    """The comparison of one row of the input with what the server has.

    Attributes:
        position: Zero-based position in the caller's input.
        identifier: None where the row has none.
        status: "new" when the server has nothing under the row's key; "unchanged" when it has the
            same; "changed" when it has something else; "missing_trace" when the server is known not
            to have the trace in this project; "superseded" when a later row has the same key.
        differences: For each field that differs, what the server has and what was given.
        overwrites_human: Whether writing the row would replace a HUMAN judgement by another, be it
            of a HUMAN, an LLM or CODE.
        annotation_id: The server's ID of what it has.
    """

    position: int
    trace_id: str
    name: str
    identifier: str | None
    status: RowStatus
    differences: Differences = field(default_factory=dict[str, tuple[object, object]])
    overwrites_human: bool = False
    annotation_id: str | None = None

    def __repr__(self) -> str:
        # Names and what differs may be of any length.
        parts = (f"{each.name}={shown(getattr(self, each.name))}" for each in fields(self))
        return f"{type(self).__name__}({', '.join(parts)})"

    def described(self) -> str:
        """Return what differs, in words."""
        changes = [
            f"{cut(name)}: {shown(was)} -> {shown(given)}"
            for name, (was, given) in self.differences.items()
        ]
        return "; ".join(
            [*(["replaces a HUMAN judgement"] if self.overwrites_human else []), *changes]
        )


@dataclass(frozen=True, repr=False)
class Comparison:
    """The comparison of each row with what the server has; it prints as a table.

    Attributes:
        rows: One for each row of the input, in order.
    """

    rows: tuple[ComparedRow, ...]

    @property
    def total(self) -> int:
        """Return the number of rows in the input."""
        return len(self.rows)

    @property
    def new(self) -> tuple[int, ...]:
        """Return the positions of the rows that the server does not have."""
        return self._with_status("new")

    @property
    def unchanged(self) -> tuple[int, ...]:
        """Return the positions of the rows that the server has, equal in everything."""
        return self._with_status("unchanged")

    @property
    def changed(self) -> tuple[int, ...]:
        """Return the positions of the rows of which the server has another version."""
        return self._with_status("changed")

    @property
    def missing_trace(self) -> tuple[int, ...]:
        """Return the positions of the rows whose trace is known not to be in the project."""
        return self._with_status("missing_trace")

    @property
    def superseded(self) -> tuple[int, ...]:
        """Return the positions of the rows that are never sent: a later one has the same key."""
        return self._with_status("superseded")

    @property
    def overwrites_human(self) -> tuple[int, ...]:
        """Return the positions of the changed rows that would replace a HUMAN judgement."""
        return self._where(lambda row: row.overwrites_human)

    def _with_status(self, status: RowStatus) -> tuple[int, ...]:
        return self._where(lambda row: row.status == status)

    def _where(self, chosen: Callable[[ComparedRow], bool]) -> tuple[int, ...]:
        return tuple(row.position for row in self.rows if chosen(row))

    def to_dataframe(self) -> pd.DataFrame:
        """Return a frame with one row for each row of the input, in order."""
        from phoenix_traces.inputs.frames.tables import table

        rows = self.rows
        return table(
            {
                "trace_id": ("string", (row.trace_id for row in rows)),
                "annotation_name": ("string", (row.name for row in rows)),
                "identifier": ("string", (row.identifier for row in rows)),
                "status": ("string", (row.status for row in rows)),
                "overwrites_human": ("bool", (row.overwrites_human for row in rows)),
                "differences": ("object", (dict(row.differences) for row in rows)),
                "annotation_id": ("string", (row.annotation_id for row in rows)),
            },
            index=("position", "int64", (row.position for row in rows)),
        )

    def summary(self) -> str:
        """Return the counts in a line."""
        changed = f"{len(self.changed)} changed"
        if human := len(self.overwrites_human):
            changed += (
                f" ({human} of them {'a HUMAN judgement' if human == 1 else 'HUMAN judgements'})"
            )
        one = len(self.missing_trace) == 1
        counts = [f"{len(self.new)} new", f"{len(self.unchanged)} unchanged", changed]
        counts += [
            f"{len(positions)} {words}"
            for positions, words in (
                (self.missing_trace, "of a missing trace" if one else "of missing traces"),
                (self.superseded, "superseded"),
            )
            if positions
        ]
        return f"{counted(self.total, 'annotation')}: {', '.join(counts)}"

    def __str__(self) -> str:
        return _report(self.summary(), [row for row in self.rows if row.status != "unchanged"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.summary()}>"


class Confirmation(Comparison):
    """The comparison that was made when all rows had arrived, or when the time was up."""

    @property
    def confirmed(self) -> tuple[int, ...]:
        """Return the positions of the rows that the server has, equal in everything."""
        return self.unchanged

    @property
    def incomplete(self) -> tuple[int, ...]:
        """Return the positions of the rows that it does not have, or has another version of."""
        return self._where(lambda row: row.status not in ("unchanged", "superseded"))

    @property
    def is_complete(self) -> bool:
        """Tell whether every row has arrived."""
        return not self.incomplete

    def raise_if_incomplete(self) -> None:
        """Raise unless every row has arrived.

        Raises:
            IncompleteUploadError: naming the rows that have not.
        """
        if incomplete := frozenset(self.incomplete):
            verb = "has" if len(incomplete) == 1 else "have"
            of_all = counted(self.total, "annotation")
            heading = f"{len(incomplete)} of {of_all} {verb} not arrived"
            rows = [row for row in self.rows if row.position in incomplete]
            raise IncompleteUploadError(_report(heading, rows), self)


class IncompleteUploadError(PhoenixTracesError):
    """An upload of which some annotations were not there, or not equal, when the time was up.

    Attributes:
        confirmation: What is known of each annotation.
    """

    def __init__(self, message: str, confirmation: Confirmation) -> None:
        self.confirmation = confirmation
        super().__init__(message)


def _report(heading: str, rows: Iterable[ComparedRow]) -> str:
    cells = [
        (
            str(row.position),
            cut(row.trace_id),
            cut(row.name),
            cut(row.identifier or ""),
            row.status,
            row.described(),
        )
        for row in rows
    ]
    return text_table(heading, _HEADINGS, cells, most_rows=_MOST_ROWS_SHOWN)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
ComparedRow.__module__ = "phoenix_traces"
Comparison.__module__ = "phoenix_traces"
Confirmation.__module__ = "phoenix_traces"
IncompleteUploadError.__module__ = "phoenix_traces"
