"""What shall go wrong with the next requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, TypeAlias

from phoenix_traces.testing.fake.messages import JSON_TYPE, TEXT_TYPE, Answer, Request

Moment: TypeAlias = Literal["before", "after"]


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
class Drop:
    """A connection that breaks.

    Attributes:
        moment: Before the server has carried out the request, or after.
        path: What the path of the request must end with.
    """

    moment: Moment
    path: str


class Script:
    """The failures that are still to come, in order."""

    def __init__(self) -> None:
        self._events: list[Failure | Drop] = []

    def add(self, event: Failure | Drop, times: int) -> None:
        """Have something happen to the next requests that it is for."""
        if times < 1:
            raise ValueError(f"times is {times}; it must be 1 or more")
        self._events += [event] * times

    def take(self, request: Request) -> Failure | Drop | None:
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
    """
    if not 400 <= status <= 599:
        raise ValueError(f"status is {status}; a failure has one from 400 to 599")
    named = dict(headers)
    if retry_after is not None:
        named["retry-after"] = (
            f"{retry_after:g}" if isinstance(retry_after, float) else str(retry_after)
        )
    return prepared(status, body=_usual_body(status) if body is None else body, headers=named)


def prepared(status: int, *, body: object, headers: Mapping[str, str]) -> Answer:
    """Return an answer of any kind.

    Args:
        status: 200 to 599.
        body: A text, bytes, or what is sent as JSON.
        headers: Further ones, or others.
    """
    if not 200 <= status <= 599:
        raise ValueError(f"status is {status}; it must be from 200 to 599")
    content, content_type = _encoded(body)
    given = {name.lower(): text for name, text in headers.items()}
    return Answer(status, content, {"content-type": content_type} | given)


def _encoded(body: object) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), TEXT_TYPE
    return json.dumps(body).encode(), JSON_TYPE


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
