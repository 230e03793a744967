"""Answers read to their end inside each attempt, which retrying and the account of rows rest on."""

from __future__ import annotations

import httpx
from typing_extensions import override

from phoenix_traces.protocol.exchange import ABANDONED, MAYBE_PROCESSED, TOO_LARGE
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
        _refuse_abandoned(request)
        request.extensions.setdefault(MAYBE_PROCESSED, False)
        try:
            response = self._transport.handle_request(request)
            try:
                body = self._body(response)
            finally:
                response.close()
        except BaseException as error:
            _note_error(request, error)
            raise
        return _whole(request, response, body, self._max_bytes)

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
        _refuse_abandoned(request)
        request.extensions.setdefault(MAYBE_PROCESSED, False)
        try:
            response = await self._transport.handle_async_request(request)
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
        except BaseException as error:
            _note_error(request, error)
            raise
        return _whole(request, response, body, self._max_bytes)

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


def _refuse_abandoned(request: httpx.Request) -> None:
    abandoned = request.extensions.get(ABANDONED)
    if abandoned is not None and abandoned.is_set():
        raise RuntimeError("nobody waits for this call any more")


def _note_error(request: httpx.Request, error: BaseException) -> None:
    if not isinstance(error, _NOT_SENT):
        request.extensions[MAYBE_PROCESSED] = True


def _whole(
    request: httpx.Request, response: httpx.Response, body: bytes | None, max_bytes: int
) -> httpx.Response:
    # A good answer is in doubt too, in case it turns out to be unreadable.
    if response.is_success or response.status_code in _STATUSES_IN_DOUBT:
        request.extensions[MAYBE_PROCESSED] = True
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
