"""Tables for others: they name the columns, and pandas stays in this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
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
            name: pd.Series(_array(cells, dtype), index=labels, dtype=dtype)
            for name, (dtype, cells) in columns.items()
        }
    )


def _array(cells: Iterable[object], dtype: str) -> list[object] | np.ndarray[Any, Any]:
    values = list(cells)
    if dtype != "object":
        return values
    # One by one: given all together, numpy asks each whether it is a list, and what a caller put
    # into a cell may raise at that.
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = value
    return array
