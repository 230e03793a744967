"""How much memory an upload needs beside the frame that it is given."""

from __future__ import annotations

import sys

from benchmarks.children import run_module
from benchmarks.data import Dtype
from benchmarks.results import EXISTING, OURS, Figure, Result, Target, figure

_HOW = """\
The highest resident memory during the call, above what the process had before it, in percent of
the frame's own `memory_usage(deep=True)`. Every run is a process of its own, with one small
upload before, so that imports do not count. Linux only."""

_DTYPES: tuple[Dtype, ...] = ("str", "object", "Arrow")


def run(quick: bool) -> Result:
    """Measure frames of several dtypes."""
    rows = 100_000 if quick else 1_000_000
    fewer = rows // 10
    found: list[Figure] = []
    if sys.platform == "linux":
        found.append(_figure(EXISTING, fewer, "str", runs=1))
        found.append(_figure(OURS, fewer, "str", runs=1))
        found += [_figure(OURS, rows, dtype, runs=1 if quick else 3) for dtype in _DTYPES]
    return Result(
        case="memory",
        title="Memory",
        unit="% of the frame",
        how=_HOW,
        figures=found,
        targets=[
            Target(f"memory above {each.subject}", each.median, "at most", 10)
            for each in found
            if each.subject.startswith(f"{rows:,} ")
        ],
    )


def _figure(contestant: str, rows: int, dtype: Dtype, *, runs: int) -> Figure:
    arguments = ("benchmarks.peak", contestant, str(rows), dtype)
    taken = [run_module(*arguments) for _ in range(runs)]
    shares = [100 * each["above"] / each["frame"] for each in taken]
    return figure(f"{rows:,} rows of dtype {dtype}", contestant, shares)
