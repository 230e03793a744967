"""A model of Phoenix whose queue works by itself, and of the project that is read back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import formatdate
from functools import partial
from random import Random
from typing import Any, Protocol

import httpx
from typing_extensions import override

from tests.simulation.clock import EPOCH
from tests.simulation.queue_script import Event, World
from tests.simulation.server import (
    KEPT_SECONDS,
    Answer,
    Key,
    ModelServer,
    Queued,
    Row,
    Stored,
    key_of,
)

RETRY_SECONDS = 10.0
DOWN_SECONDS = 12.0
ROUND_SECONDS = 0.1
_ABSENT = "None of the supplied trace_ids exist in this project"
_DATES_OFF = {"right": 0.0, "behind": -1_000.0, "ahead": 1_000.0}


class Agenda(Protocol):
    """What a server needs of a clock."""

    @property
    def now(self) -> float: ...

    def at(self, moment: float, happen: Callable[[], None]) -> None: ...


class QueueServer(ModelServer):
    """Phoenix with a queue that works by itself, restarts, and other people.

    Attributes:
        updated: When what is stored under a key was sent.
        history: Everything that was ever stored under a key.
    """

    def __init__(
        self, arrivals: dict[str, float], *, random: Random, time: Agenda, world: World
    ) -> None:
        super().__init__(arrivals, random=random)
        self.updated: dict[Key, float] = {}
        self.history: dict[Key, list[Stored]] = defaultdict(list)
        self._time = time
        self._chance = random
        self._world = world
        self._round_is_due = False
        for event in world.events:
            time.at(event.at, partial(self._happen, event))

    # What happens to it

    def _happen(self, event: Event) -> None:
        if event.what == "restart":
            self.queue.clear()
            self.is_down = True
            self._time.at(self._time.now + DOWN_SECONDS, self._come_back)
            return
        if event.what == "spoilt round":
            self.queue.clear()
            return
        assert event.row is not None
        if self.is_down or not self.has_trace(event.row["trace_id"], self._time.now):
            return
        if event.what == "written":
            self._upsert(event.row, self._time.now)
        elif event.what == "queued":
            self._enqueue([event.row], self._time.now)
        else:
            self.table.pop(key_of(event.row), None)

    def _come_back(self) -> None:
        self.is_down = False

    # Its queue

    @override
    def _enqueue(self, rows: Any, now: float) -> Answer:
        answer = super()._enqueue(rows, now)
        self._plan_round(ROUND_SECONDS)
        return answer

    def _plan_round(self, seconds: float) -> None:
        if not self._round_is_due:
            self._round_is_due = True
            self._time.at(self._time.now + seconds, self._begin_round)

    def _begin_round(self) -> None:
        """Take all that is queued; it is stored at once, after a while."""
        self._round_is_due = False
        taken, self.queue = self.queue, []
        if not taken:
            return
        seconds = self._chance.uniform(0, self._world.slowness) * len(taken)
        began = self._time.now
        self._round_is_due = True
        self._time.at(began + seconds, lambda: self._end_round(taken))

    def _end_round(self, taken: list[Queued]) -> None:
        self._round_is_due = False
        now = self._time.now
        if self.is_down:
            return
        late: list[Queued] = []
        for each in taken:
            key = key_of(each.row)
            if not self.has_trace(each.row["trace_id"], now):
                if now - each.since < KEPT_SECONDS:
                    late.append(each)
            elif key not in self.table or each.since > self.updated[key]:
                self._upsert(each.row, each.since)
        if late:
            self._time.at(now + RETRY_SECONDS, lambda: self._requeue(late))
        if self.queue:
            self._plan_round(0.0)

    def _requeue(self, late: list[Queued]) -> None:
        if not self.is_down:
            self.queue += late
            self._plan_round(0.0)

    @override
    def work_off(self, now: float) -> None:
        """Do nothing: the queue works by itself."""

    @override
    def _upsert(self, row: Row, since: float) -> str:
        annotation_id = super()._upsert(row, since)
        key = key_of(row)
        self.updated[key] = since
        self.history[key].append(Stored(annotation_id, row))
        return annotation_id

    @override
    def put(self, row: Row) -> None:
        super().put(row)
        key = key_of(row)
        self.updated[key] = -100.0
        self.history[key].append(self.table[key])

    # What it answers

    @override
    def answer(self, request: httpx.Request, now: float) -> Answer | None:
        if self.is_down:
            return None
        answer = (
            self._read(request, now) if request.method == "GET" else super().answer(request, now)
        )
        assert answer is not None
        return answer._replace(date=self._date(now))

    def _date(self, now: float) -> str | None:
        off = _DATES_OFF.get(self._world.dates)
        # As uvicorn does, which makes it anew once a second.
        lag = self._chance.random()
        return None if off is None else formatdate(int(EPOCH + now + off - lag), usegmt=True)

    def _read(self, request: httpx.Request, now: float) -> Answer:
        if f"/projects/{self._world.project}/" not in request.url.path:
            return Answer(404, "text/plain", "Project with name default not found")
        params = request.url.params
        trace_ids = set(params.get_list("trace_ids"))
        here = {each for each in trace_ids if self.has_trace(each, now)} - self._world.elsewhere
        names = params.get_list("include_annotation_names")
        identifiers = params.get_list("identifier")
        found = [
            self._item(key, stored)
            for key, stored in self.table.items()
            if key.trace_id in here
            and (not names or key.name in names)
            and (not identifiers or key.identifier in identifiers)
        ]
        if not found and not here and not identifiers:
            return Answer(404, "text/plain", _ABSENT)
        return Answer(
            200, "application/json", json.dumps({"data": found[::-1], "next_cursor": None})
        )

    def _item(self, key: Key, stored: Stored) -> dict[str, Any]:
        moment = datetime.fromtimestamp(EPOCH + self.updated[key], timezone.utc).isoformat()
        return {
            "id": stored.id,
            "trace_id": key.trace_id,
            "name": key.name,
            "identifier": key.identifier,
            "annotator_kind": stored.row["annotator_kind"],
            "result": {"label": None, "explanation": None, **stored.row["result"]},
            "metadata": {},
            "created_at": moment,
            "updated_at": moment,
            "source": "API",
            "user_id": None,
        }
