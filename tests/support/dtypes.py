"""Columns of every dtype that pandas and pyarrow can hold, and what becomes of their cells.

The table is written by hand, from what a value is and not from what the client does with it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Build = Callable[[list[Any]], Any]


class Refused:
    def __repr__(self) -> str:
        return "REFUSED"


REFUSED = Refused()
NO = REFUSED

# What takes the place of a cell, where a dtype can hold it.
MISSING: dict[str, Any] = {
    "None": None,
    "NaN": float("nan"),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "numpy NaN": np.float32("nan"),
    "long NaN": np.longdouble("nan"),
    "complex NaN": complex("nan"),
    "numpy complex NaN": np.complex64("nan"),
    "numpy NaT": np.datetime64("NaT"),
    "numpy duration NaT": np.timedelta64("NaT"),
    "Decimal NaN": Decimal("NaN"),
    "Decimal sNaN": Decimal("sNaN"),
    "masked": np.ma.masked,
}
ALL = tuple(MISSING)
NOTHING: tuple[str, ...] = ()
NULL = ("None",)
NAN = ("NaN",)
NULL_AND_NAN = ("None", "NaN")
BY_PANDAS = ("None", "NaN", "NA")


@dataclass(frozen=True)
class Dtype:
    """A dtype that holds a cell, and what arrives of it, by the column it stands in.

    Attributes:
        name: Of the dtype and, where it has several, of the cell.
        build: Makes a column of cells.
        cell: As it is given to `build`.
        text: What arrives when it is a trace id, name, label, explanation or identifier.
        kind: What arrives when it is an annotator kind.
        score: What arrives when it is a score.
        metadata: What arrives when it is metadata.
        holds: The ways to be missing that the dtype can hold.
    """

    name: str
    build: Build
    cell: Any
    text: Any = NO
    kind: Any = NO
    score: Any = NO
    metadata: Any = NO
    holds: tuple[str, ...] = NULL

    @property
    def is_arrow(self) -> bool:
        """Tell whether its columns are Arrow's."""
        return isinstance(self.build([self.cell]).dtype, pd.ArrowDtype)

    def arrives(self, field: str) -> Any:
        """Return what arrives of a cell in a column, or REFUSED."""
        if field in ("score", "metadata"):
            return getattr(self, field)
        return self.kind if field == "annotator_kind" else self.text


# Columns of pandas' own dtypes


def of(dtype: Any) -> Build:
    return lambda cells: pd.Series(cells, dtype=dtype)


def objects(cells: list[Any]) -> Any:
    values = np.empty(len(cells), dtype=object)
    for at, cell in enumerate(cells):
        values[at] = cell
    return pd.Series(values, dtype=object)


def of_categories(categories: Build) -> Build:
    """Make a categorical column whose categories have a dtype of their own."""

    def build(cells: list[Any]) -> Any:
        codes = [-1 if cell is None else 0 for cell in cells]
        one: Any = pd.Index(categories(cells[:1]))
        return pd.Series(pd.Categorical.from_codes(codes, one))

    return build


def masked(dtype: str) -> Build:
    """Make a nullable column in which NaN is a value, as 0/0 leaves it in pandas 2."""

    def build(cells: list[Any]) -> Any:
        mask = np.array([cell is None for cell in cells])
        values = np.array([0 if cell is None else cell for cell in cells], dtype=dtype)
        return pd.Series(pd.arrays.FloatingArray(values, mask))

    return build


def sparse(dtype: str) -> Build:
    return lambda cells: pd.Series(pd.arrays.SparseArray(cells, dtype=pd.SparseDtype(dtype)))


# Columns of Arrow's arrays. Arrow makes them itself, so that NaN is a value beside null.


def of_array(array: Any) -> Any:
    return pd.Series(pd.array(array, dtype=pd.ArrowDtype(array.type)))


def arrow(kind: Any) -> Build:
    return lambda cells: of_array(pa.array(cells, type=kind))


def chunks(kind: Any) -> Build:
    return lambda cells: of_array(
        pa.chunked_array([pa.array([cell], type=kind) for cell in cells], type=kind)
    )


