"""An outbox: what a put costs beside the disk alone, and how fast many are put."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median

import httpx

from benchmarks.results import FLOOR, OURS, Result, Target, figure, figures
from benchmarks.timing import contest, ratio, wall
from phoenix_traces import Client, Outbox

_MILLISECONDS = 1e3

_HOW = """\
One `put` of a row with a label, a score and an explanation, beside one upsert of the same row by
`sqlite3` alone with the same settings (WAL, `synchronous=FULL`), in turns on the same disk. Nothing
is sent. `put_many` takes a list of annotations as dicts, each with a key of its own."""


def run(quick: bool) -> Result:
    """Measure puts."""
    puts, rows = (50, 20_000) if quick else (500, 100_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        http = httpx.Client(base_url="http://phoenix.test")
        client = Client(http_client=http)
        with http, Outbox(client, folder / "outbox", background=False, max_rows=None) as outbox:
            numbers = count()
            contestants = {FLOOR: _upsert(folder / "bare"), OURS: _put(outbox, numbers)}
            one = contest({who: wall(work) for who, work in contestants.items()}, rounds=puts)
            many = contest(
                {OURS: wall(lambda: _put_many(outbox, numbers, rows), per=rows)},
                rounds=3,
                warm_up=False,
            )
    return Result(
        case="outbox",
        title="An outbox",
        unit="ms",
        how=_HOW,
        figures=[
            *figures("one put", one, scale=_MILLISECONDS),
            figure(f"a row of {rows:,} by put_many", OURS, many[OURS], scale=_MILLISECONDS),
        ],
        targets=(
            Target("a put over a bare upsert", ratio(one[OURS], one[FLOOR]), "at most", 1.5),
            Target("rows a second by put_many", 1 / median(many[OURS]), "at least", 20_000),
        ),
    )


_RESULT = {"label": "correct", "score": 0.95, "explanation": "The answer is what was asked for."}


def _upsert(path: Path) -> Callable[[], None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE entry (trace_id TEXT, name TEXT, identifier TEXT, body BLOB,"
        " PRIMARY KEY (trace_id, name, identifier))"
    )
    numbers = count()

    def upsert() -> None:
        identifier = str(next(numbers))
        body = json.dumps({**_annotation(identifier)}).encode()
        connection.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?) ON CONFLICT (trace_id, name, identifier)"
            " DO UPDATE SET body = excluded.body",
            ("trace", "correctness", identifier, body),
        )

    return upsert


def _put(outbox: Outbox, numbers: count[int]) -> Callable[[], None]:
    def put() -> None:
        outbox.put(
            trace_id="trace",
            annotation_name="correctness",
            label="correct",
            score=0.95,
            explanation="The answer is what was asked for.",
            identifier=str(next(numbers)),
        )

    return put


def _put_many(outbox: Outbox, numbers: count[int], rows: int) -> None:
    outbox.put_many([_annotation(str(next(numbers))) for _ in range(rows)])


def _annotation(identifier: str) -> dict[str, object]:
    return {
        "trace_id": "trace",
        "name": "correctness",
        "annotator_kind": "HUMAN",
        "result": _RESULT,
        "identifier": identifier,
    }
