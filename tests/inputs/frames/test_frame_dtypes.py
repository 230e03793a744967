"""Every dtype in every column: what arrives is what the table says, or nothing is sent at all.

The table is `tests/support/dtypes.py`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from tests.support.dtype_checks import cases, check, column_of, plain_columns
from tests.support.dtypes import Dtype, dtypes
from tests.support.sizes import some_of

# pandas makes an index of some dtypes only, and of fewer one of several levels.
PLACES = ("index", "one of two levels")
IN_LEVELS = (
    "object, HUMAN",
    "inferred, HUMAN",
    "string[python], HUMAN",
    "string[pyarrow], HUMAN",
    "str, HUMAN",
    "category, HUMAN",
    "category of string[python], HUMAN",
    "category of string[pyarrow], HUMAN",
    "category of str, HUMAN",
    "category of arrow string, HUMAN",
    "arrow string, HUMAN",
    "arrow string by pandas, HUMAN",
    "arrow large_string, HUMAN",
    "arrow string in chunks, HUMAN",
    "int64",
    "Int64",
    "Float64",
    "boolean",
    "complex128",
    "Sparse[float]",
    "masked float64",
    "category of Int64",
    "category of float64",
    "arrow int64",
    "arrow double",
    "arrow bool",
    "arrow decimal128(5, 2)",
    "arrow binary",
    "arrow timestamp[ns, tz=UTC]",
    "arrow date32[day]",
    "arrow timestamp[s] beyond Python's",
    "arrow duration[s] beyond Python's",
    "datetime64[ns]",
    "timedelta64[ns]",
    "period[D]",
    "interval[float64]",
    "category of period[D]",
    "object, numpy text",
    "object, text with white space",
    "object, float",
    "object, Decimal",
    "object, bytes",
    "object, tuple",
    "object, UUID",
    "object, object",
)
IN_ONE_LEVEL: tuple[str, ...] = (
    "arrow dictionary, HUMAN",
    "arrow dictionary with null, HUMAN",
    "arrow struct",
    "arrow list<item: string>",
    "object, list",
    "object, dict",
)
IN_ONE_LEVEL_OF_PANDAS_3 = (
    "arrow json, HUMAN",
    "arrow halffloat",
    "arrow bool8",
    "arrow text of bytes that are none",
    "arrow date beyond Python's",
)
if pd.__version__ >= "3":
    IN_ONE_LEVEL += IN_ONE_LEVEL_OF_PANDAS_3


def frame_of(field: str, column: Any, place: str = "column") -> pd.DataFrame:
    """Return a frame in which all is plain but one column, or the trace ids in its index."""
    frame = pd.DataFrame(plain_columns(len(column)))
    frame[field] = column
    if place == "index":
        return frame.set_index(field)
    return frame if place == "column" else frame.assign(other=7).set_index(["other", field])


def table_of(field: str, column: pd.Series[Any]) -> Any:
    """Return the same as a table of Arrow's, without pandas between."""
    columns: dict[str, Any] = {**plain_columns(len(column)), field: column.array.__arrow_array__()}
    return pa.table(columns)


every_dtype = pytest.mark.parametrize("dtype", dtypes(), ids=lambda dtype: dtype.name)


@every_dtype
def test_what_arrives_of_a_dtype_is_what_the_table_says_or_nothing_is_sent(dtype: Dtype) -> None:
    for field, missing in some_of(cases(dtype), 3, seed=dtype.name):
        check(dtype, field, missing, frame_of(field, column_of(dtype, missing)))


IN_ARROW = [dtype for dtype in dtypes() if dtype.is_arrow]


@pytest.mark.parametrize("dtype", IN_ARROW, ids=lambda dtype: dtype.name)
def test_what_arrives_of_a_column_in_an_arrow_table_is_the_same(dtype: Dtype) -> None:
    for field, missing in some_of(cases(dtype), 3, seed=dtype.name):
        check(dtype, field, missing, table_of(field, column_of(dtype, missing)))


@pytest.mark.parametrize("name", [*IN_LEVELS, *IN_ONE_LEVEL])
def test_trace_ids_of_a_dtype_may_stand_in_an_index(name: str) -> None:
    (dtype,) = (each for each in dtypes() if each.name == name)
    places = PLACES if name in IN_LEVELS else PLACES[:1]
    for place in places:
        for missing in (None, *dtype.holds[:1]):
            frame = frame_of("trace_id", column_of(dtype, missing), place)
            check(dtype, "trace_id", missing, frame)


def test_the_table_makes_thousands_of_cases() -> None:
    assert sum(len(list(cases(dtype))) for dtype in dtypes()) >= 2_000
    assert sum(len(list(cases(dtype))) for dtype in IN_ARROW) >= 1_000