def dictionary(kind: Any) -> Build:
    def build(cells: list[Any]) -> Any:
        values = {repr(cell): cell for cell in cells if cell is not None}
        codes = [None if cell is None else list(values).index(repr(cell)) for cell in cells]
        return of_array(
            pa.DictionaryArray.from_arrays(
                pa.array(codes, type=pa.int8()), pa.array(list(values.values()), type=kind)
            )
        )

    return build


def dictionary_with_null(kind: Any) -> Build:
    """Keep null among the values, so that no bit says which cell is missing."""

    def build(cells: list[Any]) -> Any:
        codes = pa.array(range(len(cells)), type=pa.int8())
        return of_array(pa.DictionaryArray.from_arrays(codes, pa.array(cells, type=kind)))

    return build


def run_ends(kind: Any) -> Build:
    def build(cells: list[Any]) -> Any:
        ends = pa.array(range(1, len(cells) + 1), type=pa.int32())
        return of_array(pa.RunEndEncodedArray.from_arrays(ends, pa.array(cells, type=kind)))

    return build


def sparse_union(kind: Any) -> Build:
    def build(cells: list[Any]) -> Any:
        types = pa.array([0] * len(cells), type=pa.int8())
        children = [pa.array(cells, type=kind), pa.nulls(len(cells), type=pa.date32())]
        return of_array(pa.UnionArray.from_sparse(types, children))

    return build


def dense_union(kind: Any) -> Build:
    def build(cells: list[Any]) -> Any:
        types = pa.array([0] * len(cells), type=pa.int8())
        places = pa.array(range(len(cells)), type=pa.int32())
        children = [pa.array(cells, type=kind), pa.nulls(1, type=pa.date32())]
        return of_array(pa.UnionArray.from_dense(types, places, children))

    return build


def extension(kind: Any) -> Build:
    return lambda cells: of_array(
        pa.ExtensionArray.from_storage(kind, pa.array(cells, type=kind.storage_type))
    )


def of_numbers(storage: Any, kind: Any) -> Build:
    """Make dates and the like of bare numbers, so that they may lie beyond Python's."""
    return lambda cells: of_array(pa.array(cells, type=storage).cast(kind))


def of_bytes(cells: list[Any]) -> Any:
    """Make text of bytes without looking whether they are text, as a broken file has it."""
    validity, offsets, data = pa.array(cells, type=pa.binary()).buffers()
    return of_array(pa.StringArray.from_buffers(len(cells), offsets, data, validity))


# The table

TEXT = pa.string()
VIEW = pa.string_view()
# pandas 3 calls it "str"; pandas 2 has it under another name.
if pd.__version__ < "3":
    PANDAS_TEXT: Any = pd.StringDtype("pyarrow_numpy")
else:
    PANDAS_TEXT = pd.StringDtype(na_value=np.nan)

TEXT_DTYPES: dict[str, tuple[Build, tuple[str, ...]]] = {
    "object": (objects, ALL),
    "inferred": (pd.Series, NULL),
    "string[python]": (of("string[python]"), BY_PANDAS),
    "string[pyarrow]": (of("string[pyarrow]"), BY_PANDAS),
    "str": (of(PANDAS_TEXT), BY_PANDAS),
    "category": (of("category"), BY_PANDAS),
    "category of string[python]": (of_categories(of("string[python]")), NULL),
    "category of string[pyarrow]": (of_categories(of("string[pyarrow]")), NULL),
    "category of str": (of_categories(of(PANDAS_TEXT)), NULL),
    "category of arrow string": (of_categories(arrow(TEXT)), NULL),
    "arrow string": (arrow(TEXT), NULL),
    "arrow string by pandas": (of(pd.ArrowDtype(TEXT)), ("None", "NA")),
    "arrow large_string": (arrow(pa.large_string()), NULL),
    "arrow string_view": (arrow(VIEW), NULL),
    "arrow string in chunks": (chunks(TEXT), NULL),
    "arrow string_view in chunks": (chunks(VIEW), NULL),
    "arrow dictionary": (dictionary(TEXT), NULL),
    "arrow dictionary of large_string": (dictionary(pa.large_string()), NULL),
    "arrow dictionary of string_view": (dictionary(VIEW), NULL),
    "arrow dictionary with null": (dictionary_with_null(TEXT), NULL),
    "arrow run ends": (run_ends(TEXT), NULL),
    "arrow sparse union": (sparse_union(TEXT), NULL),
    "arrow dense union": (dense_union(TEXT), NULL),
    "arrow json": (extension(pa.json_()), NULL),
    "arrow opaque": (extension(pa.opaque(TEXT, "kind", "vendor")), NULL),
}

