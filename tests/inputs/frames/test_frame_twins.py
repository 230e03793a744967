"""Twins in several libraries: the same bytes are sent, or the same is refused."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_traces import AnnotationValidationError, DuplicateAnnotationWarning
from phoenix_traces.inputs.frames.rows import annotation_frame
from tests.support.sizes import in_ci

BULK = in_ci(500, 25)

Field = tuple[Any, st.SearchStrategy[Any]]

whole = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(codec="utf-8"), max_size=3)
# Within what nanoseconds reach; what lies beyond has a test of its own.
moments = st.integers(-(2**61), 2**61)
LEAVES: list[Field] = [
    (pa.int64(), whole),
    (pa.uint8(), st.integers(0, 255)),
    (pa.float64(), st.floats()),
    (pa.float32(), st.floats(width=32)),
    (pa.bool_(), st.booleans()),
    (pa.large_string(), texts),
    (pa.string_view(), texts),
    (pa.null(), st.none()),
    (pa.large_binary(), st.binary(max_size=3)),
    (pa.date32(), st.dates()),
    (pa.time64("ns"), st.times()),
    (pa.decimal128(9, 2), st.decimals("-999", "999", places=2)),
    *((pa.timestamp(unit), moments.map(lambda at: at // 10**6)) for unit in ("ms", "us")),
    (pa.timestamp("ns"), moments),
    (pa.timestamp("ns", "Asia/Tokyo"), moments),
    (pa.timestamp("us", "Europe/Berlin"), moments.map(lambda at: at // 10**3)),
    *((pa.duration(unit), moments.map(lambda at: at // 10**6)) for unit in ("ms", "us")),
    (pa.duration("ns"), moments),
]


def or_null(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def lists(of: Field) -> Field:
    kind, values = of
    return pa.large_list(kind), st.lists(or_null(values), max_size=3)


def structs(fields: list[Field]) -> Field:
    named = {f"f{place}": field for place, field in enumerate(fields)}
    kind = pa.struct({name: kind for name, (kind, _) in named.items()})
    return kind, st.fixed_dictionaries(
        {name: or_null(values) for name, (_, values) in named.items()}
    )


fields = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: inner.map(lists) | st.lists(inner, min_size=1, max_size=3).map(structs),
    max_leaves=5,
)
metadata_kinds = st.lists(fields, min_size=1, max_size=3).map(structs)

good_words = st.sampled_from(["a", "b", " a ", "LLM", "0.5"])
words = good_words | st.sampled_from(["", " ", "note", "1e999", "x\x00"])
TEXT = pa.large_string()
# What is right for each column, and what is not, or not always.
GOOD: dict[str, Field] = {
    "trace_id": (pa.string_view(), good_words),
    "name": (pa.dictionary(pa.uint32(), TEXT), good_words),
    "annotator_kind": (TEXT, st.sampled_from(["LLM", "CODE", "HUMAN"])),
    "label": (TEXT, good_words),
    "score": (pa.decimal128(5, 2), st.decimals(-9, 9, places=2)),
    "explanation": (pa.string_view(), or_null(good_words)),
    "identifier": (pa.dictionary(pa.uint32(), TEXT), or_null(good_words)),
}
ODD: dict[str, list[Field]] = {
    "trace_id": [(TEXT, words), (pa.int64(), whole)],
    "name": [(TEXT, words), (pa.dictionary(pa.uint32(), TEXT), words)],
    "annotator_kind": [(TEXT, words)],
    "label": [(TEXT, words), (pa.int64(), whole)],
    "score": [*LEAVES[:5], (TEXT, words)],
    "explanation": [(TEXT, words), (pa.bool_(), st.booleans())],
    "identifier": [(TEXT, words), (pa.date32(), st.just(dt.date(2026, 11, 24)))],
}


@st.composite
def tables(draw: st.DrawFn, *, most_odd: int) -> Any:
    """Draw an Arrow table, in two chunks, with metadata of any type and a few odd columns."""
    rows = draw(st.integers(1, 5))
    odd = draw(st.sets(st.sampled_from(list(ODD)), max_size=most_odd))
    columns: dict[str, Any] = {}
    for name, good in {**GOOD, "metadata": draw(metadata_kinds)}.items():
        kind, values = draw(st.sampled_from(ODD[name])) if name in odd else good
        cells = or_null(values) if name in odd or name == "metadata" else values
        columns[name] = pa.array(draw(st.lists(cells, min_size=rows, max_size=rows)), type=kind)
    table = pa.table(columns)
    cut = draw(st.integers(0, rows))
    return pa.concat_tables([table.slice(0, cut), table.slice(cut)])


def outcome(frame: Any) -> object:
    """Return the bytes that would be sent, or what is refused, by position, field and message."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DuplicateAnnotationWarning)
        try:
            rows = annotation_frame(frame)
        except AnnotationValidationError as error:
            return [(each.position, each.field, each.message) for each in error.failures]
    return rows.encode([row for _, row in rows.items])


def twins(table: Any) -> dict[str, Any]:
    """Return the same content in other libraries."""
    polars = pl.DataFrame(table)
    return {
        "Polars": polars,
        "Polars in one chunk": polars.rechunk(),
        "Arrow of Polars": polars.to_arrow(),
        "pandas of Arrow's dtypes": table.to_pandas(types_mapper=pd.ArrowDtype),
        "pandas of objects": pd.DataFrame(
            {name: pd.Series(table[name].to_pylist(), dtype=object) for name in table.column_names}
        ),
    }


def check_twins(table: Any) -> None:
    expected = outcome(table)
    found = {name: outcome(twin) for name, twin in twins(table).items()}
    assert found == dict.fromkeys(found, expected)


@settings(max_examples=BULK)
@given(table=tables(most_odd=0))
def test_metadata_of_any_type_is_sent_as_the_same_bytes(table: Any) -> None:
    check_twins(table)


@settings(max_examples=BULK)
@given(table=tables(most_odd=2))
def test_rows_of_all_kinds_are_sent_as_the_same_bytes_or_refused_alike(table: Any) -> None:
    check_twins(table)
