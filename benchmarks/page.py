"""The page of the documentation: made from a run, and not written by hand."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.plot import draw
from benchmarks.results import Result, Run
from benchmarks.tables import as_markdown, figures_table, targets_table

_ROOT = Path(__file__).parents[1]
_DOCS = _ROOT / "docs"
_PICTURE = "images/benchmarks.svg"
_JSON = "benchmarks.json"

_HEAD = """\
<!-- Made by `python -m benchmarks --write-docs`; what is changed here is lost at the next run. -->

# Benchmarks

What the client costs, beside the existing client (`arize-phoenix-client`) and a floor, in one run
on the same data. `make bench` repeats all of it on your machine, `make bench ARGS=--quick` the
same with less data in under a minute. Contestants run in turns; figures are medians, with the
quartiles in brackets; targets compare runs of the same round.

![Cost of a row by the size of the frame, and the time of an upload to a real server]({picture})

The figures themselves are in [{json}]({json}).
"""

_QUICK = """\
**This was a quick run**, with less data than the targets ask for.
"""


_NOTES = """\
## What to know about the targets

**A frame over the floor.** Asked was 1.5 times. Of about 2.9 µs a row, pydantic-core's JSON
takes 0.75 (orjson takes 0.35 for the same rows), httpx's `send` 0.5, the checks of whole
columns 0.55, taking cells out of the columns 0.3, and building the rows 0.25. JSON and `send`
alone are the whole floor. The next step down would be orjson as a dependency, to about 2 times.

**A real server, 4 at once.** Asked was 5 times. There the server is what takes the time: it
stores in the background while it receives, on the same two cores. Ready bodies replayed by
plain httpx have the same limit, which is why the figures vary so much from run to run.

**Import.** `import phoenix_traces` is cheap because the root imports what it offers when it is
first asked for. `from phoenix_traces import Client` brings httpx and the models along, and
takes about 1.7 times as long as `import httpx, pydantic`.
"""


def write_run(run: Run, folder: Path) -> None:
    """Write a run's JSON and plot into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(run, folder / _JSON)
    draw(run, folder / Path(_PICTURE).name)


def write_docs(run: Run) -> None:
    """Write the page, its plot and its JSON into the documentation."""
    _write_json(run, _DOCS / _JSON)
    (_DOCS / _PICTURE).parent.mkdir(exist_ok=True)
    draw(run, _DOCS / _PICTURE)
    (_DOCS / "benchmarks.md").write_text(page(run), encoding="utf-8")


def _write_json(run: Run, path: Path) -> None:
    path.write_text(json.dumps(run.as_json(), indent=1) + "\n", encoding="utf-8")


def page(run: Run) -> str:
    """Return the page of a run."""
    machine = [["where and when", ""], *map(list, run.machine.items())]
    parts = [
        _HEAD.format(picture=_PICTURE, json=_JSON),
        *([_QUICK] if run.quick else []),
        "## Targets\n",
        as_markdown(targets_table(run.results)) + "\n",
        _NOTES,
        *map(_section, run.results),
        "## Machine and versions\n",
        as_markdown(machine) + "\n",
    ]
    return "\n".join(parts)


def _section(result: Result) -> str:
    remarks = "".join(f"\n{remark}\n" for remark in result.remarks)
    table = as_markdown(figures_table(result))
    return f"## {result.title}\n\n{result.how}\n\n{table}\n{remarks}"