# (dtypes, a cell, what it is as a score, the ways to be missing)
PANDAS_NUMBERS: list[tuple[tuple[str, ...], Any, float, tuple[str, ...]]] = [
    (("int8", "int16", "int32", "int64"), -3, -3.0, NOTHING),
    (("uint8", "uint16", "uint32", "uint64"), 3, 3.0, NOTHING),
    (("float16", "float32", "float64", "longdouble"), 0.5, 0.5, NULL_AND_NAN),
    (("bool",), True, 1.0, NOTHING),
    (("Int8", "Int16", "Int32", "Int64"), -3, -3.0, BY_PANDAS),
    (("UInt8", "UInt16", "UInt32", "UInt64"), 3, 3.0, BY_PANDAS),
    (("Float32", "Float64"), 0.5, 0.5, BY_PANDAS),
    (("boolean",), True, 1.0, BY_PANDAS),
]
HALF = Decimal("0.5")
ARROW_NUMBERS: list[tuple[list[Any], Any, float, tuple[str, ...]]] = [
    ([pa.int8(), pa.int16(), pa.int32(), pa.int64()], -3, -3.0, NULL),
    ([pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()], 3, 3.0, NULL),
    ([pa.float16(), pa.float32(), pa.float64()], 0.5, 0.5, NULL_AND_NAN),
    ([pa.bool_()], True, 1.0, NULL),
    ([pa.decimal128(5, 2), pa.decimal256(5, 2)], HALF, 0.5, NULL),
    # Newer than the oldest pyarrow that pandas takes.
    (
        [getattr(pa, name)(5, 2) for name in ("decimal32", "decimal64") if hasattr(pa, name)],
        HALF,
        0.5,
        NULL,
    ),
]

NOW = dt.datetime(2026, 11, 24, 1, 2, 3)
DAY = dt.timedelta(days=1)
UNITS = ("s", "ms", "us", "ns")
PANDAS_TIMES: dict[str, Any] = {
    **{f"datetime64[{unit}]": NOW for unit in UNITS},
    **{f"datetime64[{unit}, UTC]": NOW.replace(tzinfo=dt.timezone.utc) for unit in UNITS},
    **{f"timedelta64[{unit}]": DAY for unit in UNITS},
    "period[D]": pd.Period("2026-11-24", "D"),
}
ARROW_TIMES: dict[Any, Any] = {
    **{pa.timestamp(unit): NOW for unit in UNITS},
    **{pa.timestamp(unit, "UTC"): NOW for unit in UNITS},
    **{pa.duration(unit): DAY for unit in UNITS},
    **{pa.time32(unit): NOW.time() for unit in UNITS[:2]},
    **{pa.time64(unit): NOW.time() for unit in UNITS[2:]},
    pa.date32(): NOW.date(),
    pa.date64(): NOW.date(),
    pa.month_day_nano_interval(): (1, 2, 3),
}
ARROW_BYTES: dict[Any, Any] = dict.fromkeys(
    (pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(5)), b"HUMAN"
)
ARROW_LISTS: dict[Any, Any] = {
    pa.list_(pa.float64()): [0.5],
    pa.large_list(pa.float64()): [0.5],
    pa.list_(pa.float64(), 1): [0.5],
    pa.list_view(pa.float64()): [0.5],
    pa.large_list_view(pa.float64()): [0.5],
    pa.list_(TEXT): ["HUMAN"],
    pa.list_(pa.struct({"a": pa.int8()})): [{"a": 1}],
    pa.map_(TEXT, pa.int64()): [("a", 1)],
}

