"""The command: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.cases import (
    frame,
    importing,
    listing,
    memory,
    outbox,
    queue,
    refusal,
    server,
    single,
    typed,
)
from benchmarks.page import write_docs, write_run
from benchmarks.results import Result, Run
from benchmarks.tables import as_text, figures_table, targets_table

_CASES: dict[str, Callable[[bool], Result]] = {
    "frame": frame.run,
    "list": listing.run,
    "single": single.run,
    "import": importing.run,
    "memory": memory.run,
    "server": server.run,
    "queue": queue.run,
    "refusal": refusal.run,
    "typed": typed.run,
    "outbox": outbox.run,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was asked for, print it and write it."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.write_docs and asked.case:
        parser.error("--write-docs needs all cases: the page shows them side by side")
    names = asked.case or list(_CASES)
    described = machine.describe()
    results = [_measured(name, asked.quick) for name in names]
    run = Run(described, asked.quick, results)
    print(as_text(targets_table(results)))
    write_run(run, asked.out)
    print(f"\nWritten to {asked.out}/")
    if asked.write_docs:
        write_docs(run)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less data: under a minute")
    parser.add_argument(
        "--case", action="append", choices=_CASES, help="only this one; may be given several times"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/benchmarks"),
        help="folder for the JSON and the plot (default: %(default)s)",
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="make docs/benchmarks.md of this run too"
    )
    return parser


def _measured(name: str, quick: bool) -> Result:
    began = time.monotonic()
    result = _CASES[name](quick)
    print(f"{name}: {result.title} ({time.monotonic() - began:.0f} s)\n")
    print(f"{as_text(figures_table(result))}\n", flush=True)
    return result


if __name__ == "__main__":
    main()
