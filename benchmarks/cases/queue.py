"""A frame to a real Phoenix until every row is known to be stored, on each of the ways there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count

import httpx
import pandas as pd

from benchmarks.contestants import check_same_work, existing_frame, our_frame, upload_frame
from benchmarks.data import KIND, frame_of_judges
from benchmarks.phoenix import PROJECT, Phoenix, phoenix
from benchmarks.results import EXISTING, OURS, Figure, Result, Target, figure
from benchmarks.timing import Measure, Runs, contest, ratio, wall
from phoenix_traces import Client, UploadOptions

_JUDGES = 10
_TIMEOUT = 120.0

_HOW = """\
Rows a second until all rows of a frame are known to be stored, on a Phoenix of its own on SQLite,
in another process on the same machine. `sync=True` is one request after another, with the options
left alone; `via="queue"` is `sync=True` too, and returns the same. With `sync=False` nothing is
returned: counted is the time until a look shows all rows, by `confirm_trace_annotations` with ours,
and by asking four times a second with the existing client, which has no such method. Each run has
an annotation name of its own, so that every row is new."""

# Sends a frame under a name, and returns when all of it is known to be stored.
_Way = Callable[[Phoenix, pd.DataFrame, str], None]


def run(quick: bool) -> Result:
    """Measure the ways to be certain."""
    rows = 500 if quick else 5_000
    with phoenix(rows // _JUDGES) as server:
        made = frame_of_judges(server.trace_ids, rows)
        # This also imports what each of them imports at its first call.
        check_same_work([our_frame(made), existing_frame(made)])
        runs = _contest(server, made, rounds=1 if quick else 3)
    return Result(
        case="queue",
        title="Certain and fast",
        unit="rows/s",
        how=_HOW,
        figures=list(_figures(runs, rows)),
        targets=(
            Target(
                f'{rows:,} rows: speed of via="queue" over that of sync=True',
                ratio(runs[OURS, _SYNC], runs[OURS, _QUEUE]),
                "at least",
                2.5,
            ),
        ),
        remarks=[_remark(runs)],
    )


def _figures(runs: Mapping[tuple[str, str], Runs], rows: int) -> Iterator[Figure]:
    for (who, way), seconds in runs.items():
        yield figure(f"{rows:,} rows, {way}", who, [rows / each for each in seconds])


def _remark(runs: Mapping[tuple[str, str], Runs]) -> str:
    of_theirs = ratio(runs[EXISTING, _SYNC], runs[OURS, _QUEUE])
    of_confirm = ratio(runs[OURS, _SEEN], runs[OURS, _QUEUE])
    return (
        f'In the same rounds `via="queue"` had {of_theirs:.2f} times the speed of the existing '
        f"client's `sync=True`, and {of_confirm:.2f} times that of `sync=False` until our look "
        "showed all rows."
    )


def _contest(server: Phoenix, made: pd.DataFrame, *, rounds: int) -> dict[tuple[str, str], Runs]:
    numbers = count()

    def measure_of(way: _Way) -> Measure:
        def measure() -> float:
            name = f"run {next(numbers)}"
            taken = wall(lambda: way(server, made, name))()
            server.wait_until_stored(name, len(made))
            return taken

        return measure

    measures = {entry: measure_of(way) for entry, way in _WAYS.items()}
    return contest(measures, rounds=rounds, warm_up=False)


def _by_request(server: Phoenix, made: pd.DataFrame, name: str) -> None:
    _send(server, made, name, UploadOptions())


def _by_queue(server: Phoenix, made: pd.DataFrame, name: str) -> None:
    _send(server, made, name, UploadOptions(via="queue", project_identifier=PROJECT))


def _send(server: Phoenix, made: pd.DataFrame, name: str, options: UploadOptions) -> None:
    with Client(base_url=server.url, timeout=_TIMEOUT) as client:
        upload_frame(client.traces, made, annotation_name=name, sync=True, options=options)


def _until_confirmed(server: Phoenix, made: pd.DataFrame, name: str) -> None:
    with Client(base_url=server.url, timeout=_TIMEOUT) as client:
        upload_frame(client.traces, made, annotation_name=name, sync=False)
        confirmation = client.traces.confirm_trace_annotations(
            dataframe=made,
            annotation_name=name,
            annotator_kind=KIND,
            project_identifier=PROJECT,
            timeout=_TIMEOUT,
        )
    assert confirmation.is_complete


def _existing_by_request(server: Phoenix, made: pd.DataFrame, name: str) -> None:
    with httpx.Client(base_url=server.url, timeout=_TIMEOUT) as http:
        existing_frame(made, annotation_name=name, sync=True)(http)


def _existing_until_seen(server: Phoenix, made: pd.DataFrame, name: str) -> None:
    with httpx.Client(base_url=server.url, timeout=_TIMEOUT) as http:
        existing_frame(made, annotation_name=name, sync=False)(http)
    server.wait_until_stored(name, len(made))


_SYNC = "sync=True"
_QUEUE = 'sync=True, via="queue"'
_SEEN = "sync=False until seen"

_WAYS: dict[tuple[str, str], _Way] = {
    (EXISTING, _SYNC): _existing_by_request,
    (OURS, _SYNC): _by_request,
    (OURS, _QUEUE): _by_queue,
    (OURS, _SEEN): _until_confirmed,
    (EXISTING, _SEEN): _existing_until_seen,
}