STRUCT = pa.struct(
    {
        "words": TEXT,
        "numbers": pa.list_(pa.int64()),
        "when": pa.timestamp("us"),
        "deep": pa.struct({"big": pa.list_(pa.int64()), "none": pa.null()}),
    }
)
# Beyond 2^53 not every integer is a float too.
BIG = 2**53 + 1
IN_STRUCT = {
    "words": "x",
    "numbers": [BIG, None],
    "when": NOW,
    "deep": {"big": [BIG], "none": None},
}
FROM_STRUCT = IN_STRUCT | {"when": "2026-11-24T01:02:03"}

# (cell, as text, as kind, as score, as metadata, the ways to be missing)
OBJECTS: dict[str, tuple[Any, Any, Any, Any, Any, tuple[str, ...]]] = {
    "numpy text": (np.str_("HUMAN"), "HUMAN", "HUMAN", NO, NO, NULL),
    "text with white space": (" HUMAN\n", "HUMAN", NO, NO, NO, NULL),
    "int": (3, NO, NO, 3.0, NO, ALL),
    "float": (0.5, NO, NO, 0.5, NO, ALL),
    "bool": (True, NO, NO, 1.0, NO, ALL),
    "float16": (np.float16(0.5), NO, NO, 0.5, NO, ALL),
    "float32": (np.float32(0.5), NO, NO, 0.5, NO, NULL),
    "float64": (np.float64(0.5), NO, NO, 0.5, NO, NULL),
    "longdouble": (np.longdouble(0.5), NO, NO, 0.5, NO, ALL),
    "int8": (np.int8(3), NO, NO, 3.0, NO, NULL),
    "uint64": (np.uint64(2**63), NO, NO, 2.0**63, NO, NULL),
    "numpy bool": (np.bool_(True), NO, NO, 1.0, NO, NULL),
    "Decimal": (HALF, NO, NO, 0.5, NO, ALL),
    "Fraction": (Fraction(1, 2), NO, NO, 0.5, NO, NULL),
    "array of no dimension": (np.array(0.5), NO, NO, 0.5, NO, NULL),
    "array of one number": (np.array([0.5]), NO, NO, NO, NO, NULL),
    "Series of one number": (pd.Series([0.5]), NO, NO, NO, NO, NULL),
    "list": ([0.5], NO, NO, NO, NO, NULL),
    "tuple": ((0.5,), NO, NO, NO, NO, NULL),
    "set": ({0.5}, NO, NO, NO, NO, NULL),
    "infinity": (float("inf"), NO, NO, NO, NO, NULL),
    "longdouble beyond floats": (np.longdouble("1e400"), NO, NO, NO, NO, NULL),
    "dict of longdouble": ({"a": np.longdouble(0.5)}, NO, NO, NO, {"a": 0.5}, NULL),
    "dict of longdouble beyond floats": ({"a": np.longdouble("1e400")}, NO, NO, NO, NO, NULL),
    "infinite Decimal": (Decimal("-Infinity"), NO, NO, NO, NO, NULL),
    "int beyond floats": (10**400, NO, NO, NO, NO, NULL),
    "complex": (1j, NO, NO, NO, NO, NULL),
    "complex64": (np.complex64(1), NO, NO, NO, NO, NULL),
    "complex128": (np.complex128(1 + 2j), NO, NO, NO, NO, NULL),
    "clongdouble": (np.clongdouble(1), NO, NO, NO, NO, NULL),
    "bytes": (b"1", NO, NO, NO, NO, NULL),
    "bytearray": (bytearray(b"1"), NO, NO, NO, NO, NULL),
    "memoryview": (memoryview(b"1"), NO, NO, NO, NO, NULL),
    "numpy bytes": (np.bytes_(b"1"), NO, NO, NO, NO, NULL),
    "numpy void": (np.void(b"1"), NO, NO, NO, NO, NULL),
    "datetime": (NOW, NO, NO, NO, NO, NULL),
    "date": (NOW.date(), NO, NO, NO, NO, NULL),
    "time": (NOW.time(), NO, NO, NO, NO, NULL),
    "timedelta": (DAY, NO, NO, NO, NO, NULL),
    "datetime64": (np.datetime64("2026-11-24"), NO, NO, NO, NO, NULL),
    "timedelta64": (np.timedelta64(5, "s"), NO, NO, NO, NO, NULL),
    "timedelta64 without a unit": (np.timedelta64(5), NO, NO, NO, NO, NULL),
    "Timestamp": (pd.Timestamp(NOW), NO, NO, NO, NO, NULL),
    "Timedelta": (pd.Timedelta(DAY), NO, NO, NO, NO, NULL),
    "Interval": (pd.Interval(0, 1), NO, NO, NO, NO, NULL),
    "UUID": (uuid.UUID(int=1), NO, NO, NO, NO, NULL),
    "dict": ({"a": BIG, "b": [None, "x"]}, NO, NO, NO, {"a": BIG, "b": [None, "x"]}, ALL),
    "dict of numpy": ({"a": np.int64(BIG)}, NO, NO, NO, {"a": BIG}, NULL),
    "dict with NA": ({"a": pd.NA}, NO, NO, NO, {"a": None}, NULL),
    "dict with NaN": ({"a": float("nan")}, NO, NO, NO, NO, NULL),
    "dict with sNaN": ({"a": Decimal("sNaN")}, NO, NO, NO, NO, NULL),
    "object": (object(), NO, NO, NO, NO, NULL),
}


