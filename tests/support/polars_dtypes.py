"""Columns of every dtype of Polars, and what becomes of their cells.

Like the table of `tests/support/dtypes.py`, it is written by hand, from what a value is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from tests.support.dtypes import BIG, NOTHING, NOW, NULL_AND_NAN, Build, Dtype


def of(dtype: Any) -> Build:
    return lambda cells: pl.Series(cells, dtype=dtype)


def in_chunks(dtype: Any) -> Build:
    return lambda cells: pl.concat([pl.Series([cell], dtype=dtype) for cell in cells])


def of_numbers(storage: Any, dtype: Any) -> Build:
    """Make dates and the like of bare numbers, so that they may lie beyond Python's."""
    return lambda cells: pl.Series(cells, dtype=storage).cast(dtype)


TEXTS: tuple[Any, ...] = (pl.String(), pl.Categorical(), pl.Enum(["HUMAN", "0.5"]))
INTEGERS: tuple[Any, ...] = (pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.Int128())
NATURALS: tuple[Any, ...] = (pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64(), pl.UInt128())
FLOATS: tuple[Any, ...] = (pl.Float16(), pl.Float32(), pl.Float64())
UNITS: tuple[Any, ...] = ("ms", "us", "ns")
NO_SCORES: list[tuple[Any, Any]] = [
    (pl.Date(), NOW.date()),
    (pl.Time(), NOW.time()),
    (pl.Binary(), b"HUMAN"),
    *((pl.Datetime(unit), NOW) for unit in UNITS),
    *((pl.Datetime(unit, "UTC"), NOW) for unit in UNITS),
    *((pl.Duration(unit), dt.timedelta(days=1)) for unit in UNITS),
    (pl.List(pl.Float64), [0.5]),
    (pl.List(pl.String), ["HUMAN"]),
    (pl.List(pl.Datetime("ns")), [NOW]),
    (pl.Array(pl.Float64, 1), [0.5]),
    (pl.Array(pl.Datetime("ns"), 1), [NOW]),
    (pl.List(pl.Struct({"a": pl.Int8})), [{"a": 1}]),
    (pl.Map(pl.String, pl.Int64), {"a": 1}),
]

# (dtype of the field, its cell, what arrives of it in metadata)
IN_STRUCTS: list[tuple[Any, Any, Any]] = [
    *((each, "HUMAN", "HUMAN") for each in TEXTS),
    *((each, -3, -3) for each in INTEGERS),
    *((each, 3, 3) for each in NATURALS),
    *((each, 0.5, 0.5) for each in FLOATS),
    (pl.Int64(), BIG, BIG),
    (pl.Boolean(), True, True),
    (pl.Decimal(5, 2), Decimal("0.5"), "0.50"),
    (pl.Null(), None, None),
    (pl.Date(), NOW.date(), "2026-11-24"),
    (pl.Time(), NOW.time(), "01:02:03"),
    *((pl.Datetime(unit), NOW, "2026-11-24T01:02:03") for unit in UNITS),
    # Polars takes a time without a zone for one of UTC.
    *((pl.Datetime(unit, "Asia/Tokyo"), NOW, "2026-11-24T10:02:03+09:00") for unit in UNITS),
    *((pl.Duration(unit), dt.timedelta(days=1), "P1D") for unit in UNITS),
    (pl.List(pl.Int64), [BIG, None], [BIG, None]),
    (pl.List(pl.Int64), [], []),
    (pl.Array(pl.Int64, 2), [BIG, None], [BIG, None]),
    (pl.Struct({"b": pl.List(pl.String)}), {"b": ["x"]}, {"b": ["x"]}),
    (pl.Struct({"b": pl.Int8}), None, None),
    # As Arrow has maps, in which a key may come again.
    (pl.Map(pl.String, pl.Int64), {"a": 1}, [["a", 1]]),
    (pl.List(pl.Map(pl.String, pl.Int64)), [{"a": 1}, None], [[["a", 1]], None]),
]
NANOSECONDS = 1_795_482_123_000_000_001
EXACT = "2026-11-24T01:02:03.000000001"


def extension(storage: Any) -> Build:
    kind = pl.Extension("vendor.kind", storage)
    return lambda cells: pl.Series(cells, dtype=storage).ext.to(kind)


