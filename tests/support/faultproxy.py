"""A TCP proxy on loopback that breaks a chosen share of the HTTP requests going through it.

One event loop in one thread serves all connections. A request is read whole before its fate is
decided, and everything random about the n-th request to arrive comes from the seed and n alone,
so concurrency changes which request is the n-th but never what happens to it. Each request goes
to the upstream on a connection of its own: a fault cannot disturb the requests around it. The
bytes of requests and answers pass unchanged.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from asyncio import StreamReader, StreamWriter
from asyncio.trsock import TransportSocket
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import KW_ONLY, dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

BrokenConnection = Literal[
    "refused", "reset_before", "reset_after", "stalled_before", "stalled", "cut"
]
FaultyStatus = Literal["status_429", "status_502", "status_503", "status_504"]
# 413 depends on the size of the request, so it is a rule and never drawn.
FaultKind = Literal[BrokenConnection, FaultyStatus, "status_413"]

RANDOM_KINDS: tuple[FaultKind, ...] = (*get_args(BrokenConnection), *get_args(FaultyStatus))

HOST = "127.0.0.1"
HEAD_END = b"\r\n\r\n"
# SO_LINGER on, with zero seconds: closing the socket sends RST instead of FIN.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class LoggedRequest(NamedTuple):
    """What arrived and what was done to it; `number` counts from 0."""

    number: int
    fault: FaultKind | None
    method: str
    path: str
    body_length: int


@dataclass(frozen=True)
class Message:
    """One request or answer: the bytes as they came, and what their head says."""

    head: bytes
    body: bytes
    first_line: list[str]
    body_length: int
    is_last: bool


@dataclass(eq=False)
class FaultProxy:
    """Forward HTTP/1.1 requests to a port on loopback, breaking some of them on purpose.

    The faults: `refused` closes the connection unanswered; `reset_before` and `reset_after` send
    RST before or after the upstream processed the request; `stalled_before` and `stalled` hold
    the connection open, likewise; `cut` closes half-way through the answer; `status_...` answers
    in the upstream's place. A request that the upstream does not answer is closed unanswered.

    Args:
        upstream_port: Where requests are forwarded to.
        seed: Same seed, same decisions.
        rate: Share of requests to break, 0 to 1.
        kinds: Faults to draw from, all equally likely.
        script: Decisions for the first requests, in order of arrival; `rate` governs the rest,
            so by default they pass.
        max_body_bytes: Answer 413 to every larger request, whatever was decided for it.
        stall_seconds: How long a stalled connection is held if the client does not give up.
        refuse_seconds: How long each `refused` also keeps the port from accepting connections.
        retry_after: Seconds to draw Retry-After from; sent as a number or as a date.
    """

    upstream_port: int
    _: KW_ONLY
    seed: int = 0
    rate: float = 0.0
    kinds: Sequence[FaultKind] = RANDOM_KINDS
    script: Sequence[FaultKind | None] = ()
    max_body_bytes: int | None = None
    stall_seconds: float = 30.0
    refuse_seconds: float = 0.0
    retry_after: Sequence[int] = (0, 1)

    port: int = field(init=False)
    requests: int = field(init=False, default=0)
    faults: Counter[str] = field(init=False, default_factory=Counter[str])
    log: list[LoggedRequest] = field(init=False, default_factory=list[LoggedRequest])

    @property
    def url(self) -> str:
        """Give the base URL for a client."""
        return f"http://{HOST}:{self.port}"

    def set_upstream(self, port: int) -> None:
        """Send the requests that arrive from now on to another port."""
        self.upstream_port = port

    def __enter__(self) -> Self:
        self._listener = bind(0)
        # Listening before the loop runs: a client that is early waits instead of being refused.
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set_result(None)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve_until_stopped())

    async def _serve_until_stopped(self) -> None:
        # Without asyncio's own server: closed while it accepts, it leaves connections open.
        loop = asyncio.get_running_loop()
        loop.add_reader(self._listener, self._accept)
        await asyncio.wrap_future(self._stop)
        loop.remove_reader(self._listener)
        self._listener.close()
        # What was accepted this very moment gets to start, so that ending the loop, which
        # cancels all that still runs, closes it too.
        await asyncio.sleep(0)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connection)
        # With no buffer allowed, drain() returns when everything is with the kernel, and
        # abort() after it loses nothing.
        writer.transport.set_write_buffer_limits(high=0)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # Either side left, or what it sent is not HTTP: the connection just ends.
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: StreamReader, writer: StreamWriter) -> bool:
        """Answer one request and say whether the connection may carry another."""
        request = await read_message(reader)
        chance = random.Random(f"{self.seed}:{self.requests}")
        fault = self._decide(request, chance)
        if fault is None:
            answer = await self._forward(request)
            await send(writer, answer.head + answer.body)
            return not (request.is_last or answer.is_last)
        if fault.startswith("status_"):
            await send(writer, self._status_answer(fault, chance))
            return not request.is_last
        await self._break_connection(fault, request, reader, writer)
        return False

    async def _break_connection(
        self, fault: FaultKind, request: Message, reader: StreamReader, writer: StreamWriter
    ) -> None:
        if fault in ("reset_after", "stalled"):
            await self._forward(request)
        if fault in ("reset_before", "reset_after"):
            reset_on_close(writer)
        elif fault in ("stalled_before", "stalled"):
            # Reading ends when the client gives up.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(reader.read(1), self.stall_seconds)
        elif fault == "cut":
            await send(writer, first_half(await self._forward(request)))
        else:
            writer.transport.abort()
            await self._refuse_connections()

    def _decide(self, request: Message, chance: random.Random) -> FaultKind | None:
        number, method, path = self.requests, request.first_line[0], request.first_line[1]
        fault = None
        if number < len(self.script):
            fault = self.script[number]
        elif chance.random() < self.rate:
            fault = chance.choice(self.kinds)
        if self.max_body_bytes is not None and request.body_length > self.max_body_bytes:
            fault = "status_413"
        self.requests += 1
        self.log.append(LoggedRequest(number, fault, method, path, request.body_length))
        if fault is not None:
            self.faults[fault] += 1
        return fault

    def _status_answer(self, fault: FaultKind, chance: random.Random) -> bytes:
        status = HTTPStatus(int(fault.removeprefix("status_")))
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: {len(status.phrase)}"
        if fault == "status_429" or (fault == "status_503" and chance.random() < 0.5):
            seconds = chance.choice(self.retry_after)
            date = formatdate(time.time() + seconds, usegmt=True)
            head += f"\r\nRetry-After: {chance.choice([seconds, date])}"
        return head.encode() + HEAD_END + status.phrase.encode()

    async def _refuse_connections(self) -> None:
        if not self.refuse_seconds:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._listener.close()
        # Bound but not listening: the port stays ours while the kernel refuses connections.
        self._listener = bind(self.port)
        await asyncio.sleep(self.refuse_seconds)
        self._listener.listen()
        loop.add_reader(self._listener, self._accept)

    async def _forward(self, request: Message) -> Message:
        reader, writer = await asyncio.open_connection(HOST, self.upstream_port)
        try:
            writer.write(request.head + request.body)
            return await read_message(reader, answers=request.first_line[0])
        finally:
            writer.transport.abort()


def bind(port: int) -> socket.socket:
    """Take a port on loopback (0: any free one) without listening yet."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setblocking(False)
    listener.bind((HOST, port))
    return listener


