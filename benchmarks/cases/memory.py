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
    rows = 300_000 if quick else 1_000_000
    found: list[Figure] = []
    if sys.platform == "linux":
        found += [_figure(EXISTING, 100_000), _figure(OURS, 100_000)] if not quick else []
        found += [_figure(OURS, rows, dtype) for dtype in (_DTYPES[:1] if quick else _DTYPES)]
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


def _figure(contestant: str, rows: int, dtype: Dtype = "str") -> Figure:
    taken = run_module("benchmarks.peak", contestant, str(rows), dtype)
    share = 100 * taken["above"] / taken["frame"]
    return figure(f"{rows:,} rows of dtype {dtype}", contestant, [share])
