"""Every dtype of Polars in every column: what arrives is what the table says, or nothing is sent.

The table is `tests/support/polars_dtypes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from tests.support.dtype_checks import cases, check, column_of, plain_columns
from tests.support.dtypes import Dtype
from tests.support.polars_dtypes import polars_dtypes
from tests.support.sizes import some_of

# What other dtypes are made of.
NO_CELLS = {
    *("BaseExtension", "FloatType", "IntegerType", "NestedType", "NumericType", "ObjectType"),
    *("SignedIntegerType", "TemporalType", "UnsignedIntegerType", "Unknown"),
}

every_dtype = pytest.mark.parametrize("dtype", polars_dtypes(), ids=lambda dtype: dtype.name)


@every_dtype
def test_what_arrives_of_a_dtype_is_what_the_table_says_or_nothing_is_sent(dtype: Dtype) -> None:
    for field, missing in some_of(cases(dtype), 3, seed=dtype.name):
        columns: dict[str, Any] = {**plain_columns(5), field: column_of(dtype, missing)}
        check(dtype, field, missing, pl.DataFrame(columns))


def _kinds(base: type[Any]) -> Iterator[type[Any]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_the_table_has_every_dtype() -> None:
    kinds: list[type[Any]] = list(_kinds(pl.DataType))
    every = {kind.__name__ for kind in kinds if kind.__module__.startswith("polars")}
    seen = {type(each.build([each.cell]).dtype).__name__ for each in polars_dtypes()}
    nulls = {"Null"}  # in a struct
    assert every - NO_CELLS <= seen | nulls


def test_the_table_makes_a_thousand_cases() -> None:
    assert sum(len(list(cases(dtype))) for dtype in polars_dtypes()) >= 1_000
