"""A TCP server that plays prepared bytes in answer to each request, be they HTTP or not.

with RawServer(lambda path: [b"HTTP/1.1 200 OK\r\n", 0.5, b"\r\n"]) as server:
    Client(base_url=server.url)
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

# What to send, and how many seconds to wait between.
Play: TypeAlias = Iterable[bytes | float]
Plays: TypeAlias = Callable[[str], Play]


def answer(
    status: int | str = 200, body: bytes = b"", *headers: str, content_type: str | None = None
) -> bytes:
    """Return a whole answer, with a length that is right, on a connection that ends with it."""
    kind = "application/json" if content_type is None else content_type
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines.append("Connection: close")
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body


class RawServer:
    """A server that reads each request whole, plays its answer and closes the connection.

    Args:
        play: What to say to a request such as "GET /v1/projects?limit=1"; may be changed while it
            runs.
        reads: Whether it reads requests whole, or a little now and then, or never.

    Attributes:
        requests: What was asked so far.
        heads: The first line and the headers of each request.
    """

    def __init__(
        self, play: Plays, *, reads: Literal["whole", "slowly", "never"] = "whole"
    ) -> None:
        self.play = play
        self.requests: list[str] = []
        self.heads: list[str] = []
        self._reads = reads
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        # Closing alone does not wake a thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self._reads == "slowly":
                    while not self._ended.wait(0.02):
                        _received(connection)
                head = _read_request(connection) if self._reads == "whole" else ""
                self.heads.append(head)
                self.requests.append(head.partition(" HTTP/")[0])
                for step in self.play(self.requests[-1]):
                    if isinstance(step, bytes):
                        connection.sendall(step)
                    elif self._ended.wait(step):
                        return
            except OSError:  # the client has had enough
                return


def _read_request(connection: socket.socket) -> str:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    left = int(headers.get("content-length", "0")) - len(body)
    while left > 0:
        left -= len(_received(connection))
    return head.decode("latin-1") + "\r\n"


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError("the client has left")
    return data
