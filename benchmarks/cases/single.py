"""One annotation through `add_trace_annotation`, against the same body in a plain post."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import httpx
import orjson

from benchmarks.data import KIND, NAME
from benchmarks.existing import existing_traces
from benchmarks.results import EXISTING, FLOOR, OURS, Result, Target, figures
from benchmarks.stand_in import JSON, PATH
from benchmarks.stub import stub_server
from benchmarks.timing import contest, ratio, wall
from phoenix_traces import Client, Traces

_MICROSECONDS = 1e6
_NO_RETRIES = "ours, on an httpx.Client"

_HOW = """\
Time that passes from the call to its return, against a small server in its own process on the
same machine; calls in turns, one at a time. The floor is `post` of an `httpx.Client` that is
kept, with a body that is ready: the module's own `httpx.post` makes a new client for each call,
which takes some twenty times as long. Ours is a `Client`, with its retries; the other one of ours
is `Traces` on a plain `httpx.Client`, which is what the existing client is on too."""

_ARGUMENTS: dict[str, Any] = {
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "annotation_name": NAME,
    "annotator_kind": KIND,
    "label": "correct",
    "score": 1.0,
    "explanation": "The answer agrees with the document that was found.",
    "metadata": {"reviewer": "ana", "seconds": 41},
}
_BODY = orjson.dumps(
    {
        "data": [
            {
                "trace_id": _ARGUMENTS["trace_id"],
                "name": NAME,
                "annotator_kind": KIND,
                "result": {name: _ARGUMENTS[name] for name in ("label", "score", "explanation")},
                "metadata": _ARGUMENTS["metadata"],
            }
        ]
    }
)


def run(quick: bool) -> Result:
    """Measure one call at a time."""
    with stub_server() as url, ExitStack() as stack:
        works = _works(url, stack)
        runs = contest(
            {name: wall(work) for name, work in works.items()}, rounds=500 if quick else 5_000
        )
    return Result(
        case="single",
        title="One annotation",
        unit="µs a call",
        how=_HOW,
        figures=figures("one call", runs, scale=_MICROSECONDS),
        targets=(
            Target(
                "one annotation: ours over a plain post",
                ratio(runs[OURS], runs[FLOOR]),
                "at most",
                1.15,
            ),
        ),
    )


def _works(url: str, stack: ExitStack) -> dict[str, Callable[[], object]]:
    ours = stack.enter_context(Client(base_url=url)).traces
    plain, others, old = (stack.enter_context(httpx.Client(base_url=url)) for _ in range(3))
    without_retries, existing = Traces(others), existing_traces(old)
    return {
        FLOOR: lambda: plain.post(PATH, content=_BODY, headers=JSON).raise_for_status(),
        OURS: lambda: ours.add_trace_annotation(**_ARGUMENTS),
        _NO_RETRIES: lambda: without_retries.add_trace_annotation(**_ARGUMENTS),
        EXISTING: lambda: existing.add_trace_annotation(**_ARGUMENTS),
    }
