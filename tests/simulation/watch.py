"""What must hold after every step of an upload, whatever happens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from phoenix_traces.errors import PhoenixHTTPError, ServerValidationError, TraceNotFoundError
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.report import RowState, UploadReport
from phoenix_traces.rules.annotation import InsertedTraceAnnotation
from phoenix_traces.transport.retries import (
    LAST_ATTEMPT_SHARE,
    LONGEST_BACKOFF,
    LONGEST_RETRY_AFTER,
)
from phoenix_traces.uploads.options import UploadOptions
from tests.simulation.network import Attempt
from tests.simulation.server import KINDS, Key, ModelServer, Row, key_of

# As bytes, which is what states are compared with.
NOT_SENT = int(RowState.NOT_SENT)
UNKNOWN = int(RowState.UNKNOWN)
STORED = int(RowState.STORED)
QUEUED = int(RowState.QUEUED)
MISSING_TRACE = int(RowState.MISSING_TRACE)
REJECTED = int(RowState.REJECTED)
SUPERSEDED = int(RowState.SUPERSEDED)
SENDABLE = (NOT_SENT, UNKNOWN, MISSING_TRACE, REJECTED)

RETRIED_STATUSES = (429, 502, 503, 504)
RETRIED_ERRORS = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
EPSILON = 0.002  # the shortest time that the retries count with, and some


class BrokenPromiseError(AssertionError):
    """Say which of the promises was broken."""


def demand(condition: object, promise: str) -> None:
    if not condition:
        raise BrokenPromiseError(promise)


def _may_be_retried(outcome: int | type[Exception] | None) -> bool:
    if isinstance(outcome, type):
        return issubclass(outcome, RETRIED_ERRORS)
    return outcome in RETRIED_STATUSES


@dataclass
class CallLog:
    """One call: its rows and what was tried for it."""

    positions: list[int]
    attempts: list[Attempt] = field(default_factory=list[Attempt])


class Watch:
    """Follow one upload from outside, and compare what it says with what is so.

    Args:
        rows: The input; each row's score is unlike the others'.
        sync: Whether rows are stored, or only queued, when the answer comes.
        options: Those of the upload.
        server: What it talks to.
        max_retries: Attempts after the first that a call may take.
        budget: Seconds that it may take.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        sync: bool,
        options: UploadOptions,
        server: ModelServer,
        max_retries: int,
        budget: float,
    ) -> None:
        self._rows = rows
        self._sync = sync
        self._options = options
        self._server = server
        self._max_retries = max_retries
        self._last_start = budget * (1 - LAST_ATTEMPT_SHARE)
        self._position = {row["result"]["score"]: at for at, row in enumerate(rows)}
        last: dict[Key, int] = {key_of(row): at for at, row in enumerate(rows)}
        self._winner = [last[key_of(row)] for row in rows]
        self._is_refused = [row["annotator_kind"] not in KINDS for row in rows]
        self._under_way: dict[Call, CallLog] = {}
        self._busy: set[int] = set()
        self._written: set[int] = set()
        self._missed: dict[int, float] = {}
        # What the server said last against each row.
        self._blamed: dict[int, int] = {}
        self._taken = STORED if sync else QUEUED
        self._last_asks: Counter[int] = Counter()
        self._before = bytes(len(rows))
        self._done = 0
        self._has_failed = False

    # What the upload does

    def sends(self, call: Call, now: float) -> CallLog:
        content = call.content or b""
        rows: list[Row] = json.loads(content)["data"]
        positions = [self._position[row["result"]["score"]] for row in rows]
        demand(
            not self._has_failed or self._options.on_error == "continue", "sends after it failed"
        )
        demand(positions, "an empty request")
        demand(positions == sorted(set(positions)), "rows out of order, or twice, in a request")
        demand(self._busy.isdisjoint(positions), "a row twice under way")
        demand({self._before[at] for at in positions} <= {*SENDABLE}, "a row sent that is stored")
        for at in positions:
            demand(self._winner[at] == at, "a row sent that another replaces")
            self._check_patience(at, now)
        limit = self._options.batch_size
        demand(limit is None or len(rows) <= limit, "more rows than batch_size")
        demand(
            len(rows) == 1 or len(content) <= self._options.max_batch_bytes,
            "more bytes than max_batch_bytes",
        )
        demand(len(self._under_way) < self._options.max_concurrency, "too many calls under way")
        self._busy.update(positions)
        self._under_way[call] = log = CallLog(positions)
        return log

    def _check_patience(self, at: int, now: float) -> None:
        if (since := self._missed.get(at)) is None:
            return
        demand(self._options.wait_for_traces > 0, "a row sent again although its trace is missing")
        if now >= since + self._options.wait_for_traces - EPSILON:
            self._last_asks[at] += 1
            demand(self._last_asks[at] == 1, "a missing trace asked for after the time to wait")

    def attempts(self, log: CallLog, attempt: Attempt) -> None:
        log.attempts.append(attempt)
        if len(log.attempts) == 1:
            return
        previous = log.attempts[-2].outcome
        demand(_may_be_retried(previous), f"tried again after {previous}")
        demand(len(log.attempts) <= self._max_retries + 1, "more attempts than max_retries")
        since = attempt.started - log.attempts[0].started
        demand(since <= self._last_start + EPSILON, "an attempt when the time is almost up")

    def pauses(self, log: CallLog, seconds: float, now: float) -> None:
        asked = log.attempts[-1].asked_to_wait
        if not asked:
            demand(seconds <= LONGEST_BACKOFF + EPSILON, "a longer pause than the policy has")
            return
        left = log.attempts[0].started + self._last_start - now
        expected = min(asked, LONGEST_RETRY_AFTER, left)
        demand(abs(seconds - expected) < EPSILON, "another pause than Retry-After asks for")

    def receives(
        self, call: Call, outcome: httpx.Response | httpx.RequestError, now: float
    ) -> None:
        log = self._under_way.pop(call)
        self._busy.difference_update(log.positions)
        if not isinstance(outcome, httpx.Response):
            return
        named = self._named_in(outcome, log.positions)
        for at in log.positions:
            self._blamed.pop(at, None)
        self._blamed.update(named)
        if outcome.status_code == 404:
            for at in log.positions:
                if f" {self._rows[at]['trace_id']}" in outcome.text.replace(",", " "):
                    self._missed.setdefault(at, now)
                else:
                    self._missed.pop(at, None)

    def _named_in(self, answer: httpx.Response, positions: Sequence[int]) -> dict[int, int]:
        """Return what an answer says against rows; where it names none, it is against all."""
        status = answer.status_code
        if status < 300 or status >= 500 or (status == 413 and len(positions) > 1):
            return {}
        named: dict[int, int] = {}
        if status == 404:
            said = answer.text.replace(",", " ")
            missing = (at for at in positions if f" {self._rows[at]['trace_id']}" in said)
            named = dict.fromkeys(missing, MISSING_TRACE)
        elif status == 422:
            places: list[int] = [each["loc"][2] for each in answer.json()["detail"]]
            named = dict.fromkeys((positions[place] for place in places), REJECTED)
        return named or dict.fromkeys(positions, REJECTED)

    def progresses(self, done: int, total: int) -> None:
        demand(total == len(self._rows), "progress of another number of rows")
        demand(self._done <= done <= total, "progress goes back or past the end")
        self._done = done

    def writes(self, row: Row) -> None:
        """Take note that the server stores or queues a row."""
        at = self._position.get(row["result"]["score"])
        if at is None:
            return
        demand(self._winner[at] == at, "a replaced row reaches the table")
        self._written.add(at)

    # What it says

    def check(self, report: UploadReport) -> None:
        """Compare the account with the table."""
        states = report.states
        stored = report.stored
        parts = (stored, report.queued, report.unknown, report.not_stored, report.superseded)
        everything = range(len(self._rows))
        demand(sum(map(len, parts)) == len(everything), "the account does not add up")
        demand(set[int]().union(*parts) == set(everything), "the account does not add up")
        demand(not stored or self._sync, "a row is stored that was only queued")
        demand(not report.queued or not self._sync, "a row is queued that was to be stored")
        ids = {at for at in everything if self._winner[at] in stored}
        demand(set(report.inserted) == ids, "other rows have IDs than are stored")
        taken = self._taken
        for at in everything:
            winner, state = self._winner[at], states[at]
            demand(
                (state == SUPERSEDED) is (winner != at), "a row is superseded that none replaces"
            )
            demand(state == taken or self._before[at] != taken, "a row is no longer stored")
            if winner != at:
                same = report.inserted.get(at) == report.inserted.get(winner)
                demand(same, "a replaced row has another ID than its winner")
            elif state == taken:
                self._check_stored(self._rows[at], report.inserted.get(at))
            elif at in self._busy:
                demand(state == UNKNOWN, "a row under way is not unknown")
            elif state != UNKNOWN:
                is_stored = at in self._written and not self._may_be_stored_yet(at, state)
                demand(not is_stored, "a row reported not stored is stored")
                blamed = self._blamed.get(at, NOT_SENT)
                demand(state == blamed, "a row is blamed for nothing, or for nothing blamed")
        self._before = states
        if report.failures:
            self._check_failures(report)

    def _may_be_stored_yet(self, at: int, state: int) -> bool:
        """Tell whether a row may be stored although the account has a reason why it is not."""
        return False

    def _check_stored(self, row: Row, inserted_id: str | None) -> None:
        if not self._sync:
            demand(self._server.taken.get(key_of(row)) == row, "a stored row is not queued")
            return
        there = self._server.table.get(key_of(row))
        demand(there, "a row reported stored is not in the table")
        assert there is not None
        demand(there.row == row, "a row reported stored has another value")
        demand(there.id == inserted_id, "a row has another ID than was inserted")

    def _check_failures(self, report: UploadReport) -> None:
        named = [at for failure in report.failures for at in failure.positions]
        demand(len(named) == len(set(named)), "a row failed twice")
        demand(report.stored.isdisjoint(named), "a stored row failed")
        for failure in report.failures:
            error = failure.error
            if isinstance(error, ServerValidationError) and self._options.on_error == "continue":
                are_refused = (self._is_refused[at] for at in failure.positions)
                demand(all(are_refused), "a good row failed for a bad one")
            if isinstance(error, TraceNotFoundError) and self._goes_on_without_missing():
                ids = {self._rows[at]["trace_id"] for at in failure.positions}
                demand(ids <= set(error.missing_trace_ids), "a row failed for another one's trace")
        self._has_failed = any(
            self._options.on_missing_trace == "raise"
            or not isinstance(failure.error, TraceNotFoundError)
            for failure in report.failures
        )

    def _goes_on_without_missing(self) -> bool:
        return self._options.on_missing_trace == "skip" or self._options.wait_for_traces > 0

    # How it ends

    def check_result(
        self, inserted: Sequence[InsertedTraceAnnotation], report: UploadReport
    ) -> None:
        """Check an upload that returned."""
        ids = [report.inserted[at] for at in sorted(report.inserted)]
        demand([each.id for each in inserted] == ids, "other results than the account")
        demand(not report.unknown, "returns although rows are unknown")
        self.check_complete(report)

    def check_complete(self, report: UploadReport) -> None:
        """Check an upload that returned, or would have if a warning were no error here."""
        demand(not self._has_failed, "returns although rows failed")
        skipped = {at for failure in report.failures for at in failure.positions}
        missing = report.not_stored | report.unknown
        demand(missing <= skipped, "returns although rows are missing")
        demand(self._done == len(self._rows), "returns before the progress is whole")

    def check_error(self, error: PhoenixHTTPError, report: UploadReport) -> None:
        """Check an upload that failed."""
        demand(
            isinstance(error, (httpx.HTTPStatusError, httpx.TransportError)), "no error of httpx"
        )
        demand(error.report == report, "the error carries another account")
        demand(self._has_failed, "fails although no row did")
        if self._options.on_error == "continue":
            named = {at for failure in report.failures for at in failure.positions}
            missing = report.not_stored | report.unknown
            demand(missing <= named, "a row was lost silently")
