"""Cells of a column of pandas' as Python values.

One function makes them, for the check and for the sending, so that no dtype can look good to the
one and bad to the other. It judges what is missing by the values themselves and not by the dtype:
pandas keeps a NaN in an Arrow column or under a mask apart from what is missing there, and calls
the same NaN missing among objects.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
import pandas as pd

from phoenix_traces.inputs.unreadable import UnreadableCell
from phoenix_traces.rules.text import WHITE_SPACE

Array: TypeAlias = pd.api.extensions.ExtensionArray

_ALWAYS_MISSING = frozenset(map(type, (pd.NA, pd.NaT, np.ma.masked)))
_MISSING_TESTS: tuple[tuple[tuple[type[Any], ...], Callable[[Any], bool]], ...] = (
    ((float, np.floating), math.isnan),
    ((complex, np.complexfloating), cmath.isnan),
    # A signalling NaN raises when it is compared, even with itself.
    ((Decimal,), Decimal.is_nan),
    ((np.datetime64, np.timedelta64), lambda value: bool(np.isnat(value))),
)

# These say what they are; others may be proxies, which are asked.
_PLAIN = frozenset({str, int, float, bool, type(None), bytes, dict, list, tuple})

# Of these Arrow values pandas makes the same Python values as Arrow, and faster. Lists, alone and
# in structs, it makes numpy arrays, in which an integer beside a null is a float.
_SIMPLE_ARROW_VALUES = frozenset({str, int, float, bool, Decimal})


class _CategoricalColumn(Protocol):
    """What is used of `pd.Categorical`, which takes a type in new stubs and none in old ones."""

    @property
    def codes(self) -> _Codes: ...
    @property
    def categories(self) -> pd.Index[Any]: ...


class _Codes(Protocol):
    def tolist(self) -> list[int]: ...


class _ArrowColumn(Protocol):
    def __arrow_array__(self) -> _ArrowArray: ...


class _ArrowArray(Protocol):
    def to_pylist(self) -> list[object]: ...


def cells(column: Array) -> list[object]:
    """Return the cells of a column of any dtype; what is missing is None, whatever it is called."""
    try:
        values = _read_together(column)
    except Exception:  # noqa: BLE001 - dtypes are anybody's, and raise whatever they like
        values = [read(column, position) for position in range(len(column))]
    return without_missing(values)


def cells_at(column: Array, positions: range | list[int]) -> list[object]:
    """Return the cells at some positions.

    Args:
        column: Of any dtype.
        positions: Of neighbours, or of single cells in any order.
    """
    try:
        if isinstance(positions, range):
            return cells(column[positions.start : positions.stop])
        return cells(column.take(positions))
    except Exception:  # noqa: BLE001 - as above: Arrow has no `take` for some of its types
        return without_missing([read(column, position) for position in positions])


def _read_together(column: Array) -> list[object]:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _read_categories(cast("_CategoricalColumn", column))
    if isinstance(dtype, pd.ArrowDtype) and not _is_simple(dtype):
        return cast("_ArrowColumn", column).__arrow_array__().to_pylist()
    return cast("list[object]", column.to_numpy(dtype=object).tolist())


def _read_categories(column: _CategoricalColumn) -> list[object]:
    # pandas would make floats of integers when a cell is missing.
    codes: list[int] = column.codes.tolist()
    there = cells_at(column.categories.array, [code for code in codes if code >= 0])
    if len(there) == len(codes):
        return there
    rest = iter(there)
    return [next(rest) if code >= 0 else None for code in codes]


def _is_simple(dtype: pd.ArrowDtype) -> bool:
    kind: Any = vars(dtype)["pyarrow_dtype"]  # pyarrow has no types
    # A dictionary's values count, and not the numbers that point to them.
    values = kind.value_type if hasattr(kind, "index_type") else kind
    try:
        return pd.ArrowDtype(values).type in _SIMPLE_ARROW_VALUES
    except NotImplementedError:  # pandas' word for the types that it does not know
        return False


def read(column: Array | pd.Index[Any], position: int) -> object:
    """Return one cell of a column or label of an index, or why it cannot be read."""
    try:
        return column[position]
    except Exception as error:  # noqa: BLE001 - as above
        return UnreadableCell(error)


def without_missing(values: list[object]) -> list[object]:
    """Return cells with None for whatever is missing, and with a stand-in for what is unusable."""
    for kind in set(map(type, values)):
        if kind in _ALWAYS_MISSING:
            values = [None if type(value) is kind else value for value in values]
        elif is_missing := _missing_test(kind):
            values = [
                None if type(value) is kind and is_missing(value) else value for value in values
            ]
        elif kind not in _PLAIN:
            values = [_with_class(value) if type(value) is kind else value for value in values]
    return values


def _with_class(value: object) -> object:
    # A proxy whose object is gone, or was never there, raises whenever it is asked what it is.
    try:
        isinstance(value, str)
    except Exception as error:  # noqa: BLE001 - as above
        return UnreadableCell(error)
    return value


def _missing_test(kind: type[Any]) -> Callable[[Any], bool] | None:
    return next((test for bases, test in _MISSING_TESTS if issubclass(kind, bases)), None)


def text_or_none(cell: object) -> str | None:
    """Return checked text without the white space around it; None when nothing is left."""
    # By `str` itself, because a subclass may have a `strip` of its own.
    return str.strip(cell, WHITE_SPACE) or None if isinstance(cell, str) else None


def score_or_none(cell: object) -> object:
    """Return a score as a number where it is one, numeric text included; None when blank.

    A frame often comes from a CSV file, where a number can be text. What cannot be read stays as it
    is, for the model to refuse.
    """
    if not isinstance(cell, str):
        return cell
    text = str.strip(cell, WHITE_SPACE)
    # Python also reads "1_000" as a number; in data that is more likely a mistake.
    if "_" in text:
        return cell
    try:
        number = float(text) if text else None
    except ValueError:
        return cell
    return number if number is None or math.isfinite(number) else cell