def texts() -> Iterator[Dtype]:
    for name, (build, holds) in TEXT_DTYPES.items():
        cell = "HUMAN"
        yield Dtype(f"{name}, HUMAN", build, cell, text=cell, kind=cell, holds=holds)
        # A frame often comes from a CSV file, where a number is text.
        yield Dtype(f"{name}, 0.5", build, "0.5", text="0.5", score=0.5, holds=holds)


def numbers() -> Iterator[Dtype]:
    for names, cell, score, holds in PANDAS_NUMBERS:
        for name in names:
            yield Dtype(name, of(name), cell, score=score, holds=holds)
    for kinds, cell, score, holds in ARROW_NUMBERS:
        for kind in kinds:
            yield Dtype(f"arrow {kind}", arrow(kind), cell, score=score, holds=holds)
            yield Dtype(f"arrow {kind} in chunks", chunks(kind), cell, score=score, holds=holds)
            name = f"arrow dictionary of {kind}"
            yield Dtype(name, dictionary(kind), cell, score=score, holds=holds)
            yield Dtype(f"arrow run ends of {kind}", run_ends(kind), cell, score=score, holds=holds)
            name = f"arrow union of {kind}"
            yield Dtype(name, dense_union(kind), cell, score=score, holds=holds)
    for name in ("float32", "float64"):
        yield Dtype(f"masked {name}", masked(name), 0.5, score=0.5, holds=NULL_AND_NAN)
    yield Dtype("Sparse[float]", sparse("float64"), 0.5, score=0.5, holds=NAN)
    yield Dtype("Sparse[int]", sparse("int64"), 3, score=3.0, holds=NOTHING)
    yield Dtype("Sparse[bool]", sparse("bool"), True, score=1.0, holds=NOTHING)
    for name, cell in {"int64": 3, "Int64": 3, "bool": True, "boolean": True}.items():
        yield Dtype(f"category of {name}", of_categories(of(name)), cell, score=float(cell))
    for name in ("float32", "float64", "Float64"):
        yield Dtype(f"category of {name}", of_categories(of(name)), 0.5, score=0.5)
    for kind, cell in ((pa.int64(), 3), (pa.float64(), 0.5), (pa.decimal128(5, 2), HALF)):
        name = f"category of arrow {kind}"
        yield Dtype(name, of_categories(arrow(kind)), cell, score=float(cell))
    yield Dtype("category of Decimals", of_categories(objects), HALF, score=0.5)
    yield Dtype("arrow bool8", extension(pa.bool8()), 1, score=1.0)


