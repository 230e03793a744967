"""SIGKILL at random moments of a process that puts, while another sends to a Phoenix that restarts.

    python -m tests.outbox.kills 200

Prints what became of the puts that returned. None may be lost, and nothing older may have taken the
place of what is newer.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from phoenix_traces import Client, Outbox, OutboxStatus
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.outbox.putter import identifier_of
from tests.support.live import PROJECT, make_traces

_KILLS_PER_RESTART = 10
_LONGEST_LIFE = 1.5


@dataclass(frozen=True)
class Campaign:
    """What came of the kills.

    Attributes:
        returned: Puts that returned.
        lost: Keys of which Phoenix has nothing, or something older than the last that returned.
        status: Of the outbox at the end.
    """

    kills: int
    restarts: int
    returned: int
    lost: list[str]
    status: OutboxStatus


def run(kills: int, server: PhoenixProcess, path: Path, seed: int = 0) -> Campaign:
    """Kill a process that puts, again and again, and compare at the end."""
    random = Random(seed)
    (trace_id,) = make_traces(server, 1)
    newest: dict[str, int] = {}
    number = returned = restarts = 0
    restart: threading.Thread | None = None
    with Client(base_url=server.base_url) as client:
        with Outbox(client, path, project_identifier=PROJECT) as outbox:
            for kill in range(kills):
                if kill % _KILLS_PER_RESTART == _KILLS_PER_RESTART // 2:
                    restart = threading.Thread(target=_restart, args=(server,))
                    restart.start()
                    restarts += 1
                numbers = _one_life(server.base_url, path, trace_id, number, random)
                for put in numbers:
                    newest[identifier_of(put)] = put
                returned += len(numbers)
                # The one that was under way may be kept too, though nobody was told.
                number = (numbers[-1] if numbers else number) + 2
            if restart is not None:
                restart.join()
            outbox.flush(timeout=240)
            status = outbox.status()
        stored = client.traces.get_trace_annotations(
            trace_ids=[trace_id], project_identifier=PROJECT
        )
    there = {each.identifier: int(each.result.label or -1) for each in stored}
    lost = [
        f"{key}: {there.get(key)} for {put}"
        for key, put in newest.items()
        if there.get(key, -1) < put
    ]
    return Campaign(kills, restarts, returned, lost, status)


def _one_life(url: str, path: Path, trace_id: str, first: int, random: Random) -> list[int]:
    """Return the puts of a process that returned before it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.putter", url, str(path), trace_id, str(first)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    begun = child.stdout.readline()
    time.sleep(random.uniform(0, _LONGEST_LIFE))
    child.kill()
    rest, _ = child.communicate()
    # The last line may be cut off in its middle.
    whole = (begun + rest).rpartition("\n")[0]
    return [int(line) for line in whole.split("\n") if line]


def _restart(server: PhoenixProcess) -> None:
    server.kill()
    server.start()


def main(kills: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        PhoenixProcess(working_dir=Path(folder) / "phoenix", start_timeout=300) as server,
    ):
        campaign = run(kills, server, Path(folder) / "outbox.sqlite3")
    sys.stdout.write(f"{campaign}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