def texts() -> Iterator[Dtype]:
    for dtype in TEXTS:
        for build, name in ((of(dtype), f"{dtype}"), (in_chunks(dtype), f"{dtype} in chunks")):
            yield Dtype(f"{name}, HUMAN", build, "HUMAN", text="HUMAN", kind="HUMAN")
            yield Dtype(f"{name}, 0.5", build, "0.5", text="0.5", score=0.5)

    named = extension(pl.String())
    yield Dtype("Extension of String", named, "HUMAN", text="HUMAN", kind="HUMAN")


def numbers() -> Iterator[Dtype]:
    for dtype in INTEGERS:
        yield Dtype(f"{dtype}", of(dtype), -3, score=-3.0)
    for dtype in NATURALS:
        yield Dtype(f"{dtype}", of(dtype), 3, score=3.0)
    for dtype in FLOATS:
        yield Dtype(f"{dtype}", of(dtype), 0.5, score=0.5, holds=NULL_AND_NAN)
        yield Dtype(f"{dtype} in chunks", in_chunks(dtype), 0.5, score=0.5, holds=NULL_AND_NAN)
        yield Dtype(f"{dtype}, infinity", of(dtype), float("inf"))
    yield Dtype("Boolean", of(pl.Boolean()), True, score=1.0)
    yield Dtype("Decimal", of(pl.Decimal(5, 2)), Decimal("0.5"), score=0.5)


def no_scores() -> Iterator[Dtype]:
    for dtype, cell in NO_SCORES:
        yield Dtype(f"{dtype}", of(dtype), cell)
    yield Dtype("Object", of(pl.Object()), object(), holds=NOTHING)


def structs() -> Iterator[Dtype]:
    for place, (inner, cell, arrives) in enumerate(IN_STRUCTS):
        dtype, name = pl.Struct({"a": inner, "z": pl.Int8}), f"Struct of {inner} {place}"
        wanted = {"a": arrives, "z": 1}
        yield Dtype(name, of(dtype), {"a": cell, "z": 1}, metadata=wanted)
        yield Dtype(f"{name} in chunks", in_chunks(dtype), {"a": cell, "z": 1}, metadata=wanted)
    exact = of_numbers(pl.Struct({"a": pl.Int64}), pl.Struct({"a": pl.Datetime("ns")}))
    yield Dtype("Struct to the nanosecond", exact, {"a": NANOSECONDS}, metadata={"a": EXACT})
    named = extension(pl.Struct({"a": pl.Datetime("ns")}))
    yield Dtype("Extension of Struct", named, {"a": NOW}, metadata={"a": "2026-11-24T01:02:03"})
    exact = of_numbers(pl.List(pl.Int64), pl.List(pl.Datetime("ns")))
    yield Dtype("List to the nanosecond", exact, [NANOSECONDS])
    for inner in FLOATS:
        yield Dtype(f"Struct of NaN {inner}", of(pl.Struct({"a": inner})), {"a": float("nan")})
    yield Dtype("Struct of bytes", of(pl.Struct({"a": pl.Binary})), {"a": b"\xff"})
    yield Dtype("Struct of nothing", of(pl.Struct({})), {}, metadata={})


def unreadable() -> Iterator[Dtype]:
    """Cells beyond Python's dates, at which Polars panics or raises."""
    for name, storage, dtype, number in (
        ("Date", pl.Int32(), pl.Date(), 10**8),
        ("Datetime(ms)", pl.Int64(), pl.Datetime("ms"), 10**16),
        ("Datetime(us, UTC)", pl.Int64(), pl.Datetime("us", "UTC"), 10**18),
        ("Duration(ms)", pl.Int64(), pl.Duration("ms"), 10**18),
    ):
        yield Dtype(f"{name} beyond Python's", of_numbers(storage, dtype), number)
        in_struct = of_numbers(pl.Struct({"a": storage}), pl.Struct({"a": dtype}))
        yield Dtype(f"Struct of {name} beyond Python's", in_struct, {"a": number})


def polars_dtypes() -> list[Dtype]:
    """Return every dtype with a cell or two."""
    return [*texts(), *numbers(), *no_scores(), *structs(), *unreadable()]
