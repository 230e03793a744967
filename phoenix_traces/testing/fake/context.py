"""What a request is answered with: the tables, the time, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from phoenix_traces.testing.fake.database import Database
from phoenix_traces.testing.fake.ids import fits_column, row_number
from phoenix_traces.testing.fake.messages import CrashedError, RefusedError, Request
from phoenix_traces.testing.fake.queue import Queue
from phoenix_traces.testing.fake.store import Project, Store

Version: TypeAlias = tuple[int, int, int]
Role: TypeAlias = Literal["admin", "member", "viewer", "expired"]
ROLES = ("admin", "member", "viewer", "expired")


@dataclass(frozen=True)
class User:
    """Whom a key belongs to.

    Attributes:
        rowid: The user's number; None for the administrator of the server's settings, whom
            annotations are not said to come from.
        role: What the user may do.
    """

    rowid: int | None
    role: Role


@dataclass(frozen=True)
class Context:
    """A request with all that its answer depends on.

    Attributes:
        body: The parsed body.
        user: Who asks; None on a server without authentication.
    """

    request: Request
    body: object
    store: Store
    queue: Queue
    version: Version
    now: datetime
    user: User | None

    @property
    def database(self) -> Database:
        """The rules of the server's database."""
        return self.store.database

    @property
    def user_rowid(self) -> int | None:
        """The number of the user who asks, if it is known."""
        return None if self.user is None else self.user.rowid

    def project(self, identifier: str) -> Project:
        """Return the project with a name or an ID.

        Raises:
            RefusedError: There is none.
        """
        try:
            rowid = row_number(identifier, "Project")
        except ValueError:
            self.database.check_text(identifier)
            found = self.store.project_named(identifier)
            named = f"name {identifier}"
        else:
            check_number(rowid)
            found = self.store.projects.get(rowid)
            named = f"ID {identifier}"
        if found is None:
            raise RefusedError(404, f"Project with {named} not found")
        return found


def check_number(number: int) -> int:
    """Return a row's number.

    Raises:
        CrashedError: No column is wide enough to compare with it.
    """
    if not fits_column(number):
        raise CrashedError("a number of more than 64 bits")
    return number
