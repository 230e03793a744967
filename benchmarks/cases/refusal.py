"""Finding what is wrong: a thousand bad rows in a million, against a million good ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import httpx
import pandas as pd

from benchmarks.contestants import Send, our_frame
from benchmarks.data import Columns, columns
from benchmarks.results import OURS, Result, Target, figure, figures
from benchmarks.stand_in import URL
from benchmarks.timing import Measure, contest, cpu, ratio
from phoenix_traces import AnnotationValidationError

_HOW = """\
Processor time from the call to the error that names every bad row, against the time from the call
to the first request when every row is good: nothing leaves before the last row is checked, so
that is the cost of checking. One row in a thousand is bad, in turn by its trace id, its score,
its label and its metadata; then all rows are bad by the same one of these, or each by a cell of
its own."""

_BAD_CELLS = (
    ("trace_id", " "),
    ("score", float("inf")),
    ("label", 7),
    ("metadata", {"at": object()}),
)

# By what is bad, the column and a cell for each row; no two are alike.
_DISTINCT_CELLS: Mapping[str, tuple[str, Callable[[int], object]]] = {
    "whole numbers as trace ids": ("trace_id", lambda at: (1 << 120) + at),
    "distinct labels that cannot be stored": ("label", lambda at: f"label {at}\x00"),
    "distinct texts as scores": ("score", lambda at: f"{at} points"),
    "texts of 500 characters as scores": ("score", lambda at: f"{at:0500}x"),
    "two bad values in metadata": ("metadata", lambda at: {"a": math.nan, "b": math.inf, "c": at}),
}


class _FirstRequestError(Exception):
    """Stops an upload at its first request."""


def run(quick: bool) -> Result:
    """Measure both."""
    rows = 100_000 if quick else 1_000_000
    bad = rows // 1_000
    runs = contest(
        {"good": _measure(rows, bad=0), "bad": _measure(rows, bad=bad)}, rounds=3, warm_up=quick
    )
    all_bad = contest(
        {name: _measure(rows, bad=rows, only=at) for at, (name, _) in enumerate(_BAD_CELLS)},
        rounds=1,
        warm_up=False,
    )
    distinct = contest(
        {name: _measure_distinct(rows, *_DISTINCT_CELLS[name]) for name in _DISTINCT_CELLS},
        rounds=1,
        warm_up=False,
    )
    return Result(
        case="refusal",
        title="Bad rows",
        unit="s",
        how=_HOW,
        figures=[
            *figures(f"{rows:,} good rows are checked", {OURS: runs["good"]}, scale=1),
            *figures(f"{bad:,} bad rows among them are named", {OURS: runs["bad"]}, scale=1),
            *(
                figure(f"{rows:,} rows are all bad by their {name}", OURS, all_bad[name])
                for name, _ in _BAD_CELLS
            ),
            *(figure(f"{rows:,} rows with {name}", OURS, distinct[name]) for name in distinct),
        ],
        targets=(
            Target(
                f"{bad:,} bad rows in {rows:,}: over checking good ones",
                ratio(runs["bad"], runs["good"]),
                "at most",
                3.0,
            ),
            *(
                Target(
                    f"{rows:,} rows all bad by their {name}: over checking good ones",
                    all_bad[name][0] / runs["good"][0],
                    "at most",
                    5.0,
                )
                for name, _ in _BAD_CELLS
            ),
            *(
                Target(
                    f"{rows:,} rows with {name}: over checking good ones",
                    distinct[name][0] / runs["good"][0],
                    "at most",
                    5.0,
                )
                for name in distinct
            ),
        ),
    )


def _measure(rows: int, *, bad: int, only: int | None = None) -> Measure:
    content = columns(rows)
    for number in range(bad):
        name, cell = _BAD_CELLS[number % len(_BAD_CELLS) if only is None else only]
        content[name][number * (rows // bad)] = cell
    return _measure_refusal(content, bad)


def _measure_distinct(rows: int, name: str, cell: Callable[[int], object]) -> Measure:
    return _measure_refusal({**columns(rows), name: list(map(cell, range(rows)))}, rows)


def _measure_refusal(content: Columns, bad: int) -> Measure:
    # Of object dtype, because a label that is a number fits in no column of text.
    send = our_frame(pd.DataFrame(content, dtype=object))
    http = httpx.Client(base_url=URL, transport=httpx.MockTransport(_stop))

    def work() -> None:
        assert _refused(send, http) == bad

    return cpu(work)


def _refused(send: Send, http: httpx.Client) -> int:
    try:
        send(http)
    except AnnotationValidationError as error:
        return len({failure.position for failure in error.failures})
    except _FirstRequestError:
        return 0
    raise AssertionError("neither refused nor sent")


def _stop(_request: httpx.Request) -> httpx.Response:
    raise _FirstRequestError
