"""The task that sends: it ends with its event loop, and what waits for the disk is on threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from phoenix_traces.outbox.delivery import Delivered, Delivery
from phoenix_traces.outbox.sender import RoundOfSending
from phoenix_traces.transport.connection import AsyncConnection
from phoenix_traces.transport.drivers import run_async


class Task:
    """A task that works in rounds, with pauses in between.

    Args:
        work: Does one round, and returns the seconds until the next; never raises.
        at_the_end: What is left to do when the last round is over.
    """

    def __init__(
        self, work: Callable[[], Awaitable[float]], at_the_end: Callable[[], None]
    ) -> None:
        self._work = work
        self._at_the_end = at_the_end
        self._called = asyncio.Event()
        self._round_ended = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="phoenix_traces.outbox")

    @property
    def has_ended(self) -> bool:
        """Tell whether no round will follow."""
        return self._task.done()

    def call(self) -> None:
        """Let the next round begin, unless there is a reason to pause."""
        self._called.set()

    async def wait_for_round(self, seconds: float) -> None:
        """Wait until a round has ended, or for some seconds.

        Args:
            seconds: At most.
        """
        self._round_ended.clear()
        await _wait(self._round_ended, seconds)

    async def end(self) -> None:
        """Stop, in the middle of a round too: what is under way is sent again."""
        if self._task.get_loop() is asyncio.get_running_loop():  # or else it has ended already
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while True:
                pause = await self._work()
                self._round_ended.set()
                await _wait(self._called, pause)
                self._called.clear()
        finally:
            self._at_the_end()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


@dataclass(frozen=True)
class _Ended:
    pause: float


async def perform_beside(connection: AsyncConnection, operation: RoundOfSending) -> float:
    """Carry out a round: its requests here, and all that waits for the disk on a thread.

    Args:
        connection: What requests go over.
        operation: The round.
    """
    step = await asyncio.to_thread(_next, operation, None)
    while isinstance(step, Delivery):
        delivered = await run_async(connection, step)
        step = await asyncio.to_thread(_next, operation, delivered)
    return step.pause


def _next(operation: RoundOfSending, delivered: Delivered | None) -> Delivery | _Ended:
    """Return the next step of a round; its end is returned too, as no future can hold that."""
    try:
        if delivered is None:
            return next(operation)
        return operation.send(delivered)
    except StopIteration as ended:
        pause: float = ended.value
        return _Ended(pause)
