"""Guards on an upload: what the server has is read first, and decides which rows are sent.

The reading and the writing are two things: what someone else writes between them is not seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Generic

from typing_extensions import override

from phoenix_traces.inputs.rows import Rows, RowT
from phoenix_traces.protocol.exchange import Call, Exchange, Outcome, Step, WaitUntil
from phoenix_traces.rules.annotation import InsertedTraceAnnotation
from phoenix_traces.stored.lookup import Lookup, Match, Wanted
from phoenix_traces.uploads.account import Account
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.upload import Upload

# Phoenix ingests spans within seconds.
_PAUSE = 2.0


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
        self._sync = sync
        self._options = options
        self._lookup = Lookup(rows, project_identifier=options.project_identifier)
        self._account = Account(rows.total, rows.superseded)
        self._passed: list[tuple[int, RowT]] = []
        # Absent traces matter only where what they have must be kept.
        self._looks_for_traces = options.overwrite != "always"
        self._has_looked = False
        self._give_up_at: float | None = None
        self._look_again_at: float | None = None
        self._is_decided = False
        # It cuts its rows when it is first asked for a call, and by then it is decided which.
        self._upload = Upload(
            replace(rows, items=self._passed),
            sync=sync,
            options=options,
            default_batch_size=default_batch_size,
            account=self._account,
        )

    @override
    def next_call(self, now: float) -> Step:
        """Return the next request: to read until everything is decided, to write after it."""
        if self._give_up_at is None:
            self._give_up_at = now + self._options.wait_for_traces
        if not self._is_decided:
            step = self._next_look(now, self._give_up_at)
            if step is not None or not self._lookup.is_over:
                return step
            self._decide()
        return self._upload.next_call(now)

    def _next_look(self, now: float, give_up_at: float) -> Step:
        step = self._lookup.next_call(now)
        if step is not None or not self._lookup.is_over or not self._looks_for_traces:
            return step
        if not self._has_looked:
            self._has_looked = True
            self._lookup.ask_for_traces()
            return self._lookup.next_call(now) or self._next_look(now, give_up_at)
        if not self._lookup.absent or now >= give_up_at:
            return None
        return self._wait_for_absent(now, give_up_at)

    def _wait_for_absent(self, now: float, give_up_at: float) -> Step:
        if self._look_again_at is None:
            self._look_again_at = min(now + _PAUSE, give_up_at)
        if now < self._look_again_at:
            return WaitUntil(self._look_again_at)
        self._look_again_at = None
        absent = {trace_id for each in self._lookup.absent for trace_id in each.trace_ids}
        self._lookup.ask_again(each for each in self._lookup.wanted if each.trace_id in absent)
        return self._lookup.next_call(now)

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what the server has, or what came of a batch."""
        if self._is_decided:
            self._upload.receive(call, outcome, now)
        else:
            self._lookup.receive(call, outcome, now)

    def _decide(self) -> None:
        self._is_decided = True
        if self._lookup.error is not None:
            self._account.fail([each.position for each in self._lookup.wanted], self._lookup.error)
            return
        present = self._without_absent()
        if self._account.error is not None and self._options.on_error == "raise":
            return
        for wanted in present:
            self._decide_about(wanted)
        if self._options.on_progress is not None and self._account.done:
            self._options.on_progress(self._account.done, self._account.total)

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
            leave_out([each.position for each in wanted if each.trace_id in gone], absent.error())
            wanted = [each for each in wanted if each.trace_id not in gone]
        return wanted

    def _decide_about(self, wanted: Wanted[RowT]) -> None:
        match = self._lookup.matches.get(wanted.position)
        if match is None or self._may_replace(match):
            self._passed.append((wanted.position, wanted.row))
        elif match.differences:
            self._account.refuse([wanted.position])
        else:
            stored = InsertedTraceAnnotation(id=match.annotation_id)
            self._account.keep([wanted.position], [stored] if self._sync else [])

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
