"""The upload of annotations: what to send, what each answer means, and the account of every row.

One call carries one batch. An answer settles its rows or makes smaller batches of them: without the
traces that a 404 names, without the rows that a 422 names, in halves after a 413. Rows go out once
at a time, and a row that a later one replaces never goes out (see `Rows.superseded`), so that calls
may be under way together, be repeated and overtake each other without harm.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Generic

from phoenix_traces.errors import (
    ClientStateError,
    PhoenixHTTPError,
    PhoenixStatusError,
    ServerValidationError,
    SkippedAnnotationWarning,
    TraceNotFoundError,
)
from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.answers import inserted_annotations, status_error, transport_error
from phoenix_traces.protocol.exchange import (
    Call,
    NoAnswer,
    Outcome,
    Response,
    Step,
    WaitUntil,
    maybe_processed,
)
from phoenix_traces.protocol.patience import Patience
from phoenix_traces.report import RowState, UploadFailure, UploadReport
from phoenix_traces.rules.text import counted, named_rows
from phoenix_traces.uploads.account import Account
from phoenix_traces.uploads.batches import Batch, cut, encode_body
from phoenix_traces.uploads.plan import DefaultPlan
from phoenix_traces.uploads.progress_log import UploadLog
from phoenix_traces.warn import warn_caller

if TYPE_CHECKING:
    from phoenix_traces.rules.annotation import InsertedTraceAnnotation
    from phoenix_traces.uploads.options import UploadOptions

PATH = "v1/trace_annotations"

# Phoenix ingests spans within seconds; asking more often would only load it.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class _Job(Generic[RowT]):
    """A batch to send.

    Attributes:
        body: What encodes it, if it is made already.
        patience: How long its traces are waited for.
        by_queue: Whether the server is to queue it, although its rows are to be stored.
        was_queued: Whether the queue took its rows before, and may store them at any time.
    """

    batch: Batch[RowT]
    body: bytes | None = None
    patience: Patience | None = None
    by_queue: bool = False
    was_queued: bool = False


@dataclass(frozen=True)
class QueuedBatch(Generic[RowT]):
    """A batch that the server's queue took, and how it said so."""

    batch: Batch[RowT]
    response: Response


