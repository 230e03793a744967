"""The protocol between what is asked of Phoenix and what sends it, named once for both colours.

An exchange knows Phoenix and does no I/O: it says what to send next and is told what came of it,
with the time handed in. A driver knows how to send and nothing of Phoenix. So the same exchange
runs on threads, on tasks, and in a test with neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

import httpx

ResultT_co = TypeVar("ResultT_co", covariant=True)
ItemT = TypeVar("ItemT")

# Set on a request that may be sent again although its method does not promise that.
REPEATABLE = "phoenix_traces.repeatable"

# Set by the transport: whether an attempt may have reached the server without an answer.
MAYBE_PROCESSED = "phoenix_traces.maybe_processed"

# Set on an answer without its body, which was larger than this number of bytes.
TOO_LARGE = "phoenix_traces.too_large"

# Set on a request: an event that says when nobody waits for its answer any more.
ABANDONED = "phoenix_traces.abandoned"

Outcome: TypeAlias = "httpx.Response | httpx.RequestError"

Params: TypeAlias = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, eq=False)
class Call:
    """Describe one request.

    Attributes:
        path: Relative to the base URL.
        params: The query; a sequence stands for the same name several times.
        repeatable: Whether sending it twice does no harm.
    """

    method: str
    path: str
    params: Params = field(default_factory=dict[str, str])
    content: bytes | None = None
    repeatable: bool = True


class Exchange(Protocol[ResultT_co]):
    """Something to be asked of Phoenix in one or more requests."""

    max_concurrency: int
    """Most calls under way at once."""

    def next_call(self, now: float) -> Call | float | None:
        """Return what to send now.

        Args:
            now: Seconds on a clock that never goes back.

        Returns:
            A call to send; or the time at which to ask again, if no answer comes before; or None,
            when nothing is left to send unless an answer to a call under way brings more.
        """
        ...

    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what came of a call."""
        ...

    def result(self) -> ResultT_co:
        """Return what it all came to, or raise; called once nothing is left or under way."""
        ...

    def interrupted(self, error: BaseException) -> None:
        """Take note that the driver was stopped and will neither send nor answer any more."""
        ...


class Stream(Exchange[list[ItemT]], Protocol[ItemT]):
    """Something asked of Phoenix whose answers are of use one by one.

    Its result is what was not taken yet.
    """

    def take(self) -> list[ItemT]:
        """Return what came since it was last taken."""
        ...
