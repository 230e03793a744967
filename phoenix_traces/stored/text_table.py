"""Tables in plain text."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(
    heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, most_rows: int
) -> str:
    """Return a line above aligned columns, or the line alone when there are no rows.

    Args:
        heading: The line.
        columns: What stands above each column.
        rows: Their cells.
        most_rows: How many rows to show; how many more there are is said below.
    """
    if not rows:
        return heading
    shown = [columns, *rows[:most_rows]]
    widths = [max(len(row[at]) for row in shown) for at in range(len(columns))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
    if hidden := len(rows) - most_rows:
        lines += [f"... and {hidden} more: see .to_dataframe()"] if hidden > 0 else []
    return "\n".join([heading, "", *lines])
