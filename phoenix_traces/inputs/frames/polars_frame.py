"""A Polars frame, read by Polars itself: it needs no pyarrow, and does not import Polars."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from typing_extensions import TypeIs, override

from phoenix_traces.inputs.frames.cells import without_missing
from phoenix_traces.inputs.frames.interface import Column, Frame
from phoenix_traces.inputs.unreadable import UnreadableCell

if TYPE_CHECKING:
    import polars as pl


_LISTS = ("List", "Array")


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
            values = _values(part)
        except _errors():
            values = [_read(part, place) for place in range(len(part))]
        return without_missing(values)


def _read(series: pl.Series, place: int) -> object:
    try:
        # Not `series[place]`, which makes a Series of a cell that is a list.
        return _values(series.slice(place, 1))[0]
    except _errors() as error:
        return UnreadableCell(error)


def _values(series: pl.Series) -> list[object]:
    """Return cells as Python values, and whole, as pandas and Arrow have them."""
    dtype: Any = series.dtype
    if not _is_cut(dtype):
        return series.to_list()
    if hasattr(dtype, "ext_storage"):
        return _values(series.ext.storage())
    kind = _kind(dtype)
    if kind == "Struct":
        return _dicts(series)
    if kind == "Map":
        return _pairs(series, dtype)
    if kind in _LISTS:
        return [None if cell is None else _values(cell) for cell in series]
    return _times(series, dtype)


def _kind(dtype: Any) -> str:
    # By name, because older versions lack some, and Polars is not imported here.
    return type(dtype).__name__


def _is_cut(dtype: Any) -> bool:
    """Tell that `to_list` loses something: what is below microseconds, or a key's other values."""
    kind = _kind(dtype)
    if kind == "Struct":
        return any(_is_cut(field.dtype) for field in dtype.fields)
    if kind in _LISTS:
        return _is_cut(dtype.inner)
    if kind == "Map" or hasattr(dtype, "ext_storage"):
        return True
    return getattr(dtype, "time_unit", None) == "ns"


def _dicts(series: pl.Series) -> list[object]:
    first, *others = series.struct.unnest().get_columns()
    dicts: list[Any] = [{first.name: value} for value in _values(first)]
    for column in others:
        name = column.name
        for each, value in zip(dicts, _values(column), strict=True):
            each[name] = value
    if series.null_count():
        is_null: list[bool] = series.is_null().to_list()
        return [None if none else each for each, none in zip(dicts, is_null, strict=True)]
    return dicts


def _pairs(series: pl.Series, dtype: Any) -> list[object]:
    polars = sys.modules["polars"]
    entries = polars.List(polars.Struct({"key": dtype.key, "value": dtype.value}))
    cells: list[list[Any] | None] = [
        None if cell is None else _dicts(cell) for cell in series.cast(entries)
    ]
    return [cell and [(each["key"], each["value"]) for each in cell] for cell in cells]


def _times(series: pl.Series, dtype: Any) -> list[object]:
    counts: list[int | None] = series.to_physical().to_list()
    if _kind(dtype) == "Duration":
        return [None if count is None else pd.Timedelta(count, unit="ns") for count in counts]
    zone: str | None = dtype.time_zone
    return [None if count is None else pd.Timestamp(count, unit="ns", tz=zone) for count in counts]


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
