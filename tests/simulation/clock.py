"""Virtual time: what waits is woken in the order of its time, and no real second passes."""

from __future__ import annotations

import datetime
import heapq
import inspect
import types
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import httpx_retries.retry

from phoenix_traces.transport import retries

EPOCH = 1_800_000_000.0  # what the calendar says when the clock stands at 0


@types.coroutine
def _until(moment: float) -> Generator[float, None, None]:
    yield moment


class VirtualTime:
    """A clock, what is to happen, and who waits.

    Attributes:
        now: Seconds.
        running: What was given to `spawn` with the coroutine that runs.
        on_pause: Told of every pause between two attempts, in seconds.
    """

    def __init__(self) -> None:
        self.reset(Random(0))

    def reset(self, random: Random) -> None:
        """Begin again at 0 with nothing to happen."""
        self.now = 0.0
        self.random = random
        self.running: object = None
        self.on_pause: Callable[[float], None] = lambda seconds: None
        self._agenda: list[tuple[float, float, int, Callable[[], None]]] = []
        self._number = 0

    def at(self, moment: float, happen: Callable[[], None]) -> None:
        """Let something happen at a time; what falls together comes in a random order."""
        self._number += 1
        heapq.heappush(
            self._agenda, (max(moment, self.now), self.random.random(), self._number, happen)
        )

    def step(self) -> bool:
        """Let the next thing happen, and say whether there was one."""
        if not self._agenda:
            return False
        self.now, _, _, happen = heapq.heappop(self._agenda)
        happen()
        return True

    async def until(self, moment: float) -> None:
        """Wait until a time; only for coroutines that `spawn` has started."""
        await _until(moment)

    def spawn(self, coroutine: Coroutine[Any, Any, None], name: object) -> None:
        """Run a coroutine, now and whenever its time has come, until it ends or is closed."""
        self.running = name
        if inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED:
            return
        try:
            moment = coroutine.send(None)
        except StopIteration:
            return
        self.at(moment, lambda: self.spawn(coroutine, name))

    # What the retries see in place of the real time, date, sleep and chance.

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.on_pause(seconds)
        await self.until(self.now + seconds)

    def uniform(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def date(self, zone: datetime.timezone) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(EPOCH + self.now, zone)

    @contextmanager
    def for_retries(self) -> Generator[None, None, None]:
        """Put this clock under the transport that repeats calls."""
        dates = SimpleNamespace(datetime=SimpleNamespace(now=self.date), timezone=datetime.timezone)
        with (
            patch.object(retries, "time", self),
            patch.multiple(
                httpx_retries.retry, asyncio=self, random=self, time=self, datetime=dates
            ),
        ):
            yield
