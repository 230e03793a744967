"""One test, both modes: `Traces` and `AsyncTraces` over a fake Phoenix.

@both_modes
def test_an_id_comes_back(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    inserted = phoenix.traces(mode).add_trace_annotation(
        trace_id="t1", annotation_name="correctness", score=1, sync=True
    )
    assert inserted.id == annotation_id(1)
    assert phoenix.rows == [...]
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

import httpx
import pytest

from phoenix_traces import AsyncClient, AsyncTraces, Client, Traces
from phoenix_traces.testing import Answer as AnswerOfPhoenix
from phoenix_traces.testing import FakePhoenix, Request
from phoenix_traces.testing.fake.ids import global_id


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


class CutOff(NamedTuple):
    """An answer whose body ends too early."""

    status: int


Answer: TypeAlias = httpx.Response | CutOff | Exception


def annotation_id(number: int) -> str:
    """Return the ID of the annotation that a new server stores as its first, second and so on."""
    return global_id("TraceAnnotation", number)


class AnyPhoenix(FakePhoenix):
    """A fake Phoenix with every trace, asked in either mode.

    Args:
        missing: The traces that it does not have.
        answers: Given in turn before its own; an exception is raised instead.

    Attributes:
        sent: The requests as httpx sent them.
    """

    def __init__(
        self,
        *,
        missing: Iterable[str] = (),
        answers: Iterable[Answer] = (),
    ) -> None:
        super().__init__(any_trace=True)
        self.forgets_traces(*missing)
        self.sent: list[httpx.Request] = []
        for each in answers:
            if isinstance(each, Exception):
                self.raise_next(each)
            elif isinstance(each, CutOff):
                self.answer_next({"data": []}, status=each.status, cut_off=True)
            else:
                self.answer_next(each.content, status=each.status_code, headers=each.headers)

    @property
    def batches(self) -> list[list[dict[str, Any]]]:
        """The annotations of each request."""
        return [request.rows for request in self.requests]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The annotations of all requests."""
        return [row for batch in self.batches for row in batch]

    def traces(self, mode: Mode, **settings: Any) -> AnyTraces:
        """Return the methods over a client of the caller's own that reaches this server."""
        arguments = {"base_url": self.base_url, "transport": self.transport()} | settings
        return http_traces(mode, **arguments)

    def client_traces(self, mode: Mode, **settings: Any) -> AnyTraces:
        """Return the methods of a client that reaches this server and repeats nothing."""
        transport = self.transport()
        settings = {"base_url": self.base_url} | settings
        return AnyTraces(
            lambda: Client(http_client=httpx.Client(transport=transport), **settings),
            lambda: AsyncClient(http_client=httpx.AsyncClient(transport=transport), **settings),
            mode,
        )

    def answer(self, request: Request) -> AnswerOfPhoenix:
        # It is found under any path, since tests try many.
        at = max(0, request.path.find("/v1/"))
        return super().answer(replace(request, path=request.path[at:]))

    def transport(self) -> httpx.MockTransport:
        answer = super().transport().handler

        def noted(request: httpx.Request) -> Any:
            self.sent.append(request)
            return answer(request)

        return httpx.MockTransport(noted)
