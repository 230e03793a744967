"""What is put survives: the real disk, the real Phoenix, and processes that are killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoenix_traces import Client, Outbox
from phoenix_traces.testing import FakePhoenix
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.outbox.kills import run
from tests.support.live import START_SECONDS

# `python -m tests.outbox.kills 200` is the campaign.
KILLS = int(os.environ.get("OUTBOX_KILLS", "2"))


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[PhoenixProcess]:
    """Run a Phoenix that nobody else depends on."""
    folder = tmp_path / "phoenix"
    with PhoenixProcess(working_dir=folder, start_timeout=START_SECONDS) as server:
        yield server


@pytest.mark.timeout(900)
def test_no_put_that_returned_is_lost_by_kills_and_restarts(
    killed: PhoenixProcess, tmp_path: Path
) -> None:
    campaign = run(KILLS, killed, tmp_path / "outbox.sqlite3")
    assert campaign.returned > KILLS
    assert campaign.restarts >= 1
    assert campaign.lost == []
    status = campaign.status
    assert (status.waiting, status.rejected, status.missing_trace) == (0, 0, 0)
    # Nobody else writes there, so nothing may be kept out.
    assert status.kept_out == 0


_PUT = """
import sys
from phoenix_traces import Client, Outbox
outbox = Outbox(Client(base_url="http://127.0.0.1:9/"), sys.argv[1], background=False)
for number in range(int(sys.argv[2])):
    outbox.put(trace_id="t1", annotation_name="tone", label="x", identifier=str(number))
sys.stdout.flush()
import os
os._exit(0)
"""


def _syncs(path: Path, puts: int) -> int:
    log = path.with_suffix(".strace")
    strace = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(log)]
    subprocess.run([*strace, sys.executable, "-c", _PUT, path, str(puts)], check=True, timeout=120)
    return log.read_text(encoding="utf-8", errors="replace").count("sync(")


@pytest.mark.skipif(shutil.which("strace") is None, reason="nothing here counts system calls")
def test_every_put_waits_for_the_disk_once(tmp_path: Path) -> None:
    """A kill spares what the system holds; a loss of power does not."""
    few, many = _syncs(tmp_path / "few", 10), _syncs(tmp_path / "many", 60)
    assert many - few == 50


_MANY = """
import sys
from phoenix_traces import Client, Outbox
with Client(base_url=sys.argv[1]) as client, Outbox(client, sys.argv[2]) as outbox:
    for number in range(50):
        outbox.put(
            trace_id="t1", annotation_name="tone", label="x", identifier=f"{sys.argv[3]} {number}"
        )
"""


def test_four_processes_put_into_one_file_and_each_row_is_sent_once(tmp_path: Path) -> None:
    phoenix = FakePhoenix("t1")
    path = tmp_path / "outbox.sqlite3"
    with phoenix.serve() as url:
        children = [
            subprocess.Popen([sys.executable, "-c", _MANY, url, path, str(number)])
            for number in range(4)
        ]
        assert [child.wait(120) for child in children] == [0] * 4
        with Client(base_url=url) as client, Outbox(client, path) as outbox:
            assert outbox.flush(timeout=60).is_complete
            assert outbox.status().stored == 200
    assert len(phoenix.stored()) == 200
