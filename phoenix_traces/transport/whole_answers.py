"""Answers read to their end inside each attempt, which retrying and the account of rows rest on."""

from __future__ import annotations

import httpx
from typing_extensions import override

from phoenix_traces.errors import ClientStateError
from phoenix_traces.protocol.exchange import TOO_LARGE, Trail, trail_of
from phoenix_traces.transport.decoding import (
    DEFAULT_MAX_RESPONSE_BYTES,
    BodyBuffer,
    TooManyBytesError,
)

# Nothing of such an attempt can have reached the server.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_STATUSES_IN_DOUBT = frozenset({408, 500, 502, 503, 504})

# What is no longer so once the body is read and decoded.
_FRAMING_HEADERS = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class WholeAnswers(httpx.BaseTransport):
    """A transport that reads each answer to its end, and notes when an attempt is in doubt.

    Retrying must see an answer that is cut off in its body, and whoever accounts for what was
    stored must know that an earlier attempt may have been carried out.

    Args:
        transport: What sends.
        max_bytes: Most bytes of a decoded answer. A larger one comes without its body, and with
            the extension `TOO_LARGE`.
    """

    def __init__(
        self, transport: httpx.BaseTransport, *, max_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    ) -> None:
        self._transport = transport
        self._max_bytes = max_bytes

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        trail = _begin(request)
        try:
            response = self._transport.handle_request(request)
            try:
                body = self._body(response)
            finally:
                response.close()
        except BaseException as error:
            _note_error(trail, error)
            raise
        return _whole(trail, response, body, self._max_bytes)

    def _body(self, response: httpx.Response) -> bytes | None:
        try:
            buffer = BodyBuffer(response.headers, most=self._max_bytes)
            for part in response.iter_raw():
                buffer.add(part)
            return buffer.decoded()
        except TooManyBytesError:
            return None

    @override
    def close(self) -> None:
        self._transport.close()


class AsyncWholeAnswers(httpx.AsyncBaseTransport):
    """A transport that reads each answer to its end; the same as `WholeAnswers`, but async.

    Args:
        transport: What sends.
        max_bytes: Most bytes of a decoded answer. A larger one comes without its body, and with
            the extension `TOO_LARGE`.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport, *, max_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    ) -> None:
        self._transport = transport
        self._max_bytes = max_bytes

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trail = _begin(request)
        try:
            response = await self._transport.handle_async_request(request)
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        except BaseException as error:
            _note_error(trail, error)
            raise
        return _whole(trail, response, body, self._max_bytes)

    async def _body(self, response: httpx.Response) -> bytes | None:
        try:
            buffer = BodyBuffer(response.headers, most=self._max_bytes)
            async for part in response.aiter_raw():
                buffer.add(part)
            return buffer.decoded()
        except TooManyBytesError:
            return None

    @override
    async def aclose(self) -> None:
        await self._transport.aclose()


def _begin(request: httpx.Request) -> Trail:
    trail = trail_of(request)
    if trail.maybe_processed is None:
        trail.maybe_processed = False
    if trail.is_over():
        raise ClientStateError(
            "the client was closed while this request was tried again", request=request
        )
    return trail


def _note_error(trail: Trail, error: BaseException) -> None:
    if not isinstance(error, _NOT_SENT):
        trail.maybe_processed = True


def _whole(
    trail: Trail, response: httpx.Response, body: bytes | None, max_bytes: int
) -> httpx.Response:
    # A good answer is in doubt too, in case it turns out to be unreadable.
    if response.is_success or response.status_code in _STATUSES_IN_DOUBT:
        trail.maybe_processed = True
    return httpx.Response(
        response.status_code,
        headers=[
            (name, value)
            for name, value in response.headers.raw
            if name.lower() not in _FRAMING_HEADERS
        ],
        stream=httpx.ByteStream(body or b""),
        extensions={**response.extensions, **({TOO_LARGE: max_bytes} if body is None else {})},
    )
