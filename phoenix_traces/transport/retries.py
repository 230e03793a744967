"""The one layer that retries: httpx-retries around httpx's own transport.

What is sent again: calls marked `REPEATABLE`. When: no connection, a timeout, a reset, an answer
cut off, 429, 502, 503, 504. How often: `max_retries` times, after exponential pauses with full
jitter, or after what Retry-After says up to a ceiling; and never past a time budget for the whole
call, the time of its attempts included.
"""

from __future__ import annotations

import time

import httpx
from httpx_retries import Retry, RetryTransport
from typing_extensions import override

from phoenix_traces.protocol.exchange import REPEATABLE

DEFAULT_MAX_RETRIES = 10
BUDGET_SECONDS = 120.0
FIRST_BACKOFF = 0.25
LONGEST_BACKOFF = 8.0
LONGEST_RETRY_AFTER = 60.0


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
