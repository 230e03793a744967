"""A frame whose every row must follow a rubric's own type."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchmarks.contestants import check_same_work, cpu_measures, our_frame, plain
from benchmarks.data import columns, frame, wire_rows
from benchmarks.results import FLOOR, OURS, Figure, Result, figures
from benchmarks.timing import contest
from phoenix_traces import AnnotationResult, TraceAnnotationData

_MICROSECONDS = 1e6
_TYPED = "ours, annotation_type"

_HOW = """\
As the case of a frame, with an `annotation_type` that narrows label to the four labels of a
rubric and score to 0..1, which the other contestants do not check."""


class _QualityResult(AnnotationResult, frozen=True):
    label: Literal["correct", "incomplete", "incorrect", "not answered"]
    score: Annotated[float, Field(ge=0, le=1)]


class _Quality(TraceAnnotationData, frozen=True):
    result: _QualityResult


def run(quick: bool) -> Result:
    """Measure frames of several sizes."""
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    return Result(
        case="typed",
        title="A frame with a rubric's type",
        unit="µs a row",
        how=_HOW,
        figures=[each for rows in sizes for each in _by_size(rows)],
    )


def _by_size(rows: int) -> list[Figure]:
    content = columns(rows)
    made = frame(content)
    sends = {
        FLOOR: plain(wire_rows(content)),
        OURS: our_frame(made),
        _TYPED: our_frame(made, annotation_type=_Quality),
    }
    check_same_work(sends.values())
    runs = contest(cpu_measures(sends, rows=rows), rounds=5, warm_up=False)
    return figures(f"{rows:,} rows", runs, scale=_MICROSECONDS)
