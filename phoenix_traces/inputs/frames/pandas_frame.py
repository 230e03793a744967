"""A pandas frame, read by place: labels can be anything, and may not even be comparable."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from typing_extensions import override

from phoenix_traces.inputs.frames.cells import Array, cells_at, read
from phoenix_traces.inputs.frames.interface import Column, Frame


class PandasColumn(Column):
    """A column or an index level of any dtype."""

    def __init__(self, array: Array) -> None:
        self._array = array

    @override
    def __len__(self) -> int:
        return len(self._array)

    @override
    def cells_at(self, positions: range | list[int]) -> list[object]:
        """Return cells as Python values; what is missing is None."""
        return cells_at(self._array, positions)


class PandasFrame(Frame):
    """A pandas frame, whose index may hold the trace ids, and names the rows in errors."""

    def __init__(self, dataframe: pd.DataFrame) -> None:
        self._dataframe = dataframe
        self.level_names: Sequence[object] = dataframe.index.names
        self.has_nested_columns: bool = dataframe.columns.nlevels > 1

    @override
    def __len__(self) -> int:
        return len(self._dataframe.index)

    @property
    @override
    def column_names(self) -> Sequence[object]:
        """Return the label of each column, in order."""
        return list(self._dataframe.columns)

    @override
    def column(self, place: int) -> Column:
        """Return a column by its place."""
        return PandasColumn(self._dataframe.iloc[:, place].array)

    @override
    def level(self, place: int) -> Column:
        """Return an index level by its place, with a cell for each row."""
        index = self._dataframe.index
        # By number, because pandas looks for a name by comparing it with all of them.
        numbered = index.set_names(list(range(index.nlevels)))
        return PandasColumn(numbered.get_level_values(place).array)

    @override
    def label(self, position: int) -> object:
        """Return the index label of a row."""
        return read(self._dataframe.index, position)
