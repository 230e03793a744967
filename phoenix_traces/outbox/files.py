"""The file of an outbox on disk: where it is, who may read it, and what can be wrong with it."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from phoenix_traces.errors import ConfigurationError, OutboxFileError
from phoenix_traces.outbox.schema import bring_up_to_date, refuse_others

Synchronous: TypeAlias = Literal["full", "normal"]

_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700

# Seconds to wait for another process' write to end; each takes a few milliseconds.
_BUSY_SECONDS = 10.0

# SQLite's words, since Python tells its error codes from 3.11 on only; and what to do.
_CURES = (
    ("disk is full", "the disk is full: make room; nothing of this was kept"),
    ("readonly", "it cannot be written: check who owns the file and its folder"),
    ("unable to open", "it cannot be opened or made: check its folder and who owns it"),
    ("locked", "other processes write to it without an end"),
    ("not a database", "it is damaged or no outbox, and was left as it is: move it away"),
    ("malformed", "it is damaged, and was left as it is: move it away, or repair a copy"),
    ("locking protocol", "locks do not work on its file system: use a local disk"),
    ("disk I/O", "the disk failed, or is full, or a limit on file sizes is reached"),
)


def default_path(endpoint: str) -> Path:
    """Return the file for an endpoint in the user's own folder for data.

    Args:
        endpoint: The root of Phoenix.

    Raises:
        ConfigurationError: when the package that knows the folder is not installed.
    """
    try:
        from platformdirs import user_data_path
    except ImportError:
        raise ConfigurationError(
            "an outbox without a path needs platformdirs: pass path, or install "
            "phoenix-traces[outbox]"
        ) from None
    parts = urlsplit(endpoint)
    name = re.sub(r"[^a-z0-9.]+", "-", f"{parts.netloc}{parts.path}".lower()).strip("-.")
    return user_data_path("phoenix_traces") / "outbox" / f"{name or 'phoenix'}.sqlite3"


def open_file(path: Path, *, synchronous: Synchronous) -> sqlite3.Connection:
    """Return a connection to an outbox's file, which is made if it is not there.

    Args:
        path: The file.
        synchronous: "full" to have every commit on the disk when it returns.

    Raises:
        OutboxFileError: when it cannot be used; then it is left as it is.
    """
    _make(path)
    with told(path):
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _set_up(connection, path, synchronous)
        except BaseException:
            connection.close()
            raise
    return connection


def _make(path: Path) -> None:
    # SQLite gives the files that it makes beside this one the same mode.
    try:
        path.parent.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(_OWNER_ONLY)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutboxFileError(f"{path} cannot be made or kept private: {reason}") from None


def _set_up(connection: sqlite3.Connection, path: Path, synchronous: Synchronous) -> None:
    refuse_others(connection, str(path))  # before anything is written to it
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise OutboxFileError(
            f"{path} cannot be shared by processes, because its file system has no shared memory "
            "(a network folder?): use a local disk"
        )
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA secure_delete = ON")
    bring_up_to_date(connection, str(path))


@contextmanager
def told(path: Path) -> Generator[None, None, None]:
    """Raise SQLite's errors as ours, naming the file and what to do.

    Raises:
        OutboxFileError: in place of SQLite's errors.
    """
    try:
        yield
    except sqlite3.Error as error:
        words = str(error)
        cures = [cure for sign, cure in _CURES if sign in words]
        problem = cures[0] if cures else "SQLite failed"
        raise OutboxFileError(f"outbox {path}: {problem} ({words})") from None
