"""What `import phoenix_traces` takes, and the first call with a frame."""

from __future__ import annotations

from functools import partial

from benchmarks.children import run_code
from benchmarks.results import EXISTING, FLOOR, OURS, Result, Target, figures
from benchmarks.stub import stub_server
from benchmarks.timing import Measure, contest, ratio, wall

_MILLISECONDS = 1e3

_HOW = """\
Processor time in a new process, measured around the `import`; the floor is `import httpx,
pydantic`. The existing client is `phoenix.client` without the server's package, which it would
import too where that is installed. A first call is one with a frame of two rows, when pandas and
the client are there already; its floor is `import pandera.pandas`, which checks frames. A process
with one annotation is measured by the clock from its start to its end, against a small server on
the same machine; its floor is `import httpx, pydantic` and one plain post."""

_TIMED = """
import json, sys, time
{before}
began = time.process_time()
{timed}
print(json.dumps([time.process_time() - began, "pandas" in sys.modules]))
"""

_HIDE_SERVER = "from benchmarks.existing import hide_server; hide_server()"

_IMPORTS = {
    FLOOR: ("", "import httpx, pydantic"),
    OURS: ("", "import phoenix_traces"),
    EXISTING: (_HIDE_SERVER, "import phoenix.client"),
}

_BEFORE_CALL = """
import pandas as pd
from benchmarks.contestants import {send}
from benchmarks.stand_in import client
frame = pd.DataFrame({{"trace_id": ["a", "b"], "label": ["good", "bad"], "score": [1.0, 0.0]}})
http = client()
send = {send}(frame)
{more}
"""

_FIRST_CALLS = {
    FLOOR: ("import pandas", "import pandera.pandas"),
    OURS: (_BEFORE_CALL.format(send="our_frame", more=""), "send(http)"),
    EXISTING: (
        _BEFORE_CALL.format(
            send="existing_frame",
            more="from benchmarks.existing import existing_traces; existing_traces(http)",
        ),
        "send(http)",
    ),
}


# The whole life of a process, its start too.
_FIRST_ANNOTATIONS = {
    FLOOR: """
import httpx, pydantic
with httpx.Client(base_url="{url}") as client:
    row = b'{{"trace_id":"t","name":"n","annotator_kind":"LLM","result":{{"score":1}}}}'
    body, headers = b'{{"data":[%b]}}' % row, {{"content-type": "application/json"}}
    client.post("v1/trace_annotations", content=body, headers=headers).raise_for_status()
print("null")
""",
    OURS: """
from phoenix_traces import Client
with Client(base_url="{url}") as client:
    client.traces.add_trace_annotation(
        trace_id="t", annotation_name="n", annotator_kind="LLM", score=1)
print("null")
""",
}


def run(quick: bool) -> Result:
    """Measure imports and first calls."""
    rounds = 1 if quick else 9
    with stub_server() as url:
        firsts = contest(
            {
                name: wall(partial(run_code, code.format(url=url)))
                for name, code in _FIRST_ANNOTATIONS.items()
            },
            rounds=1 if quick else 15,
        )
    pandas_came: set[str] = set()
    imports = contest(
        {name: _import(name, *code, pandas_came) for name, code in _IMPORTS.items()}, rounds=rounds
    )
    calls = contest(
        {name: _first_call(*code) for name, code in _FIRST_CALLS.items()}, rounds=rounds
    )
    return Result(
        case="import",
        title="Import",
        unit="ms",
        how=_HOW,
        figures=[
            *figures("import", imports, scale=_MILLISECONDS),
            *figures("first call with a frame", calls, scale=_MILLISECONDS),
            *figures("process with one annotation", firsts, scale=_MILLISECONDS),
        ],
        targets=(
            Target(
                "import: ours over httpx and pydantic",
                ratio(imports[OURS], imports[FLOOR]),
                "at most",
                1.4,
            ),
            Target(
                "process with one annotation: ours over httpx, pydantic and a plain post",
                ratio(firsts[OURS], firsts[FLOOR]),
                "at most",
                1.4,
            ),
            Target(
                "import: pandas comes along (1) or does not (0)",
                float(OURS in pandas_came),
                "at most",
                0,
            ),
        ),
    )


def _import(name: str, before: str, timed: str, pandas_came: set[str]) -> Measure:
    code = _TIMED.format(before=before, timed=timed)

    def measure() -> float:
        seconds, with_pandas = run_code(code)
        if with_pandas:
            pandas_came.add(name)
        return float(seconds)

    return measure


def _first_call(before: str, timed: str) -> Measure:
    code = _TIMED.format(before=before, timed=timed)
    return lambda: float(run_code(code)[0])
