"""What goes into the fake server and what comes out of it: requests and answers, without I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from phoenix_traces.testing.fake.json_values import is_array, is_object

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request that arrived.

    Attributes:
        method: In capitals.
        path: Percent-decoded, without the query.
        params: The query: each name with its values, in order.
        headers: By names in lower case. Not part of the repr, since they may hold a key.
        content: The body. Not part of the repr.

    Examples:
        >>> from phoenix_traces.testing import FakePhoenix
        >>> phoenix = FakePhoenix("trace-1")
        >>> _ = phoenix.client().traces.add_trace_annotation(
        ...     trace_id="trace-1", annotation_name="tone", label="kind", sync=True
        ... )
        >>> (request,) = phoenix.requests
        >>> request.method, request.path, request.params
        ('POST', '/v1/trace_annotations', {'sync': ('true',)})
        >>> request.rows[0]["result"]
        {'label': 'kind'}
    """

    method: str
    path: str
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def json(self) -> Any:
        """The body, parsed.

        Raises:
            ValueError: It is not JSON.
        """
        return json.loads(self.content)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The annotations in the body of a request that writes some.

        Raises:
            ValueError: It is no such request.
        """
        if self.method != "POST" or not self.path.endswith("/v1/trace_annotations"):
            raise ValueError(f"{self.method} {self.path} does not write annotations")
        rows: list[dict[str, Any]] = self.json["data"]
        return rows


def named_traces(request: Request) -> list[str]:
    """Return the IDs of the traces that a request writes something on, or asks for by ID."""
    if request.path.endswith("/trace_annotations") and request.method != "POST":
        return list(request.params.get("trace_ids", ()))
    if request.method != "POST" or not request.path.startswith("/v1/trace_"):
        return []
    try:
        data = request.json["data"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
    rows = data if is_array(data) else [data]
    ids = [row.get("trace_id") for row in rows if is_object(row)]
    return [each for each in ids if isinstance(each, str)]


@dataclass(frozen=True)
class Answer:
    """An answer of the server.

    Attributes:
        status: Its HTTP status code.
        content: Its body.
        headers: By names in lower case.
        closes: Whether the server breaks the connection afterwards, as it does after a 500.
        is_cut_off: Whether it breaks it in the middle of the body.
    """

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    closes: bool = False
    is_cut_off: bool = False


class ConnectionDroppedError(Exception):
    """The connection broke, as `drop_next` asked for."""


class Reachable(Protocol):
    """What a connection needs of a fake Phoenix."""

    base_url: str

    def answer(self, request: Request) -> Answer:
        """Answer a request.

        Raises:
            ConnectionDroppedError: The connection breaks.
        """
        ...

    def skip_pause(self, seconds: float) -> None:
        """Note a pause before a retry that is not made."""
        ...


class RefusedError(Exception):
    """A refusal of a request, in plain text.

    Args:
        status: The HTTP status code.
        text: The body.
        headers: Besides the content type.
    """

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.answer: Answer = text_answer(text, status, headers)


class CrashedError(Exception):
    """An exception that the server does not expect, and answers 500."""


def json_answer(value: object, status: int = 200) -> Answer:
    """Return an answer in JSON.

    Raises:
        ValueError: The value has a number that JSON does not have, or half a character.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Answer(status, text.encode(), {"content-type": JSON_TYPE})


def text_answer(
    text: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    closes: bool = False,
) -> Answer:
    """Return an answer in plain text."""
    # Half a character can be in a trace ID that is named; the server does not get that far.
    content = text.encode(errors="replace")
    return Answer(status, content, {"content-type": TEXT_TYPE, **(headers or {})}, closes)


def empty_answer() -> Answer:
    """Return the answer to what was done and has nothing to show."""
    return Answer(204, b"", {"content-type": JSON_TYPE})
