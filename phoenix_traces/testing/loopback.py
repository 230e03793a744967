"""A fake Phoenix at a port of this machine."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from typing_extensions import override

from phoenix_traces.testing.clients import query_params
from phoenix_traces.testing.fake.messages import (
    Answer,
    Reachable,
    Request,
)
from phoenix_traces.testing.ports import HOST


@contextmanager
def served(phoenix: Reachable, port: int) -> Generator[str, None, None]:
    """Serve a fake Phoenix in threads, and give its address."""
    server = _Server(phoenix, port)
    # It looks this often whether it shall end.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection open
    request_queue_size = 100

    def __init__(self, phoenix: Reachable, port: int) -> None:
        handler = type("Handler", (_Handler,), {"phoenix": phoenix})
        super().__init__((HOST, port), handler)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing on standard error of a client that has gone."""


class _Handler(BaseHTTPRequestHandler):
    phoenix: Reachable
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        request = Request(
            method=self.command,
            path=unquote(path),
            params=query_params(query.encode("ascii", errors="replace")),
            headers={name.lower(): text for name, text in self.headers.items()},
            content=self._body(),
        )
        try:
            answer = self.phoenix.answer(request)
        except Exception:  # noqa: BLE001 - dropped, or what `raise_next` was given
            self._reset()
        else:
            self._send(answer)

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        parts: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Answer) -> None:
        headers = dict(answer.headers)
        if answer.status != HTTPStatus.NO_CONTENT:
            headers["content-length"] = str(len(answer.content))
        lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
        lines += [f"{name}: {text}" for name, text in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        content = answer.content
        if answer.is_cut_off:
            content = content[: len(content) // 2]
        # In one piece, because two would wait for the client's acknowledgement in between.
        self.wfile.write(head if self.command == "HEAD" else head + content)
        if answer.closes or answer.is_cut_off:
            self.close_connection = True

    def _reset(self) -> None:
        at_once = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.connection.close()
        self.close_connection = True

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on standard error."""


# http.server finds what answers a method by its name.
for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)
