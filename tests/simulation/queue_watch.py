"""What must hold after every step of an upload through the queue, besides what holds for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
from typing_extensions import override

from phoenix_traces.protocol.exchange import Call
from phoenix_traces.report import UploadReport
from tests.simulation.queue_server import QueueServer
from tests.simulation.server import Row, Stored, key_of
from tests.simulation.watch import EPSILON, MISSING_TRACE, STORED, UNKNOWN, CallLog, Watch, demand

SHORTEST_PAUSE = 0.1


class QueueWatch(Watch):
    """Follow one upload through the queue from outside.

    Args:
        rows: As in `Watch`.
        server: What it talks to.
        dates_are_right: Whether its answers tell the time, so that newer can be told from older.
        more: As in `Watch`.
    """

    def __init__(
        self, rows: Sequence[Row], *, server: QueueServer, dates_are_right: bool, **more: Any
    ) -> None:
        super().__init__(rows, server=server, **more)
        self._queue_server = server
        self._dates_are_right = dates_are_right
        self._queued: dict[int, float] = {}
        self._ever_queued: set[int] = set()
        self._named_missing: set[int] = set()
        self._seen_newer: set[int] = set()
        self._look: Call | None = None
        self._done_at_look = 0
        self._looked_at: float | None = None

    # What the upload does

    @override
    def sends(self, call: Call, now: float) -> CallLog:
        if call.method == "GET":
            return self._looks(call, now)
        log = super().sends(call, now)
        for at in log.positions:
            if call.params:
                is_newer = self._dates_are_right and at in self._seen_newer
                demand(not is_newer, "writes over what someone else wrote since")
            else:
                demand(at not in self._queued, "a row queued again")
                self._ever_queued.add(at)
            self._queued.pop(at, None)
        return log

    def _looks(self, call: Call, now: float) -> CallLog:
        demand(self._look is None, "two looks at once")
        demand(len(self._under_way) < self._options.max_concurrency, "too many calls under way")
        waiting = {self._rows[at]["trace_id"] for at in self._queued if self._before[at] != STORED}
        demand(waiting.issuperset(call.params["trace_ids"]), "looks for what it need not")
        within = self._options.confirm_within
        is_due = any(now >= since + within - EPSILON for since in self._queued.values())
        if self._looked_at is not None and self._done == self._done_at_look and not is_due:
            pause = now - self._looked_at
            demand(pause >= SHORTEST_PAUSE - EPSILON, "looks again without a pause")
        self._look = call
        self._under_way[call] = log = CallLog([])
        return log

    @override
    def receives(
        self, call: Call, outcome: httpx.Response | httpx.RequestError, now: float
    ) -> None:
        if call.method == "GET":
            self._under_way.pop(call)
            self._look = None
            self._looked_at = now
            self._done_at_look = self._done
            self._note_newer(call, outcome)
            return
        positions = self._under_way[call].positions
        super().receives(call, outcome, now)
        self._named_missing.difference_update(positions)
        if call.params and isinstance(outcome, httpx.Response) and outcome.status_code == 404:
            queued = self._ever_queued.intersection(positions)
            self._named_missing |= {at for at in queued if self._blamed.get(at) == MISSING_TRACE}
        if not call.params and isinstance(outcome, httpx.Response) and outcome.is_success:
            self._queued |= dict.fromkeys(positions, now)

    def _note_newer(self, call: Call, outcome: httpx.Response | httpx.RequestError) -> None:
        """Take note of rows that the look shows to be overwritten for good."""
        looked_at = [
            at for at in self._queued if self._rows[at]["trace_id"] in call.params["trace_ids"]
        ]
        self._seen_newer.difference_update(looked_at)
        if not isinstance(outcome, httpx.Response) or outcome.status_code != 200:
            if isinstance(outcome, httpx.Response) and outcome.status_code in (401, 404):
                self._seen_newer.clear()  # nothing more is looked for
            return
        try:
            found = outcome.json()["data"]
        except ValueError:
            return
        shown = {
            (each["name"], each["trace_id"], each["identifier"]): each["result"]["score"]
            for each in found
        }
        for at in looked_at:
            key = key_of(self._rows[at])
            updated = self._queue_server.updated.get(key, 0.0)
            is_other = (
                shown.get(key, self._rows[at]["result"]["score"])
                != self._rows[at]["result"]["score"]
            )
            if is_other and updated > self._queued[at] + 3.0:
                self._seen_newer.add(at)

    # What it says

    @override
    def check(self, report: UploadReport) -> None:
        super().check(report)
        unknown = {at for at in self._named_missing - self._busy if report.states[at] == UNKNOWN}
        demand(not unknown, "a row is unknown although its trace is said to be missing")

    @override
    def _may_be_stored_yet(self, at: int, state: int) -> bool:
        # The queue keeps the row of a missing trace, in case that the trace comes.
        return state == MISSING_TRACE and at in self._ever_queued

    @override
    def _check_stored(self, row: Row, inserted_id: str | None) -> None:
        # Someone else may have written over it since, or deleted it.
        demand(
            Stored(str(inserted_id), row) in self._queue_server.history[key_of(row)],
            "a row reported stored never was, or has another ID",
        )
