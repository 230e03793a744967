"""One simulated upload: the real exchange and retries, between models of a driver and Phoenix."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from threading import Event
from typing import Any, NamedTuple, Protocol

import httpx

from phoenix_traces.errors import PhoenixHTTPError, SkippedAnnotationWarning
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.protocol.exchange import (
    Call,
    Exchange,
    Outcome,
    Trail,
    WaitUntil,
    with_trail,
)
from phoenix_traces.report import UploadReport
from phoenix_traces.rules.annotation import InsertedTraceAnnotation
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.upload import PATH
from tests.simulation.clock import VirtualTime
from tests.simulation.network import Attempt, Network
from tests.simulation.rows import WireRow
from tests.simulation.script import Script
from tests.simulation.server import ModelServer
from tests.simulation.watch import CallLog, Watch, demand

# Made once, because making them takes longer than all the rest of a request.
SERVER = "http://phoenix.test/"
ADDRESS = httpx.URL(SERVER + PATH)
SYNC_ADDRESS = ADDRESS.copy_merge_params({"sync": "true"})
MOST_STEPS = 20_000
STEPS_BETWEEN_WORK = 5


class WatchedExchange(Exchange[list[InsertedTraceAnnotation]], Protocol):
    """An exchange that tells at any time how its rows are."""

    def report(self) -> UploadReport: ...


MakeUpload = Callable[..., WatchedExchange]
MakeRows = Callable[[Sequence[WireRow]], Rows[WireRow]]
MakeTransport = Callable[..., httpx.AsyncBaseTransport]
Tell = Callable[[str], object]


class Stopped(BaseException):
    """What interrupts a simulated upload."""

    report: UploadReport


class ProgressError(Exception):
    """What a simulated `on_progress` raises."""

    report: UploadReport


class Parts(NamedTuple):
    """What is put to the test: ours, or something that is broken on purpose."""

    make_upload: MakeUpload
    make_rows: MakeRows
    make_transport: MakeTransport
    make_watch: Callable[..., Watch] = Watch


class Run:
    """One upload from its first request to its account.

    Attributes:
        ended_at: When it had nothing more to do.
    """

    def __init__(
        self,
        script: Script,
        server: ModelServer,
        time: VirtualTime,
        parts: Parts,
        tell: Tell,
    ) -> None:
        self._script = script
        self._server = server
        self._time = time
        self._tell = tell
        self._progress_calls = 0
        self._handed_over: list[UploadReport] = []
        self._options = UploadOptions(
            **script.options, on_progress=self._on_progress, on_report=self._handed_over.append
        )
        self._watch = parts.make_watch(
            script.rows,
            sync=script.sync,
            options=self._options,
            server=server,
            max_retries=script.max_retries,
            budget=script.budget,
        )
        server.on_write = self._watch.writes
        rows = parts.make_rows(script.rows)
        self._upload = parts.make_upload(rows, sync=script.sync, options=self._options)
        network = Network(
            time,
            server,
            random=script.random,
            fault_rate=script.fault_rate,
            body_limit=script.body_limit,
            on_attempt=self._on_attempt,
        )
        self._transport = parts.make_transport(
            AsyncWholeAnswers(network), max_retries=script.max_retries, budget=script.budget
        )
        time.on_pause = self._on_pause
        self._under_way: dict[Call, Coroutine[Any, Any, None]] = {}
        self._wake_at: float | None = None
        self._abandoned = Event()
        self._has_ended = False
        self.ended_at = 0.0

    def to_the_end(self) -> UploadReport:
        """Run it, check it after every step until all is quiet, and return the account."""
        try:
            self._run()
        except (Stopped, ProgressError) as error:
            report = self._interrupted(error)
        else:
            self._has_ended = True
            report = self._result()
        self.ended_at = self._time.now
        demand(self._handed_over == [report], "on_report was not called once with the account")
        self._check(report)
        # What was delayed still arrives.
        while self._time.step():
            self._check(report)
        self._tell(f"{report!r}")
        self._tell(" ".join(type(failure.error).__name__ for failure in report.failures))
        return report

    def _run(self) -> None:
        steps = 0
        self._send_what_there_is()
        while self._under_way or self._wake_at is not None:
            if steps == self._script.interrupt_after:
                raise Stopped
            demand(self._time.step(), "waits for nothing")
            self._send_what_there_is()
            self._check(self._upload.report())
            steps += 1
            demand(steps < MOST_STEPS, "never ends")
            if steps % STEPS_BETWEEN_WORK == 0:
                self._server.work_off(self._time.now)

    def _check(self, report: UploadReport) -> None:
        self._watch.check(report)

    def _send_what_there_is(self) -> None:
        if self._wake_at is not None and self._wake_at <= self._time.now:
            self._wake_at = None
        while len(self._under_way) < self._upload.max_concurrency:
            step = self._upload.next_call(self._time.now)
            if not isinstance(step, Call):
                self._wake_up_at(step)
                return
            log = self._watch.sends(step, self._time.now)
            self._tell(f"{self._time.now:8.2f} send {log.positions}")
            self._under_way[step] = coroutine = self._call(step)
            self._time.spawn(coroutine, log)

    def _wake_up_at(self, step: WaitUntil | None) -> None:
        moment = None if step is None else step.moment
        if moment is not None and moment != self._wake_at:
            self._time.at(moment, lambda: None)
        self._wake_at = moment

    async def _call(self, call: Call) -> None:
        request = _request(call, Trail(call.repeatable, self._abandoned.is_set))
        outcome: Outcome
        try:
            outcome = await self._transport.handle_async_request(request)
            outcome.request = request
            await outcome.aread()
        except httpx.RequestError as error:
            error.request = request
            outcome = error
        if not self._has_ended:
            self._receive(call, outcome)

    def _receive(self, call: Call, outcome: Outcome) -> None:
        del self._under_way[call]
        self._tell(f"{self._time.now:8.2f} receive {outcome!r}")
        self._watch.receives(call, outcome, self._time.now)
        self._upload.receive(call, outcome, self._time.now)

    def _on_attempt(self, attempt: Attempt) -> None:
        demand(not self._has_ended, "an attempt after the end")
        log = self._time.running
        assert isinstance(log, CallLog)
        self._tell(f"{self._time.now:8.2f}   attempt {log.positions} {attempt.fate}")
        self._watch.attempts(log, attempt)

    def _on_pause(self, seconds: float) -> None:
        log = self._time.running
        assert isinstance(log, CallLog)
        self._tell(f"{self._time.now:8.2f}   pause {log.positions} {seconds:.2f} s")
        self._watch.pauses(log, seconds, self._time.now)

    def _on_progress(self, done: int, total: int) -> None:
        self._watch.progresses(done, total)
        self._progress_calls += 1
        if self._progress_calls == self._script.progress_fails_at:
            raise ProgressError

    def _interrupted(self, error: Stopped | ProgressError) -> UploadReport:
        self._tell(f"{self._time.now:8.2f} {error!r}")
        self._has_ended = True
        if self._script.abandons:
            self._abandoned.set()
        else:
            for coroutine in self._under_way.values():
                coroutine.close()
        self._upload.interrupted(error)
        return error.report

    def _result(self) -> UploadReport:
        report = self._upload.report()
        try:
            inserted = self._upload.result()
        except PhoenixHTTPError as error:
            self._watch.check_error(error, report)
        except SkippedAnnotationWarning as warning:  # warnings are errors here
            demand(warning.report == report, "the warning carries another account")
            self._watch.check_complete(report)
        else:
            self._watch.check_result(inserted, report)
        return report


def _request(call: Call, trail: Trail) -> httpx.Request:
    if call.method == "GET":
        address, params = httpx.URL(SERVER + call.path), call.params
    else:
        address, params = (SYNC_ADDRESS if call.params == {"sync": "true"} else ADDRESS), None
    return httpx.Request(
        call.method, address, params=params, content=call.content, extensions=with_trail(trail)
    )
