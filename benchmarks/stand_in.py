"""A server that costs nothing: it takes every request and answers as Phoenix does at sync=false."""

from __future__ import annotations

import httpx
import orjson

from benchmarks.data import Row

URL = "http://phoenix.test"
PATH = "v1/trace_annotations"
JSON = {"content-type": "application/json"}
ACCEPTED = b'{"data":[]}'


def client() -> httpx.Client:
    """Return an httpx client that reaches nothing but the stand-in."""
    return httpx.Client(base_url=URL, transport=httpx.MockTransport(_accept))


def _accept(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers=JSON, content=ACCEPTED)


class Recorder:
    """Accept every request and keep its body."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.client = httpx.Client(base_url=URL, transport=httpx.MockTransport(self._take))

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.content)
        return _accept(request)

    def rows(self) -> list[Row]:
        """Return the rows of all requests."""
        return [row for body in self.bodies for row in orjson.loads(body)["data"]]
