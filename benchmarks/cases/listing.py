"""A list through `log_trace_annotations`: dicts, which are checked, and models."""

from __future__ import annotations

from benchmarks.contestants import check_same_work, cpu_measures, existing_list, our_list, plain
from benchmarks.data import columns, wire_rows
from benchmarks.results import EXISTING, FLOOR, OURS, Result, Target, figures
from benchmarks.timing import Runs, contest, ratio
from phoenix_traces import TraceAnnotationData

_MICROSECONDS = 1e6
_MODELS = "ours, models"

_HOW = """\
Processor time for each row, from the call to its return, over the same `MockTransport`. The
existing client validates nothing and sends any list in one request; ours validates every dict and
cuts the list so that no body exceeds 900 kB; the floor is `orjson.dumps` and one `post`."""


def run(quick: bool) -> Result:
    """Measure lists of several sizes."""
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    by_size = {rows: _contest(rows) for rows in sizes}
    most = by_size[sizes[-1]]
    return Result(
        case="list",
        title="A list",
        unit="µs a row",
        how=_HOW,
        figures=[
            each
            for rows, runs in by_size.items()
            for each in figures(f"{rows:,} rows", runs, scale=_MICROSECONDS)
        ],
        targets=(
            Target(
                f"a list of {sizes[-1]:,} dicts: ours over existing",
                ratio(most[OURS], most[EXISTING]),
                "at most",
                1.0,
            ),
        ),
    )


def _contest(rows: int) -> dict[str, Runs]:
    dicts = wire_rows(columns(rows))
    sends = {
        FLOOR: plain(dicts, rows_in_request=rows),
        OURS: our_list(dicts),
        _MODELS: our_list([TraceAnnotationData.model_validate(each) for each in dicts]),
        EXISTING: existing_list(dicts),
    }
    few = rows <= 10_000
    if few:
        check_same_work(sends.values())
    return contest(cpu_measures(sends, rows=rows), rounds=7 if few else 5, warm_up=few)
