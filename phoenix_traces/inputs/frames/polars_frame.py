"""A Polars frame, read by Polars itself: it needs no pyarrow, and nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from typing_extensions import TypeIs, override

from phoenix_traces.inputs.frames.cells import without_missing
from phoenix_traces.inputs.frames.interface import Column, Frame
from phoenix_traces.inputs.unreadable import UnreadableCell

if TYPE_CHECKING:
    import polars as pl


def is_polars_frame(value: object) -> TypeIs[pl.DataFrame]:
    """Tell whether something is a Polars frame; whoever has one has imported Polars."""
    polars = sys.modules.get("polars")
    return polars is not None and isinstance(value, polars.DataFrame)


class PolarsColumn(Column):
    """A column of any dtype."""

    def __init__(self, series: pl.Series) -> None:
        self._series = series

    @override
    def __len__(self) -> int:
        return len(self._series)

    @override
    def cells_at(self, positions: range | list[int]) -> list[object]:
        """Return cells as Python values; what is missing is None."""
        if isinstance(positions, range):
            part = self._series.slice(positions.start, len(positions))
        else:
            part = self._series.gather(positions)
        try:
            values: list[object] = part.to_list()
        except _errors():
            values = [_read(part, place) for place in range(len(part))]
        return without_missing(values)


def _read(series: pl.Series, place: int) -> object:
    try:
        # Not `series[place]`, which makes a Series of a cell that is a list.
        return series.slice(place, 1).to_list()[0]
    except _errors() as error:
        return UnreadableCell(error)


def _errors() -> tuple[type[BaseException], ...]:
    # A date that Python does not have makes Polars panic, which is no Exception.
    return Exception, sys.modules["polars"].exceptions.PanicException


class PolarsFrame(Frame):
    """A Polars frame, whose rows have positions and no labels."""

    def __init__(self, dataframe: pl.DataFrame) -> None:
        self._dataframe = dataframe

    @override
    def __len__(self) -> int:
        return self._dataframe.height

    @property
    @override
    def column_names(self) -> Sequence[object]:
        """Return the name of each column, in order."""
        return self._dataframe.columns

    @override
    def column(self, place: int) -> Column:
        """Return a column by its place."""
        return PolarsColumn(self._dataframe.to_series(place))
