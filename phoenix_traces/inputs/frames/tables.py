"""Tables for others: they name the columns, and pandas stays in this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd


def table(
    columns: Mapping[str, tuple[str, Iterable[object]]],
    *,
    index: tuple[str, str, Iterable[object]] | None = None,
) -> pd.DataFrame:
    """Return a frame.

    Args:
        columns: By name: its dtype and its cells.
        index: Its name, its dtype and its labels; left out, rows are counted from 0.
    """
    labels = None
    if index is not None:
        name, dtype, cells = index
        labels = pd.Index(list(cells), dtype=dtype, name=name)
    return pd.DataFrame(
        {
            name: pd.Series(list(cells), index=labels, dtype=dtype)
            for name, (dtype, cells) in columns.items()
        }
    )
