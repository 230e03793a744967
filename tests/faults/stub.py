"""A server in a process of its own that takes every annotation, and keeps none.

`python -m tests.faults.stub` prints its port, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from typing_extensions import override

ROOT = Path(__file__).parents[2]
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ID = b'{"id":"VHJhY2VBbm5vdGF0aW9uOjE="}'


class Answering(asyncio.Protocol):
    """Answer the requests of one connection as Phoenix does, when each is whole."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = bytearray()

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, _ = self._received.partition(HEAD_END)
        length = LENGTH.search(head)
        if not end or len(self._received) < len(head) + len(end) + int(length[1] if length else 0):
            return
        rows = self._received.count(b'"trace_id"') if b"sync=true" in head else 0
        body = b'{"data":[' + b",".join([ID] * rows) + b"]}"
        self._received.clear()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def stub_server() -> Generator[str, None, None]:
    """Run the server for a `with` block, and give its address."""
    command = [sys.executable, "-m", "tests.faults.stub"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve())
