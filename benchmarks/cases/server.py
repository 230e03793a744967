"""A frame to a real Phoenix: what the client makes of the server's speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import TypeAlias

import httpx
import pandas as pd

from benchmarks.contestants import Work, check_same_work, existing_frame, our_frame, upload_frame
from benchmarks.data import frame_of_judges
from benchmarks.phoenix import Phoenix, phoenix
from benchmarks.results import CEILING, EXISTING, OURS, Result, Target, figure
from benchmarks.stand_in import JSON, PATH, Recorder
from benchmarks.timing import Measure, Runs, contest, ratio, wall
from phoenix_traces import Client, UploadOptions

_CONCURRENCIES = (1, 4, 8)
_JUDGES = 10
_MILLISECONDS = 1e3
_TIMEOUT = 120.0

_HOW = """\
Time that passes from the call to its return, for a frame to a Phoenix of its own on SQLite, in
another process on the same machine, 100 rows in a request. Each run has an annotation name of its
own, so that every row is new. With `sync=False` the server answers once its queue has the rows
and stores them afterwards: the next run begins when all are stored. The ceiling is the same
bodies, made before, sent by plain httpx from 1, 4 and 8 threads."""


# Who sends, and how many requests at once.
_Entry: TypeAlias = "tuple[str, int]"


@dataclass(frozen=True)
class _Task:
    """What is to be sent in one run, and how."""

    url: str
    frame: pd.DataFrame
    name: str
    sync: bool

    def bodies(self) -> list[bytes]:
        recorder = Recorder()
        our_frame(self.frame, annotation_name=self.name)(recorder.client)
        return recorder.bodies


# Makes ready for a task what does it.
_Entrant: TypeAlias = "Callable[[_Task], AbstractContextManager[Work]]"


def run(quick: bool) -> Result:
    """Measure uploads with and without sync."""
    rows = 500 if quick else 5_000
    with phoenix(rows // _JUDGES) as server:
        made = frame_of_judges(server.trace_ids, rows)
        # This also imports what each of them imports at its first call.
        check_same_work([our_frame(made), existing_frame(made)])
        by_sync = {
            sync: _contest(server, made, sync=sync, rounds=1 if quick else 3)
            for sync in (False, True)
        }
    queued = by_sync[False]
    return Result(
        case="server",
        title="A real server",
        unit="ms",
        how=_HOW,
        figures=[
            figure(f"{rows:,} rows, sync={sync}, {at_once} at once", who, each, scale=_MILLISECONDS)
            for sync, runs in by_sync.items()
            for (who, at_once), each in runs.items()
        ],
        targets=(
            Target(
                f"{rows:,} rows to Phoenix, sync=False: existing over ours, 4 at once",
                ratio(queued[EXISTING, 1], queued[OURS, 4]),
                "at least",
                5,
            ),
            *(
                Target(
                    f"{rows:,} rows to Phoenix, sync={sync}: our speed over the ceiling's",
                    _best(runs, CEILING) / _best(runs, OURS),
                    "at least",
                    0.95,
                )
                for sync, runs in by_sync.items()
            ),
        ),
    )


def _best(runs: Mapping[_Entry, Runs], contestant: str) -> float:
    return min(median(each) for (who, _), each in runs.items() if who == contestant)


def _contest(server: Phoenix, made: pd.DataFrame, *, sync: bool, rounds: int) -> dict[_Entry, Runs]:
    entrants: dict[_Entry, _Entrant] = {(EXISTING, 1): _existing}
    for at_once in _CONCURRENCIES:
        entrants[OURS, at_once] = _ours(at_once)
        entrants[CEILING, at_once] = _ceiling(at_once)
    numbers = count()

    def measure_of(entrant: _Entrant) -> Measure:
        def measure() -> float:
            task = _Task(server.url, made, f"sync={sync} {next(numbers)}", sync)
            with entrant(task) as work:
                taken = wall(work)()
            server.wait_until_stored(task.name, len(made))
            return taken

        return measure

    measures = {entry: measure_of(entrant) for entry, entrant in entrants.items()}
    return contest(measures, rounds=rounds, warm_up=False)


@contextmanager
def _existing(task: _Task) -> Iterator[Work]:
    send = existing_frame(task.frame, annotation_name=task.name, sync=task.sync)
    with httpx.Client(base_url=task.url, timeout=_TIMEOUT) as http:
        yield lambda: send(http)


def _ours(concurrency: int) -> _Entrant:
    @contextmanager
    def entrant(task: _Task) -> Iterator[Work]:
        options = UploadOptions(max_concurrency=concurrency)
        with Client(base_url=task.url, timeout=_TIMEOUT) as client:
            yield lambda: upload_frame(
                client.traces,
                task.frame,
                annotation_name=task.name,
                sync=task.sync,
                options=options,
            )

    return entrant


def _ceiling(concurrency: int) -> _Entrant:
    @contextmanager
    def entrant(task: _Task) -> Iterator[Work]:
        bodies = task.bodies()
        with httpx.Client(base_url=task.url, timeout=_TIMEOUT) as http:
            yield lambda: _replay(http, bodies, task.sync, concurrency)

    return entrant


def _replay(http: httpx.Client, bodies: list[bytes], sync: bool, concurrency: int) -> None:
    def post(body: bytes) -> None:
        params = {"sync": "true"} if sync else None
        http.post(PATH, content=body, params=params, headers=JSON).raise_for_status()

    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(post, bodies))
