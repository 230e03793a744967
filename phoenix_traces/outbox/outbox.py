"""The outbox of a sync program, which sends on a thread or in `flush` alone."""

from __future__ import annotations

import atexit
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from typing_extensions import Self

from phoenix_traces.client import Client
from phoenix_traces.errors import OutboxClosedError, OutboxFileError, OutboxFullError
from phoenix_traces.inputs.flags import checked_flag
from phoenix_traces.inputs.left_out import LEFT_OUT, LeftOut
from phoenix_traces.inputs.single import Described
from phoenix_traces.outbox.accounts import FlushReport, OutboxRow, OutboxStatus
from phoenix_traces.outbox.background import Background, Deadline
from phoenix_traces.outbox.checking import entries_of, one_entry
from phoenix_traces.outbox.entries import NewEntry
from phoenix_traces.outbox.files import Synchronous
from phoenix_traces.outbox.guard import Overwrite
from phoenix_traces.outbox.moments import present
from phoenix_traces.outbox.parts import Flush, Parts
from phoenix_traces.outbox.settings import (
    DEFAULT_BATCH_SIZE,
    DEFAULT_COMPARE_AFTER,
    DEFAULT_KEEP_REJECTED,
    DEFAULT_MAX_BYTES,
    DEFAULT_MAX_ROWS,
    DEFAULT_MAX_WAIT,
    OnFull,
    checked_owner,
    checked_settings,
)
from phoenix_traces.resources.perform import perform
from phoenix_traces.transport.arguments import checked_seconds
from phoenix_traces.transport.clients import Uncopied, process_token

if TYPE_CHECKING:
    from os import PathLike

    from opentelemetry.metrics import MeterProvider

    from phoenix_traces.rules.annotation import AnnotatorKind, TraceAnnotationData

# How often a flush looks whether another process has sent what it waits for, and a put whether
# there is room.
_LOOK_AGAIN = 0.2

_UNTIL_CALLED = 3_600.0


