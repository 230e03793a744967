"""The time for one request with all its repetitions, kept in every step on the network.

`timeout` limits single steps, such as one read: a server that sends a byte every few seconds never
meets it. So each step gets its own timeout or what is left of the whole time, whichever is less.
httpcore takes a network of its user's for that. The end of the time is set in the context of the
request, because a connection serves one request after another.

What is not covered: a sync client looks names up with the system's resolver, which takes no
timeout, where an async one waits for it no longer than it may; and a sync client that speaks TLS to
a proxy and to the server within that, where httpcore gives each read of a record its timeout anew.
"""

from __future__ import annotations

import math
import reprlib
import socket
import ssl
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import httpcore
import httpx
from httpcore import SOCKET_OPTION
from typing_extensions import override

from phoenix_traces.errors import ConfigurationError

DEFAULT_TOTAL_TIMEOUT = 120.0

# 100 rows with sync=True take Phoenix 0.2 s, and 3,000 rows outlast httpx's own 5 s.
DEFAULT_TIMEOUT = httpx.Timeout(30.0, connect=10.0)

# A sync write goes on until all is taken, with its timeout anew for each part that the kernel
# takes, so large bodies are written in pieces. The kernel takes one of this size whole, and TLS
# cuts at the same size.
_PIECE = 16_384


@dataclass(frozen=True)
class Deadline:
    """The end of the time for a request.

    Attributes:
        at: On the monotonic clock.
        seconds: How much time there was.
    """

    at: float = math.inf
    seconds: float = math.inf

    @property
    def left(self) -> float:
        """Return the seconds until then."""
        return self.at - time.monotonic()

    @property
    def words(self) -> str:
        """Return what to say when it has passed."""
        return f"the {self.seconds:g} seconds for a request with its repetitions are over"


_NEVER = Deadline()
_current: ContextVar[Deadline] = ContextVar("deadline", default=_NEVER)


def current_deadline() -> Deadline:
    """Return the end of the time for the request that is made in this thread or task."""
    return _current.get()


@contextmanager
def deadline(at: float, seconds: float) -> Generator[None, None, None]:
    """Set the end of the time for the requests that are made inside.

    Args:
        at: On the monotonic clock.
        seconds: How much time there is from the first attempt on; for messages.
    """
    before = _current.get()
    _current.set(Deadline(at, seconds))
    try:
        yield
    finally:
        # Not by a token, which another context refuses: an abandoned coroutine ends in any.
        _current.set(before)


def seconds_in_all(total_timeout: float | None, timeout: float | httpx.Timeout | None) -> float:
    """Return the seconds for one request with all its repetitions.

    Args:
        total_timeout: What the caller gave, if anything.
        timeout: For each step; `DEFAULT_TIMEOUT` itself is none of the caller's.

    Raises:
        ConfigurationError: when `total_timeout` is no number of seconds.
    """
    # To a step without a limit, any total is enough that the caller named.
    endless = math.inf if total_timeout is None else 0.0
    total = DEFAULT_TOTAL_TIMEOUT if total_timeout is None else _checked_seconds(total_timeout)
    if timeout is DEFAULT_TIMEOUT:
        return total
    steps = httpx.Timeout(timeout).as_dict().values()
    return max([total, *(endless if step is None else step for step in steps)])


def _checked_seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        try:
            return float(value)
        except OverflowError:
            return math.inf
    raise ConfigurationError(
        f"total_timeout must be a number of seconds above 0, not {reprlib.repr(value)}"
    )


@contextmanager
def _step(
    timeout: float | None, timed_out: type[httpcore.TimeoutException]
) -> Generator[float | None, None, None]:
    """Yield the seconds for a step, and say so where the whole time ended it."""
    end = current_deadline()
    left = end.left
    if left <= 0:
        raise timed_out(end.words)
    if timeout is not None and timeout <= left:
        yield timeout
        return
    try:
        yield None if left == math.inf else left
    except httpcore.TimeoutException:
        raise timed_out(end.words) from None


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose steps end with the time for the request.

    Args:
        stream: The connection.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _step(timeout, httpcore.ReadTimeout) as seconds:
            return self._stream.read(max_bytes, seconds)

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            with _step(timeout, httpcore.WriteTimeout) as seconds:
                self._stream.write(buffer[start : start + _PIECE], seconds)

    @override
    def close(self) -> None:
        self._stream.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        with _step(timeout, httpcore.ConnectTimeout) as seconds:
            return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class DeadlineBackend(httpcore.NetworkBackend):
    """A network whose connections keep to the time for the request.

    Args:
        network: What opens connections.
    """

    def __init__(self, network: httpcore.NetworkBackend | None = None) -> None:
        self._network = network or httpcore.SyncBackend()

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        # Python tries all addresses of a name, each with the whole timeout.
        *others, last = _addresses(host, port)
        for address in others:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[SOCKET_OPTION] | None,
    ) -> DeadlineStream:
        with _step(timeout, httpcore.ConnectTimeout) as seconds:
            return DeadlineStream(
                self._network.connect_tcp(address, port, seconds, local_address, socket_options)
            )

    @override
    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:  # a host that cannot be a name is a ValueError
        raise httpcore.ConnectError(str(error)) from error
    return [_numeric(each[4]) for each in found]


def _numeric(address: tuple[Any, ...]) -> str:
    """Return an IPv4 or IPv6 address as text, with the scope that link-local ones need."""
    scope = address[3] if len(address) == 4 else 0
    return f"{address[0]}%{scope}" if scope else str(address[0])


class AsyncDeadlineStream(httpcore.AsyncNetworkStream):
    """A connection whose steps end with the time for the request; `DeadlineStream`, but async.

    Args:
        stream: The connection.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    @override
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _step(timeout, httpcore.ReadTimeout) as seconds:
            return await self._stream.read(max_bytes, seconds)

    @override
    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _step(timeout, httpcore.WriteTimeout) as seconds:
            await self._stream.write(buffer, seconds)

    @override
    async def aclose(self) -> None:
        await self._stream.aclose()

    @override
    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        with _step(timeout, httpcore.ConnectTimeout) as seconds:
            return AsyncDeadlineStream(
                await self._stream.start_tls(ssl_context, server_hostname, seconds)
            )

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncDeadlineBackend(httpcore.AsyncNetworkBackend):
    """A network whose connections keep to the time for the request; `DeadlineBackend`, but async.

    Args:
        network: What opens connections.
    """

    def __init__(self, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        # Its type is unclear, because httpcore has another class where anyio is missing.
        anyio = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._network = network or anyio

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        with _step(timeout, httpcore.ConnectTimeout) as seconds:
            return AsyncDeadlineStream(
                await self._network.connect_tcp(host, port, seconds, local_address, socket_options)
            )

    @override
    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)
