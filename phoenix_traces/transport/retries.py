"""The one layer that retries: httpx-retries around what sends one attempt.

What is sent again: calls whose `Trail` says that it does no harm. When: no connection, a timeout, a
reset, an answer cut off, 429, 502, 503, 504. How often: `max_retries` times, after exponential
pauses with full jitter, or after what Retry-After says up to a ceiling; and never past a time
budget for the whole call, the time of its attempts included. The last attempt ends with the budget
too (see `deadlines`), so that none begins when little of it is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timezone
from email.utils import format_datetime, parsedate_to_datetime

import httpx
from httpx_retries import Retry, RetryTransport
from typing_extensions import override

from phoenix_traces.log import logger
from phoenix_traces.protocol.exchange import trail_of
from phoenix_traces.transport.deadlines import DEFAULT_TOTAL_TIMEOUT, deadline

_log = logger(__name__)

DEFAULT_MAX_RETRIES = 10
FIRST_BACKOFF = 0.25
LONGEST_BACKOFF = 8.0
LONGEST_RETRY_AFTER = 60.0

# The part of the budget that every attempt finds left, so that it can succeed.
LAST_ATTEMPT_SHARE = 0.1


class CallRetry(Retry):
    """The retries of one call, which end with its time budget.

    Args:
        max_retries: Attempts after the first.
        last_start: When the last attempt may begin, on the monotonic clock.
        what: The call, for the log.
        on_retry: Called before each pause.
    """

    def __init__(
        self,
        *,
        max_retries: int,
        last_start: float,
        what: str = "",
        on_retry: Callable[[], object] = lambda: None,
        attempts_made: int = 0,
        elapsed_sleep: float = 0.0,
    ) -> None:
        left = max(last_start - time.monotonic(), 0.001)
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
        self.last_start = last_start
        self._what = what
        self._on_retry = on_retry
        self._reason = ""

    @override
    def is_exhausted(self) -> bool:
        return super().is_exhausted() or time.monotonic() >= self.last_start

    @override
    def backoff_strategy(self) -> float:
        return min(super().backoff_strategy(), LONGEST_BACKOFF)

    @override
    def sleep(self, response: httpx.Response | Exception) -> None:
        self._reason = _reason(response)
        super().sleep(response)

    @override
    async def asleep(self, response: httpx.Response | Exception) -> None:
        self._reason = _reason(response)
        await super().asleep(response)

    @override
    def _calculate_sleep(self, headers: httpx.Headers | Mapping[str, str]) -> float:
        seconds = super()._calculate_sleep(_readable(headers))
        _log.warning(
            "%s: %s; retry %d of %d in %.1f s",
            self._what,
            self._reason,
            self.attempts_made,
            self.total,
            seconds,
        )
        self._on_retry()
        return seconds

    @override
    def increment(self) -> CallRetry:
        return type(self)(
            max_retries=self.total,
            last_start=self.last_start,
            what=self._what,
            on_retry=self._on_retry,
            attempts_made=self.attempts_made + 1,
            elapsed_sleep=self.elapsed_sleep,
        )


def _readable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return Retry-After as a number of seconds or a date in UTC, or nothing.

    The library logs a value that it cannot read, and a date without a zone, as a warning that is
    seen where nobody set up logging; and the server's words may repeat a credential.
    """
    value = headers.get("Retry-After", "").strip()
    if not (value.isascii() and value.isdigit()):
        value = _date_in_utc(value)
    return {"Retry-After": value} if value else {}


def _date_in_utc(text: str) -> str:
    """Return an HTTP date as HTTP writes it, or nothing for what is none."""
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return format_datetime(moment.astimezone(timezone.utc), usegmt=True)
    except (TypeError, ValueError, OverflowError):  # the last: a number that no calendar has
        return ""


def _reason(outcome: httpx.Response | Exception) -> str:
    """Return why an attempt failed, without the server's words, which may repeat a credential."""
    if isinstance(outcome, httpx.Response):
        return f"answered {outcome.status_code}"
    return f"no answer ({type(outcome).__name__})"


class RepeatingTransport(RetryTransport):
    """A transport that sends repeatable calls again when that may help.

    Args:
        transport: What sends one attempt.
        max_retries: Attempts after the first.
        budget: Seconds for a call with all its attempts and pauses.
        policy: What decides about each call.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport,
        *,
        max_retries: int = DEFAULT_MAX_RETRIES,
        budget: float = DEFAULT_TOTAL_TIMEOUT,
        policy: type[CallRetry] = CallRetry,
    ) -> None:
        super().__init__(transport)
        self._policy_type = policy
        self._max_retries = max_retries
        self._budget = budget

    def _policy(self, request: httpx.Request, started: float) -> CallRetry:
        trail = trail_of(request)
        return self._policy_type(
            max_retries=self._max_retries if trail.repeatable else 0,
            last_start=started + self._budget * (1 - LAST_ATTEMPT_SHARE),
            what=f"{request.method} {request.url.path}",
            on_retry=trail.on_retry,
        )

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        started = time.monotonic()
        request.extensions["retry"] = self._policy(request, started)
        with deadline(started + self._budget, self._budget):
            return super().handle_request(request)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        started = time.monotonic()
        request.extensions["retry"] = self._policy(request, started)
        with deadline(started + self._budget, self._budget):
            return await super().handle_async_request(request)
