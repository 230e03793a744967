"""Show traces and their annotations within 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.rule import Rule
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from phoenix_traces.demo.annotate import Written

_WIDTH = 80
_COLUMNS = {"Annotation": 14, "Kind": 7, "Label": 14, "Score": 6, "ID": 28}
_INDENT = "  "


def annotation_table(
    trace_ids: Sequence[str], questions: Sequence[str], written: Sequence[Written]
) -> Iterator[RenderableType]:
    """Give for each trace a line that names it, then a row for each annotation it has.

    A rich table cannot let one cell span the others, so these are small ones that line up.

    Args:
        trace_ids: The traces, in the order to show them.
        questions: What was asked in each.
        written: The annotations of all of them, in any order.
    """
    yield Text("Trace     Question", style="bold")
    yield _rows([list(_COLUMNS)], style="bold")
    yield Rule(style="dim")
    for trace_id, question in zip(trace_ids, questions, strict=True):
        heading = Text.assemble((trace_id[:8], "cyan"), "  ", question)
        heading.truncate(_WIDTH, overflow="ellipsis")
        yield heading
        yield _rows([_cells(item) for item in written if item.meant.trace_id == trace_id])


def _rows(rows: Sequence[Sequence[str]], style: str = "") -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=len(_INDENT))
    for title, width in _COLUMNS.items():
        table.add_column(width=width, justify="right" if title == "Score" else "left", no_wrap=True)
    for cells in rows:
        # Text, so that a label in [brackets] is not taken for markup.
        table.add_row(_INDENT, *(Text(cell) for cell in cells), style=style)
    return table


def _cells(item: Written) -> list[str]:
    result = item.meant.result
    return [
        item.meant.name,
        item.meant.annotator_kind,
        result.label or "",
        "" if result.score is None else f"{result.score:.2f}",
        item.id or "queued, no ID yet",
    ]
