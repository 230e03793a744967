"""One story: what happens is drawn from a seed, and what must hold is checked at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from phoenix_traces.client import Client
from phoenix_traces.inputs.rows import Key
from phoenix_traces.outbox.database import Database
from phoenix_traces.outbox.guard import Guard
from phoenix_traces.outbox.sender import Sender
from phoenix_traces.outbox.settings import OutboxSettings
from phoenix_traces.testing.fake.messages import Answer, Request
from tests.outbox.bench import ENDPOINT, new_entry
from tests.outbox.clocks import HandClock
from tests.outbox.simulation.world import Crash, Election, Process, WatchedPhoenix, Written

EARLY, LATE, NEVER = ("t1", "t2"), ("t3", "t4"), "t5"
TRACES = (*EARLY, *LATE, NEVER)
NAMES = ("tone", "length")
KINDS = ("HUMAN", "LLM")
MAX_WAIT = 300.0
COMPARE_AFTER = 5.0

# The `Date` of an answer counts whole seconds, and so may the server's database.
IN_DOUBT = 2.0


class BrokenPromiseError(AssertionError):
    """Something that must hold did not."""


def demand(holds: object, what: str) -> None:
    if not holds:
        raise BrokenPromiseError(what)


@dataclass(frozen=True)
class Put:
    """A put that returned, or died after it was on the disk.

    Attributes:
        at: When, on the server's clock.
    """

    at: float
    key: Key
    label: str
    kind: str


class _Switch:
    """Where the one client sends: a client is expensive to make, and a server is not."""

    base_url = ENDPOINT.rstrip("/")

    def __init__(self) -> None:
        self.phoenix: WatchedPhoenix | None = None

    def answer(self, request: Request) -> Answer:
        assert self.phoenix is not None
        return self.phoenix.answer(request)

    def skip_pause(self, seconds: float) -> None:
        raise AssertionError("there are no retries here")


@cache
def _shared() -> tuple[_Switch, Client, Path]:
    from phoenix_traces.testing.clients import sync_client

    switch = _Switch()
    folder = Path(tempfile.mkdtemp(prefix="outbox-simulation-"))
    Database(folder / "empty", endpoint=ENDPOINT, synchronous="normal").close()
    return switch, sync_client(switch, max_retries=0), folder


class Story:
    """A machine with one to three processes, a server, and somebody else who writes there."""

    def __init__(
        self, seed: int, make_sender: Callable[..., Sender], tell: Callable[[str], object]
    ) -> None:
        self._random = Random(seed)
        self._tell = tell
        self._make_sender = make_sender
        self._server_clock = HandClock()
        ahead = self._random.choice([0.0, 0.0, -3_000.0, 7.0, 86_400.0])
        self._clock = HandClock(self._server_clock.wall - ahead)
        switch, self._client, folder = _shared()
        self._phoenix = switch.phoenix = WatchedPhoenix(self._server_clock, *EARLY)
        self._phoenix.on_answer = self._happens_meanwhile
        self._path = folder / "outbox"
        for old in folder.glob("outbox*"):
            old.unlink()
        shutil.copy(folder / "empty", self._path)
        self._settings = OutboxSettings(
            batch_size=self._random.choice([1, 3, 100]),
            guard=Guard(self._random.choice(["not_human", "always"]), COMPARE_AFTER),
            max_wait=MAX_WAIT,
        )
        self._election = Election()
        self._processes = [self._new_process() for _ in range(self._random.randint(1, 3))]
        self._count = 0
        self._puts: list[Put] = []
        self._foreign: dict[str, Written] = {}
        self._has_healed = False

    def _new_process(self) -> Process:
        return Process(
            self._path,
            self._client,
            self._clock,
            self._election,
            self._settings,
            self._make_sender,
            self._random,
        )

    # What happens

    def run(self) -> None:
        events: Mapping[Callable[[], None], int] = {
            self._put: 8,
            self._round: 12,
            self._pass_time: 8,
            self._fault: 4,
            self._somebody_writes: 3,
            self._light_a_fuse: 3,
            self._die: 1,
            self._trace_comes: 1,
            self._set_the_clock: 1,
        }
        for event in self._random.choices(
            list(events), list(events.values()), k=self._random.randint(5, 40)
        ):
            event()
        self._heal()
        self._check()
        for process in self._processes:
            process.die()

    def _put(self) -> None:
        self._put_by(self._random.randrange(len(self._processes)))

    def _put_by(self, number: int) -> None:
        process = self._processes[number]
        key = (self._random.choice(TRACES), self._random.choice(NAMES), "")
        self._count += 1
        put = Put(self._server_clock.wall, key, f"put {self._count}", self._random.choice(KINDS))
        entry = new_entry(key[0], key[1], put.label, annotator_kind=put.kind)
        try:
            process.intake.put([entry], self._clock())
        except Crash:
            is_kept = process.fuse.is_after
            self._say(f"process {number} dies, {put.label} of {key} is kept: {is_kept}")
            if is_kept:
                self._puts.append(put)
            self._restart(number)
        else:
            self._say(f"process {number}: {put.label} of {key} by {put.kind}")
            self._puts.append(put)

    def _round(self) -> None:
        number = self._random.randrange(len(self._processes))
        try:
            pause = self._processes[number].round()
        except Crash:
            self._say(f"process {number} dies in a round")
            self._restart(number)
        else:
            self._say(f"process {number}: a round, then {pause:.1f} s")

    def _happens_meanwhile(self) -> None:
        """Let another process put something while a request is under way."""
        others = len(self._processes) > 1 and not self._has_healed
        if others and self._random.random() < 0.15:
            holder = self._election.holder
            idle = [
                number
                for number, process in enumerate(self._processes)
                if not process.votes_as(holder)
            ]
            if idle:
                self._put_by(self._random.choice(idle))

    def _pass_time(self) -> None:
        self._let_pass(self._random.choice([0.1, 1.0, 3.0, 10.0, 60.0, 700.0]))

    def _let_pass(self, seconds: float) -> None:
        self._clock.pass_time(seconds)
        self._server_clock.pass_time(seconds)

    def _fault(self) -> None:
        status = self._random.choice([0, 0, 0, 400, 401, 403, 413, 422, 422, 429, 500, 503])
        times = self._random.choice([1, 1, 2, 5])
        if status:
            body = self._random.choice([None, "no"])
            self._phoenix.fail_next(status, times=times, body=body)
            self._say(f"{times} times {status}")
        else:
            moment: Any = self._random.choice(["before", "after"])
            self._phoenix.drop_next(times=times, moment=moment)
            self._say(f"{times} times no answer, {moment}")

    def _somebody_writes(self) -> None:
        trace_id, name = self._random.choice(EARLY), self._random.choice(NAMES)
        kind: Any = self._random.choice(KINDS)
        self._count += 1
        label = f"foreign {self._count}"
        on_answer, self._phoenix.on_answer = self._phoenix.on_answer, lambda: None
        with self._phoenix.client(max_retries=0) as client:
            left = self._phoenix.failures_left
            if left == 0:
                client.traces.add_trace_annotation(
                    trace_id=trace_id,
                    annotation_name=name,
                    annotator_kind=kind,
                    label=label,
                    sync=True,
                )
                self._say(f"somebody writes {label} to {trace_id} {name} as {kind}")
        self._phoenix.on_answer = on_answer

    def _light_a_fuse(self) -> None:
        self._random.choice(self._processes).fuse.light(self._random)

    def _die(self) -> None:
        self._restart(self._random.randrange(len(self._processes)))

    def _restart(self, number: int) -> None:
        self._processes[number].die()
        self._processes[number] = self._new_process()

    def _trace_comes(self) -> None:
        self._phoenix.knows_traces(self._random.choice(LATE))

    def _set_the_clock(self) -> None:
        self._clock.jump(self._random.choice([-7_200.0, -30.0, 30.0, 7_200.0]))

    def _say(self, what: str) -> None:
        self._tell(f"{self._server_clock.wall - HandClock().wall:9.1f} {what}")

    # How it ends

    def _heal(self) -> None:
        """Let all faults pass and all traces come but one, and everything be sent."""
        self._has_healed = True
        self._say("all is well again")
        for number in range(len(self._processes)):
            self._restart(number)
        while self._phoenix.failures_left:
            with self._phoenix.client(max_retries=0) as client:
                try:
                    client.traces.get_trace_annotations(trace_ids=["t1"])
                except Exception as error:  # noqa: BLE001 - one of the faults
                    self._say(f"meets {type(error).__name__}")
        self._phoenix.knows_traces(*LATE)
        for _ in range(2_000):
            if not self._processes[0].inventory.totals().rows["waiting"]:
                return
            pauses = [process.round() for process in self._processes]
            # An outbox looks twice a second; here it is enough to look when something may be due.
            self._let_pass(0.01 if min(pauses) == 0 else max(min(pauses), 5.0))
        raise BrokenPromiseError("something waits for ever")

    # What must hold

    def _check(self) -> None:
        inventory = self._processes[0].inventory
        totals = inventory.totals().rows
        demand(sum(totals.values()) == len(self._puts), f"{len(self._puts)} puts, but {totals}")
        refused = {kept.entry.key: kept for kept in inventory.refused()}
        latest = {put.key: put for put in self._puts}
        stored = {written.key: written for written in self._phoenix.history}
        for key, put in latest.items():
            kept, there = refused.get(key), stored.get(key)
            if kept is not None:
                demand(put.label.encode() in kept.entry.body, f"{put}: an older one is kept")
                demand(kept.entry.reason, f"{put}: {kept.status} without a reason")
                demand(key[0] != NEVER or kept.status != "stored", f"{put}: has no trace")
            else:
                demand(there is not None, f"{put} is lost")
                assert there is not None
                self._check_there(put, there)
        self._check_history()

    def _check_there(self, put: Put, there: Written) -> None:
        """Demand that the newest put is there, or something that it had to leave."""
        if there.label == put.label or self._protects(there, put):
            return
        demand(there.label.startswith("foreign"), f"{put}, but {there} of ours is there")
        is_newer = there.at > put.at - IN_DOUBT
        demand(is_newer, f"{put} was kept out by the older {there}")

    def _protects(self, there: Written, put: Put) -> bool:
        is_asked = self._settings.guard.overwrite == "not_human"
        return is_asked and there.kind == "HUMAN" != put.kind

    def _check_history(self) -> None:
        """Demand that no write replaced what it had to leave."""
        puts = {put.label: put for put in self._puts}
        before: dict[Key, Written] = {}
        for written in self._phoenix.history:
            old = before.get(written.key)
            before[written.key] = written
            put = puts.get(written.label)
            if old is None or put is None:
                continue
            older = puts.get(old.label)
            if older is not None:
                demand(self._puts.index(older) < self._puts.index(put), f"{put} over {older}")
            elif written.at - put.at >= COMPARE_AFTER:
                demand(old.at <= put.at, f"late, {put} has replaced the newer {old}")
                demand(not self._protects(old, put), f"late, {put} has replaced the human {old}")


def play(
    seed: int,
    *,
    make_sender: Callable[..., Sender] = Sender,
    tell: Callable[[str], object] = lambda _: None,
) -> None:
    """Play a story.

    Args:
        seed: What it is drawn from.
        make_sender: Makes what is put to the test: ours, or something broken on purpose.
        tell: Called with each thing that happens.

    Raises:
        BrokenPromiseError: when something did not hold that must.
    """
    Story(seed, make_sender, tell).run()
