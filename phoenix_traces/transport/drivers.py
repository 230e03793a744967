"""How to send: once on threads, once on tasks. Nothing here knows what is sent, or why.

Both drivers do the same: ask the exchange what to send while there is room, wait for the first
answer or for the time that the exchange named, and hand over what came. With room for one call it
is made in place, without a thread or a task.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeAlias, TypeVar

import httpx

from phoenix_traces.errors import ClientStateError
from phoenix_traces.log import logger
from phoenix_traces.protocol.exchange import (
    Call,
    Exchange,
    ItemT,
    Outcome,
    Stream,
    Trail,
    WaitUntil,
)
from phoenix_traces.transport.clients import process_token
from phoenix_traces.transport.connection import AsyncConnection, SyncConnection
from phoenix_traces.transport.quiet_logs import quiet_logs

_log = logger(__name__)

ResultT = TypeVar("ResultT")

# What httpx says of a closed client before it does anything else with a request.
_CLOSED_BEFORE = "client has been closed"


def run(connection: SyncConnection, exchange: Exchange[ResultT]) -> ResultT:
    """Carry out an exchange with a sync client, and return or raise what it came to."""
    try:
        connection.client()  # where it cannot be used, nothing is begun
        if exchange.max_concurrency == 1:
            _run_in_place(connection, exchange)
        else:
            _run_on_threads(connection, exchange)
    except BaseException as error:
        _tell_interrupted(exchange, error)
        raise
    return exchange.result()


async def run_async(connection: AsyncConnection, exchange: Exchange[ResultT]) -> ResultT:
    """Carry out an exchange with an async client, and return or raise what it came to."""
    try:
        connection.client()
        if exchange.max_concurrency == 1:
            await _run_in_place_async(connection, exchange)
        else:
            await _run_on_tasks(connection, exchange)
    except BaseException as error:
        _tell_interrupted(exchange, error)
        raise
    return exchange.result()


def stream(connection: SyncConnection, exchange: Stream[ItemT]) -> Iterator[ItemT]:
    """Carry out a stream with a sync client, no further than its items are asked for."""
    try:
        connection.client()
        while (step := exchange.next_call(time.monotonic())) is not None:
            _take_step(connection, exchange, step)
            yield from exchange.take()
    except BaseException as error:  # GeneratorExit too, when no more items are asked for
        _tell_interrupted(exchange, error)
        raise
    yield from exchange.result()


async def stream_async(
    connection: AsyncConnection, exchange: Stream[ItemT]
) -> AsyncIterator[ItemT]:
    """Carry out a stream with an async client, no further than its items are asked for."""
    try:
        connection.client()
        while (step := exchange.next_call(time.monotonic())) is not None:
            await _take_step_async(connection, exchange, step)
            for item in exchange.take():
                yield item
    except BaseException as error:
        _tell_interrupted(exchange, error)
        raise
    for item in exchange.result():
        yield item


def _tell_interrupted(exchange: Exchange[object], error: BaseException) -> None:
    """Tell an exchange what stopped it.

    What a callback raises on hearing of it is raised in its place, with this as its context; but
    Ctrl-C and a cancellation get through, or else whoever asked for them would wait in vain.
    """
    try:
        exchange.interrupted(error)
    except Exception as raised:
        if isinstance(error, Exception):
            raise
        raise error from raised


# One call at a time


def _run_in_place(connection: SyncConnection, exchange: Exchange[object]) -> None:
    while (step := exchange.next_call(time.monotonic())) is not None:
        _take_step(connection, exchange, step)


async def _run_in_place_async(connection: AsyncConnection, exchange: Exchange[object]) -> None:
    while (step := exchange.next_call(time.monotonic())) is not None:
        await _take_step_async(connection, exchange, step)


def _take_step(
    connection: SyncConnection, exchange: Exchange[object], step: Call | WaitUntil
) -> None:
    if isinstance(step, Call):
        exchange.receive(step, _send(connection, step), time.monotonic())
    else:
        time.sleep(_seconds_until(step))


async def _take_step_async(
    connection: AsyncConnection, exchange: Exchange[object], step: Call | WaitUntil
) -> None:
    if isinstance(step, Call):
        exchange.receive(step, await _send_async(connection, step), time.monotonic())
    else:
        await asyncio.sleep(_seconds_until(step))


def _seconds_until(step: WaitUntil) -> float:
    return max(0.0, step.moment - time.monotonic())


# httpx reads where a redirect points even when it does not follow it: that may be no URL, and its
# host no name.
_UNREADABLE = (httpx.InvalidURL, UnicodeError)


def _send(connection: SyncConnection, call: Call, abandoned: Event | None = None) -> Outcome:
    began = time.monotonic()
    outcome = _outcome(connection, call, abandoned)
    _tell(call, outcome, began)
    return outcome


async def _send_async(connection: AsyncConnection, call: Call) -> Outcome:
    began = time.monotonic()
    outcome = await _outcome_async(connection, call)
    _tell(call, outcome, began)
    return outcome


def _tell(call: Call, outcome: Outcome, began: float) -> None:
    if not _log.isEnabledFor(logging.DEBUG):
        return
    answer = (
        f"answered {outcome.status_code} with {len(outcome.content)} bytes"
        if isinstance(outcome, httpx.Response)
        else f"no answer ({type(outcome).__name__})"
    )
    # Without the query, which holds trace ids: they are the caller's data.
    _log.debug(
        "%s %s, %d bytes: %s after %.3f s",
        call.method,
        call.path,
        len(call.content or b""),
        answer,
        time.monotonic() - began,
    )


def _outcome(connection: SyncConnection, call: Call, abandoned: Event | None) -> Outcome:
    def is_over() -> bool:
        return connection.is_closed or (abandoned is not None and abandoned.is_set())

    request: httpx.Request | None = None
    try:
        request = connection.request(call, Trail(call.repeatable, is_over, call.on_retry))
        with quiet_logs(request):
            return connection.client().send(request)
    except httpx.RequestError as error:
        return error
    except _UNREADABLE as error:
        return _unreadable(request, error)
    except httpx.HTTPStatusError as error:
        return _told_by_a_hook(request, error)
    except RuntimeError as error:
        return _closed_meanwhile(connection, error)


async def _outcome_async(connection: AsyncConnection, call: Call) -> Outcome:
    trail = Trail(call.repeatable, lambda: connection.is_closed, call.on_retry)
    request: httpx.Request | None = None
    try:
        request = connection.request(call, trail)
        with quiet_logs(request):
            return await connection.client().send(request)
    except httpx.RequestError as error:
        return error
    except _UNREADABLE as error:
        return _unreadable(request, error)
    except httpx.HTTPStatusError as error:
        return _told_by_a_hook(request, error)
    except RuntimeError as error:
        return _closed_meanwhile(connection, error)


def _unreadable(request: httpx.Request | None, error: Exception) -> httpx.RequestError:
    """Return the error for the head of an answer, or raise one that a request brought about."""
    if request is None:
        raise error
    problem = f"the answer's head cannot be read ({type(error).__name__})"
    return httpx.RemoteProtocolError(problem, request=request)


def _told_by_a_hook(request: httpx.Request | None, error: httpx.HTTPStatusError) -> httpx.Response:
    """Return the answer that a hook raised an error for, or raise an error about another request.

    A hook that calls `raise_for_status` is what httpx's documentation shows, and httpx closes the
    answer then: unless the hook has read it, its body is lost.
    """
    answer = error.response
    if error.request is not request or answer.is_success:
        raise error
    if answer.is_stream_consumed:
        return answer
    headers = [pair for pair in answer.headers.multi_items() if pair[0] != "content-encoding"]
    return httpx.Response(
        answer.status_code, headers=headers, extensions=answer.extensions, request=request
    )


def _closed_meanwhile(
    connection: SyncConnection | AsyncConnection, error: RuntimeError
) -> ClientStateError:
    """Return our error for httpx's, which it raises for a client that was closed, or raise its."""
    if not connection.is_closed:
        raise error
    if _CLOSED_BEFORE in str(error):
        return ClientStateError("the client was closed before this request was sent")
    # With a request, because it may have been under way: its rows are in doubt.
    request = httpx.Request("POST", connection.base_url)
    return ClientStateError("the client was closed while it was in use", request=request)


