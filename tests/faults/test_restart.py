"""Phoenix is killed in the middle of an upload, and started again on the same folder."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from phoenix_traces import AsyncClient, Client, UploadOptions, UploadReport
from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.faults.uploads import Case, frame_of, stored_under
from tests.support.live import PROJECT, make_traces
from tests.support.modes import Mode, both_modes

ROWS = 5_000
ROWS_BEFORE_THE_KILL = 1_000
INTO_A_REQUEST = 0.05  # seconds: a batch takes Phoenix 0.2


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoenixProcess]:
    """Run a Phoenix that nobody else depends on."""
    folder: Path = tmp_path_factory.mktemp("phoenix")
    with PhoenixProcess(working_dir=folder) as server:
        yield server


class Restart:
    """Kill the server once so many rows are done, and start it again."""

    def __init__(self, server: PhoenixProcess) -> None:
        self._server = server
        self._thread = threading.Thread(target=self._restart)
        self.has_begun = False

    def on_progress(self, done: int, total: int) -> None:
        if done >= ROWS_BEFORE_THE_KILL and not self.has_begun:
            self.has_begun = True
            self._thread.start()

    def _restart(self) -> None:
        time.sleep(INTO_A_REQUEST)
        self._server.kill()
        self._server.start()

    def wait(self) -> None:
        self._thread.join()


def send(server: PhoenixProcess, mode: Mode, arguments: dict[str, Any]) -> None:
    async def send_async() -> None:
        async with AsyncClient(base_url=server.base_url) as client:
            await client.traces.log_trace_annotations_dataframe(**arguments)

    if mode is Mode.ASYNC:
        asyncio.run(send_async())
        return
    with Client(base_url=server.base_url) as client:
        client.traces.log_trace_annotations_dataframe(**arguments)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("via", ["request", "queue"])
@both_modes
def test_what_is_reported_stored_outlives_a_kill_and_the_rest_can_be_sent(
    killed: PhoenixProcess, mode: Mode, via: Literal["request", "queue"]
) -> None:
    seed = 1 if via == "queue" else 0  # so that their rows have different identifiers
    case = Case(seed, 0.0, ROWS, is_async=mode is Mode.ASYNC, sync=True)
    frame = frame_of(case, make_traces(killed, 50), case.identifier)
    restart = Restart(killed)
    reports: list[UploadReport] = []
    options = UploadOptions(
        on_progress=restart.on_progress,
        on_report=reports.append,
        max_concurrency=2,
        via=via,
        project_identifier=PROJECT,
    )
    try:
        send(killed, mode, {"dataframe": frame, "sync": True, "options": options})
    except PhoenixHTTPError:
        pass  # it took longer to start than the retries go on
    else:
        assert reports[0].stored == set(range(ROWS))
    restart.wait()
    assert restart.has_begun
    there = stored_under(killed, case.identifier)
    assert reports[0].stored <= there.keys()
    assert reports[0].not_stored.isdisjoint(there)

    rest = reports[0].rest(frame)
    if len(rest):
        send(killed, mode, {"dataframe": rest, "sync": True})
    there = stored_under(killed, case.identifier)
    assert there == {at: [at] for at in range(ROWS)}
