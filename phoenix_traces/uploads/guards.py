"""Guards on an upload: what the server has is read first, and decides which rows are sent.

The reading and the writing are two things: what someone else writes between them is not seen.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import Generic

from typing_extensions import override

from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Call, Exchange, Outcome, Step, WaitUntil
from phoenix_traces.protocol.patience import Patience
from phoenix_traces.report import RowState
from phoenix_traces.rules.annotation import InsertedTraceAnnotation
from phoenix_traces.stored.lookup import Lookup, Match, Wanted
from phoenix_traces.uploads.account import Account
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.writing import writing

# Phoenix ingests spans within seconds.
_PAUSE = 2.0

_WHY_KEPT_OUT = {
    "never": "the server has another judgement under its key",
    "not_human": "the server has a HUMAN judgement under its key",
}


class _State(Enum):
    """What a guarded upload does.

    From reading it turns to seeking where absent traces matter, from there to waiting and back for
    as long as there are some and it has patience, and in the end to writing.
    """

    READING = auto()  # what the server has under the rows' keys
    SEEKING = auto()  # the traces of which nothing was seen
    WAITING = auto()  # before it seeks those again that are absent
    WRITING = auto()  # the rows that the guards let through


class GuardedUpload(Exchange[list[InsertedTraceAnnotation]], Generic[RowT]):
    """The exchange that stores those rows which the guards let through.

    Args:
        rows: Checked already.
        sync: As in `Upload`.
        options: With a guard.
        default_batch_size: As in `Upload`.

    Raises:
        AnnotationValidationError: when the project cannot be asked for.
    """

    def __init__(
        self,
        rows: Rows[RowT],
        *,
        sync: bool,
        options: UploadOptions,
        default_batch_size: int | None = None,
    ) -> None:
        self.max_concurrency: int = options.max_concurrency
        self._rows = rows
        self._sync = sync
        self._options = options
        self._default_batch_size = default_batch_size
        self._lookup = Lookup(rows, project_identifier=options.project_identifier)
        self._account = Account(rows)
        self._state = _State.READING
        self._patience: Patience | None = None
        self._look_again_at = 0.0
        self._upload = self._upload_of([])

    def _upload_of(self, passed: list[tuple[int, RowT]]) -> Exchange[list[InsertedTraceAnnotation]]:
        return writing(
            replace(self._rows, items=passed),
            sync=self._sync,
            options=self._options,
            default_batch_size=self._default_batch_size,
            account=self._account,
        )

    @override
    def next_call(self, now: float) -> Step:
        """Return the next request: to read until everything is decided, to write after it."""
        if self._patience is None:
            self._patience = Patience(
                until=now + self._options.wait_for_traces, first_pause=_PAUSE, longest_pause=_PAUSE
            )
        while self._state is not _State.WRITING:
            if self._state is _State.WAITING:
                if now < self._look_again_at:
                    return WaitUntil(self._look_again_at)
                self._seek_absent_again()
            step = self._lookup.next_call(now)
            if step is not None or not self._lookup.is_over:
                return step
            self._turn_from_reading(now, self._patience)
        return self._upload.next_call(now)

    def _turn_from_reading(self, now: float, patience: Patience) -> None:
        """Turn to what comes after a reading."""
        # Absent traces matter only where what they have must be kept.
        has_to_seek = self._options.overwrite != "always" and self._lookup.error is None
        if has_to_seek and self._state is _State.READING:
            self._lookup.ask_for_traces()
            self._state = _State.SEEKING
            return
        moment = patience.next_look(now) if has_to_seek and self._lookup.absent else None
        if moment is None:
            self._begin_to_write()
        else:
            self._look_again_at = moment
            self._state = _State.WAITING

    def _seek_absent_again(self) -> None:
        absent = {trace_id for each in self._lookup.absent for trace_id in each.trace_ids}
        self._lookup.ask_again(each for each in self._lookup.wanted if each.trace_id in absent)
        self._state = _State.SEEKING

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what the server has, or what came of a batch."""
        if self._state is _State.WRITING:
            self._upload.receive(call, outcome, now)
        else:
            self._lookup.receive(call, outcome, now)

    def _begin_to_write(self) -> None:
        self._upload = self._upload_of(self._passed())
        self._state = _State.WRITING
        has_ended = self._lookup.error is not None or self._has_failed_for_good()
        if self._options.on_progress is not None and self._account.done and not has_ended:
            self._options.on_progress(self._account.done, self._account.total)

    def _has_failed_for_good(self) -> bool:
        return self._account.error is not None and self._options.on_error == "raise"

    def _passed(self) -> list[tuple[int, RowT]]:
        """Settle the rows that are not to be sent, and return the others."""
        if self._lookup.error is not None:
            self._account.fail([each.position for each in self._lookup.wanted], self._lookup.error)
            return []
        present = self._without_absent()
        if self._has_failed_for_good():
            return []
        return [(each.position, each.row) for each in present if self._lets_through(each)]

    def _without_absent(self) -> list[Wanted[RowT]]:
        """Leave out rows whose traces are not in the project, if what is there must be kept.

        They may be in another project, and Phoenix would write over what they have there.
        """
        wanted = self._lookup.wanted
        if self._options.overwrite == "always":
            return wanted
        leave_out = self._account.skip
        if self._options.on_missing_trace == "raise":
            leave_out = self._account.fail
        for absent in self._lookup.absent:
            gone = frozenset(absent.trace_ids)
            positions = [each.position for each in wanted if each.trace_id in gone]
            self._account.blame(positions, RowState.MISSING_TRACE)
            leave_out(positions, absent.error())
            wanted = [each for each in wanted if each.trace_id not in gone]
        return wanted

    def _lets_through(self, wanted: Wanted[RowT]) -> bool:
        match = self._lookup.matches.get(wanted.position)
        if match is None or self._may_replace(match):
            return True
        if match.differences:
            self._account.keep_out([wanted.position], _WHY_KEPT_OUT[self._options.overwrite])
        else:
            stored = InsertedTraceAnnotation(id=match.annotation_id)
            self._account.keep([wanted.position], [stored] if self._sync else [])
        return False

    def _may_replace(self, match: Match) -> bool:
        overwrite = self._options.overwrite
        if not match.differences:
            return not self._options.skip_unchanged and overwrite != "never"
        if overwrite == "not_human":
            # What is HUMAN already and would be of another kind.
            return match.annotator_kind != "HUMAN" or "annotator_kind" not in match.differences
        return overwrite == "always"

    @override
    def result(self) -> list[InsertedTraceAnnotation]:
        """Return what the server has of the rows now, in the order of the input.

        Raises:
            PhoenixHTTPError: the first failure, with the account in `.report`.
        """
        return self._upload.result()

    @override
    def interrupted(self, error: BaseException) -> None:
        """Attach the account to what stopped the upload."""
        self._upload.interrupted(error)
