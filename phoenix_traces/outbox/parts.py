"""What an outbox is made of, for the sync and the async class."""

from __future__ import annotations

import random
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from phoenix_traces.outbox.accounts import FlushedRow, FlushReport, OutboxRow, OutboxStatus
from phoenix_traces.outbox.database import Database
from phoenix_traces.outbox.dispatch import Dispatch
from phoenix_traces.outbox.entries import parsed
from phoenix_traces.outbox.files import default_path
from phoenix_traces.outbox.intake import Intake
from phoenix_traces.outbox.inventory import Fate, Inventory
from phoenix_traces.outbox.lock import FileLock
from phoenix_traces.outbox.metrics import Metrics
from phoenix_traces.outbox.moments import age, present
from phoenix_traces.outbox.sender import Sender
from phoenix_traces.outbox.settings import OutboxSettings

if TYPE_CHECKING:
    from os import PathLike

    from opentelemetry.metrics import MeterProvider


class Parts:
    """The parts of an outbox.

    Args:
        path: Its file; None for one in the user's own folder for data.
        endpoint: The root of Phoenix, without credentials.
        settings: What it goes by.
        meter_provider: Makes its metrics.

    Raises:
        ConfigurationError: when there is no path, and no package that knows the user's folder.
        OutboxFileError: when the file cannot be used, or locks do not work beside it.
    """

    def __init__(
        self,
        path: str | PathLike[str] | None,
        *,
        endpoint: str,
        settings: OutboxSettings,
        meter_provider: MeterProvider | None,
    ) -> None:
        self.settings: OutboxSettings = settings
        file = default_path(endpoint) if path is None else Path(path)
        self.database: Database = Database(
            file, endpoint=endpoint, rebind=settings.rebind, synchronous=settings.synchronous
        )
        self.intake: Intake = Intake(self.database, settings.limits)
        self.inventory: Inventory = Inventory(self.database)
        lock = FileLock(file)
        # Where locks do not work, it is said now, and not on a thread that nobody looks at.
        lock.acquire()
        lock.release()
        self.sender: Sender = Sender(
            Dispatch(self.database),
            lock,
            settings,
            metrics=Metrics(meter_provider, self.inventory, present),
            clock=present,
            random=random.random,
        )

    def status(self) -> OutboxStatus:
        """Return the state of the outbox."""
        totals = self.inventory.totals()
        oldest = self.inventory.oldest_put()
        return OutboxStatus(
            **totals.rows,
            bytes=totals.bytes,
            oldest_age=None if oldest is None else age(oldest, present()),
            waits_for=self.inventory.trouble() if totals.rows["waiting"] else "",
            is_sender=self.sender.is_elected,
        )

    def rejected(self) -> list[OutboxRow]:
        """Return the annotations that are kept and not to be sent."""
        return [
            OutboxRow(
                entry.id,
                status,
                entry.reason,
                datetime.fromtimestamp(entry.put.wall, tz=timezone.utc),
                parsed(entry.body),
            )
            for entry, status in self.inventory.refused()
        ]

    def close(self) -> None:
        """Let somebody else send, and close the file."""
        self.sender.resign()
        self.database.close()


class Flush:
    """The annotations that a flush is about, and what became of them so far.

    Args:
        inventory: What is in the file.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._keys = inventory.keys_of_waiting()
        self._pending = set(self._keys)
        self._fates: dict[int, Fate] = {}

    def is_over(self) -> bool:
        """Look at the file, and tell whether none of them waits any more."""
        if self._pending:
            waiting = self._inventory.numbers_of_waiting(max(self._pending))
            settled = self._pending - waiting
            self._fates.update(self._inventory.fates(sorted(settled)))
            self._pending -= settled
        return not self._pending

    def report(self) -> FlushReport:
        """Return the account as it stands."""
        self._fates.update(self._inventory.fates(sorted(self._pending)))
        return FlushReport(tuple(self._row(number) for number in self._keys))

    def _row(self, number: int) -> FlushedRow:
        trace_id, name, identifier = self._keys[number]
        fate = self._fates[number]
        return FlushedRow(
            trace_id,
            name,
            identifier or None,
            fate.status,
            fate.annotation_id or None,
            fate.reason,
        )
