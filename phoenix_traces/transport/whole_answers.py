"""Answers read to their end inside each attempt, which retrying and the account of rows rest on."""

from __future__ import annotations

import httpx
from typing_extensions import override

from phoenix_traces.protocol.exchange import ABANDONED, MAYBE_PROCESSED

# Nothing of such an attempt can have reached the server.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_STATUSES_IN_DOUBT = frozenset({408, 500, 502, 503, 504})


class WholeAnswers(httpx.BaseTransport):
    """Read each answer to its end inside the attempt, and note when an attempt is in doubt.

    Retrying must see an answer that is cut off in its body, and whoever accounts for what was
    stored must know that an earlier attempt may have been carried out.

    Args:
        transport: What sends.
    """

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _refuse_abandoned(request)
        request.extensions.setdefault(MAYBE_PROCESSED, False)
        try:
            response = self._transport.handle_request(request)
            try:
                body = b"".join(response.iter_raw())
            finally:
                response.close()
        except BaseException as error:
            _note_error(request, error)
            raise
        return _whole(request, response, body)

    @override
    def close(self) -> None:
        self._transport.close()


class AsyncWholeAnswers(httpx.AsyncBaseTransport):
    """Do the same as `WholeAnswers`, but async."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _refuse_abandoned(request)
        request.extensions.setdefault(MAYBE_PROCESSED, False)
        try:
            response = await self._transport.handle_async_request(request)
            try:
                body = b"".join([part async for part in response.aiter_raw()])
            finally:
                await response.aclose()
        except BaseException as error:
            _note_error(request, error)
            raise
        return _whole(request, response, body)

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


def _whole(request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
    # A good answer is in doubt too, in case it turns out to be unreadable.
    if response.is_success or response.status_code in _STATUSES_IN_DOUBT:
        request.extensions[MAYBE_PROCESSED] = True
    return httpx.Response(
        response.status_code,
        headers=response.headers,
        stream=httpx.ByteStream(body),
        extensions=response.extensions,
    )
