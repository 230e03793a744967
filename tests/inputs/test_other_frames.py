"""Frames of other libraries: what is not taken is named by its module, with what to do about it."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.support.modes import AnyPhoenix, Mode, both_modes

# Frames that are computed later, or have no Arrow.
FRAMES = [
    ("polars.lazyframe.frame", "LazyFrame", "collect", "polars.LazyFrame: use .collect()"),
    ("dask.dataframe.core", "DataFrame", "compute", "dask.DataFrame: use .compute()"),
    ("pyspark.sql.classic", "DataFrame", "toPandas", "pyspark.DataFrame: use .toPandas()"),
    ("ray.data.dataset", "Dataset", "to_pandas", "ray.Dataset: use .to_pandas()"),
    ("duckdb.old", "DuckDBPyRelation", "df", "duckdb.DuckDBPyRelation: use .df()"),
]

TABLE: Any = importlib.import_module("pyarrow").table({"trace_id": ["a"], "score": [1]})
COLUMN = "which is one column"

# Real ones, as their users have them.
NO_FRAMES = [
    (pl.LazyFrame({"a": [1]}), "polars.LazyFrame: use .collect()"),
    (pl.Series("a", [1]), f"polars.Series, {COLUMN}: use .to_frame()"),
    (pl.Series("a", [{"a": 1}]), f"polars.Series, {COLUMN}: use .to_frame()"),
    (TABLE.column(0), f"pyarrow.ChunkedArray, {COLUMN}: make a table of it"),
    (TABLE.column(1).chunk(0), f"pyarrow.Int64Array, {COLUMN}: make a table of it"),
    (duckdb.connect(), "duckdb.DuckDBPyConnection: use .df()"),
    (importlib.import_module("pyarrow.dataset").dataset(TABLE), ".to_table()"),
    ((1, 2), "tuple: pass a list as trace_annotations"),
]


def _nothing(_: object) -> None:
    pass


def _refusals(frame: Any, mode: Mode) -> list[str]:
    """Return what each method says that takes a frame, and nothing is sent."""
    phoenix = AnyPhoenix()
    traces = phoenix.traces(mode)
    refusals: list[str] = []
    for call in (
        traces.log_trace_annotations_dataframe,
        traces.compare_trace_annotations,
        traces.confirm_trace_annotations,
    ):
        with pytest.raises(TypeError) as caught:
            call(dataframe=frame)
        refusals.append(str(caught.value))
    assert phoenix.requests == []
    return refusals


def _refusal_in_a_list(frame: Any, mode: Mode) -> str:
    phoenix = AnyPhoenix()
    with pytest.raises(TypeError) as caught:
        phoenix.traces(mode).log_trace_annotations(trace_annotations=frame)
    assert phoenix.requests == []
    return str(caught.value)


@both_modes
@pytest.mark.parametrize(("module", "name", "method", "says"), FRAMES)
def test_a_frame_of_another_library_is_named_with_what_to_do(
    module: str, name: str, method: str, says: str, mode: Mode
) -> None:
    frame = type(name, (), {"__module__": module, method: _nothing})()
    expected = f"dataframe must be a frame of pandas, Polars or Arrow, not {says}"
    assert set(_refusals(frame, mode)) == {expected}
    in_a_list = _refusal_in_a_list(frame, mode)
    assert in_a_list.endswith(f"and this is a {says} and log_trace_annotations_dataframe")


@both_modes
@pytest.mark.parametrize(
    ("value", "says"), NO_FRAMES, ids=[type(value).__name__ for value, _ in NO_FRAMES]
)
def test_what_is_no_frame_yet_is_named_with_what_to_do(value: Any, says: str, mode: Mode) -> None:
    assert all(each.endswith(says) for each in _refusals(value, mode))


@both_modes
@pytest.mark.parametrize(
    ("frame", "name"),
    [
        (TABLE, "pyarrow.Table"),
        (TABLE.to_batches()[0], "pyarrow.RecordBatch"),
        (pl.DataFrame({"a": [1]}), "polars.DataFrame"),
        (duckdb.sql("select 1"), "duckdb.DuckDBPyRelation"),
    ],
)
def test_a_frame_that_is_taken_is_sent_to_its_method_when_it_is_given_as_a_list(
    frame: Any, name: str, mode: Mode
) -> None:
    expected = f"and this is a {name}: use log_trace_annotations_dataframe"
    assert _refusal_in_a_list(frame, mode).endswith(expected)


def test_the_shortest_module_that_offers_the_type_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = type("DataFrame", (), {"__module__": "lib.sql.deep", "to_pandas": _nothing})
    public: Any = ModuleType("lib.sql")
    public.DataFrame = kind
    monkeypatch.setitem(sys.modules, "lib.sql", public)
    assert all("lib.sql.DataFrame" in each for each in _refusals(kind(), Mode.SYNC))
