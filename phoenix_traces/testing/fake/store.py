"""The tables of the server: projects, traces, annotations and annotation configs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from phoenix_traces.testing.fake.database import Database

DEFAULT_PROJECT = "default"


@dataclass(frozen=True)
class Project:
    """A project."""

    rowid: int
    name: str
    description: str | None = None


@dataclass(frozen=True)
class Session:
    """A session, which traces may belong to."""

    rowid: int
    session_id: str
    project_rowid: int


@dataclass(frozen=True)
class Span:
    """A span of a trace, as far as the listing of traces tells of it."""

    rowid: int
    trace_rowid: int
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    status_code: str
    start_time: datetime
    end_time: datetime
    prompt_tokens: int
    completion_tokens: int


@dataclass
class Trace:
    """A trace."""

    rowid: int
    trace_id: str
    project_rowid: int
    start_time: datetime
    end_time: datetime
    session_rowid: int | None = None
    spans: list[Span] = field(default_factory=list[Span])

    @property
    def latency_ms(self) -> float:
        """How long it took."""
        taken = self.end_time - self.start_time
        return (taken.days * 86_400_000_000 + taken.seconds * 1_000_000 + taken.microseconds) / 1e3


class Key(NamedTuple):
    """What the server keeps one annotation for."""

    name: str
    trace_rowid: int
    identifier: str


class Judgement(NamedTuple):
    """What an annotation says, and who wrote it."""

    annotator_kind: str
    label: str | None
    score: float | None
    explanation: str | None
    metadata: dict[str, Any]
    user_rowid: int | None


@dataclass(frozen=True)
class StoredAnnotation:
    """A row of the table of annotations."""

    rowid: int
    key: Key
    judgement: Judgement
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Config:
    """An annotation config.

    Attributes:
        says: What it says, as the server shows it.
        is_readable: Whether the server can read it again. A threshold that is NaN is written as
            null, which its own rules refuse; then every list with it in is a 500.
    """

    rowid: int
    name: str
    says: dict[str, Any]
    is_readable: bool = True


class _HasRowid(Protocol):
    @property
    def rowid(self) -> int: ...


RowT = TypeVar("RowT", bound=_HasRowid)


class Table(Generic[RowT]):
    """Rows by their numbers, which the table gives.

    Args:
        database: Decides whether a number is used again.
    """

    def __init__(self, database: Database) -> None:
        self._rows: dict[int, RowT] = {}
        self._last = 0
        self._reuses = database.reuses_row_numbers

    def add(self, make: Callable[[int], RowT]) -> RowT:
        """Add the row that is made with the next number."""
        self._last += 1
        row = make(self._last)
        self._rows[self._last] = row
        return row

    def put(self, row: RowT) -> None:
        """Put a row in the place of the one with its number."""
        self._rows[row.rowid] = row

    def get(self, rowid: int) -> RowT | None:
        """Return the row with a number, if there is one."""
        return self._rows.get(rowid)

    def remove(self, rowids: Iterable[int]) -> None:
        """Remove rows."""
        for rowid in rowids:
            del self._rows[rowid]
        if self._reuses:
            self._last = max(self._rows, default=0)

    def newest_first(self) -> list[RowT]:
        """Return all rows, those with the largest numbers first."""
        return [self._rows[rowid] for rowid in sorted(self._rows, reverse=True)]

    def __iter__(self) -> Iterator[RowT]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)


class Store:
    """Everything that the server has stored.

    Args:
        database: The rules of its database.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.projects: Table[Project] = Table(database)
        self.sessions: Table[Session] = Table(database)
        self.traces: Table[Trace] = Table(database)
        self.spans: Table[Span] = Table(database)
        self.annotations: Table[StoredAnnotation] = Table(database)
        self.configs: Table[Config] = Table(database)
        self.assigned: set[tuple[int, int]] = set()  # numbers of a project and of a config
        self._traces_by_id: dict[str, Trace] = {}
        self._rowids_by_key: dict[Key, int] = {}
        self.projects.add(lambda rowid: Project(rowid, DEFAULT_PROJECT, "Default project"))

    def project_named(self, name: str) -> Project | None:
        """Return the project with a name, if there is one."""
        return next((each for each in self.projects if each.name == name), None)

    def ensure_project(self, name: str) -> Project:
        """Return the project with a name, made if it is new."""
        return self.project_named(name) or self.projects.add(lambda rowid: Project(rowid, name))

    def trace(self, trace_id: str) -> Trace | None:
        """Return the trace with an ID, if there is one."""
        return self._traces_by_id.get(trace_id)

    def ensure_trace(
        self, trace_id: str, *, project: str, start_time: datetime, end_time: datetime
    ) -> Trace:
        """Return the trace with an ID, made if it is new; one that is there stays where it is."""
        found = self.trace(trace_id)
        if found is None:
            project_rowid = self.ensure_project(project).rowid
            found = self.traces.add(
                lambda rowid: Trace(rowid, trace_id, project_rowid, start_time, end_time)
            )
            self._traces_by_id[trace_id] = found
        found.start_time = min(found.start_time, start_time)
        found.end_time = max(found.end_time, end_time)
        return found

    def join_session(self, trace: Trace, session_id: str) -> None:
        """Make a trace part of a session, unless it is part of one."""
        if trace.session_rowid is None:
            found = next((each for each in self.sessions if each.session_id == session_id), None)
            session = found or self.sessions.add(
                lambda rowid: Session(rowid, session_id, trace.project_rowid)
            )
            trace.session_rowid = session.rowid

    def forget_traces(self, trace_ids: Iterable[str]) -> None:
        """Delete traces with all that belongs to them."""
        gone = {trace.rowid for each in trace_ids if (trace := self._traces_by_id.pop(each, None))}
        self.delete_annotations([each for each in self.annotations if each.key.trace_rowid in gone])
        self.spans.remove([each.rowid for each in self.spans if each.trace_rowid in gone])
        self.traces.remove(gone)

    def annotation(self, key: Key) -> StoredAnnotation | None:
        """Return what is stored under a key, if there is something."""
        rowid = self._rowids_by_key.get(key)
        return None if rowid is None else self.annotations.get(rowid)

    def storable(self, key: Key, judgement: Judgement) -> Judgement:
        """Return a judgement as it will be read back.

        Raises:
            CrashedError: The database does not take it.
        """
        database = self.database
        database.check_text(key.name, key.identifier, judgement.label, judgement.explanation)
        database.check_key(key.name, key.identifier)
        return judgement._replace(
            score=database.stored_score(judgement.score),
            metadata=database.stored_metadata(judgement.metadata),
        )

    def upsert(
        self, key: Key, judgement: Judgement, *, created_at: datetime, updated_at: datetime
    ) -> StoredAnnotation:
        """Store a judgement in the place of what was there; the number and its age stay."""
        there = self.annotation(key)
        if there is None:
            row = self.annotations.add(
                lambda rowid: StoredAnnotation(rowid, key, judgement, created_at, updated_at)
            )
            self._rowids_by_key[key] = row.rowid
            return row
        row = StoredAnnotation(there.rowid, key, judgement, there.created_at, updated_at)
        self.annotations.put(row)
        return row

    def delete_annotations(self, rows: Iterable[StoredAnnotation]) -> None:
        """Delete annotations."""
        gone = list(rows)
        for each in gone:
            del self._rowids_by_key[each.key]
        self.annotations.remove([each.rowid for each in gone])

    def traces_of(self, project: Project) -> dict[int, Trace]:
        """Return the traces of a project by their numbers."""
        return {each.rowid: each for each in self.traces if each.project_rowid == project.rowid}