def no_scores() -> Iterator[Dtype]:
    infinity = float("inf")
    for name in ("float16", "float32", "float64", "longdouble", "Float32", "Float64"):
        yield Dtype(f"{name}, infinity", of(name), infinity)
    for kind in (pa.float16(), pa.float32(), pa.float64()):
        yield Dtype(f"arrow {kind}, infinity", arrow(kind), infinity)
    yield Dtype("category of infinity", of_categories(of("float64")), infinity)
    yield Dtype("longdouble beyond floats", of("longdouble"), np.longdouble("1e400"))
    for name in ("complex64", "complex128", "clongdouble"):
        yield Dtype(name, of(name), 1 + 0j)
    for name, cell in PANDAS_TIMES.items():
        yield Dtype(name, of(name), cell)
        yield Dtype(f"category of {name}", of_categories(of(name)), cell)
    yield Dtype("interval[int64]", of("interval[int64]"), pd.Interval(0, 1), holds=NOTHING)
    yield Dtype("interval[float64]", of("interval[float64]"), pd.Interval(0.5, 1.5))
    for kind, cell in (ARROW_TIMES | ARROW_BYTES | ARROW_LISTS).items():
        yield Dtype(f"arrow {kind}", arrow(kind), cell)
    yield Dtype("arrow uuid", extension(pa.uuid()), uuid.UUID(int=1).bytes)
    yield Dtype("arrow tensor", extension(pa.fixed_shape_tensor(pa.int32(), [1])), [1])
    yield Dtype("arrow dictionary of bytes", dictionary(pa.binary()), b"1")
    yield Dtype("arrow dictionary of dates", dictionary(pa.date32()), NOW.date())
    yield Dtype("arrow run ends of dates", run_ends(pa.date32()), NOW.date())


def structs() -> Iterator[Dtype]:
    for name, build in {
        "struct": arrow(STRUCT),
        "struct in chunks": chunks(STRUCT),
        "run ends of struct": run_ends(STRUCT),
        "sparse union of struct": sparse_union(STRUCT),
        "dense union of struct": dense_union(STRUCT),
        "opaque of struct": extension(pa.opaque(STRUCT, "kind", "vendor")),
    }.items():
        yield Dtype(f"arrow {name}", build, IN_STRUCT, metadata=FROM_STRUCT)
    inside = arrow(pa.struct({"x": pa.float64()}))
    yield Dtype("arrow struct, null inside", inside, {"x": None}, metadata={"x": None})
    yield Dtype("arrow struct, NaN inside", inside, {"x": float("nan")})
    inside = arrow(pa.struct({"x": pa.binary()}))
    yield Dtype("arrow struct, bytes inside", inside, {"x": b"\xff"})
    inside = arrow(pa.struct({"x": pa.map_(TEXT, pa.int64())}))
    pairs = {"x": [["a", 1]]}
    yield Dtype("arrow struct, pairs inside", inside, {"x": [("a", 1)]}, metadata=pairs)


def unreadable() -> Iterator[Dtype]:
    yield Dtype("arrow text of bytes that are none", of_bytes, b"\xff")
    yield Dtype("arrow date beyond Python's", of_numbers(pa.int32(), pa.date32()), 10**8)
    for kind in (pa.timestamp("s"), pa.timestamp("s", "UTC"), pa.duration("s")):
        yield Dtype(f"arrow {kind} beyond Python's", of_numbers(pa.int64(), kind), 10**15)


def dtypes() -> list[Dtype]:
    """Return every dtype with a cell or two."""
    in_objects = (
        Dtype(f"object, {name}", objects, *cell_and_what_arrives)
        for name, cell_and_what_arrives in OBJECTS.items()
    )
    return [*texts(), *numbers(), *no_scores(), *structs(), *in_objects, *unreadable()]
