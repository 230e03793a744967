"""What a story is about: a server, a machine with processes, and everything that was written."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from sqlite3 import Connection
from typing import TypeAlias

from typing_extensions import override

from phoenix_traces.client import Client
from phoenix_traces.inputs.rows import Key
from phoenix_traces.outbox.database import Database
from phoenix_traces.outbox.dispatch import Dispatch
from phoenix_traces.outbox.intake import Intake
from phoenix_traces.outbox.inventory import Inventory
from phoenix_traces.outbox.metrics import Metrics
from phoenix_traces.outbox.sender import Sender
from phoenix_traces.outbox.settings import OutboxSettings
from phoenix_traces.resources.perform import perform
from phoenix_traces.testing import FakePhoenix
from phoenix_traces.testing.fake.messages import Answer, Request
from tests.outbox.bench import ENDPOINT
from tests.outbox.clocks import HandClock

MakeSender: TypeAlias = Callable[..., Sender]


class Crash(BaseException):
    """The end of a process, in the middle of whatever it does."""


class Fuse:
    """What decides when a process dies: at one of its next writes, before or after it."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.is_after = False

    def light(self, random: Random) -> None:
        self.left = random.randrange(4)
        self.is_after = random.random() < 0.5

    def burns(self) -> bool:
        """Tell whether this is the write at which the process dies."""
        if self.left is None:
            return False
        self.left -= 1
        return self.left < 0


class MortalDatabase(Database):
    """A file of a process that may die at any write."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        self._fuse = Fuse()
        super().__init__(path, endpoint=ENDPOINT, synchronous="normal")
        self._fuse = fuse

    @contextmanager
    @override
    def changing(self) -> Generator[Connection, None, None]:
        dies = self._fuse.burns()
        if dies and not self._fuse.is_after:
            raise Crash
        with super().changing() as connection:
            yield connection
        if dies:
            raise Crash


class Election:
    """The lock of a machine."""

    def __init__(self) -> None:
        self.holder: object = None


class Ballot:
    """One process' part in the election."""

    def __init__(self, election: Election) -> None:
        self._election = election

    def acquire(self) -> bool:
        if self._election.holder is None:
            self._election.holder = self
        return self._election.holder is self

    def release(self) -> None:
        if self._election.holder is self:
            self._election.holder = None


@dataclass(frozen=True)
class Written:
    """A value that the server has had under a key.

    Attributes:
        at: When, on the server's clock.
        label: Unique among all values of a story.
    """

    at: float
    key: Key
    label: str
    kind: str


class WatchedPhoenix(FakePhoenix):
    """A Phoenix that remembers everything that was written to it."""

    def __init__(self, clock: HandClock, *trace_ids: str) -> None:
        self.history: list[Written] = []
        self.on_answer: Callable[[], object] = lambda: None
        self._server_clock = clock
        super().__init__(*trace_ids, now=clock.as_datetime)

    @override
    def answer(self, request: Request) -> Answer:
        try:
            return super().answer(request)
        finally:
            if request.method == "POST":
                self._remember()
            self.on_answer()

    def _remember(self) -> None:
        latest = {each.key: each.label for each in self.history}
        for each in self.stored():
            key = (each.trace_id, each.name, each.identifier)
            label = each.result.label or ""
            if latest.get(key) != label:
                kind = str(each.annotator_kind)
                self.history.append(Written(self._server_clock.wall, key, label, kind))


class Process:
    """One process of the machine, with an outbox."""

    def __init__(
        self,
        path: Path,
        client: Client,
        clock: HandClock,
        election: Election,
        settings: OutboxSettings,
        make_sender: MakeSender,
        random: Random,
    ) -> None:
        self.fuse = Fuse()
        self._client = client
        self._database = MortalDatabase(path, self.fuse)
        self.intake = Intake(self._database, settings.limits)
        self.inventory = Inventory(self._database)
        self._ballot = Ballot(election)
        self.sender = make_sender(
            Dispatch(self._database),
            self._ballot,
            settings,
            metrics=Metrics(None, self.inventory, clock),
            clock=clock,
            random=random.random,
        )

    def round(self) -> float:
        return perform(self._client.connection, self.sender.round())

    def votes_as(self, holder: object) -> bool:
        return self._ballot is holder

    def die(self) -> None:
        """Leave everything as it is; the system closes files and frees locks."""
        self._ballot.release()
        self._database.close()