class Outbox(Uncopied):
    """Annotations on disk until Phoenix has them: `put` never waits for Phoenix and loses nothing.

    One file can be used by any number of processes and threads; one of them sends. Use it in
    `with`, or close it with `close`.

    Args:
        client: Sends. It is not closed with the outbox.
        path: The file, made if it is not there, on a local disk. By default one for each endpoint
            in the user's own folder for data, which needs `phoenix-traces[outbox]`.
        max_rows: Most annotations in the file; None for no limit. Those that are kept though they
            are not to be sent count too.
        max_bytes: Most bytes of them as JSON; None for no limit.
        on_full: "raise" for `OutboxFullError` when there is no room; "wait" until there is some,
            however long that takes.
        background: Whether it sends by itself, beside the program. Otherwise only `flush` sends,
            for functions that are frozen between calls.
        batch_size: Most annotations in a request.
        overwrite: What a late annotation may replace: "not_human" anything but a HUMAN judgement
            by one of an LLM or CODE, "always" that too, "never" nothing. In each case it does not
            replace what was updated after it was put.
        compare_after: Seconds after which an annotation is late, and compared with what Phoenix has
            before it is sent; 0 compares every one.
        project_identifier: Name or ID of the project of the traces, where late ones are compared.
        max_wait: Seconds to go on asking for a trace that Phoenix does not have; after that the
            annotation is `missing_trace`, and kept.
        keep_rejected: Seconds for which annotations are kept that are not to be sent.
        synchronous: "full" has each `put` on the disk when it returns; "normal" spares the wait for
            the disk, and a loss of power may take the last ones.
        rebind: Whether to take over a file that belongs to another endpoint, and to send there what
            is in it.
        flush_at_exit: Seconds that the end of the program may wait for what is still to be sent; by
            default it does not wait.
        meter_provider: OpenTelemetry's, for metrics; by default there are none.

    Raises:
        ConfigurationError: when an argument cannot work.
        OutboxFileError: when the file cannot be used: it is damaged, of a newer version, of another
            endpoint, not writable, or where locks do not work.

    Examples:
        >>> from phoenix_traces import Client, Outbox
        >>> with Client(base_url="http://127.0.0.1:6006") as client:
        ...     with Outbox(client, "feedback.sqlite3") as outbox:
        ...         outbox.put(
        ...             trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...             annotation_name="user feedback",
        ...             label="thumbs up",
        ...         )
        ...         print(outbox.flush(timeout=10))
        <FlushReport of 1: 1 stored>
    """

    def __init__(
        self,
        client: Client,
        path: str | PathLike[str] | None = None,
        *,
        max_rows: int | None = DEFAULT_MAX_ROWS,
        max_bytes: int | None = DEFAULT_MAX_BYTES,
        on_full: OnFull = "raise",
        background: bool = True,
        batch_size: int = DEFAULT_BATCH_SIZE,
        overwrite: Overwrite = "not_human",
        compare_after: float = DEFAULT_COMPARE_AFTER,
        project_identifier: str = "default",
        max_wait: float = DEFAULT_MAX_WAIT,
        keep_rejected: float = DEFAULT_KEEP_REJECTED,
        synchronous: Synchronous = "full",
        rebind: bool = False,
        flush_at_exit: float | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        checked_owner(client, Client)
        self._background = checked_flag(background, "background")
        settings = checked_settings(
            max_rows=max_rows,
            max_bytes=max_bytes,
            on_full=on_full,
            batch_size=batch_size,
            overwrite=overwrite,
            compare_after=compare_after,
            project_identifier=project_identifier,
            max_wait=max_wait,
            keep_rejected=keep_rejected,
            synchronous=synchronous,
            rebind=rebind,
        )
        at_exit = None if flush_at_exit is None else checked_seconds(flush_at_exit, "flush_at_exit")
        self._connection = client.connection
        self._parts = Parts(
            path, endpoint=client.base_url, settings=settings, meter_provider=meter_provider
        )
        self._is_closed = False
        self._flushes = 0
        self._workers: dict[object, Background] = {}
        self._process = process_token()
        self._flush_at_exit = at_exit
        if at_exit is not None:
            atexit.register(self._exit)
        self._wake()

    # Its thread

    def _worker(self) -> Background:
        """Return the thread of this process, since a fork leaves that of the parent behind."""
        known = self._workers.get(process_token())
        if known is None:
            made = Background(self._round, self._end)
            known = self._workers.setdefault(process_token(), made)
        return known

    def _wake(self) -> None:
        if self._background:
            self._worker().call()

    def _round(self) -> float:
        sender = self._parts.sender
        if not self._background and not self._flushes:
            sender.resign()
            return _UNTIL_CALLED
        try:
            return perform(self._connection, sender.round())
        except OutboxClosedError:  # by another thread
            return _UNTIL_CALLED
        except Exception as error:  # noqa: BLE001 - a hook of the caller's may raise anything
            return sender.fail(error)

    def _end(self) -> None:
        self._parts.close()

    def _exit(self) -> None:
        if self._process is process_token():  # a child has its own end
            self.close(timeout=self._flush_at_exit or 0.0)

    # Putting

    @overload
    def put(self, annotation: TraceAnnotationData | Mapping[str, Any]) -> None: ...

    @overload
    def put(
        self,
        *,
        trace_id: str,
        annotation_name: str,
        annotator_kind: AnnotatorKind = "HUMAN",
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
    ) -> None: ...

    def put(
        self,
        annotation: TraceAnnotationData | Mapping[str, Any] | None = None,
        *,
        trace_id: str | LeftOut = LEFT_OUT,
        annotation_name: str | LeftOut = LEFT_OUT,
        annotator_kind: AnnotatorKind | LeftOut = LEFT_OUT,
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
    ) -> None:
        """Keep an annotation until Phoenix has it; it is on the disk when this returns.

        An earlier one with the same (trace_id, annotation_name, identifier) that is not stored yet
        is superseded. Nothing waits for Phoenix here.

        Args:
            annotation: A model, an instance of a rubric, or a mapping with the same keys, in place
                of the other arguments.
            trace_id: As Phoenix shows it; traces that came by OTLP have 32 lowercase hex digits.
            annotation_name: What is judged, such as "correctness"; not "note".
            annotator_kind: Who judges: a person, a model or a program; left out, it is "HUMAN".
            label: A category. Text of nothing but white space counts as absent, here and below.
            score: A finite number; higher is usually better.
            explanation: Why it was judged so.
            metadata: Anything else worth keeping, as a mapping that becomes a JSON object of at
                most 10 MB.
            identifier: Tells apart several annotations of one name on one trace, such as one for
                each reviewer.

        Raises:
            TypeError: when both an annotation and what describes one are given, or neither.
            AnnotationValidationError: naming everything that is refused; nothing is kept.
            OutboxFullError: when there is no room, with `on_full="raise"`.
            OutboxFileError: when the disk is full or the file cannot be written; nothing is kept.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> outbox.put(
            ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...     annotation_name="tone",
            ...     label="kind",
            ... )
            >>> outbox.put(
            ...     {
            ...         "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            ...         "name": "length",
            ...         "annotator_kind": "CODE",
            ...         "result": {"score": 0.5},
            ...     }
            ... )
        """
        described = Described(
            trace_id=trace_id,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            label=label,
            score=score,
            explanation=explanation,
            metadata=metadata,
            identifier=identifier,
        )
        self._put(one_entry(annotation, described))

    def put_many(self, annotations: Iterable[TraceAnnotationData | Mapping[str, Any]]) -> None:
        """Keep annotations until Phoenix has them; they are on the disk when this returns.

        All of them are kept, or none. Of those with the same (trace_id, name, identifier) only the
        last is kept, with a `DuplicateAnnotationWarning`.

        Args:
            annotations: Models, instances of rubrics or mappings; read once, to the end.

        Raises:
            AnnotationValidationError: naming every annotation that is refused; nothing is kept.
            OutboxFullError: when there is no room for all, with `on_full="raise"`.
            OutboxFileError: when the disk is full or the file cannot be written; nothing is kept.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> outbox.put_many(
            ...     {
            ...         "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            ...         "name": "tone",
            ...         "annotator_kind": "HUMAN",
            ...         "identifier": reviewer,
            ...         "result": {"label": "kind"},
            ...     }
            ...     for reviewer in ["ann", "bob"]
            ... )
        """
        self._put(entries_of(annotations))

    def _put(self, entries: Sequence[NewEntry]) -> None:
        while True:
            try:
                self._parts.intake.put(entries, present())
            except OutboxFullError as error:
                if not self._parts.settings.waits_for_room or error.is_hopeless:
                    raise
            else:
                break
            self._wake()
            time.sleep(_LOOK_AGAIN)
        self._wake()

    # What becomes of them

    def status(self) -> OutboxStatus:
        """Return the state of the outbox, as every process that uses the file sees it.

        Returns:
            Counts by status, the age of the oldest annotation that waits, and what sending waits
            for.

        Raises:
            OutboxFileError: when the file cannot be read.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> status = outbox.status()
            >>> status.rejected
            0
        """
        return self._parts.status()

    def flush(self, timeout: float | None = 30.0) -> FlushReport:
        """Send what waits, without the pauses that were still to come, and tell what became of it.

        It ends when nothing waits any more of what waited when it began, when the time is up, or
        when the server refuses the key. What was not stored stays in the file, and is sent later.

        Args:
            timeout: Seconds; None for as long as it takes.

        Returns:
            What became of each annotation that waited.

        Raises:
            ConfigurationError: when the timeout is no number of seconds.
            OutboxFileError: when the file cannot be used.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> outbox.put(
            ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...     annotation_name="tone",
            ...     label="kind",
            ... )
            >>> report = outbox.flush(timeout=10)
            >>> [(row.name, row.status) for row in report.rows]
            [('tone', 'stored')]
        """
        if timeout is not None:
            checked_seconds(timeout, "timeout", is_zero_allowed=True)
        return self._flush(Deadline(timeout))

    def _flush(self, deadline: Deadline, *, until_idle: bool = False) -> FlushReport:
        sender = self._parts.sender
        flush = Flush(self._parts.inventory)
        if flush.is_over():
            return flush.report()
        self._flushes += 1
        try:
            self._parts.inventory.hurry()
            sender.hurry()
            worker = self._worker()
            worker.call()
            while deadline.left > 0:
                worker.wait_for_round(min(deadline.left, _LOOK_AGAIN))
                if flush.is_over() or sender.is_refused or (until_idle and sender.is_idle):
                    break
        finally:
            self._flushes -= 1
        return flush.report()

    def rejected(self) -> list[OutboxRow]:
        """Return the annotations that are kept though they are not to be sent, with the reasons.

        Returns:
            Those that are `rejected` or `missing_trace`, oldest first.

        Raises:
            OutboxFileError: when the file cannot be read.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> [(row.status, row.reason) for row in outbox.rejected()]
            []
        """
        return self._parts.rejected()

    def retry(self, ids: Iterable[int] | None = None) -> int:
        """Let annotations wait again that are not to be sent.

        Args:
            ids: Which, by the `id` of `rejected()`; all by default.

        Returns:
            How many those were.

        Raises:
            OutboxFileError: when the file cannot be written.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> outbox.retry()
            0
        """
        retried = self._parts.inventory.retry(None if ids is None else list(ids))
        self._wake()
        return retried

    def discard(self, ids: Iterable[int] | None = None) -> int:
        """Delete annotations that are not to be sent.

        Args:
            ids: Which, by the `id` of `rejected()`; all by default.

        Returns:
            How many those were.

        Raises:
            OutboxFileError: when the file cannot be written.
            OutboxClosedError: when the outbox was closed.

        Examples:
            >>> outbox.discard()
            0
        """
        return self._parts.inventory.discard(None if ids is None else list(ids), present())

    # Its end

    def close(self, timeout: float = 5.0) -> None:
        """Send what can be sent within some time, and close the outbox.

        It does not wait for traces that Phoenix does not have. What is left stays in the file, and
        is sent by the next outbox over it. With `background=False` nothing is sent here. A second
        call does nothing.

        Args:
            timeout: Seconds to go on sending; 0 to end at once.

        Raises:
            ConfigurationError: when the timeout is no number of seconds.

        Examples:
            >>> outbox.close(timeout=1)
        """
        checked_seconds(timeout, "timeout", is_zero_allowed=True)
        if self._is_closed:
            return
        deadline = Deadline(timeout)
        try:
            if timeout and (self._background or self._flush_at_exit is not None):
                self._flush(deadline, until_idle=True)
        except OutboxFileError:
            pass  # it is left as it is
        finally:
            self._is_closed = True
            atexit.unregister(self._exit)
            # The thread closes the file when its last request is answered, if that takes longer.
            self._worker().end(max(deadline.left, _LOOK_AGAIN))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Outbox {self._parts.database.path}>"


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
Outbox.__module__ = "phoenix_traces"
