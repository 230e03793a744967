"""A small HTTP server that gives prepared answers, for code that brings its own HTTP client."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


@dataclass(frozen=True)
class Answer:
    """What to say."""

    status: int
    body: str


@dataclass(frozen=True)
class Request:
    """What was asked; the names of headers are lower case."""

    method: str
    path: str
    headers: dict[str, str]


class FakeServer:
    """Give the prepared answers in turn, then 500; keep what was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.01])

    @property
    def base_url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start it."""
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, request: Request) -> Answer:
        """Take the next answer."""
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else Answer(500, "no answer was prepared")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = fake.answer(Request(self.command, self.path, headers))
                body = answer.body.encode()
                self.send_response(answer.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing on standard error."""

        return Handler
