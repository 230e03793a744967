"""A model of Phoenix: the table of annotations, and the rules by which requests change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

import httpx

KINDS = ("LLM", "CODE", "HUMAN")
RESERVED_NAME = "note"
NEVER = float("inf")
KEPT_SECONDS = 600.0  # how long a queued annotation waits for its trace

Row = Mapping[str, Any]


class Key(NamedTuple):
    """What the server keeps one annotation for."""

    name: str
    trace_id: str
    identifier: str


class Stored(NamedTuple):
    """One row of the table."""

    id: str
    row: Row


class Answer(NamedTuple):
    """What the server says."""

    status: int
    content_type: str
    text: str
    date: str | None = None


@dataclass(frozen=True)
class Queued:
    """An annotation that was taken with `sync=false`."""

    row: Row
    since: float


def key_of(row: Row) -> Key:
    return Key(row["name"], row["trace_id"], row.get("identifier", ""))


class ModelServer:
    """Hold annotations, and answer as Phoenix does.

    Args:
        arrivals: When each trace is stored; one that is not in it never is.
        random: For what Phoenix leaves open, such as the order in which it names traces.

    Attributes:
        is_down: Whether nothing answers at its address.
        on_write: Told of every row that is stored or queued, before it is.
    """

    def __init__(
        self,
        arrivals: Mapping[str, float],
        *,
        random: Random,
    ) -> None:
        self.arrivals = dict(arrivals)
        self.is_down = False
        self.table: dict[Key, Stored] = {}
        self.queue: list[Queued] = []
        self.taken: dict[Key, Row] = {}
        self._ids = 0
        self._random = random
        self.on_write: Callable[[Row], None] = lambda row: None

    def has_trace(self, trace_id: str, now: float) -> bool:
        return self.arrivals.get(trace_id, NEVER) <= now

    def answer(self, request: httpx.Request, now: float) -> Answer | None:
        """Answer a request; None where it dies with the server."""
        sync = request.url.params.get("sync") == "true"
        return self.post(request.content, sync=sync, now=now)

    def post(self, body: bytes, *, sync: bool, now: float) -> Answer:
        """Answer `POST /v1/trace_annotations`."""
        rows: Sequence[Row] = json.loads(body)["data"]
        if refused := [at for at, row in enumerate(rows) if row["annotator_kind"] not in KINDS]:
            return _refusal(refused)
        if any(row["name"] == RESERVED_NAME for row in rows):
            return Answer(400, "text/plain", "The name 'note' is reserved for span notes.")
        if not sync:
            return self._enqueue(rows, now)
        missing = sorted(
            {row["trace_id"] for row in rows if not self.has_trace(row["trace_id"], now)}
        )
        if missing:
            self._random.shuffle(missing)
            return Answer(404, "text/plain", f"Traces with IDs {', '.join(missing)} do not exist.")
        for row in rows:
            self.on_write(row)
        ids = [{"id": self._upsert(row, now)} for row in rows]
        return Answer(200, "application/json", json.dumps({"data": ids}))

    def _enqueue(self, rows: Sequence[Row], now: float) -> Answer:
        for row in rows:
            self.on_write(row)
            self.taken[key_of(row)] = row
            self.queue.append(Queued(row, now))
        return Answer(200, "application/json", '{"data":[]}')

    def work_off(self, now: float) -> None:
        """Store what is queued and has its trace; forget what has waited for too long."""
        queued, self.queue = self.queue, []
        for each in queued:
            if self.has_trace(each.row["trace_id"], now):
                self._upsert(each.row, each.since)
            elif now - each.since < KEPT_SECONDS:
                self.queue.append(each)

    def put(self, row: Row) -> None:
        """Store a row that was there before anything else happened."""
        self.table[key_of(row)] = Stored(self._new_id(), row)

    def _new_id(self) -> str:
        self._ids += 1
        return f"TraceAnnotation:{self._ids}"

    def _upsert(self, row: Row, since: float) -> str:
        """Store a row that was sent at some time, and return its ID."""
        key = key_of(row)
        there = self.table.get(key)
        annotation_id = there.id if there else self._new_id()
        self.table[key] = Stored(annotation_id, row)
        return annotation_id


def _refusal(places: Sequence[int]) -> Answer:
    detail = [
        {
            "type": "literal_error",
            "loc": ["body", "data", at, "annotator_kind"],
            "msg": "no such kind",
        }
        for at in places
    ]
    return Answer(422, "application/json", json.dumps({"detail": detail}))
