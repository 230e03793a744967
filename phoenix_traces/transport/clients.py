"""The httpx client behind a connection: whose it is, and where it may be used.

A connection belongs to one process, and an async one to one event loop as well. Two processes that
send over the same connection read each other's answers, and nothing says so: of 160 uploads by 8
forked children 27 came back with the ID of another one. So a client of ours opens new connections
wherever it is used; a client of the caller's is never changed, and where it cannot be used it is
refused before anything is sent.

Nothing here holds a lock, because a fork copies a lock as it is, and in the child nobody would ever
let go of one that another thread held.
"""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import NoReturn, Protocol, TypeVar

import httpx

from phoenix_traces.errors import ClientStateError

ClientT_co = TypeVar("ClientT_co", httpx.Client, httpx.AsyncClient, covariant=True)

_CLOSED = "the client is closed: make a new one, or close it when the work is done"
_OTHER_PROCESS = (
    "the httpx client was handed over in another process, and two processes on one connection read "
    "each other's answers: make it in this process, or use Client or AsyncClient, which open new "
    "connections in each process"
)
_OTHER_LOOP = (
    "the httpx client was used in another event loop, and its connections belong to that one: make "
    "a client for each event loop, or use AsyncClient, which opens new connections in each"
)
_NO_ASYNCIO = (
    "AsyncClient and AsyncTraces run on asyncio only, and this is no asyncio task: under trio, use "
    "Client or Traces in a thread"
)


class ClientSource(Protocol[ClientT_co]):
    """Where the httpx client for the next request comes from."""

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing can be sent any more."""
        ...

    def client(self) -> ClientT_co:
        """Return the client to use here and now.

        Raises:
            ClientStateError: when it cannot be used here.
        """
        ...


class Uncopied:
    """What is neither pickled nor copied in depth, whoever holds it."""

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client of Phoenix cannot be pickled or copied in depth: it holds a key, and "
            "connections that belong to this process; make one where it is needed, with the same "
            "arguments"
        )


class _Process:
    """The present process: an object, because the number of a process can come again."""

    token = object()


def _begin_process() -> None:
    _Process.token = object()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_begin_process)


def process_token() -> object:
    """Return an object that stands for the present process."""
    return _Process.token


def _loop_or_none() -> asyncio.AbstractEventLoop | None:
    # A loop without a task is what trio has when it runs as a guest of asyncio.
    with suppress(RuntimeError):
        if asyncio.current_task() is not None:
            return asyncio.get_running_loop()
    return None


def _running_loop() -> asyncio.AbstractEventLoop:
    loop = _loop_or_none()
    if loop is None:
        raise ClientStateError(_NO_ASYNCIO)
    return loop


class CallersClient(Uncopied):
    """An httpx client of the caller's: used as it is, never closed, and not after a fork.

    Whether it had connections when the process was forked cannot be asked in a public way.

    Args:
        client: The caller's.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._process = process_token()

    @property
    def is_closed(self) -> bool:
        """Tell whether the caller closed it."""
        return self._client.is_closed

    def client(self) -> httpx.Client:
        """Return the client.

        Raises:
            ClientStateError: when it is closed, or comes from another process.
        """
        _check_callers(self._client, self._process)
        return self._client


class CallersAsyncClient(Uncopied):
    """An async httpx client of the caller's: used as it is, never closed, in one event loop only.

    Args:
        client: The caller's.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._process = process_token()
        self._loop: weakref.ref[asyncio.AbstractEventLoop] | None = None

    @property
    def is_closed(self) -> bool:
        """Tell whether the caller closed it."""
        return self._client.is_closed

    def client(self) -> httpx.AsyncClient:
        """Return the client.

        Raises:
            ClientStateError: when it is closed, comes from another process, was used in another
                event loop, or this is not asyncio.
        """
        loop = _running_loop()
        _check_callers(self._client, self._process)
        if self._loop is None:
            self._loop = weakref.ref(loop)
        if self._loop() is not loop:
            raise ClientStateError(_OTHER_LOOP)
        return self._client


def _check_callers(client: httpx.Client | httpx.AsyncClient, process: object) -> None:
    if client.is_closed:
        raise ClientStateError(_CLOSED)
    if process is not process_token():
        raise ClientStateError(_OTHER_PROCESS)


class OwnClient(Uncopied):
    """The httpx clients of a `Client`, one for each process that uses it.

    After a fork, the parent's stays among them and is never touched: its locks may be held for
    ever, and closing it needs them. Its sockets are closed when the child ends.

    Args:
        make: Makes one.
    """

    def __init__(self, make: Callable[[], httpx.Client]) -> None:
        self.is_closed: bool = False
        self._make = make
        self._of_process = {process_token(): make()}

    def client(self) -> httpx.Client:
        """Return the client of this process.

        Raises:
            ClientStateError: when it is closed.
        """
        if self.is_closed:
            raise ClientStateError(_CLOSED)
        known = self._of_process.get(process_token())
        return self._new() if known is None else known

    def _new(self) -> httpx.Client:
        made = self._make()
        # Another thread may have made one too: the first one counts, and no lock is needed.
        first = self._of_process.setdefault(process_token(), made)
        if first is not made:
            made.close()
        return first

    def close(self) -> None:
        """Close what this process opened; in other processes it stays open."""
        self.is_closed = True
        known = self._of_process.get(process_token())
        if known is not None:
            known.close()


class OwnAsyncClient(Uncopied):
    """The httpx clients of an `AsyncClient`, one for each event loop that uses it.

    Each is closed when its event loop ends, as `asyncio.run` does it.

    Args:
        make: Makes one.
    """

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self.is_closed: bool = False
        self._make = make
        # Made at once, so that settings that cannot work are found; it connects when it is used.
        self._spare = [make()]
        self._of_loop: dict[tuple[object, asyncio.AbstractEventLoop], _Lifetime] = {}

    def client(self) -> httpx.AsyncClient:
        """Return the client of this event loop.

        Raises:
            ClientStateError: when it is closed, or this is not asyncio.
        """
        loop = _running_loop()
        if self.is_closed:
            raise ClientStateError(_CLOSED)
        key = (process_token(), loop)
        known = self._of_loop.get(key)
        if known is None or known.client.is_closed:
            self._forget_ended_loops()
            known = self._of_loop[key] = _Lifetime(self._spare_or_new())
        return known.client

    def _spare_or_new(self) -> httpx.AsyncClient:
        try:
            return self._spare.pop()
        except IndexError:
            return self._make()

    def _forget_ended_loops(self) -> None:
        for key in list(self._of_loop):
            process, loop = key
            if process is process_token() and loop.is_closed():
                self._of_loop.pop(key, None)

    async def close(self) -> None:
        """Close what this event loop opened; others close theirs when they end."""
        self.is_closed = True
        loop = _loop_or_none()
        if loop is not None and (known := self._of_loop.pop((process_token(), loop), None)):
            await known.end()
        while self._spare:
            await self._spare.pop().aclose()


class _Lifetime:
    """A client that is closed with its event loop.

    An event loop that ends closes the async generators that began in it; so one that closes the
    client at its end begins here.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._until_the_end = _close_at_the_end(client)
        with suppress(StopIteration):  # what a generator raises when it gets to its yield
            self._until_the_end.__anext__().send(None)

    async def end(self) -> None:
        await self._until_the_end.aclose()


async def _close_at_the_end(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await client.aclose()
