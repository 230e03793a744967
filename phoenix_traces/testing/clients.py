"""The ways to reach a fake Phoenix inside this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
from typing_extensions import override

from phoenix_traces.client import AsyncClient, Client
from phoenix_traces.testing.fake.messages import ConnectionDroppedError, Reachable, Request
from phoenix_traces.transport.deadlines import DEFAULT_TOTAL_TIMEOUT
from phoenix_traces.transport.decoding import DEFAULT_MAX_RESPONSE_BYTES
from phoenix_traces.transport.retries import DEFAULT_MAX_RETRIES, CallRetry, RepeatingTransport
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers, WholeAnswers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping


class FakeTransport(httpx.MockTransport):
    """A connection to a fake Phoenix.

    Args:
        phoenix: It.
    """

    def __init__(self, phoenix: Reachable) -> None:
        super().__init__(self._answer)
        self._phoenix = phoenix
        self._root_path = httpx.URL(phoenix.base_url).path.rstrip("/")
        self._is_broken = False

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self._is_broken:
            self._is_broken = False
            raise httpx.ReadError("the server has closed the connection", request=request)
        try:
            answer = self._phoenix.answer(received(request, self._root_path))
        except ConnectionDroppedError as dropped:
            raise httpx.ReadError(f"the connection broke {dropped}", request=request) from None
        self._is_broken = answer.closes
        # As a network gives it: the body is still to come.
        body = _CutOffStream if answer.is_cut_off else httpx.ByteStream
        return httpx.Response(
            answer.status, headers=dict(answer.headers), stream=body(answer.content)
        )


class _CutOffStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends in its middle."""

    def __init__(self, content: bytes) -> None:
        self._half = content[: len(content) // 2]

    @override
    def __iter__(self) -> Iterator[bytes]:
        yield self._half
        raise httpx.RemoteProtocolError("peer closed connection without sending complete body")

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


def received(request: httpx.Request, root_path: str = "") -> Request:
    """Return a request of httpx as the server sees it.

    Args:
        request: With its body read.
        root_path: What a proxy cuts off the path.
    """
    return Request(
        method=request.method,
        path=request.url.path.removeprefix(root_path),
        params=query_params(request.url.query),
        headers={name.lower(): text for name, text in request.headers.items()},
        content=request.content,
    )


def query_params(query: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return a query's names with their values."""
    parsed = parse_qs(query.decode("ascii", errors="replace"), keep_blank_values=True)
    return {name: tuple(values) for name, values in parsed.items()}


class _SkippedRetry(CallRetry):
    """A decision about retries that notes each pause in the place of making it."""

    phoenix: Reachable

    @override
    def sleep(self, response: httpx.Response | Exception) -> None:
        self._skip(response)

    @override
    async def asleep(self, response: httpx.Response | Exception) -> None:
        self._skip(response)

    def _skip(self, response: httpx.Response | Exception) -> None:
        headers = response.headers if isinstance(response, httpx.Response) else httpx.Headers()
        seconds = self._calculate_sleep(headers)
        self.elapsed_sleep += seconds
        self.last_start -= seconds  # the time budget goes on as if it had been made
        self.phoenix.skip_pause(seconds)


def _policy(phoenix: Reachable) -> type[CallRetry]:
    return type("SkippedRetry", (_SkippedRetry,), {"phoenix": phoenix})


def transport(phoenix: Reachable) -> httpx.MockTransport:
    """Return a connection to a fake Phoenix."""
    return FakeTransport(phoenix)


def sync_client(phoenix: Reachable, **options: Any) -> Client:
    """Return a client of a fake Phoenix."""
    options.setdefault("base_url", phoenix.base_url)
    sending = WholeAnswers(FakeTransport(phoenix), max_bytes=_max_bytes(options))
    http = httpx.Client(transport=_repeating(phoenix, sending, options))
    return Client(http_client=http, **options)


def async_client(phoenix: Reachable, **options: Any) -> AsyncClient:
    """Return an async client of a fake Phoenix."""
    options.setdefault("base_url", phoenix.base_url)
    sending = AsyncWholeAnswers(FakeTransport(phoenix), max_bytes=_max_bytes(options))
    http = httpx.AsyncClient(transport=_repeating(phoenix, sending, options))
    return AsyncClient(http_client=http, **options)


def _max_bytes(options: Mapping[str, Any]) -> int:
    most: int = options.get("max_response_bytes", DEFAULT_MAX_RESPONSE_BYTES)
    return most


def _repeating(
    phoenix: Reachable,
    sending: httpx.BaseTransport | httpx.AsyncBaseTransport,
    options: Mapping[str, Any],
) -> RepeatingTransport:
    return RepeatingTransport(
        sending,
        max_retries=options.get("max_retries", DEFAULT_MAX_RETRIES),
        budget=options.get("total_timeout") or DEFAULT_TOTAL_TIMEOUT,
        policy=_policy(phoenix),
    )
