"""Cells of a column as Python objects: what is missing is None, whatever the dtype calls it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from phoenix_traces.rules.text import WHITE_SPACE

if TYPE_CHECKING:
    Column = pd.Series[Any]
else:
    Column = pd.Series


def cells(column: Column) -> list[object]:
    """Return the cells of a column of any dtype."""
    values = column.to_numpy(dtype=object)
    missing = column.isna().to_numpy(dtype=bool)
    if missing.any():
        values = values.copy()
        values[missing] = None
    return cast("list[object]", values.tolist())


def text_or_none(cell: object) -> str | None:
    """Return checked text without the white space around it; None when nothing is left."""
    return cell.strip(WHITE_SPACE) or None if isinstance(cell, str) else None


def score_or_none(cell: object) -> object:
    """Return a score as a number where it is one, numeric text included; None when blank.

    A frame often comes from a CSV file, where a number can be text. What cannot be read stays as it
    is, for the model to refuse.
    """
    if not isinstance(cell, str):
        return cell
    text = cell.strip(WHITE_SPACE)
    # Python also reads "1_000" as a number; in data that is more likely a mistake.
    if "_" in text:
        return cell
    try:
        number = float(text) if text else None
    except ValueError:
        return cell
    return number if number is None or math.isfinite(number) else cell
