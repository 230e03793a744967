"""A frame to a real Phoenix: what the client makes of the server's speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median

import httpx
import pandas as pd

from benchmarks.contestants import Work, existing_frame, our_frame, upload_frame
from benchmarks.data import columns, frame
from benchmarks.phoenix import Phoenix, phoenix
from benchmarks.results import EXISTING, OURS, Result, Target, figures
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


def run(quick: bool) -> Result:
    """Measure uploads with and without sync."""
    rows = 500 if quick else 5_000
    with phoenix(rows // _JUDGES) as server:
        made = _frame(server, rows)
        by_sync = {
            sync: _contest(server, made, sync=sync, rounds=1 if quick else 3)
            for sync in (False, True)
        }
    what = f"{rows:,} rows to Phoenix"
    queued = by_sync[False]
    return Result(
        case="server",
        title="A real server",
        unit="ms",
        how=_HOW,
        figures=[
            each
            for sync, runs in by_sync.items()
            for each in figures(f"{rows:,} rows, sync={sync}", runs, scale=_MILLISECONDS)
        ],
        targets=(
            Target(
                f"{what}, sync=False: existing over ours, 4 at once",
                ratio(queued[EXISTING], queued[_ours_name(4)]),
                "at least",
                5,
            ),
            *(
                Target(
                    f"{what}, sync={sync}: our speed over the ceiling's, each at its best",
                    _best(runs, _ceiling_name) / _best(runs, _ours_name),
                    "at least",
                    0.95,
                )
                for sync, runs in by_sync.items()
            ),
        ),
    )


def _frame(server: Phoenix, rows: int) -> pd.DataFrame:
    content = columns(rows)
    traces = server.trace_ids
    content["trace_id"] = [traces[at % len(traces)] for at in range(rows)]
    content["identifier"] = [f"judge {at // len(traces)}" for at in range(rows)]
    return frame(content)


def _ours_name(concurrency: int) -> str:
    return f"{OURS}, {concurrency} at once"


def _ceiling_name(concurrency: int) -> str:
    return f"ceiling, {concurrency} at once"


def _best(runs: Mapping[str, Runs], name: Callable[[int], str]) -> float:
    return min(median(runs[name(concurrency)]) for concurrency in _CONCURRENCIES)


def _contest(server: Phoenix, made: pd.DataFrame, *, sync: bool, rounds: int) -> dict[str, Runs]:
    entrants: dict[str, _Entrant] = {EXISTING: _existing}
    for concurrency in _CONCURRENCIES:
        entrants[_ours_name(concurrency)] = _ours(concurrency)
        entrants[_ceiling_name(concurrency)] = _ceiling(concurrency)
    numbers = count()

    def measure_of(entrant: _Entrant) -> Measure:
        def measure() -> float:
            task = _Task(server.url, made, f"sync={sync} {next(numbers)}", sync)
            with entrant(task) as work:
                taken = wall(work)()
            server.wait_until_stored(task.name, len(made))
            return taken

        return measure

    measures = {name: measure_of(entrant) for name, entrant in entrants.items()}
    return contest(measures, rounds=rounds, warm_up=False)


# Makes ready for a task what does it.
_Entrant = Callable[[_Task], "AbstractContextManager[Work]"]


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