def reset_on_close(writer: StreamWriter) -> None:
    """Make closing this connection send RST."""
    connection: TransportSocket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


async def send(writer: StreamWriter, data: bytes) -> None:
    """Write all of it before returning."""
    writer.write(data)
    await writer.drain()


def first_half(answer: Message) -> bytes:
    """Keep the head and half of the body, or half of the head where there is no body."""
    if answer.body:
        return answer.head + answer.body[: len(answer.body) // 2]
    return answer.head[: len(answer.head) // 2]


async def read_message(reader: StreamReader, *, answers: str | None = None) -> Message:
    """Read one request, or one answer to a request with the method `answers`."""
    head = await reader.readuntil(HEAD_END)
    first, *rest = head.decode("latin-1").split("\r\n")
    first_line = first.split(" ", 2)
    if len(first_line) < 2:
        raise ValueError(f"not an HTTP message: {first!r}")
    pairs = (line.partition(":") for line in rest)
    fields = {name.lower(): value.strip() for name, _, value in pairs}
    is_last = "HTTP/1.0" in first_line or fields.get("connection", "").lower() == "close"
    if answers == "HEAD" or first_line[1] in ("204", "304"):
        return Message(head, b"", first_line, 0, is_last)
    if answers is not None and fields.keys().isdisjoint(("content-length", "transfer-encoding")):
        until_closed = await reader.read()
        return Message(head, until_closed, first_line, len(until_closed), is_last=True)
    body, length = await read_body(reader, fields)
    return Message(head, body, first_line, length, is_last)


async def read_body(reader: StreamReader, fields: dict[str, str]) -> tuple[bytes, int]:
    """Read a body as it is on the wire, and count its bytes without the framing."""
    if fields.get("transfer-encoding", "").lower() != "chunked":
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        return body, len(body)
    wire, length, size = bytearray(), 0, -1
    while size != 0:
        line = await reader.readuntil(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        wire += line + await reader.readexactly(size + 2 if size else 0)
        length += size
    while not wire.endswith(HEAD_END):
        wire += await reader.readuntil(b"\r\n")
    return bytes(wire), length
