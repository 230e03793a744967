"""The parts of an outbox over a file of a test's, with a clock and a lock of its own."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from phoenix_traces.outbox.database import Database
from phoenix_traces.outbox.dispatch import Dispatch
from phoenix_traces.outbox.entries import NewEntry
from phoenix_traces.outbox.guard import Guard
from phoenix_traces.outbox.intake import Intake, Limits
from phoenix_traces.outbox.inventory import Inventory
from phoenix_traces.outbox.metrics import Metrics
from phoenix_traces.outbox.sender import Sender
from phoenix_traces.outbox.settings import OutboxSettings
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.resources.perform import perform
from phoenix_traces.testing import FakePhoenix
from tests.outbox.clocks import HandClock

ENDPOINT = "http://phoenix.test/"


def new_entry(
    trace_id: str = "t1", name: str = "tone", label: str = "kind", **more: Any
) -> NewEntry:
    """Return an annotation as it is put."""
    row = {
        "trace_id": trace_id,
        "name": name,
        "annotator_kind": more.pop("annotator_kind", "HUMAN"),
        "result": {"label": label},
        **more,
    }
    return NewEntry((trace_id, name, row.get("identifier", "")), json.dumps(row).encode())


class HandLock:
    """A lock that a test hands from one sender to another."""

    def __init__(self, is_free: bool = True) -> None:
        self.is_free = is_free

    def acquire(self) -> bool:
        return self.is_free

    def release(self) -> None:
        pass


class Bench:
    """An outbox' parts over a fake Phoenix, whose rounds a test carries out one by one."""

    def __init__(
        self,
        path: Path,
        phoenix: FakePhoenix | None = None,
        *,
        clock: HandClock | None = None,
        limits: Limits = Limits(),  # noqa: B008 - it cannot be changed
        guard: Guard = Guard(),  # noqa: B008 - nor can it
        max_wait: float = 3_600.0,
        batch_size: int = 100,
        max_retries: int = 0,
        lock: HandLock | None = None,
        **client: Any,
    ) -> None:
        self.clock = clock or HandClock()
        self.phoenix = phoenix or FakePhoenix("t1", "t2", "t3", now=self.clock.as_datetime)
        self.client = self.phoenix.client(max_retries=max_retries, **client)
        self.database = Database(path, endpoint=ENDPOINT, synchronous="normal")
        self.intake = Intake(self.database, limits)
        self.dispatch = Dispatch(self.database)
        self.inventory = Inventory(self.database)
        self.settings = OutboxSettings(
            limits=limits, guard=guard, max_wait=max_wait, batch_size=batch_size
        )
        self.lock = lock or HandLock()
        self.sender = Sender(
            self.dispatch,
            self.lock,
            self.settings,
            metrics=Metrics(None, self.inventory, self.clock),
            clock=self.clock,
            random=lambda: 1.0,
        )

    def put(self, *entries: NewEntry) -> None:
        self.intake.put(entries, self.clock())

    def put_in_flight(self, *entries: NewEntry) -> None:
        """Put annotations while a round is under way, whose answer is then lost."""
        operation = self.sender.round()
        exchange = next(operation)
        call = exchange.next_call(0.0)
        assert isinstance(call, Call)
        self.put(*entries)
        request = self.client.connection.request(call)
        self.client.connection.client().send(request)
        error = httpx.ReadTimeout("too late", request=request)
        exchange.receive(call, error, 0.0)
        with suppress(StopIteration):
            operation.send(exchange.result())

    def round(self) -> float:
        return perform(self.client.connection, self.sender.round())

    def rounds(self, seconds: float) -> None:
        """Carry out the rounds of some seconds, with the pauses that the sender asks for."""
        end = self.clock.steady + seconds
        while self.clock.steady <= end:
            self.clock.pass_time(max(self.round(), 0.01))

    def counts(self) -> dict[str, int]:
        return {name: rows for name, rows in self.inventory.totals().rows.items() if rows}

    def labels(self) -> list[str | None]:
        return [each.result.label for each in self.phoenix.stored()]
