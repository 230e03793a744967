"""The way out of an outbox: what a sender takes, notes and settles in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from phoenix_traces.inputs.rows import Key
from phoenix_traces.outbox import fingerprints
from phoenix_traces.outbox.database import Database, count, set_setting, setting
from phoenix_traces.outbox.entries import Entry, parsed
from phoenix_traces.outbox.moments import Moment
from phoenix_traces.outbox.pace import LONGEST_PAUSE
from phoenix_traces.outbox.settlement import Settlement

# For how long the fingerprint of what was sent is kept. By then nothing that was put before it, or
# within the inaccuracy of two clocks after it, can still be compared with it, unless it waits:
# then it is kept on.
_JOURNAL_SECONDS = 600.0


class Dispatch:
    """The way out of an outbox, for the one who sends.

    Args:
        database: Its file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, most: int, max_bytes: int, now: Moment) -> list[Entry]:
        """Return the annotations to send next; they stay in the file.

        Args:
            most: Most of them.
            max_bytes: Most bytes of them as JSON; a larger one comes alone.
            now: The present.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, trace_id, name, identifier, body, put_wall, put_steady, put_boot,"
                " waited, aside, reason FROM entry"
                " WHERE status = 'waiting' AND (due <= ? OR due > ?) ORDER BY due, id LIMIT ?",
                # Nothing waits for longer than the longest pause, unless the clock was set back.
                (now.wall, now.wall + LONGEST_PAUSE + 1, most),
            ).fetchall()
        taken: list[Entry] = []
        size = 0
        for entry in map(entry_from, rows):
            size += len(entry.body) + 1
            if taken and size > max_bytes:
                break
            taken.append(entry)
        return taken

    def next_due(self, now: Moment) -> float | None:
        """Return the seconds until something is to be sent; None when nothing waits."""
        with self._database.reading() as connection:
            (due,) = connection.execute(
                "SELECT min(due) FROM entry WHERE status = 'waiting'"
            ).fetchone()
        if due is None:
            return None
        seconds: float = due - now.wall
        return max(0.0, seconds) if seconds <= LONGEST_PAUSE + 1 else 0.0

    def begin(self, entries: Sequence[Entry], now: Moment) -> Mapping[Key, Collection[bytes]]:
        """Note what is about to be sent, and return what was sent before under the same keys.

        It is noted first, because nothing may be known of it afterwards: the process may die, or
        the answer may be lost.

        Args:
            entries: What is about to be sent.
            now: The present.

        Returns:
            Fingerprints by key.
        """
        ours: dict[Key, set[bytes]] = {}
        with self._database.changing() as connection:
            for entry in entries:
                before = connection.execute(
                    "SELECT fingerprint FROM journal"
                    " WHERE trace_id = ? AND name = ? AND identifier = ?",
                    entry.key,
                ).fetchall()
                if before:
                    ours[entry.key] = {fingerprint for (fingerprint,) in before}
                connection.execute(
                    "INSERT OR REPLACE INTO journal"
                    " (id, trace_id, name, identifier, fingerprint,"
                    " sent_wall, sent_steady, sent_boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (entry.id, *entry.key, fingerprints.of_sent(parsed(entry.body)), *now),
                )
        return ours

    def settle(self, settlement: Settlement, now: Moment) -> Mapping[str, int]:
        """Carry out what a round changes, and return how many annotations got each status.

        What was replaced in the meantime is not touched: its number is gone.

        Args:
            settlement: The changes.
            now: The present.
        """
        counts: dict[str, int] = {}
        with self._database.changing() as connection:
            for settled in settlement.settled:
                gone = connection.execute("DELETE FROM entry WHERE id = ?", (settled.id,)).rowcount
                connection.execute(
                    "UPDATE journal SET status = ?, annotation_id = ?, reason = ? WHERE id = ?",
                    (settled.status, settled.annotation_id, settled.reason, settled.id),
                )
                counts[settled.status] = counts.get(settled.status, 0) + gone
            for status, rows in counts.items():
                count(connection, status, rows)
            for refused in settlement.refused:
                changed = connection.execute(
                    "UPDATE entry SET status = ?, reason = ?, refused = ? WHERE id = ?",
                    (refused.status, refused.reason, now.wall, refused.id),
                ).rowcount
                counts[refused.status] = counts.get(refused.status, 0) + changed
            connection.executemany(
                "UPDATE entry SET due = ?, waited = ?, aside = ?, reason = ? WHERE id = ?",
                [
                    (
                        now.wall + each.pause if each.pause else 0.0,
                        each.waited,
                        each.aside,
                        each.reason,
                        each.id,
                    )
                    for each in settlement.postponed
                ],
            )
        return counts

    def tidy(self, now: Moment, *, keep_rejected: float) -> int:
        """Forget what need not be known any more, and return how many annotations that were.

        Args:
            now: The present.
            keep_rejected: Seconds for which annotations are kept that are not to be sent.
        """
        with self._database.changing() as connection:
            connection.execute(
                # By the clock that nobody can set, for as long as the machine runs.
                "DELETE FROM journal WHERE CASE WHEN sent_boot = ? AND sent_boot != ''"
                " THEN sent_steady < ? ELSE sent_wall < ? END AND NOT EXISTS (SELECT 1 FROM entry"
                " WHERE entry.trace_id = journal.trace_id AND entry.name = journal.name"
                " AND entry.identifier = journal.identifier)",
                (now.boot, now.steady - _JOURNAL_SECONDS, now.wall - _JOURNAL_SECONDS),
            )
            dropped = connection.execute(
                "DELETE FROM entry WHERE refused < ?", (now.wall - keep_rejected,)
            ).rowcount
            count(connection, "not_sent", dropped)
        return dropped

    def forget_words(self) -> None:
        """Empty the log beside the file, which may still hold the words of what has left it."""
        with self._database.reading() as connection:
            # Where another process reads just now, the next time will do.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def note_trouble(self, words: str) -> None:
        """Note what keeps annotations from being sent, for every process to see.

        Args:
            words: What the server or the network said; "" for nothing.
        """
        with self._database.reading() as connection:
            noted = setting(connection, "trouble")
        if noted != words:
            with self._database.changing() as connection:
                set_setting(connection, "trouble", words)


def entry_from(row: Sequence[Any]) -> Entry:
    """Return an entry from its columns, in the order of the table."""
    number, trace_id, name, identifier, body, wall, steady, boot, waited, aside, reason = row
    put = Moment(wall, steady, boot)
    return Entry(number, (trace_id, name, identifier), body, put, waited, aside, reason)