class Upload(Generic[RowT]):
    """The exchange that stores annotations.

    Args:
        rows: What to send, checked already.
        sync: Whether the server is to answer once the rows are stored, with their IDs.
        options: How to cut it, and what to do when something fails.
        default_batch_size: Most rows in a request, where the options do not say; None for no limit.
        account: With what is known of rows beforehand; those must not be among the rows to send.
        by_queue: Whether new batches go to the server's queue although `sync` is true. Its rows are
            in doubt, and of whoever takes them by `take_queued`: until `settle`, `send_again` or
            `give_up` says what became of them.

    Attributes:
        may_begin: Whether batches may be sent that were not sent before.
    """

    def __init__(
        self,
        rows: Rows[RowT],
        *,
        sync: bool,
        options: UploadOptions | None = None,
        default_batch_size: int | None = None,
        account: Account | None = None,
        by_queue: bool = False,
    ) -> None:
        self._rows = rows
        self._sync = sync
        self._by_queue = by_queue
        self._options: UploadOptions | DefaultPlan = options or DefaultPlan()
        self.max_concurrency: int = self._options.max_concurrency
        self.may_begin: bool = True
        self._batch_size = self._options.rows_in_batch(default_batch_size)
        self._fresh = self._cut(rows)
        self._again: deque[_Job[RowT]] = deque()
        self._waiting: list[tuple[float, int, _Job[RowT]]] = []
        self._number = count()
        self._flying: dict[Call, _Job[RowT]] = {}
        self._account = account or Account(rows)
        self._log = UploadLog(rows.total, sync=sync)
        self._queued: list[QueuedBatch[RowT]] = []
        self._stopped = False

    def _cut(self, rows: Rows[RowT]) -> Iterator[tuple[Batch[RowT], bytes]]:
        return cut(rows, batch_size=self._batch_size, max_bytes=self._options.max_batch_bytes)

    # What to send

    def next_call(self, now: float) -> Step:
        """Return the next batch, what is due first and what is new last."""
        if self._stopped:
            return None
        job = self._next_job(now)
        if job is None:
            return WaitUntil(self._waiting[0][0]) if self._waiting else None
        self._log.begin(len(self._rows.superseded))
        body = job.body or encode_body(self._rows.encode, job.batch.rows)
        is_final = self._sync and not job.by_queue
        call = Call("POST", PATH, {"sync": "true"} if is_final else {}, body)
        self._flying[call] = job
        return call

    def _next_job(self, now: float) -> _Job[RowT] | None:
        if self._waiting and self._waiting[0][0] <= now:
            return heapq.heappop(self._waiting)[2]
        if self._again:
            return self._again.popleft()
        for batch, body in self._fresh if self.may_begin else ():
            return _Job(batch, body, by_queue=self._by_queue)
        return None

    def _send_again(self, job: _Job[RowT], *batches: Batch[RowT]) -> None:
        """Send parts of a batch as it was sent itself."""
        for batch in batches:
            self._account.blame(batch.positions, RowState.NOT_SENT)
            if batch:
                self._again.append(replace(job, batch=batch, body=None, patience=None))

    # What came of it

    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what came of a batch: settle its rows, or make smaller batches of them."""
        job = self._flying[call]
        if maybe_processed(outcome):
            self._account.doubt(job.batch.positions)
        if isinstance(outcome, NoAnswer):
            self._fail(job.batch, transport_error(outcome))
            # Such a client sends nothing more, whatever the options say.
            self._stopped = self._stopped or isinstance(outcome, ClientStateError)
        elif outcome.is_success:
            self._take_answer(job, outcome)
        else:
            if job.was_queued:
                self._account.doubt(job.batch.positions)
            self._take_refusal(job, outcome, now)
        # Last, because an interrupt may come at any line, and rows under way are unknown.
        del self._flying[call]
        self._tell_progress()

    def _tell_progress(self) -> None:
        if self._options.on_progress is not None:
            self._options.on_progress(self._account.done, self._account.total)

    def _take_answer(self, job: _Job[RowT], response: Response) -> None:
        batch = job.batch
        has_ids = self._sync and not job.by_queue
        answer = inserted_annotations(response, len(batch) if has_ids else None)
        if isinstance(answer, PhoenixStatusError):
            self._account.doubt(batch.positions)
            self._fail(batch, answer)
        elif job.by_queue:
            self._account.doubt(batch.positions)
            self._queued.append(QueuedBatch(batch, response))
        elif self._sync:
            self._account.store(batch.positions, answer)
        else:
            self._account.queue(batch.positions)

    def _take_refusal(self, job: _Job[RowT], response: Response, now: float) -> None:
        batch = job.batch
        trace_ids = [self._rows.key(row)[0] for row in batch.rows]
        error = status_error(response, trace_ids=trace_ids, positions=batch.positions)
        if response.status_code == 413 and len(batch) > 1:
            middle = len(batch) // 2
            self._send_again(
                job,
                batch.pick(lambda place: place < middle),
                batch.pick(lambda place: place >= middle),
            )
        elif isinstance(error, TraceNotFoundError) and self._may_go_on_without(error):
            self._go_on_without_missing(job, error, now)
        elif isinstance(error, ServerValidationError) and self._options.on_error == "continue":
            self._go_on_without_refused(job, error)
        else:
            self._refuse(job, batch, error)

    def _may_go_on_without(self, error: TraceNotFoundError) -> bool:
        goes_on = self._options.on_missing_trace == "skip" or self._options.wait_for_traces > 0
        return goes_on and bool(error.missing_trace_ids)

    def _go_on_without_missing(
        self, job: _Job[RowT], error: TraceNotFoundError, now: float
    ) -> None:
        missing = frozenset(error.missing_trace_ids)
        rows = job.batch.rows
        late = job.batch.pick(lambda place: self._rows.key(rows[place])[0] in missing)
        self._send_again(
            job, job.batch.pick(lambda place: self._rows.key(rows[place])[0] not in missing)
        )
        patience = job.patience or Patience(
            until=now + self._options.wait_for_traces,
            first_pause=_FIRST_PAUSE,
            longest_pause=_LONGEST_PAUSE,
        )
        self._name_missing(job, late)
        moment = patience.next_look(now)
        if moment is not None:
            later = replace(job, batch=late, body=None, patience=patience)
            self._log.wait(len(late), moment - now)
            heapq.heappush(self._waiting, (moment, next(self._number), later))
        elif self._options.on_missing_trace == "skip":
            self._account.skip(late.positions, error)
            self._log.skip(len(late))
        else:
            self._fail(late, error)

    def _go_on_without_refused(self, job: _Job[RowT], error: ServerValidationError) -> None:
        batch = job.batch
        refused = frozenset(error.positions)
        if not refused:
            self._refuse(job, batch, error)
            return
        self._refuse(job, batch.pick(lambda place: batch.positions[place] in refused), error)
        self._send_again(job, batch.pick(lambda place: batch.positions[place] not in refused))

    def _name_missing(self, job: _Job[RowT], batch: Batch[RowT]) -> None:
        """Note that the server has no traces of these rows, whatever the queue may do yet."""
        note = self._account.mark if job.was_queued else self._account.blame
        note(batch.positions, RowState.MISSING_TRACE)

    def _refuse(self, job: _Job[RowT], batch: Batch[RowT], error: PhoenixStatusError) -> None:
        """Give up rows that an answer refuses, and blame those that it names or else all."""
        if isinstance(error, TraceNotFoundError) and error.missing_trace_ids:
            missing = frozenset(error.missing_trace_ids)
            named = batch.pick(lambda place: self._rows.key(batch.rows[place])[0] in missing)
            self._name_missing(job, named)
        elif isinstance(error, ServerValidationError) and error.positions:
            self._account.blame(error.positions, RowState.REJECTED)
        else:
            self._account.blame(batch.positions, RowState.REJECTED)
        self._fail(batch, error)

    def _fail(self, batch: Batch[RowT], error: PhoenixHTTPError) -> None:
        self._fail_rows(batch.positions, error)

    def _fail_rows(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        self._account.fail(positions, error)
        self._log.give_up(len(positions), error)
        if self._options.on_error == "raise":
            self._stopped = True

    # What the server's queue took, and what became of it

    @property
    def under_way(self) -> int:
        """Return the number of rows in requests that are not answered."""
        return sum(len(job.batch) for job in self._flying.values())

    def take_queued(self) -> list[QueuedBatch[RowT]]:
        """Return the batches that the queue took since they were last taken."""
        queued, self._queued = self._queued, []
        return queued

    def settle(self, positions: Sequence[int], inserted: Sequence[InsertedTraceAnnotation]) -> None:
        """Take note that queued rows were seen to be stored."""
        self._account.store(positions, inserted)
        self._tell_progress()

    def send_again(self, items: Sequence[tuple[int, RowT]]) -> None:
        """Send queued rows with `sync=true`, whose answer is final."""
        self._log.send_again(len(items))
        self._again.extend(
            _Job(batch, body, was_queued=True)
            for batch, body in self._cut(replace(self._rows, items=items))
        )

    def give_up(self, positions: Sequence[int], error: PhoenixHTTPError) -> None:
        """Take note why nothing more is tried for queued rows, which stay in doubt."""
        self._fail_rows(positions, error)
        self._tell_progress()

    def leave_queue(self, error: PhoenixHTTPError) -> None:
        """Send what is new with `sync=true` from here on, because of what kept a look away."""
        if self._by_queue:
            self._log.leave_queue(error)
        self._by_queue = False

    # What it all came to

    def report(self) -> UploadReport:
        """Return the account as it stands; rows under way are unknown."""
        return self._account.report(job.batch.positions for job in self._flying.values())

    def result(self) -> list[InsertedTraceAnnotation]:
        """Return what the server inserted, in the order of the input; nothing with `sync=False`.

        Raises:
            PhoenixHTTPError: the first failure, with the account in `.report`.
        """
        error, skipped = self._account.error, self._account.skipped
        # A report of many rows is large, so without need there is none.
        if error or skipped or self._options.on_report:
            report = self.report()
            self._log.end(report)
            if error:
                error.report = report
                try:
                    raise error
                finally:  # so that what the callback raises has the failure as its context
                    self._hand_over(report)
            self._hand_over(report)
            if skipped:
                warn_caller(SkippedAnnotationWarning(_skipped_text(skipped, report), report))
        else:
            self._log.end_well(self._account.summary)
        return self._account.inserted()

    def interrupted(self, error: BaseException) -> None:
        """Attach the account to what stopped the upload: an interrupt, a cancellation, a bug."""
        report = self.report()
        self._log.end(report)
        vars(error)["report"] = report
        self._hand_over(report)

    def _hand_over(self, report: UploadReport) -> None:
        if self._options.on_report is None:
            return
        try:
            self._options.on_report(report)
        except BaseException as error:
            # Or else the IDs would be lost with it.
            vars(error)["report"] = report
            raise


def _skipped_text(skipped: list[UploadFailure], report: UploadReport) -> str:
    positions = sorted(position for failure in skipped for position in failure.positions)
    reasons = "; ".join(dict.fromkeys(str(failure.error) for failure in skipped[:3]))
    one = len(positions) == 1
    verb = "was" if one else "were"
    absent = f"{'its trace does' if one else 'their traces do'} not exist"
    return (
        f"{len(positions)} of {counted(report.total, 'annotation')} {verb} left out: {absent} "
        f"({named_rows(positions)}): {reasons}"
    )
