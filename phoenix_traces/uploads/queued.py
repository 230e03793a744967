"""Uploads by way of the server's queue, of which every row is seen to be stored.

The server's queue stores rows many at a time, up to three times as fast as `sync=true` does, but
says nothing of what becomes of them. So each batch goes out with `sync=false`, and its rows are
read back until they are there, equal in everything. A row is sent again with `sync=true`, whose
answer is final, when it was not seen in time, because a restart lost the queue for instance, or
when the server says that its trace is not in the project. So every row ends as with `sync=true`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic

from typing_extensions import override

from phoenix_traces.errors import ClientStateError, OverwrittenError
from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Call, Exchange, Outcome, Response, Step, WaitUntil
from phoenix_traces.protocol.redaction import bare_response
from phoenix_traces.report import UploadReport
from phoenix_traces.rules.annotation import InsertedTraceAnnotation
from phoenix_traces.rules.text import counted, named_rows
from phoenix_traces.uploads.account import Account
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.unseen import QueuedRow, Seen, Unseen, will_not_pass
from phoenix_traces.uploads.upload import Upload

# The server stores all that is queued at once. On PostgreSQL a statement takes 32,767 values: with
# more than 2,978 rows it stores one by one instead, and with more than some 10,900 it cannot look
# for their keys and loses them all.
_MOST_QUEUED = 2_000
_ROWS_IN_BATCH = 500


class QueuedUpload(Exchange[list[InsertedTraceAnnotation]], Generic[RowT]):
    """The exchange that stores annotations through the server's queue, and sees them stored.

    Args:
        rows: Checked already.
        options: With `via="queue"`.
        account: As in `Upload`.

    Raises:
        AnnotationValidationError: when the project cannot be asked for.
    """

    def __init__(
        self, rows: Rows[RowT], *, options: UploadOptions, account: Account | None = None
    ) -> None:
        self.max_concurrency: int = options.max_concurrency
        self._upload = Upload(
            rows,
            sync=True,
            options=options,
            default_batch_size=_ROWS_IN_BATCH,
            account=account,
            by_queue=True,
        )
        self._unseen = Unseen(
            rows, project_identifier=options.project_identifier, within=options.confirm_within
        )

    @override
    def next_call(self, now: float) -> Step:
        """Return the next batch while the queue may take more, and else the next look."""
        self._upload.may_begin = len(self._unseen) + self._upload.under_way < _MOST_QUEUED
        sending = self._upload.next_call(now)
        if isinstance(sending, Call):
            return sending
        looking = self._unseen.next_call(now)
        if isinstance(looking, Call):
            return looking
        moments = [each.moment for each in (sending, looking) if each is not None]
        return WaitUntil(min(moments)) if moments else None

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what came of a batch or of a look."""
        if call.method == "GET":
            self._take_look(self._unseen.receive(call, outcome, now))
            return
        self._upload.receive(call, outcome, now)
        for queued in self._upload.take_queued():
            self._unseen.add(queued.batch, queued.response, now)

    def _take_look(self, seen: Seen[RowT]) -> None:
        if seen.stored:
            self._upload.settle(
                [position for position, _ in seen.stored],
                [InsertedTraceAnnotation(id=annotation_id) for _, annotation_id in seen.stored],
            )
        if seen.overwritten and seen.response is not None:
            positions = sorted(each.position for each in seen.overwritten)
            self._upload.give_up(positions, _overwritten(positions, seen.response))
        if isinstance(seen.error, ClientStateError):
            # Such a client sends nothing more, whatever the options say.
            left = [*seen.late, *self._unseen.give_up()]
            self._upload.give_up(sorted(each.position for each in left), seen.error)
        else:
            self._send_again(seen)

    def _send_again(self, seen: Seen[RowT]) -> None:
        if seen.error is not None and will_not_pass(seen.error):
            self._upload.leave_queue(seen.error)
        late: list[QueuedRow[RowT]] = sorted(seen.late, key=lambda each: each.position)
        if late:
            self._upload.send_again([(each.position, each.row) for each in late])

    def report(self) -> UploadReport:
        """Return the account as it stands; queued rows that nobody saw are unknown."""
        return self._upload.report()

    @override
    def result(self) -> list[InsertedTraceAnnotation]:
        """Return what the server inserted, in the order of the input.

        Raises:
            PhoenixHTTPError: the first failure, with the account in `.report`.
        """
        return self._upload.result()

    @override
    def interrupted(self, error: BaseException) -> None:
        """Attach the account to what stopped the upload."""
        self._upload.interrupted(error)


def _overwritten(positions: Sequence[int], response: Response) -> OverwrittenError:
    one = len(positions) == 1
    where = f"{counted(len(positions), 'annotation')} ({named_rows(positions)})"
    went = f"{'was' if one else 'were'} sent through Phoenix's queue"
    place = "its place" if one else "their places"
    return OverwrittenError(
        f"{where} {went}, and Phoenix has something newer in {place}, which someone else wrote: "
        f"read it, and send {'the row' if one else 'the rows'} again to write over it",
        response=bare_response(response),
    )
