"""What is in the file of an outbox, for whoever asks, and what the owner does about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from phoenix_traces.inputs.rows import Key
from phoenix_traces.outbox.database import Database, count, setting
from phoenix_traces.outbox.dispatch import entry_from
from phoenix_traces.outbox.entries import Entry
from phoenix_traces.outbox.intake import Totals, totals_in
from phoenix_traces.outbox.moments import Moment

# SQLite takes 999 variables in a statement, in the oldest versions in use.
_MOST_VARIABLES = 500


class Fate(NamedTuple):
    """What is known of an annotation that was put.

    Attributes:
        status: In the words of every account.
        annotation_id: The server's, where it is stored.
        reason: Why it is not stored.
    """

    status: str
    annotation_id: str = ""
    reason: str = ""


class Kept(NamedTuple):
    """An annotation in the file, with all that is known of it."""

    entry: Entry
    status: str


class Inventory:
    """What is in the file of an outbox.

    Args:
        database: Its file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self) -> Totals:
        """Return how many annotations there are of each status."""
        with self._database.reading() as connection:
            return totals_in(connection)

    def oldest_put(self) -> Moment | None:
        """Return when the oldest annotation that waits was put; None when none waits."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT put_wall, put_steady, put_boot FROM entry WHERE status = 'waiting'"
                " ORDER BY id LIMIT 1"
            ).fetchone()
        return None if row is None else Moment(*row)

    def keys_of_waiting(self) -> dict[int, Key]:
        """Return the keys of all annotations that wait, by number."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, trace_id, name, identifier FROM entry WHERE status = 'waiting'"
                " ORDER BY id"
            ).fetchall()
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def numbers_of_waiting(self, last: int) -> set[int]:
        """Return the numbers of the annotations that wait, up to one of them."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM entry WHERE status = 'waiting' AND id <= ?", (last,)
            ).fetchall()
        return {number for (number,) in rows}

    def fates(self, numbers: Sequence[int]) -> dict[int, Fate]:
        """Return what is known of annotations that were put.

        Args:
            numbers: Of annotations that were in the file. One of which nothing is known was
                replaced by a later one.
        """
        found = {number: Fate("superseded") for number in numbers}
        with self._database.reading() as connection:
            for number, *fate in _selected(
                connection,
                "SELECT id, status, annotation_id, reason FROM journal WHERE status != ''",
                numbers,
            ):
                found[number] = Fate(*fate)
            for number, status, reason in _selected(
                connection, "SELECT id, status, reason FROM entry WHERE 1", numbers
            ):
                found[number] = Fate(status, reason=reason)
        return found

    def refused(self) -> list[Kept]:
        """Return the annotations that are kept and not to be sent, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, trace_id, name, identifier, body, put_wall, put_steady, put_boot,"
                " waited, aside, reason, status FROM entry WHERE refused IS NOT NULL ORDER BY id"
            ).fetchall()
        return [Kept(entry_from(row[:-1]), row[-1]) for row in rows]

    def retry(self, numbers: Sequence[int] | None) -> int:
        """Let annotations wait again that are not to be sent, and return how many those were.

        Args:
            numbers: Which; None for all.
        """
        with self._database.changing() as connection:
            return sum(
                connection.execute(
                    "UPDATE entry SET status = 'waiting', due = 0, waited = 0, aside = 0,"
                    " refused = NULL WHERE refused IS NOT NULL AND id = ?",
                    (number,),
                ).rowcount
                for number in _chosen(connection, numbers)
            )

    def discard(self, numbers: Sequence[int] | None, now: Moment) -> int:
        """Delete annotations, and return how many those were.

        Args:
            numbers: Which, those that wait too; None for all that are not to be sent.
            now: The present.
        """
        discarded = 0
        with self._database.changing() as connection:
            for number in _chosen(connection, numbers):
                # So that a flush knows what became of it.
                connection.execute(
                    "INSERT OR REPLACE INTO journal SELECT id, trace_id, name, identifier, x'', ?,"
                    " ?, ?, 'not_sent', '', 'discarded' FROM entry WHERE id = ?",
                    (*now, number),
                )
                discarded += connection.execute(
                    "DELETE FROM entry WHERE id = ?", (number,)
                ).rowcount
            count(connection, "not_sent", discarded)
        return discarded

    def hurry(self) -> None:
        """Let nothing wait for its time: all that waits is to be sent at once."""
        with self._database.changing() as connection:
            connection.execute("UPDATE entry SET due = 0 WHERE status = 'waiting' AND due > 0")

    def trouble(self) -> str:
        """Return what keeps annotations from being sent, as whoever sends has noted it, or ""."""
        with self._database.reading() as connection:
            return setting(connection, "trouble")


def _chosen(connection: sqlite3.Connection, numbers: Sequence[int] | None) -> Sequence[int]:
    if numbers is not None:
        return numbers
    rows = connection.execute("SELECT id FROM entry WHERE refused IS NOT NULL").fetchall()
    return [number for (number,) in rows]


def _selected(
    connection: sqlite3.Connection, query: str, numbers: Sequence[int]
) -> Iterable[Sequence[Any]]:
    for start in range(0, len(numbers), _MOST_VARIABLES):
        some = numbers[start : start + _MOST_VARIABLES]
        marks = ", ".join("?" * len(some))
        yield from connection.execute(f"{query} AND id IN ({marks})", some).fetchall()
