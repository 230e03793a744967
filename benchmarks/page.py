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
        *map(_section, run.results),
        "## Machine and versions\n",
        as_markdown(machine) + "\n",
    ]
    return "\n".join(parts)


def _section(result: Result) -> str:
    remarks = "".join(f"\n{remark}\n" for remark in result.remarks)
    table = as_markdown(figures_table(result))
    return f"## {result.title}\n\n{result.how}\n\n{table}\n{remarks}"
