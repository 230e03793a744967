"""An event loop in virtual time, for the real async driver, client and retries."""

from __future__ import annotations

import asyncio
import datetime
import selectors
from collections.abc import Callable, Generator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from unittest.mock import patch

import httpx_retries.retry
from typing_extensions import override

from phoenix_traces.transport import drivers, retries
from tests.simulation.clock import EPOCH


class LoopTime:
    """What tells the time while a `VirtualLoop` runs."""

    def __init__(self, random: Random) -> None:
        self.now = 0.0
        self.random = random

    def at(self, moment: float, happen: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_at(moment, happen)

    async def until(self, moment: float) -> None:
        await asyncio.sleep(moment - self.now)

    def monotonic(self) -> float:
        return self.now

    def date(self, zone: datetime.timezone) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(EPOCH + self.now, zone)

    @contextmanager
    def everywhere(self) -> Generator[None, None, None]:
        """Put this time under the driver and the retries."""
        dates = SimpleNamespace(datetime=SimpleNamespace(now=self.date), timezone=datetime.timezone)
        with (
            patch.object(drivers, "time", self),
            patch.object(retries, "time", self),
            patch.multiple(httpx_retries.retry, random=self.random, datetime=dates),
        ):
            yield


class Jump(selectors.SelectSelector):
    """Instead of waiting, let the time pass."""

    def __init__(self, time: LoopTime) -> None:
        super().__init__()
        self._time = time

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None:
            self._time.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Run callbacks at their times, without waiting for any."""

    def __init__(self, time: LoopTime) -> None:
        super().__init__(Jump(time))
        self._virtual_time = time

    @override
    def time(self) -> float:
        return self._virtual_time.now
