"""The same scripts with the real async driver, httpx and the retries, in virtual time."""

from __future__ import annotations

import asyncio
import logging
import warnings
from contextlib import closing
from typing import Any

import httpx
import pytest
from typing_extensions import override

from phoenix_traces import UploadOptions, UploadReport
from phoenix_traces.errors import PhoenixHTTPError, SkippedAnnotationWarning
from phoenix_traces.protocol.exchange import Call, Outcome, Step
from phoenix_traces.transport.clients import CallersAsyncClient
from phoenix_traces.transport.connection import AsyncConnection
from phoenix_traces.transport.drivers import run_async
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers
from phoenix_traces.uploads.upload import Upload
from tests.simulation.loop import LoopTime, VirtualLoop
from tests.simulation.network import LATEST, Attempt, Network
from tests.simulation.rows import WireRow, rows_of
from tests.simulation.script import Script, script_of
from tests.simulation.server import ModelServer
from tests.simulation.watch import Watch

SCRIPTS = 1_500
SCRIPTS_TOGETHER = 100


class WatchedUpload(Upload[WireRow]):
    """Check the account after every step."""

    watch: Watch

    @override
    def next_call(self, now: float) -> Step:
        step = super().next_call(now)
        if isinstance(step, Call):
            self.watch.sends(step, now)
        return step

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        self.watch.receives(call, outcome, now)
        super().receive(call, outcome, now)
        self.watch.check(self.report())


def unwatched(attempt: Attempt) -> None:
    """Leave attempts to the scripts that are played without a driver."""


class Drive:
    """One script, from the first request to the account."""

    def __init__(self, script: Script, time: LoopTime) -> None:
        self._script = script
        self._time = time
        self._reports: list[UploadReport] = []
        self._server = ModelServer(script.arrivals, random=script.random)
        for row in script.earlier:
            self._server.put(row)
        options = UploadOptions(
            **script.options, on_progress=self._on_progress, on_report=self._reports.append
        )
        self._watch = Watch(
            script.rows,
            sync=script.sync,
            options=options,
            server=self._server,
            max_retries=script.max_retries,
            budget=script.budget,
        )
        self._server.on_write = self._watch.writes
        self._upload = WatchedUpload(rows_of(script.rows), sync=script.sync, options=options)
        self._upload.watch = self._watch

    def _on_progress(self, done: int, total: int) -> None:
        self._watch.progresses(done, total)

    async def to_the_end(self) -> None:
        task = asyncio.ensure_future(self._send())
        if self._script.interrupt_after is not None:
            delay = self._script.random.uniform(0, self._script.interrupt_after)
            asyncio.get_running_loop().call_later(delay, task.cancel)
        attached: Any
        try:
            await task
        except PhoenixHTTPError as error:
            self._watch.check_error(error, self._reports[0])
            attached = error.report
        except (asyncio.CancelledError, SkippedAnnotationWarning) as error:
            attached = vars(error)["report"]
        else:
            attached = self._reports[0]
        assert self._reports == [attached]
        self._watch.check(attached)
        # What was delayed still arrives.
        await asyncio.sleep(LATEST)
        self._watch.check(attached)

    async def _send(self) -> None:
        script = self._script
        network = Network(
            self._time,
            self._server,
            random=script.random,
            fault_rate=script.fault_rate,
            body_limit=script.body_limit,
            on_attempt=unwatched,
        )
        repeating = RepeatingTransport(
            AsyncWholeAnswers(network), max_retries=script.max_retries, budget=script.budget
        )
        async with httpx.AsyncClient(transport=repeating) as client:
            connection = AsyncConnection(CallersAsyncClient(client), "http://phoenix.test/")
            inserted = await run_async(connection, self._upload)
            self._watch.check_result(inserted, self._reports[0])


@pytest.mark.parametrize("first", range(0, SCRIPTS, SCRIPTS_TOGETHER))
def test_no_promise_is_broken_with_the_real_driver(first: int) -> None:
    logging.getLogger("httpx_retries").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(first, first + SCRIPTS_TOGETHER):
            script = script_of(seed)
            time = LoopTime(script.random)
            with closing(VirtualLoop(time)) as loop, time.everywhere():
                loop.run_until_complete(Drive(script, time).to_the_end())
