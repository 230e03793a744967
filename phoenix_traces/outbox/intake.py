"""The way into an outbox: annotations are on the disk when `put` returns, all of them or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from phoenix_traces.errors import OutboxFullError
from phoenix_traces.outbox.database import Database, count
from phoenix_traces.outbox.entries import NewEntry
from phoenix_traces.outbox.moments import Moment
from phoenix_traces.rules.text import counted

_IN_THE_FILE = ("waiting", "missing_trace", "rejected")


class Limits(NamedTuple):
    """What a file may hold; None for no limit.

    Attributes:
        rows: Most annotations, those included that are kept though they are not to be sent.
        bytes: Most bytes of annotations as JSON.
    """

    rows: int | None = None
    bytes: int | None = None

    def allow(self, rows: int, size: int) -> bool:
        """Tell whether so many annotations of so many bytes may be in the file."""
        return (self.rows is None or rows <= self.rows) and (
            self.bytes is None or size <= self.bytes
        )

    def __str__(self) -> str:
        return f"max_rows={self.rows}, max_bytes={self.bytes}"


class Totals(NamedTuple):
    """Counts of annotations.

    Attributes:
        rows: By status: those in the file, and those that have left it since it was made.
        bytes: Bytes of those in the file, as JSON.
    """

    rows: Mapping[str, int]
    bytes: int


_NO_LIMITS = Limits()


def totals_in(connection: sqlite3.Connection) -> Totals:
    """Return the counts in a file."""
    rows = connection.execute("SELECT status, rows, bytes FROM total").fetchall()
    return Totals({status: number for status, number, _ in rows}, sum(size for _, _, size in rows))


class Intake:
    """The way into an outbox.

    Args:
        database: Its file.
        limits: What the file may hold.
    """

    def __init__(self, database: Database, limits: Limits = _NO_LIMITS) -> None:
        self._database = database
        self._limits = limits

    def put(self, entries: Sequence[NewEntry], now: Moment) -> None:
        """Keep annotations; each takes the place of an earlier one of its key.

        Args:
            entries: Any number of them, all or none of which are kept.
            now: The present.

        Raises:
            OutboxFullError: when there is no room for all of them.
            OutboxFileError: when the disk is full or the file cannot be written.
            OutboxClosedError: when it was closed.
        """
        with self._database.changing() as connection:
            replaced = 0
            for key, body in entries:
                replaced += connection.execute(
                    "DELETE FROM entry WHERE trace_id = ? AND name = ? AND identifier = ?", key
                ).rowcount
                connection.execute(
                    "INSERT INTO entry (trace_id, name, identifier, body,"
                    " put_wall, put_steady, put_boot) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*key, body, *now),
                )
            count(connection, "superseded", replaced)
            self._refuse_excess(connection, entries)

    def _refuse_excess(self, connection: sqlite3.Connection, put: Sequence[NewEntry]) -> None:
        totals = totals_in(connection)
        rows = sum(totals.rows[status] for status in _IN_THE_FILE)
        if self._limits.allow(rows, totals.bytes):
            return
        full = OutboxFullError(
            f"outbox {self._database.path}: {self._limits} leaves no room for "
            f"{counted(len(put), 'annotation')}; nothing of this was kept"
        )
        full.is_hopeless = not self._limits.allow(len(put), sum(len(each.body) for each in put))
        raise full
