"""The network between the client and the model: each attempt meets a fate, drawn from the seed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.utils import formatdate
from random import Random
from typing import Literal, Protocol

import httpx
from typing_extensions import override

from tests.simulation.clock import EPOCH
from tests.simulation.server import Answer, ModelServer

Broken = Literal[
    "refused",
    "unreachable",
    "reset_before",
    "reset_after",
    "late",
    "cut",
    "garbled",
    "web_page",
    "429",
    "502_before",
    "502_after",
    "503",
    "504_after",
    "500",
    "408_after",
    "401",
]
Fate = Broken | Literal["passes"]

# What happens most often in real networks happens most often here.
BROKEN: tuple[Broken, ...] = (
    *("refused", "reset_before", "reset_after", "late", "cut", "429", "502_after", "503") * 3,
    *("unreachable", "garbled", "web_page", "502_before", "504_after", "500", "408_after", "401"),
)
PROCESSED = frozenset(
    {"passes", "reset_after", "late", "cut", "garbled", "502_after", "504_after", "408_after"}
)
ERRORS: dict[str, type[httpx.TransportError]] = {
    "refused": httpx.ConnectError,
    "unreachable": httpx.ConnectTimeout,
    "reset_before": httpx.ReadError,
    "reset_after": httpx.ReadError,
    "late": httpx.ReadTimeout,
}
TIMEOUT = 30.0
LATEST = 200.0  # how long after it was sent a request may still be carried out


class Time(Protocol):
    """What a network needs of a clock."""

    @property
    def now(self) -> float: ...

    def at(self, moment: float, happen: Callable[[], None]) -> None: ...

    async def until(self, moment: float) -> None: ...


@dataclass
class Attempt:
    """One request on its way.

    Attributes:
        answer: What the server said, once it has.
        asked_to_wait: Seconds that the answer's Retry-After asks for, if it makes sense.
        outcome: The status that came back, or the error.
    """

    fate: Fate
    started: float
    answer: Answer | None = None
    asked_to_wait: float | None = None
    outcome: int | type[Exception] | None = None


class CutStream(httpx.AsyncByteStream):
    """An answer that ends in the middle."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content[: len(self._content) // 2]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete body")


class Network(httpx.AsyncBaseTransport):
    """Carry requests to the model, or not.

    Args:
        time: The clock.
        server: Where they go.
        random: Decides.
        fault_rate: Share of attempts that meet another fate than to pass.
        body_limit: Larger bodies are answered 413.
        on_attempt: Told of each attempt when it starts.
    """

    def __init__(
        self,
        time: Time,
        server: ModelServer,
        *,
        random: Random,
        fault_rate: float,
        body_limit: int | None,
        on_attempt: Callable[[Attempt], None],
    ) -> None:
        self._time = time
        self._server = server
        self._random = random
        self._fault_rate = fault_rate
        self._body_limit = body_limit
        self._on_attempt = on_attempt
        self._reset_next = False

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        attempt = Attempt(self._fate(), self._time.now)
        self._on_attempt(attempt)
        too_large = self._body_limit is not None and len(request.content) > self._body_limit
        if too_large and attempt.fate not in ERRORS:
            attempt.fate = "passes"
            attempt.answer = Answer(413, "text/html", "<html>Request Entity Too Large</html>")
        elif attempt.fate in PROCESSED and not too_large:
            self._process(request, attempt)
        await self._time.until(self._answer_time(attempt))
        try:
            response = self._outcome(attempt)
        except httpx.TransportError as error:
            attempt.outcome = type(error)
            raise
        is_cut = isinstance(response.stream, CutStream)
        attempt.outcome = httpx.RemoteProtocolError if is_cut else response.status_code
        return response

    def _fate(self) -> Fate:
        if self._server.is_down:
            return "refused"
        if self._reset_next:  # the server drops the connection after a 500
            self._reset_next = False
            return "reset_before"
        if self._random.random() >= self._fault_rate:
            return "passes"
        fate = self._random.choice(BROKEN)
        self._reset_next = fate == "500"
        return fate

    def _process(self, request: httpx.Request, attempt: Attempt) -> None:
        latest = LATEST if attempt.fate == "late" else 1.0

        def process() -> None:
            attempt.answer = self._server.answer(request, self._time.now)
            if attempt.answer is None and attempt.fate != "late":
                attempt.fate = "reset_after"

        self._time.at(self._time.now + self._random.uniform(0.01, latest), process)

    def _answer_time(self, attempt: Attempt) -> float:
        if attempt.fate in ("late", "unreachable"):
            return attempt.started + TIMEOUT
        return attempt.started + self._random.uniform(1.01, 3)

    def _outcome(self, attempt: Attempt) -> httpx.Response:
        fate, answer = attempt.fate, attempt.answer
        if fate in ERRORS:
            raise ERRORS[fate](fate)
        if fate == "web_page":
            answer = Answer(200, "text/html", "<html>Log in to the network</html>")
        elif fate not in ("passes", "cut", "garbled"):
            answer = Answer(int(fate[:3]), "text/plain", fate)
        assert answer is not None
        content = answer.text.encode()
        headers = {"content-type": answer.content_type} | self._retry_after(attempt)
        if answer.date is not None:
            headers["date"] = answer.date
        if fate == "garbled":
            headers["content-encoding"] = "gzip"
        stream = CutStream(content) if fate == "cut" else httpx.ByteStream(content)
        return httpx.Response(answer.status, headers=headers, stream=stream)

    def _retry_after(self, attempt: Attempt) -> dict[str, str]:
        if attempt.fate not in ("429", "503") or self._random.random() < 0.3:
            return {}
        kind = self._random.choice(["seconds", "seconds", "date", "nonsense"])
        if kind == "nonsense":
            nonsense = ["soon", "-1", "0", "1e9", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
            return {"retry-after": self._random.choice(nonsense)}
        seconds = self._random.choice([1, 3, 50, 4000])
        if kind == "seconds":
            attempt.asked_to_wait = seconds
            return {"retry-after": str(seconds)}
        # A date has no fractions of a second.
        moment = int(EPOCH + self._time.now) + seconds
        attempt.asked_to_wait = max(0.0, moment - EPOCH - self._time.now)
        return {"retry-after": formatdate(moment, usegmt=True)}
