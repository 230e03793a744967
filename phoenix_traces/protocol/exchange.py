"""The protocol between what is asked of Phoenix and what sends it, named once for sync and async.

An exchange knows Phoenix and does no I/O: it says what to send next and is told what came of it,
with the time handed in. A driver knows how to send and nothing of Phoenix. So the same exchange
runs on threads, on tasks, and in a test with neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

import httpx

from phoenix_traces.errors import ClientStateError

ResultT_co = TypeVar("ResultT_co", covariant=True)
ItemT = TypeVar("ItemT")

# Set on an answer without its body, which was larger than this number of bytes.
TOO_LARGE = "phoenix_traces.too_large"

# What is known of httpx in the rooms that neither send nor read answers.
Response: TypeAlias = httpx.Response
NoAnswer: TypeAlias = httpx.RequestError

Outcome: TypeAlias = "Response | NoAnswer"

Params: TypeAlias = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, eq=False)
class Call:
    """One request.

    Attributes:
        path: Relative to the base URL.
        params: The query; a sequence stands for the same name several times.
        repeatable: Whether sending it twice does no harm.
        timeout: Seconds for each step of it; None for the client's own.
        on_retry: Called whenever it is about to be sent again, on whatever thread sends it.
    """

    method: str
    path: str
    params: Params = field(default_factory=dict[str, str])
    content: bytes | None = None
    repeatable: bool = True
    timeout: float | None = None
    on_retry: Callable[[], object] = lambda: None


@dataclass(eq=False)
class Trail:
    """What the transport must know of a call, and what it notes about the attempts to send it.

    httpx hands a request's extensions down to the transport, and nothing else of ours.

    Attributes:
        repeatable: Whether sending it twice does no harm.
        is_over: Tells whether no attempt may follow, because nobody waits for the answer any more
            or the client was closed.
        on_retry: Called whenever another attempt is about to follow.
        maybe_processed: Whether an attempt may have reached the server without an answer; None
            where nobody takes note, as in a transport of the caller's.
    """

    repeatable: bool = False
    is_over: Callable[[], bool] = lambda: False
    on_retry: Callable[[], object] = lambda: None
    maybe_processed: bool | None = None


_TRAIL = "phoenix_traces.trail"


def with_trail(trail: Trail) -> dict[str, object]:
    """Return the extension that brings a trail to the transport."""
    return {_TRAIL: trail}


def trail_of(request: httpx.Request) -> Trail:
    """Return the trail of a request; a new one where it has none."""
    trail = request.extensions.setdefault(_TRAIL, Trail())
    assert isinstance(trail, Trail)  # noqa: S101 - nothing else writes under our name
    return trail


def maybe_processed(outcome: Outcome) -> bool:
    """Tell whether the server may have done what was asked, although nothing says so."""
    if isinstance(outcome, httpx.Response):
        # What an answer says was done needs no doubt; these come from in front of the server too.
        in_doubt = outcome.status_code >= 500 or outcome.status_code == 408
        return in_doubt or trail_of(outcome.request).maybe_processed is True
    try:
        trail = trail_of(outcome.request)
    except RuntimeError:  # httpx's way of saying that the error has no request
        return not isinstance(outcome, ClientStateError)  # which comes before there is one
    # Where nobody takes note, even a refused connection may have been the second attempt.
    return trail.maybe_processed is not False


@dataclass(frozen=True)
class WaitUntil:
    """Nothing to send before a moment, unless an answer to a call under way brings more."""

    moment: float


Step: TypeAlias = "Call | WaitUntil | None"


class Exchange(Protocol[ResultT_co]):
    """Something to be asked of Phoenix in one or more requests."""

    max_concurrency: int
    """Most calls under way at once."""

    def next_call(self, now: float) -> Step:
        """Return what to send now.

        Args:
            now: Seconds on a clock that never goes back.

        Returns:
            A call to send; or the moment at which to ask again; or None, when nothing is left to
            send unless an answer to a call under way brings more.
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
