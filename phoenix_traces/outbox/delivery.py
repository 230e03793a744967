"""One round of sending: late annotations are compared first, the others go out in one upload.

This is an exchange like any other (see `protocol/exchange`): it does no I/O, and the time is handed
in. A driver of the sync or the async client carries it out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from typing_extensions import override

from phoenix_traces.errors import (
    AuthenticationError,
    PhoenixHTTPError,
    PhoenixStatusError,
    ProjectNotFoundError,
    ServerValidationError,
    TraceNotFoundError,
    UnexpectedResponseError,
)
from phoenix_traces.inputs.rows import Key
from phoenix_traces.outbox.entries import Entry, as_rows
from phoenix_traces.outbox.guard import Guard
from phoenix_traces.outbox.moments import Clock, age
from phoenix_traces.outbox.server_clock import ServerClock
from phoenix_traces.protocol.exchange import Call, Exchange, NoAnswer, Outcome, Step
from phoenix_traces.report import UploadReport
from phoenix_traces.stored.lookup import Lookup
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.upload import Upload

# What Phoenix, or a proxy, says about one request's body and would say again.
_ABOUT_THE_BODY = frozenset({400, 413, 422})

RowStatus: TypeAlias = Literal["stored", "kept_out", "rejected", "missing_trace", "waiting"]


@dataclass(frozen=True)
class RowOutcome:
    """What became of one annotation in a round.

    Attributes:
        status: "missing_trace" when the server says so now; "waiting" when it is to be sent again.
        annotation_id: The server's, where it is stored.
        reason: Why it is not stored, in the server's words where it said something.
    """

    status: RowStatus
    annotation_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Trouble:
    """What kept a round, or a part of it, from coming through.

    Attributes:
        kind: "access" for 401 and 403; "body" where the server refused a request and did not say
            which annotation in it; "other" for all else.
        words: What the server or the network said.
    """

    kind: Literal["access", "body", "other"]
    words: str


@dataclass(frozen=True)
class Delivered:
    """What one round came to.

    Attributes:
        outcomes: What became of each annotation, in order.
        trouble: What kept some of them from coming through, if anything.
    """

    outcomes: Sequence[RowOutcome]
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Round:
    """What is sent in one round.

    Attributes:
        entries: The annotations, no two with the same key.
        ours: Fingerprints of what this outbox sent before under their keys.
    """

    entries: Sequence[Entry]
    ours: Mapping[Key, Collection[bytes]] = field(default_factory=dict[Key, "Collection[bytes]"])


class Delivery(Exchange[Delivered]):
    """The exchange that sends the annotations of one round.

    Args:
        sent: What is sent.
        guard: What late ones must not replace.
        max_batch_bytes: Most bytes in a request's body.
        clock: Tells the time.
    """

    max_concurrency = 1

    def __init__(self, sent: Round, *, guard: Guard, max_batch_bytes: int, clock: Clock) -> None:
        self._sent = sent
        self._guard = guard
        self._clock = clock
        self._options = UploadOptions(
            on_error="continue", on_missing_trace="skip", max_batch_bytes=max_batch_bytes
        )
        self._server_clock = ServerClock()
        self._outcomes: dict[int, RowOutcome] = {}
        self._trouble: Trouble | None = None
        begins = clock()
        late = [
            (position, entry)
            for position, entry in enumerate(sent.entries)
            if age(entry.put, begins) >= guard.compare_after
        ]
        self._lookup: Lookup[Entry] | None = None
        if late:
            self._lookup = Lookup(
                as_rows(late, len(sent.entries)), project_identifier=guard.project_identifier
            )
        self._upload: Upload[Entry] | None = None

    @override
    def next_call(self, now: float) -> Step:
        """Return the next request: to read what Phoenix has, and then to write."""
        if self._upload is None and self._lookup is not None:
            call = self._lookup.next_call(now)
            if call is not None or not self._lookup.is_over:
                return call
            self._decide(self._lookup)
        return self._writing().next_call(now)

    def _writing(self) -> Upload[Entry]:
        if self._upload is None:
            left = [
                (position, entry)
                for position, entry in enumerate(self._sent.entries)
                if position not in self._outcomes
            ]
            rows = as_rows(left, len(self._sent.entries))
            self._upload = Upload(rows, sync=True, options=self._options)
        return self._upload

    def _decide(self, lookup: Lookup[Entry]) -> None:
        """Settle the late annotations that are not to be sent."""
        if lookup.error is not None:
            self._fail([each.position for each in lookup.wanted], lookup.error)
            return
        now = self._clock()
        for each in lookup.wanted:
            match = lookup.matches.get(each.position)
            if match is None:
                continue
            if not match.differences:
                self._outcomes[each.position] = RowOutcome("stored", match.annotation_id)
                continue
            objection = self._guard.objection(
                each.row,
                match,
                earliest_put=self._server_clock.earliest(each.row.put, now),
                ours=self._sent.ours.get(each.key, ()),
            )
            if objection:
                self._outcomes[each.position] = RowOutcome("kept_out", reason=objection)

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what the server has, or what came of a batch."""
        if not isinstance(outcome, NoAnswer):
            self._server_clock.hear(outcome.headers.get("date"), self._clock())
        if self._upload is None and self._lookup is not None:
            self._lookup.receive(call, outcome, now)
        else:
            self._writing().receive(call, outcome, now)

    @override
    def result(self) -> Delivered:
        """Return what became of every annotation; what is not known is to be sent again."""
        self._take_report(self._writing().report())
        waiting = RowOutcome("waiting", reason=self._trouble.words if self._trouble else "")
        outcomes = [
            self._outcomes.get(position, waiting) for position in range(len(self._sent.entries))
        ]
        return Delivered(outcomes, self._trouble)

    def _take_report(self, report: UploadReport) -> None:
        for position, annotation_id in report.inserted.items():
            self._outcomes[position] = RowOutcome("stored", annotation_id)
        for failure in report.failures:
            self._fail(failure.positions, failure.error)

    def _fail(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        outcome = _of_rows(positions, error)
        if outcome is None:
            self._trouble = self._trouble or _trouble(error)
            outcome = RowOutcome("waiting", reason=_words(error))
        for position in positions:
            self._outcomes[position] = outcome

    @override
    def interrupted(self, error: BaseException) -> None:
        """Do nothing: what was under way is sent again, and replaces itself."""


def _of_rows(positions: Sequence[int], error: PhoenixHTTPError) -> RowOutcome | None:
    """Return what an error says of rows, or None where it is no fault of theirs."""
    if isinstance(error, UnexpectedResponseError):
        return None
    if isinstance(error, ProjectNotFoundError):  # it comes with its first trace
        return RowOutcome("missing_trace", reason=_words(error))
    if isinstance(error, TraceNotFoundError) and error.missing_trace_ids:
        return RowOutcome("missing_trace", reason=_words(error))
    is_about_rows = isinstance(error, ServerValidationError) and bool(error.positions)
    is_alone = len(positions) == 1
    if is_about_rows or (is_alone and _status(error) in _ABOUT_THE_BODY):
        return RowOutcome("rejected", reason=_words(error))
    return None


def _trouble(error: PhoenixHTTPError) -> Trouble:
    if isinstance(error, AuthenticationError):
        return Trouble("access", _words(error))
    kind: Literal["body", "other"] = "body" if _status(error) in _ABOUT_THE_BODY else "other"
    return Trouble(kind, _words(error))


def _status(error: PhoenixHTTPError) -> int:
    return error.status_code if isinstance(error, PhoenixStatusError) else 0


def _words(error: PhoenixHTTPError) -> str:
    """Return an error's words without the account that its own text may end with."""
    return str(error.args[0]) if error.args else type(error).__name__
