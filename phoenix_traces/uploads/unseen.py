"""The rows that the server's queue took and that were not seen to be stored yet.

One look at a time asks for some of them, those that have waited longest since they were last asked
for. The queue stores what it holds in one go, about a second's work. So a look that finds something
is followed by the next at once, and one that finds nothing by a pause, which doubles up to a limit:
to read costs the server a fraction of what it takes to write.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Generic

from phoenix_traces.errors import (
    PhoenixHTTPError,
    PhoenixStatusError,
    ServerTooOldError,
    UnexpectedResponseError,
)
from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Call, Outcome, Response, Step, WaitUntil
from phoenix_traces.stored.lookup import Lookup, Match
from phoenix_traces.stored.selection import MOST_IN_A_QUESTION
from phoenix_traces.uploads.batches import Batch

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 1.0

# A look takes no more of the time than this many pauses of its own length leave it.
_PAUSES_OF_A_LOOK = 3

_MOST_IN_A_LOOK = 1_000

# The part of the time in which only the rows' own identifiers are asked for, which reads less.
# After that the server's word is wanted too that it has none of the traces.
_NARROW_SHARE = 0.25

# Servers give whole seconds in `Date`, and uvicorn makes it anew once a second.
_DATE_LAGS = timedelta(seconds=2)

_STATUSES_THAT_PASS = (408, 429)


@dataclass(frozen=True)
class QueuedRow(Generic[RowT]):
    """A row on its way through the queue.

    Attributes:
        since: When the queue took it, on the clock of the exchange.
        newest: What the server says to have stored later than this was written after it.
    """

    position: int
    row: RowT
    since: float
    newest: datetime | None


@dataclass(frozen=True)
class Seen(Generic[RowT]):
    """What a look found out.

    Attributes:
        stored: Position and ID of each row that is there, equal in everything.
        late: Rows to stop looking for: the time is up, or their traces are not in the project.
        overwritten: Rows in whose place something newer is, now that the time is up.
        error: What kept the look from being made.
        response: The last answer.
    """

    stored: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    late: list[QueuedRow[RowT]] = field(default_factory=list[QueuedRow[RowT]])
    overwritten: list[QueuedRow[RowT]] = field(default_factory=list[QueuedRow[RowT]])
    error: PhoenixHTTPError | None = None
    response: Response | None = None


class Unseen(Generic[RowT]):
    """The rows that were not seen to be stored yet, and the looks for them.

    Args:
        rows: The upload that they belong to.
        project_identifier: Where their traces are.
        within: Seconds in which each is looked for.

    Raises:
        AnnotationValidationError: when the project cannot be asked for.
    """

    def __init__(self, rows: Rows[RowT], *, project_identifier: str, within: float) -> None:
        self._rows = rows
        self._project = project_identifier
        self._within = within
        self._waiting: deque[QueuedRow[RowT]] = deque()
        self._asked: list[QueuedRow[RowT]] = []
        self._lookup: Lookup[RowT] | None = None
        self._looks_by_identifier = True
        self._pause = _FIRST_PAUSE
        self._look_at = 0.0
        self._began = 0.0
        self._new_lookup([], narrow=False)  # so that a project that cannot be asked for is refused

    def __len__(self) -> int:
        return len(self._waiting) + len(self._asked)

    def _new_lookup(self, asked: Iterable[QueuedRow[RowT]], *, narrow: bool) -> Lookup[RowT]:
        items = [(each.position, each.row) for each in asked]
        return Lookup(
            replace(self._rows, items=items), project_identifier=self._project, narrow=narrow
        )

    def add(self, batch: Batch[RowT], response: Response, now: float) -> None:
        """Take the rows that an answer says are queued."""
        if not self._waiting and self._lookup is None:
            self._pause = _FIRST_PAUSE
            self._look_at = now + self._pause
        newest = _after(response)
        self._waiting.extend(
            QueuedRow(position, row, now, newest)
            for position, row in zip(batch.positions, batch.rows, strict=True)
        )

    def next_call(self, now: float) -> Step:
        """Return the next request of a look, or when the next look is due."""
        if self._lookup is None:
            if not self._waiting:
                return None
            if now < self._look_at:
                return WaitUntil(self._look_at)
            self._began = now
            self._take_the_next()
            is_early = all(now < each.since + self._within * _NARROW_SHARE for each in self._asked)
            narrow = is_early and self._looks_by_identifier
            self._lookup = self._new_lookup(self._asked, narrow=narrow)
        return self._lookup.next_call(now)

    def _take_the_next(self) -> None:
        """Take as many rows as one question asks for, with the other rows of the same traces."""
        traces: set[str] = set()
        left: deque[QueuedRow[RowT]] = deque()
        while self._waiting and len(self._asked) < _MOST_IN_A_LOOK:
            each = self._waiting.popleft()
            trace_id = self._rows.key(each.row)[0]
            if trace_id in traces or len(traces) < MOST_IN_A_QUESTION:
                traces.add(trace_id)
                self._asked.append(each)
            else:
                left.append(each)
        self._waiting.extendleft(reversed(left))

    def receive(self, call: Call, outcome: Outcome, now: float) -> Seen[RowT]:
        """Take an answer, and return what the look found out, if that was the last of it."""
        assert self._lookup is not None  # noqa: S101 - a look's calls come from it
        self._lookup.receive(call, outcome, now)
        if not self._lookup.is_over:
            return Seen()
        lookup, self._lookup = self._lookup, None
        asked, self._asked = self._asked, []
        seen: Seen[RowT] = Seen(
            error=lookup.error, response=outcome if isinstance(outcome, Response) else None
        )
        absent = {trace_id for each in lookup.absent for trace_id in each.trace_ids}
        for each in asked:
            is_absent = self._rows.key(each.row)[0] in absent
            self._judge(each, lookup.matches.get(each.position), seen, now, is_absent=is_absent)
        if seen.error is not None:
            self._bear(seen.error, seen, now)
        self._plan(now, found=bool(seen.stored))
        return seen

    def _judge(
        self,
        each: QueuedRow[RowT],
        match: Match | None,
        seen: Seen[RowT],
        now: float,
        *,
        is_absent: bool,
    ) -> None:
        if match is not None and not match.differences:
            seen.stored.append((each.position, match.annotation_id))
        elif not is_absent and now < each.since + self._within:
            self._waiting.append(each)
        elif match is not None and each.newest is not None and match.updated_at > each.newest:
            seen.overwritten.append(each)
        else:
            seen.late.append(each)

    def _bear(self, error: PhoenixHTTPError, seen: Seen[RowT], now: float) -> None:
        """Go on after a look that could not be made: later, by other means, or not at all."""
        if isinstance(error, ServerTooOldError):
            self._looks_by_identifier = False
            return
        # Those whose time is up need not fail one look after another.
        is_final = will_not_pass(error)
        still = [e for e in self._waiting if not is_final and now < e.since + self._within]
        kept = {each.position for each in still}
        seen.late.extend(each for each in self._waiting if each.position not in kept)
        self._waiting = deque(still)

    def _plan(self, now: float, *, found: bool) -> None:
        if found:
            self._pause = _FIRST_PAUSE
            self._look_at = now
            return
        pause = max(self._pause, _PAUSES_OF_A_LOOK * (now - self._began))
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        oldest = min((each.since for each in self._waiting), default=now)
        self._look_at = max(now, min(now + pause, oldest + self._within))

    def give_up(self) -> list[QueuedRow[RowT]]:
        """Stop looking, and return the rows that were not seen."""
        left = [*self._asked, *self._waiting]
        self._waiting.clear()
        self._asked.clear()
        self._lookup = None
        return left


def will_not_pass(error: PhoenixHTTPError) -> bool:
    """Tell whether an error of reading would come again however often one asked."""
    if not isinstance(error, PhoenixStatusError) or isinstance(error, UnexpectedResponseError):
        return False
    return 400 <= error.status_code < 500 and error.status_code not in _STATUSES_THAT_PASS


def _after(response: Response) -> datetime | None:
    """Return a time on the server's clock that came after it queued what it answers to."""
    try:
        return parsedate_to_datetime(response.headers["date"]) + _DATE_LAGS
    except (KeyError, ValueError, OverflowError, TypeError):
        return None
