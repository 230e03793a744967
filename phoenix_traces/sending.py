"""How to send: once on threads, once on tasks. Nothing here knows what is sent, or why.

Both drivers do the same: ask the exchange what to send while there is room, wait for the first
answer or for the time that the exchange named, and hand over what came. With room for one call it
is made in place, without a thread or a task.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeAlias, TypeVar

import httpx

from phoenix_traces.exchange import ABANDONED, REPEATABLE, Call, Exchange, ItemT, Outcome, Stream

ResultT = TypeVar("ResultT")

ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)

_Finished: TypeAlias = "tuple[Call, Outcome | BaseException]"


@dataclass(frozen=True, repr=False)
class _Pattern:
    """Hold what the requests of an upload have in common, and what it was made from."""

    url: httpx.URL
    headers: list[tuple[bytes, bytes]]
    base_url: httpx.URL
    client_headers: list[tuple[bytes, bytes]]


@dataclass(frozen=True, repr=False)
class Connection(Generic[ClientT]):
    """Hold an httpx client and what each request needs beside it, so that it stays as it is.

    Attributes:
        base_url: The root of Phoenix, ending in "/"; empty when the client has one.
        headers: Sent with every request; may hold credentials.
    """

    client: ClientT
    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    _patterns: dict[str, _Pattern] = field(init=False, default_factory=dict[str, _Pattern])

    def request(self, call: Call, abandoned: Event | None = None) -> httpx.Request:
        """Return the HTTP request of a call.

        Args:
            call: What to send.
            abandoned: Set when nobody waits for the answer any more, and no attempt may follow.
        """
        extensions = {REPEATABLE: call.repeatable, ABANDONED: abandoned}
        if call.content is None or self.client.cookies:
            return self._new_request(call, extensions)
        pattern: _Pattern = self._pattern(call)
        length = (b"Content-Length", str(len(call.content)).encode())
        request = httpx.Request(
            call.method,
            pattern.url,
            headers=[*pattern.headers, length],
            stream=httpx.ByteStream(call.content),
            extensions={**extensions, "timeout": self.client.timeout.as_dict()},
        )
        request.read()
        return request

    def _pattern(self, call: Call) -> _Pattern:
        # httpx takes as long to make a request as to send it, and an upload makes thousands that
        # differ in their bodies alone.
        key = f"{call.method} {call.path} {call.params}"
        base_url, client_headers = self.client.base_url, self.client.headers.raw
        known = self._patterns.get(key)
        if known and known.base_url is base_url and known.client_headers == client_headers:
            return known
        request = self._new_request(call, {})
        headers = [header for header in request.headers.raw if header[0] != b"Content-Length"]
        self._patterns[key] = _Pattern(request.url, headers, base_url, client_headers)
        return self._patterns[key]

    def _new_request(self, call: Call, extensions: Mapping[str, object]) -> httpx.Request:
        headers = dict(self.headers)
        if call.content is not None:
            headers["content-type"] = "application/json"
        return self.client.build_request(
            call.method,
            f"{self.base_url}{call.path}",
            params=call.params or None,
            content=call.content,
            headers=headers,
            extensions=dict(extensions),
        )


SyncConnection: TypeAlias = Connection[httpx.Client]
AsyncConnection: TypeAlias = Connection[httpx.AsyncClient]


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