# Several calls at once, on threads


def _run_on_threads(connection: SyncConnection, exchange: Exchange[object]) -> None:
    senders = _Senders(connection, exchange.max_concurrency)
    try:
        while True:
            step = exchange.next_call(time.monotonic()) if senders.have_room else None
            if isinstance(step, Call):
                senders.send(step)
            elif senders.are_busy:
                finished = senders.next_finished(before=step)
                if finished is not None:
                    exchange.receive(finished.call, finished.outcome, time.monotonic())
            elif step is not None:
                time.sleep(_seconds_until(step))
            else:
                return
    finally:
        senders.stop()


@dataclass(frozen=True)
class _Finished:
    call: Call
    outcome: Outcome


@dataclass(frozen=True)
class _Broken:
    """An error that is no outcome: a bug, in a hook of the caller's for instance."""

    error: BaseException


_Job: TypeAlias = "Call | None"


class _Senders:
    """Threads that send calls, one each at a time.

    Args:
        connection: What they send over.
        count: How many there are.
    """

    def __init__(self, connection: SyncConnection, count: int) -> None:
        self._connection = connection
        self._count = count
        self._under_way = 0
        self._process = process_token()
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._done: SimpleQueue[_Finished | _Broken] = SimpleQueue()
        self._abandoned = Event()
        for _ in range(count):
            # Daemons, so that after Ctrl-C the program can end without the calls under way.
            Thread(target=self._work, daemon=True).start()

    @property
    def have_room(self) -> bool:
        """Tell whether one of them has nothing to do."""
        return self._under_way < self._count

    @property
    def are_busy(self) -> bool:
        """Tell whether a call is under way."""
        return self._under_way > 0

    def send(self, call: Call) -> None:
        """Begin to send a call; there must be room."""
        self._under_way += 1
        self._jobs.put(call)

    def next_finished(self, *, before: WaitUntil | None) -> _Finished | None:
        """Wait for the first call to finish; return None if the time comes before that.

        Args:
            before: How long to wait; None for as long as it takes.
        """
        if self._process is not process_token():
            # A callback forked, and the child went on; but threads stay behind.
            raise ClientStateError("the process was forked in the middle of its requests")
        try:
            done = self._done.get(timeout=None if before is None else _seconds_until(before))
        except Empty:
            return None
        if isinstance(done, _Broken):
            raise done.error
        self._under_way -= 1
        return done

    def stop(self) -> None:
        """Let all of them end, and nothing be tried again for calls under way."""
        self._abandoned.set()
        for _ in range(self._count):
            self._jobs.put(None)

    def _work(self) -> None:
        while (call := self._jobs.get()) is not None:
            self._done.put(self._sent(call))

    def _sent(self, call: Call) -> _Finished | _Broken:
        try:
            return _Finished(call, _send(self._connection, call, self._abandoned))
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            return _Broken(error)


# Several calls at once, on tasks


async def _run_on_tasks(connection: AsyncConnection, exchange: Exchange[object]) -> None:
    under_way: dict[asyncio.Task[Outcome], Call] = {}
    try:
        while True:
            has_room = len(under_way) < exchange.max_concurrency
            step = exchange.next_call(time.monotonic()) if has_room else None
            if isinstance(step, Call):
                under_way[asyncio.create_task(_send_async(connection, step))] = step
            elif under_way:
                for task in await _finished(under_way, before=step):
                    exchange.receive(under_way.pop(task), task.result(), time.monotonic())
            elif step is not None:
                await asyncio.sleep(_seconds_until(step))
            else:
                return
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _finished(
    tasks: dict[asyncio.Task[Outcome], Call], *, before: WaitUntil | None
) -> set[asyncio.Task[Outcome]]:
    done, _ = await asyncio.wait(
        tasks,
        timeout=None if before is None else _seconds_until(before),
        return_when=asyncio.FIRST_COMPLETED,
    )
    return done
