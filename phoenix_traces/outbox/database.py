"""The connection to an outbox's file, and its transactions.

A change is on the disk, whole, when its block ends, or it has not happened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from phoenix_traces.errors import OutboxClosedError, OutboxFileError
from phoenix_traces.outbox.files import Synchronous, open_file, told
from phoenix_traces.transport.clients import process_token


class _Opened:
    """A connection of one process, and the lock under which its threads take turns."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.turn = Lock()


class Database:
    """The file of an outbox, for the threads of a process one after another.

    After a fork, the child opens the file anew.

    Args:
        path: The file, made if it is not there.
        endpoint: The root of Phoenix that it belongs to, without credentials.
        rebind: Whether a file of another endpoint is to belong to this one from now on.
        synchronous: "full" to have every change on the disk when it is made.

    Raises:
        OutboxFileError: when the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        endpoint: str,
        rebind: bool = False,
        synchronous: Synchronous = "full",
    ) -> None:
        self.path: Path = path
        self._synchronous: Synchronous = synchronous
        self._is_closed = False
        # A parent's connection stays among them and is never touched in a child.
        self._opened: dict[object, _Opened] = {}
        with self.changing() as connection:
            self._bind(connection, endpoint, rebind=rebind)

    def _bind(self, connection: sqlite3.Connection, endpoint: str, *, rebind: bool) -> None:
        bound = setting(connection, "endpoint")
        if bound not in ("", endpoint) and not rebind:
            raise OutboxFileError(
                f"{self.path} belongs to {bound}, and this client is of {endpoint}: give another "
                "path, or rebind=True to send what is in it there"
            )
        if bound != endpoint:
            set_setting(connection, "endpoint", endpoint)

    def _here(self) -> _Opened:
        if self._is_closed:
            raise OutboxClosedError(f"the outbox {self.path} is closed")
        known = self._opened.get(process_token())
        if known is None:
            made = _Opened(open_file(self.path, synchronous=self._synchronous))
            known = self._opened.setdefault(process_token(), made)
            if known is not made:
                made.connection.close()
        return known

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection, None, None]:
        """Give the connection to read, while no other thread uses it.

        Raises:
            OutboxClosedError: when it was closed.
            OutboxFileError: when the file cannot be read.
        """
        opened = self._here()
        with opened.turn, told(self.path):
            yield opened.connection

    @contextmanager
    def changing(self) -> Generator[sqlite3.Connection, None, None]:
        """Give the connection in a transaction, which ends with the block.

        Raises:
            OutboxClosedError: when it was closed.
            OutboxFileError: when the disk is full or the file cannot be written.
        """
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # After some failures of the disk, SQLite has rolled back already.
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file in this process; what is in it stays."""
        self._is_closed = True
        opened = self._opened.pop(process_token(), None)
        if opened is not None:
            with opened.turn, suppress(sqlite3.Error):
                opened.connection.close()


def setting(connection: sqlite3.Connection, name: str) -> str:
    """Return what is noted in the file under a name; "" where nothing is."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def set_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Note something in the file under a name."""
    connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))


def count(connection: sqlite3.Connection, status: str, rows: int) -> None:
    """Count annotations that have left the file."""
    if rows:
        connection.execute("UPDATE total SET rows = rows + ? WHERE status = ?", (rows, status))
