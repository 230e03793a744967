"""A project of Phoenix in memory, and a driver without network and without waiting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar
from urllib.parse import unquote

import httpx

from phoenix_traces.protocol.exchange import Call, Exchange, Outcome

ResultT = TypeVar("ResultT")
Answer: TypeAlias = Callable[[Call], Outcome]

VERSION = "20.26.1"
_URL = "http://phoenix.test/"
_MOMENT = "2026-11-22T12:00:00+00:00"


class Clock:
    """Tells the time that a test has let pass."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []

    def wait_until(self, moment: float) -> None:
        self.waits.append(moment - self.now)
        self.now = max(self.now, moment)


def play(exchange: Exchange[ResultT], answer: Answer, clock: Clock | None = None) -> ResultT:
    """Carry out an exchange, one call at a time; what it waits for passes at once."""
    time = clock or Clock()
    while (step := exchange.next_call(time.now)) is not None:
        if isinstance(step, Call):
            exchange.receive(step, answer(step), time.now)
        else:
            time.wait_until(step.moment)
    return exchange.result()


def response_to(
    call: Call,
    status: int = 200,
    *,
    data: object = None,
    text: str | None = None,
    version: str | None = VERSION,
) -> httpx.Response:
    """Return an answer to a call, with the request that a driver would have made of it."""
    return httpx.Response(
        status,
        headers={} if version is None else {"x-phoenix-server-version": version},
        json=data if text is None else None,
        text=text,
        request=httpx.Request(call.method, _URL + call.path, params=call.params),
    )


class Project:
    """Answer as Phoenix does for one project: reading by pages, and writing.

    Args:
        trace_ids: The traces that it has.
        name: Its name.
        version: What the server says it is.

    Attributes:
        calls: What was asked.
        annotations: What it has, oldest first.
    """

    def __init__(
        self,
        trace_ids: Iterable[str] = (),
        *,
        name: str = "default",
        version: str | None = VERSION,
    ) -> None:
        self.trace_ids = set(trace_ids)
        self.calls: list[Call] = []
        self.annotations: list[dict[str, Any]] = []
        self._by_key: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._name = name
        self._version = version

    @property
    def reads(self) -> list[Call]:
        return [call for call in self.calls if call.method == "GET"]

    @property
    def written(self) -> list[dict[str, Any]]:
        """The rows of all requests that wrote, in order."""
        bodies = (call.content for call in self.calls if call.method == "POST")
        return [row for body in bodies for row in json.loads(body or b"")["data"]]

    def store(self, row: Mapping[str, Any]) -> str:
        """Keep a row as Phoenix does, and return its ID."""
        key = (row["trace_id"], row["name"], row.get("identifier", ""))
        stored = self._by_key.get(key)
        if stored is None:
            stored = self._by_key[key] = {"id": f"id-{len(self.annotations) + 1}"}
            self.annotations.append(stored)
        given = row["result"]
        stored |= {
            "trace_id": key[0],
            "name": key[1],
            "identifier": key[2],
            "annotator_kind": row["annotator_kind"],
            "result": {each: given.get(each) for each in ("label", "score", "explanation")},
            "metadata": row.get("metadata", {}),
            "created_at": _MOMENT,
            "updated_at": _MOMENT,
            "source": "API",
            "user_id": None,
        }
        return str(stored["id"])

    def __call__(self, call: Call) -> httpx.Response:
        self.calls.append(call)
        return self._read(call) if call.method == "GET" else self._write(call)

    def _answer(self, call: Call, status: int = 200, **content: Any) -> httpx.Response:
        return response_to(call, status, version=self._version, **content)

    def _write(self, call: Call) -> httpx.Response:
        rows = json.loads(call.content or b"")["data"]
        ids = [{"id": self.store(row)} for row in rows]
        return self._answer(call, data={"data": ids if "sync" in call.params else []})

    def _read(self, call: Call) -> httpx.Response:
        project = unquote(call.path.split("/")[2])
        if project != self._name:
            return self._answer(call, 404, text=f"Project with name {project} not found")
        asked = {name: _list(value) for name, value in call.params.items()}
        found = [each for each in reversed(self.annotations) if _is_asked_for(each, asked)]
        trace_ids = set(asked.get("trace_ids", ()))
        if not found and "identifier" not in asked and not trace_ids & self.trace_ids:
            words = "None of the supplied trace_ids exist in this project"
            return self._answer(call, 404, text=words)
        start = int(asked["cursor"][0]) if "cursor" in asked else 0
        end = start + int(asked["limit"][0])
        cursor = str(end) if end < len(found) else None
        return self._answer(call, data={"data": found[start:end], "next_cursor": cursor})


def _list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _is_asked_for(annotation: Mapping[str, Any], asked: Mapping[str, Sequence[str]]) -> bool:
    wanted = {"trace_ids": "trace_id", "identifier": "identifier"}
    included = asked.get("include_annotation_names") or [annotation["name"]]
    return (
        all(annotation[key] in asked[name] for name, key in wanted.items() if name in asked)
        and annotation["name"] in included
        and annotation["name"] not in asked.get("exclude_annotation_names", ())
    )
