"""How to send: once on threads, once on tasks. Nothing here knows what is sent, or why.

Both drivers do the same: ask the exchange what to send while there is room, wait for the first
answer or for the time that the exchange named, and hand over what came. With room for one call it
is made in place, without a thread or a task.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeAlias, TypeVar

import httpx

from phoenix_traces.protocol.exchange import (
    Call,
    Exchange,
    ItemT,
    Outcome,
    Stream,
)
from phoenix_traces.transport.connection import AsyncConnection, SyncConnection

ResultT = TypeVar("ResultT")

_Finished: TypeAlias = "tuple[Call, Outcome | BaseException]"


def run(connection: SyncConnection, exchange: Exchange[ResultT]) -> ResultT:
    """Carry out an exchange with a sync client, and return or raise what it came to."""
    try:
        if exchange.max_concurrency == 1:
            _run_in_place(connection, exchange)
        else:
            _run_on_threads(connection, exchange, exchange.max_concurrency)
    except BaseException as error:
        exchange.interrupted(error)
        raise
    return exchange.result()


def stream(connection: SyncConnection, exchange: Stream[ItemT]) -> Iterator[ItemT]:
    """Carry out a stream with a sync client, no further than its items are asked for."""
    while (step := exchange.next_call(time.monotonic())) is not None:
        if isinstance(step, Call):
            exchange.receive(step, _send(connection, step), time.monotonic())
        else:
            time.sleep(_seconds_until(step))
        yield from exchange.take()
    yield from exchange.result()


async def stream_async(
    connection: AsyncConnection, exchange: Stream[ItemT]
) -> AsyncIterator[ItemT]:
    """Do the same as `stream`, but async."""
    while (step := exchange.next_call(time.monotonic())) is not None:
        if isinstance(step, Call):
            exchange.receive(step, await _send_async(connection, step), time.monotonic())
        else:
            await asyncio.sleep(_seconds_until(step))
        for item in exchange.take():
            yield item
    for item in exchange.result():
        yield item


async def run_async(connection: AsyncConnection, exchange: Exchange[ResultT]) -> ResultT:
    """Do the same as `run`, but async."""
    try:
        if exchange.max_concurrency == 1:
            await _run_in_place_async(connection, exchange)
        else:
            await _run_on_tasks(connection, exchange, exchange.max_concurrency)
    except BaseException as error:
        exchange.interrupted(error)
        raise
    return exchange.result()


def _send(connection: SyncConnection, call: Call, abandoned: Event | None = None) -> Outcome:
    try:
        return connection.client.send(connection.request(call, abandoned))
    except httpx.RequestError as error:
        return error


async def _send_async(connection: AsyncConnection, call: Call) -> Outcome:
    try:
        return await connection.client.send(connection.request(call))
    except httpx.RequestError as error:
        return error


def _seconds_until(moment: float) -> float:
    return max(0.0, moment - time.monotonic())


def _run_in_place(connection: SyncConnection, exchange: Exchange[object]) -> None:
    while (step := exchange.next_call(time.monotonic())) is not None:
        if isinstance(step, Call):
            exchange.receive(step, _send(connection, step), time.monotonic())
        else:
            time.sleep(_seconds_until(step))


async def _run_in_place_async(connection: AsyncConnection, exchange: Exchange[object]) -> None:
    while (step := exchange.next_call(time.monotonic())) is not None:
        if isinstance(step, Call):
            exchange.receive(step, await _send_async(connection, step), time.monotonic())
        else:
            await asyncio.sleep(_seconds_until(step))


def _run_on_threads(connection: SyncConnection, exchange: Exchange[object], room: int) -> None:
    to_send: SimpleQueue[Call | None] = SimpleQueue()
    finished: SimpleQueue[_Finished] = SimpleQueue()
    abandoned = Event()
    for _ in range(room):
        # Daemons, so that after Ctrl-C the program can end without the calls under way.
        Thread(target=_work, args=(connection, to_send, finished, abandoned), daemon=True).start()
    under_way = 0
    try:
        while True:
            step = exchange.next_call(time.monotonic()) if under_way < room else None
            if isinstance(step, Call):
                to_send.put(step)
                under_way += 1
            elif under_way:
                under_way -= _take_finished(exchange, finished, step)
            elif step is None:
                return
            else:
                time.sleep(_seconds_until(step))
    finally:
        abandoned.set()
        for _ in range(room):
            to_send.put(None)


def _work(
    connection: SyncConnection,
    to_send: SimpleQueue[Call | None],
    finished: SimpleQueue[_Finished],
    abandoned: Event,
) -> None:
    while (call := to_send.get()) is not None:
        finished.put((call, _send_or_error(connection, call, abandoned)))


def _send_or_error(
    connection: SyncConnection, call: Call, abandoned: Event
) -> Outcome | BaseException:
    try:
        return _send(connection, call, abandoned)
    except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
        return error


def _take_finished(
    exchange: Exchange[object], finished: SimpleQueue[_Finished], until: float | None
) -> int:
    try:
        call, outcome = finished.get(timeout=None if until is None else _seconds_until(until))
    except Empty:
        return 0
    if isinstance(outcome, (httpx.Response, httpx.RequestError)):
        exchange.receive(call, outcome, time.monotonic())
        return 1
    raise outcome


async def _run_on_tasks(connection: AsyncConnection, exchange: Exchange[object], room: int) -> None:
    under_way: dict[asyncio.Task[Outcome], Call] = {}
    try:
        while True:
            step = exchange.next_call(time.monotonic()) if len(under_way) < room else None
            if isinstance(step, Call):
                under_way[asyncio.create_task(_send_async(connection, step))] = step
            elif under_way:
                await _take_done(exchange, under_way, step)
            elif step is None:
                return
            else:
                await asyncio.sleep(_seconds_until(step))
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _take_done(
    exchange: Exchange[object], under_way: dict[asyncio.Task[Outcome], Call], until: float | None
) -> None:
    done, _ = await asyncio.wait(
        under_way,
        timeout=None if until is None else _seconds_until(until),
        return_when=asyncio.FIRST_COMPLETED,
    )
    for task in done:
        exchange.receive(under_way.pop(task), task.result(), time.monotonic())
