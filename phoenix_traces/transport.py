"""The one layer that retries: httpx-retries around httpx's own transport.

What is sent again: calls marked `REPEATABLE`. When: no connection, a timeout, a reset, an answer
cut off, 429, 502, 503, 504. How often: `max_retries` times, after exponential pauses with full
jitter, or after what Retry-After says up to a ceiling; and never past a time budget for the whole
call, the time of its attempts included.
"""

from __future__ import annotations

import time
from urllib.request import getproxies, proxy_bypass

import httpx
from httpx_retries import Retry, RetryTransport
from typing_extensions import override

from phoenix_traces.exchange import ABANDONED, MAYBE_PROCESSED, REPEATABLE

DEFAULT_MAX_RETRIES = 10
BUDGET_SECONDS = 120.0
FIRST_BACKOFF = 0.25
LONGEST_BACKOFF = 8.0
LONGEST_RETRY_AFTER = 60.0

# Nothing of such an attempt can have reached the server.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_STATUSES_IN_DOUBT = frozenset({408, 500, 502, 503, 504})

# As many idle connections as can be in use, because httpcore may close an idle one too many just
# when it is taken.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


class CallRetry(Retry):
    """Decide about the retries of one call, which end with its time budget.

    Args:
        max_retries: Attempts after the first.
        deadline: When to stop trying, on the monotonic clock.
    """

    def __init__(
        self,
        *,
        max_retries: int,
        deadline: float,
        attempts_made: int = 0,
        elapsed_sleep: float = 0.0,
    ) -> None:
        left = max(deadline - time.monotonic(), 0.001)
        super().__init__(
            total=max_retries,
            allowed_methods=["GET", "POST", "DELETE"],
            # The library doubles before the first pause.
            backoff_factor=FIRST_BACKOFF / 2,
            max_backoff_wait=LONGEST_RETRY_AFTER,
            attempts_made=attempts_made,
            elapsed_sleep=elapsed_sleep,
            # The library counts pauses only; the attempts' own time is taken off here.
            total_timeout=elapsed_sleep + left,
        )
        self.deadline = deadline

    @override
    def is_exhausted(self) -> bool:
        return super().is_exhausted() or time.monotonic() >= self.deadline

    @override
    def backoff_strategy(self) -> float:
        return min(super().backoff_strategy(), LONGEST_BACKOFF)

    @override
    def parse_retry_after(self, retry_after: str) -> float:
        try:
            return super().parse_retry_after(retry_after)
        except OverflowError as error:  # a date with a number that no calendar has
            raise ValueError(str(error)) from error

    @override
    def increment(self) -> CallRetry:
        return CallRetry(
            max_retries=self.total,
            deadline=self.deadline,
            attempts_made=self.attempts_made + 1,
            elapsed_sleep=self.elapsed_sleep,
        )


class RepeatingTransport(RetryTransport):
    """Send calls marked `REPEATABLE` again when that may help.

    Args:
        transport: What sends one attempt.
        max_retries: Attempts after the first.
        budget: Seconds for a call with all its attempts and pauses.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
        *,
        max_retries: int = DEFAULT_MAX_RETRIES,
        budget: float = BUDGET_SECONDS,
    ) -> None:
        super().__init__(transport)
        self._max_retries = max_retries
        self._budget = budget

    def _policy(self, request: httpx.Request) -> CallRetry:
        repeatable = request.extensions.get(REPEATABLE, False)
        return CallRetry(
            max_retries=self._max_retries if repeatable else 0,
            deadline=time.monotonic() + self._budget,
        )

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["retry"] = self._policy(request)
        return super().handle_request(request)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["retry"] = self._policy(request)
        return await super().handle_async_request(request)


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


def sync_transport(base_url: httpx.URL | None, *, max_retries: int) -> httpx.BaseTransport:
    """Return the transport of a `Client`: TLS checked, the environment's proxies honoured."""
    sending = httpx.HTTPTransport(proxy=_proxy_for(base_url), limits=_LIMITS)
    return RepeatingTransport(WholeAnswers(sending), max_retries=max_retries)


def async_transport(base_url: httpx.URL | None, *, max_retries: int) -> httpx.AsyncBaseTransport:
    """Return the transport of an `AsyncClient`, otherwise the same as `sync_transport`."""
    sending = httpx.AsyncHTTPTransport(proxy=_proxy_for(base_url), limits=_LIMITS)
    return RepeatingTransport(AsyncWholeAnswers(sending), max_retries=max_retries)


def _proxy_for(base_url: httpx.URL | None) -> str | None:
    # httpx reads the environment's proxies only for transports that it makes itself.
    if base_url is None or proxy_bypass(base_url.host):
        return None
    proxies = getproxies()
    return proxies.get(base_url.scheme) or proxies.get("all")
