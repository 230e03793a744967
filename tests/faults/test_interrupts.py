from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typing_extensions import override

from phoenix_traces import AsyncClient, Traces, UploadOptions, UploadReport
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.transport.whole_answers import WholeAnswers
from tests.faults.interrupted import ROWS, case_of
from tests.faults.stub import ROOT
from tests.faults.uploads import Case, frame_of, stored_under
from tests.support.live import make_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_ctrl_c_ends_an_upload_with_a_true_account(
    phoenix: PhoenixProcess, concurrency: int, is_async: bool
) -> None:
    trace_ids = make_traces(phoenix, 20)
    arguments = [phoenix.base_url, str(concurrency), "async" if is_async else "sync", *trace_ids]
    command = [sys.executable, "-m", "tests.faults.interrupted", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "under way\n"
        program.send_signal(signal.SIGINT)
        known = json.loads(program.stdout.read())
    assert program.returncode == 0
    assert known["stored"]
    assert known["not_stored"]
    assert sorted(known["stored"] + known["not_stored"] + known["unknown"]) == list(range(ROWS))
    assert len(known["unknown"]) <= concurrency * 100
    # asyncio makes a KeyboardInterrupt of its own of the cancellation that has the account.
    assert known["is_attached"] or is_async
    there = stored_under(phoenix, case_of(concurrency, is_async=is_async).identifier)
    assert there.keys() >= set(known["stored"])
    assert there.keys().isdisjoint(known["not_stored"])


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_cancelled_task_ends_an_upload_with_a_true_account(
    phoenix: PhoenixProcess, concurrency: int
) -> None:
    case = Case(concurrency, 0.5, 1_000, is_async=True, sync=True)
    frame = frame_of(case, make_traces(phoenix, 20), case.identifier)
    reports: list[UploadReport] = []

    async def upload_until_cancelled() -> UploadReport:
        task = asyncio.current_task()
        assert task is not None

        def on_progress(done: int, total: int) -> None:
            if done == 300:
                task.cancel()

        options = UploadOptions(
            max_concurrency=concurrency, on_progress=on_progress, on_report=reports.append
        )
        async with AsyncClient(base_url=phoenix.base_url) as client:
            with pytest.raises(asyncio.CancelledError) as caught:
                await client.traces.log_trace_annotations_dataframe(
                    dataframe=frame, sync=True, options=options
                )
        attached: UploadReport = vars(caught.value)["report"]
        return attached

    report = asyncio.run(upload_until_cancelled())
    assert reports == [report]
    assert len(report.stored) >= 300
    assert len(report.unknown) <= concurrency * 100
    assert len(report.stored | report.not_stored | report.unknown) == 1_000
    there = stored_under(phoenix, case.identifier)
    assert there.keys() >= report.stored
    assert there.keys().isdisjoint(report.not_stored)


class OneAnswerAndOneError(httpx.BaseTransport):
    """Answer the first row; let the second row's attempts fail once they may."""

    def __init__(self) -> None:
        self.may_fail = threading.Event()
        self.attempts: list[str] = []

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = json.loads(request.content)["data"][0]["name"]
        self.attempts.append(name)
        if name == "first":
            return httpx.Response(200, stream=httpx.ByteStream(b'{"data":[]}'))
        self.may_fail.wait()
        raise httpx.ReadError("reset")


class ProgressError(Exception):
    report: UploadReport


def test_a_call_that_nobody_waits_for_any_more_is_not_tried_again() -> None:
    """Otherwise it could put its row in the place of one that was written after the interrupt."""
    network = OneAnswerAndOneError()

    def on_progress(done: int, total: int) -> None:
        raise ProgressError

    rows: list[dict[str, Any]] = [
        {"trace_id": "t", "name": name, "annotator_kind": "CODE", "result": {"score": 1}}
        for name in ("second", "first")
    ]
    options = UploadOptions(batch_size=1, max_concurrency=2, on_progress=on_progress)
    before = set(threading.enumerate())
    transport = RepeatingTransport(WholeAnswers(network))
    with httpx.Client(base_url="http://phoenix.test", transport=transport) as client:
        with pytest.raises(ProgressError) as caught:
            Traces(client).log_trace_annotations(trace_annotations=rows, options=options)
        network.may_fail.set()
        for thread in set(threading.enumerate()) - before:
            thread.join()
    assert sorted(network.attempts) == ["first", "second"]
    assert caught.value.report.queued == {1}
    assert caught.value.report.unknown == {0}
