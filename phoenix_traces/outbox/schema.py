"""The tables of an outbox's file, and how a file of an older version becomes one of this version.

`PRAGMA user_version` holds the number of steps that a file has been through.
"""

from __future__ import annotations

import sqlite3

from phoenix_traces.errors import OutboxFileError

# Tells an outbox from other SQLite files: "PhTO" as a number.
_APPLICATION_ID = 0x5068544F

# `total` is kept by triggers, so that no code can forget it and nothing has to be counted.
_FIRST = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    trace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL,
    body BLOB NOT NULL,
    put_wall REAL NOT NULL,
    put_steady REAL NOT NULL,
    put_boot TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'waiting',
    due REAL NOT NULL DEFAULT 0,
    waited REAL NOT NULL DEFAULT 0,
    aside REAL NOT NULL DEFAULT 0,
    refused REAL,
    reason TEXT NOT NULL DEFAULT '',
    UNIQUE (trace_id, name, identifier)
);
CREATE INDEX entry_due ON entry (due, id) WHERE status = 'waiting';
CREATE INDEX entry_refused ON entry (refused) WHERE refused IS NOT NULL;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    trace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    identifier TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    sent_wall REAL NOT NULL,
    sent_steady REAL NOT NULL,
    sent_boot TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT '',
    annotation_id TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX journal_key ON journal (trace_id, name, identifier);
CREATE INDEX journal_sent ON journal (sent_wall);
CREATE TABLE total (status TEXT PRIMARY KEY, rows INTEGER NOT NULL, bytes INTEGER NOT NULL)
    WITHOUT ROWID;
INSERT INTO total VALUES
    ('waiting', 0, 0), ('missing_trace', 0, 0), ('rejected', 0, 0),
    ('stored', 0, 0), ('kept_out', 0, 0), ('superseded', 0, 0),
    ('not_sent', 0, 0);
CREATE TRIGGER entry_comes AFTER INSERT ON entry BEGIN
    UPDATE total SET rows = rows + 1, bytes = bytes + length(NEW.body) WHERE status = NEW.status;
END;
CREATE TRIGGER entry_goes AFTER DELETE ON entry BEGIN
    UPDATE total SET rows = rows - 1, bytes = bytes - length(OLD.body) WHERE status = OLD.status;
END;
CREATE TRIGGER entry_turns AFTER UPDATE OF status ON entry BEGIN
    UPDATE total SET rows = rows - 1, bytes = bytes - length(OLD.body) WHERE status = OLD.status;
    UPDATE total SET rows = rows + 1, bytes = bytes + length(NEW.body) WHERE status = NEW.status;
END;
"""

STEPS = (_FIRST,)


def bring_up_to_date(connection: sqlite3.Connection, path: str) -> None:
    """Make the tables in a new file, or those of this version out of older ones.

    Another process may do the same at the same time: what comes second finds it done.

    Args:
        connection: To the file, outside a transaction.
        path: The file, for messages.

    Raises:
        OutboxFileError: when the file is of a newer version, or something else.
    """
    refuse_others(connection, path)
    if _version(connection) == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[_version(connection) :]:
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def refuse_others(connection: sqlite3.Connection, path: str) -> None:
    """Refuse a file that is not empty and no outbox of this version or an older one.

    Args:
        connection: To the file.
        path: The file, for messages.

    Raises:
        OutboxFileError: when it is one.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    if application_id != _APPLICATION_ID and not is_empty:
        raise OutboxFileError(
            f"{path} is an SQLite file of something else, and was left as it is: give the outbox a "
            "path of its own"
        )
    version = _version(connection)
    if version > len(STEPS):
        raise OutboxFileError(
            f"{path} is an outbox of a newer version of phoenix_traces (its format is {version}, "
            f"and {len(STEPS)} is the newest that this version knows), and was left as it is: "
            "upgrade phoenix_traces, or give another path"
        )


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _statements(script: str) -> list[str]:
    """Return the statements of a script; `executescript` would commit before each."""
    statements: list[str] = []
    begun = ""
    for part in script.split(";"):
        begun += part + ";"
        if sqlite3.complete_statement(begun):
            statements.append(begun)
            begun = ""
    return statements
