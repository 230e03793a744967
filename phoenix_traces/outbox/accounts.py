"""What an outbox tells about the annotations in it, in the words of every account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class OutboxStatus:
    """The state of an outbox: what is in its file, and what has left it since the file was made.

    Attributes:
        waiting: Annotations to be sent.
        missing_trace: Annotations whose trace did not come in time; kept, and not sent again of
            their own accord.
        rejected: Annotations that the server refused; kept in the same way.
        stored: Annotations that Phoenix has.
        kept_out: Annotations that were not sent, because of what Phoenix had.
        superseded: Annotations whose place a later one took before they were settled.
        not_sent: Annotations that were discarded, or kept for as long as `keep_rejected` says.
        bytes: Size of the annotations in the file, as JSON.
        oldest_age: Seconds since the oldest annotation that waits was put; None when none waits.
        waits_for: What keeps annotations from being sent, in the words of the server or the
            network; empty when nothing does.
        is_sender: Whether this outbox is the one that sends what is in the file.
    """

    waiting: int
    missing_trace: int
    rejected: int
    stored: int
    kept_out: int
    superseded: int
    not_sent: int
    bytes: int
    oldest_age: float | None
    waits_for: str
    is_sender: bool


@dataclass(frozen=True)
class OutboxRow:
    """An annotation that an outbox keeps and does not send of its own accord.

    Attributes:
        id: Its number in the file, for `retry` and `discard`.
        status: "rejected" or "missing_trace".
        reason: Why, in the server's words.
        put_at: When it was put.
        annotation: It as a mapping, which can be changed and put again.
    """

    id: int
    status: str
    reason: str
    put_at: datetime
    annotation: Mapping[str, Any]


@dataclass(frozen=True)
class FlushedRow:
    """What became of one annotation that waited when a flush began.

    Attributes:
        trace_id: Its trace.
        name: Its name.
        identifier: None where it has none.
        status: "stored", "kept_out", "rejected", "missing_trace", "superseded", "not_sent" when it
            was discarded, or "waiting" when the time was up.
        annotation_id: The server's ID, where it is stored.
        reason: Why it is not stored, in the server's words where it said something.
    """

    trace_id: str
    name: str
    identifier: str | None
    status: str
    annotation_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, repr=False)
class FlushReport:
    """The account of a flush: what became of each annotation that waited when it began.

    Attributes:
        rows: One for each, in the order in which they were put.
    """

    rows: tuple[FlushedRow, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many annotations there are of each status."""
        return Counter(row.status for row in self.rows)

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing waits any more of what waited when the flush began."""
        return all(row.status != "waiting" for row in self.rows)

    def summary(self) -> str:
        """Return the counts in a line."""
        said = [f"{rows} {status}" for status, rows in self.counts.items()]
        return ", ".join(said) or "nothing waited"

    def __repr__(self) -> str:
        return f"<FlushReport of {len(self.rows)}: {self.summary()}>"


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
OutboxStatus.__module__ = "phoenix_traces"
OutboxRow.__module__ = "phoenix_traces"
FlushedRow.__module__ = "phoenix_traces"
FlushReport.__module__ = "phoenix_traces"
