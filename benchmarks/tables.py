"""Results as text: for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from benchmarks.results import Figure, Result, Target

# The first row is the heading.
Table: TypeAlias = "list[list[str]]"


def figures_table(result: Result) -> Table:
    """Return the figures of a case: what was done down, who did it across."""
    contestants = list(dict.fromkeys(each.contestant for each in result.figures))
    cells = {(each.subject, each.contestant): _cell(each) for each in result.figures}
    subjects = dict.fromkeys(each.subject for each in result.figures)
    return [
        [result.unit, *contestants],
        *(
            [subject, *(cells.get((subject, name), "") for name in contestants)]
            for subject in subjects
        ),
    ]


def targets_table(results: Iterable[Result]) -> Table:
    """Return all targets and what they came to."""
    rows = [_target_row(target) for result in results for target in result.targets]
    return [["target", "asked", "measured", "met"], *rows]


def _target_row(target: Target) -> list[str]:
    met = "yes" if target.met else "NO"
    return [target.what, f"{target.kind} {target.limit:g}", f"{target.value:.3g}", met]


def _cell(figure: Figure) -> str:
    spread = f" ({_number(figure.low)}-{_number(figure.high)})" if figure.runs > 1 else ""
    return f"{_number(figure.median)}{spread}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_text(table: Table) -> str:
    """Return a table for a terminal."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [_padded(row, widths) for row in table]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = row
    cells = [each.rjust(width) for each, width in zip(others, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *cells])


def as_markdown(table: Table) -> str:
    """Return a table for a page."""
    heading, *rows = table
    rule = ["---", *(["--:"] * (len(heading) - 1))]
    return "\n".join(f"| {' | '.join(row)} |" for row in [heading, rule, *rows])
