"""One test, both modes: `Traces` and `AsyncTraces` over a stand-in for Phoenix.

@both_modes
def test_an_id_comes_back(mode: Mode) -> None:
    phoenix = FakePhoenix()
    inserted = phoenix.traces(mode).add_trace_annotation(
        trace_id="t1", annotation_name="correctness", score=1, sync=True
    )
    assert inserted.id == "annotation-1"
    assert phoenix.rows == [...]
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from enum import Enum
from typing import Any, TypeAlias

import httpx
import pytest

from phoenix_traces import AsyncClient, AsyncTraces, Client, Traces


class Mode(Enum):
    """Which of the two classes a test runs against."""

    SYNC = "sync"
    ASYNC = "async"


both_modes = pytest.mark.parametrize("mode", [pytest.param(each, id=each.value) for each in Mode])


class AnyTraces:
    """The methods of `Traces`, with its arguments and results, in either mode.

    Every call runs to its end, an iterator to its last item, with a client of its own that is
    closed afterwards; an async call has an event loop of its own too.
    """

    def __init__(
        self,
        open_sync: Callable[[], Client | httpx.Client],
        open_async: Callable[[], AsyncClient | httpx.AsyncClient],
        mode: Mode,
    ) -> None:
        self._open_sync = open_sync
        self._open_async = open_async
        self._mode = mode

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda **arguments: self._call(method, arguments)

    def _call(self, method: str, arguments: dict[str, Any]) -> Any:
        if self._mode is Mode.ASYNC:
            return asyncio.run(self._call_async(method, arguments))
        with self._open_sync() as client:
            traces = client.traces if isinstance(client, Client) else Traces(client)
            result = getattr(traces, method)(**arguments)
            return list(result) if isinstance(result, Iterator) else result

    async def _call_async(self, method: str, arguments: dict[str, Any]) -> Any:
        async with self._open_async() as client:
            traces = client.traces if isinstance(client, AsyncClient) else AsyncTraces(client)
            result = getattr(traces, method)(**arguments)
            if isinstance(result, AsyncIterator):
                return [item async for item in result]
            return await result


def client_traces(mode: Mode, **settings: Any) -> AnyTraces:
    """Return the methods of a `Client` or `AsyncClient` with these arguments."""
    return AnyTraces(lambda: Client(**settings), lambda: AsyncClient(**settings), mode)


def http_traces(mode: Mode, **settings: Any) -> AnyTraces:
    """Return the methods over an `httpx.Client` or `httpx.AsyncClient` with these arguments."""
    return AnyTraces(lambda: httpx.Client(**settings), lambda: httpx.AsyncClient(**settings), mode)


Answer: TypeAlias = httpx.Response | Exception


class FakePhoenix:
    """Answer `POST /v1/trace_annotations` as Phoenix does, and keep what was asked.

    Args:
        missing: Traces that do not exist.
        answers: Given in turn before its own; an exception is raised instead.

    Attributes:
        requests: Everything that arrived.
    """

    base_url = "http://phoenix.test"

    def __init__(self, *, missing: Iterable[str] = (), answers: Iterable[Answer] = ()) -> None:
        self.missing = set(missing)
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self._ids: dict[tuple[str, str, str], str] = {}
        self._lock = threading.Lock()

    @property
    def batches(self) -> list[list[dict[str, Any]]]:
        """The annotations of each request."""
        return [json.loads(request.content)["data"] for request in self.requests]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The annotations of all requests."""
        return [row for batch in self.batches for row in batch]

    def traces(self, mode: Mode, **settings: Any) -> AnyTraces:
        """Return the methods over a client of the caller's own that reaches this server."""
        arguments = {"base_url": self.base_url, "transport": self.transport()} | settings
        return http_traces(mode, **arguments)

    def client_traces(self, mode: Mode, **settings: Any) -> AnyTraces:
        """Return the methods of a `Client` or `AsyncClient` that reaches this server."""
        transport = self.transport()
        settings = {"base_url": self.base_url} | settings
        return AnyTraces(
            lambda: Client(http_client=httpx.Client(transport=transport), **settings),
            lambda: AsyncClient(http_client=httpx.AsyncClient(transport=transport), **settings),
            mode,
        )

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests.append(request)
            prepared = self.answers.pop(0) if self.answers else self._own_answer(request)
        if isinstance(prepared, Exception):
            raise prepared
        return _unread(prepared)

    def _own_answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST" or not request.url.path.endswith("/v1/trace_annotations"):
            return httpx.Response(405, text="Method Not Allowed")
        if request.url.params.get("sync") != "true":
            return httpx.Response(200, json={"data": []})
        rows = json.loads(request.content)["data"]
        # Phoenix names the missing traces in no order.
        if missing := sorted({row["trace_id"] for row in rows} & self.missing, reverse=True):
            words = f"Traces with IDs {', '.join(missing)} do not exist."
            return httpx.Response(404, text=words)
        return httpx.Response(200, json={"data": [{"id": self._id_of(row)} for row in rows]})

    def _id_of(self, row: dict[str, Any]) -> str:
        key = (row["trace_id"], row["name"], row.get("identifier", ""))
        return self._ids.setdefault(key, f"annotation-{len(self._ids) + 1}")


def _unread(response: httpx.Response) -> httpx.Response:
    """Return the response as a network gives it, its body still to come."""
    try:
        stream = httpx.ByteStream(response.content)
    except httpx.ResponseNotRead:  # a body of the test's own
        return httpx.Response(response.status_code, stream=response.stream)
    return httpx.Response(response.status_code, headers=response.headers, stream=stream)
