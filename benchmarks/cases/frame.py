"""A frame through `log_trace_annotations_dataframe`: what a row costs before any server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.contestants import (
    Send,
    check_same_work,
    cpu_measures,
    existing_frame,
    our_frame,
    plain,
)
from benchmarks.data import Dtype, columns, frame, wire_rows
from benchmarks.results import EXISTING, FLOOR, OURS, Figure, Result, Target, figures
from benchmarks.timing import Measure, Runs, contest, ratio

_MICROSECONDS = 1e6
_SMALLEST = 1_000

_HOW = """\
Processor time for each row, from the call to its return. The frame has the columns trace_id,
label, score, explanation and metadata (a dict of three); 100 rows go into a request, and the
server is a `MockTransport` that answers at once. The floor gets the rows as dicts that are ready
to be sent, and does nothing but `orjson.dumps` and `httpx.Client.post`. The existing client takes
part up to 100,000 rows, because a million take it minutes, and only where no cell is missing: it
sends a missing label as the text "nan" and fails at a missing score."""


@dataclass(frozen=True)
class _Variant:
    name: str
    dtype: Dtype = "str"
    in_index: bool = False
    half_missing: bool = False

    def sends(self, rows: int) -> dict[str, Send]:
        content = columns(rows, half_missing=self.half_missing)
        made = frame(content, dtype=self.dtype, in_index=self.in_index)
        return {FLOOR: plain(wire_rows(content)), OURS: our_frame(made)}


_VARIANTS = (
    _Variant("half of the cells missing", half_missing=True),
    _Variant("trace_id as index", in_index=True),
    _Variant("object dtype", dtype="object"),
    _Variant("Arrow dtype", dtype="Arrow"),
    _Variant("Arrow dtype, half missing", dtype="Arrow", half_missing=True),
)


def run(quick: bool) -> Result:
    """Measure frames of several sizes and kinds."""
    sizes = (_SMALLEST, 10_000) if quick else (_SMALLEST, 10_000, 100_000)
    by_size = {rows: _contest(_all_three(rows), rows) for rows in sizes}
    small, large = (2_000, 50_000) if quick else (10_000, 1_000_000)
    growth = _growth(small, large)
    found = [
        each
        for rows, runs in by_size.items()
        for each in figures(f"{rows:,} rows", runs, scale=_MICROSECONDS)
    ]
    found += figures(f"{large:,} rows", {OURS: growth["large"]}, scale=_MICROSECONDS)
    for variant in _VARIANTS:
        found += _by_kind(variant, sizes[-1])
    most = by_size[sizes[-1]]
    at = f"a frame of {sizes[-1]:,} rows"
    return Result(
        case="frame",
        title="A frame",
        unit="µs a row",
        how=_HOW,
        figures=found,
        targets=(
            Target(f"{at}: existing over ours", ratio(most[EXISTING], most[OURS]), "at least", 25),
            Target(f"{at}: ours over floor", ratio(most[OURS], most[FLOOR]), "at most", 1.5),
            Target(
                f"growth: a row of {large:,} over one of {small:,}",
                ratio(growth["large"], growth["small"]),
                "at most",
                1.15,
            ),
        ),
    )


def _all_three(rows: int) -> dict[str, Send]:
    content = columns(rows)
    made = frame(content)
    return {
        FLOOR: plain(wire_rows(content)),
        OURS: our_frame(made),
        EXISTING: existing_frame(made),
    }


def _by_kind(variant: _Variant, rows: int) -> list[Figure]:
    check_same_work(variant.sends(_SMALLEST).values())
    subject = f"{rows:,} rows, {variant.name}"
    return figures(subject, _contest(variant.sends(rows), rows), scale=_MICROSECONDS)


def _contest(sends: Mapping[str, Send], rows: int) -> dict[str, Runs]:
    # The smallest size comes first and warms everything up.
    smallest = rows == _SMALLEST
    if smallest:
        check_same_work(sends.values())
    rounds = 7 if smallest else 3
    return contest(cpu_measures(sends, rows=rows), rounds=rounds, warm_up=smallest)


def _growth(small: int, large: int) -> dict[str, Runs]:
    times = max(1, large // small // 5)
    return contest(
        {"small": _ours(small, times=times), "large": _ours(large, times=1)},
        rounds=3,
        warm_up=False,
    )


def _ours(rows: int, *, times: int) -> Measure:
    measure = cpu_measures({OURS: our_frame(frame(columns(rows)))}, rows=rows)[OURS]
    return lambda: sum(measure() for _ in range(times)) / times
