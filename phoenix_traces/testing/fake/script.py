"""What shall go wrong with the next requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, TypeAlias

from phoenix_traces.testing import arguments
from phoenix_traces.testing.fake.messages import JSON_TYPE, TEXT_TYPE, Answer, Request

Moment: TypeAlias = Literal["before", "after"]
MOMENTS = ("before", "after")

_MOST_TIMES = 1_000_000  # as many entries as nobody notices in memory


@dataclass(frozen=True)
class Failure:
    """An answer in the place of the server's own.

    Attributes:
        answer: It.
        path: What the path of the request must end with.
    """

    answer: Answer
    path: str


@dataclass(frozen=True)
class Raised:
    """An exception in the place of an answer.

    Attributes:
        error: It.
        path: What the path of the request must end with.
    """

    error: Exception
    path: str


@dataclass(frozen=True)
class Drop:
    """A connection that breaks.

    Attributes:
        moment: Before the server has carried out the request, or after.
        path: What the path of the request must end with.
    """

    moment: Moment
    path: str


Event: TypeAlias = Failure | Raised | Drop


class Script:
    """The failures that are still to come, in order."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, event: Event, times: int) -> None:
        """Have something happen to the next requests that it is for.

        Raises:
            TypeError: An argument is of a wrong kind.
            ValueError: It is to happen less than once.
        """
        arguments.text(event.path, "path")
        self._events += [event] * arguments.count(times, "times", least=1, most=_MOST_TIMES)

    def take(self, request: Request) -> Event | None:
        """Return what happens to a request, if something does, and cross it out."""
        for at, event in enumerate(self._events):
            if request.path.endswith(event.path):
                return self._events.pop(at)
        return None

    def __len__(self) -> int:
        return len(self._events)


def failure(
    status: int,
    *,
    retry_after: float | str | None,
    body: object,
    headers: Mapping[str, str],
) -> Answer:
    """Return an answer as the server, or a proxy in front of it, gives it with a status.

    Args:
        status: 400 or more.
        retry_after: Of the header of that name.
        body: A text, bytes, or what is sent as JSON; None for what is usual.
        headers: Further ones.

    Raises:
        TypeError: An argument is of a wrong kind.
        ValueError: An argument makes no sense.
    """
    arguments.count(status, "status", least=400, most=599)
    named = dict(arguments.headers(headers))
    if (pause := arguments.retry_after(retry_after)) is not None:
        named["retry-after"] = pause
    return prepared(status, body=_usual_body(status) if body is None else body, headers=named)


def prepared(
    status: int, *, body: object, headers: Mapping[str, str], is_cut_off: bool = False
) -> Answer:
    """Return an answer of any kind.

    Args:
        status: 200 to 599.
        body: A text, bytes, or what is sent as JSON. No bytes have no content type.
        headers: Further ones, or others.
        is_cut_off: Whether only half of the body arrives.

    Raises:
        TypeError: An argument is of a wrong kind.
        ValueError: An argument makes no sense.
    """
    arguments.count(status, "status", least=200, most=599)
    arguments.flag(is_cut_off, "cut_off")
    content, content_type = _encoded(body)
    named = {} if content == b"" == body else {"content-type": content_type}
    named |= {name.lower(): text for name, text in arguments.headers(headers).items()}
    return Answer(status, content, named, is_cut_off=is_cut_off)


def _encoded(body: object) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        # As a test may have it, half a character included; what receives it has to cope.
        return body.encode(errors="surrogatepass"), TEXT_TYPE
    try:
        return json.dumps(body).encode(), JSON_TYPE
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"body must be a text, bytes or what JSON can hold: {error}") from None


def _usual_body(status: int) -> object:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        # What the server says of its own models, of the first row.
        mistake: dict[str, object] = {
            "type": "value_error",
            "loc": ["body", "data", 0],
            "msg": "Value error, refused as the test asked for",
            "input": None,
        }
        return {"detail": [mistake]}
    if status == HTTPStatus.UNAUTHORIZED:
        return "Invalid token"
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
