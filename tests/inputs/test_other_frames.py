"""A frame of another library is named by its module, with what makes it one of pandas."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

import pytest

from tests.support.modes import FakePhoenix, Mode, both_modes

FRAMES = [
    ("polars.dataframe.frame", "DataFrame", "to_pandas", "polars.DataFrame: use .to_pandas()"),
    ("polars.lazyframe.frame", "LazyFrame", "collect", "polars.LazyFrame: use .collect().to_"),
    ("dask.dataframe.core", "DataFrame", "compute", "dask.DataFrame: use .compute()"),
    ("pyspark.sql.classic", "DataFrame", "toPandas", "pyspark.DataFrame: use .toPandas()"),
    ("ray.data.dataset", "Dataset", "to_pandas", "ray.Dataset: use .to_pandas()"),
    ("duckdb.duckdb", "DuckDBPyRelation", "df", "duckdb.DuckDBPyRelation: use .df()"),
]


def _nothing(_: object) -> None:
    pass


def _refusals(frame: Any, mode: Mode) -> list[str]:
    phoenix = FakePhoenix()
    traces = phoenix.traces(mode)
    refusals: list[str] = []
    for call, argument in (
        (traces.log_trace_annotations_dataframe, "dataframe"),
        (traces.compare_trace_annotations, "dataframe"),
        (traces.log_trace_annotations, "trace_annotations"),
    ):
        with pytest.raises(TypeError) as caught:
            call(**{argument: frame})
        refusals.append(str(caught.value))
    assert phoenix.requests == []
    return refusals


@both_modes
@pytest.mark.parametrize(("module", "name", "method", "says"), FRAMES)
def test_a_frame_of_another_library_is_named_with_what_to_do(
    module: str, name: str, method: str, says: str, mode: Mode
) -> None:
    kind = type(name, (), {"__module__": module, method: _nothing})
    assert all(says in refusal for refusal in _refusals(kind(), mode))


@both_modes
def test_a_table_of_arrow_is_named_as_its_users_know_it(mode: Mode) -> None:
    pyarrow: Any = importlib.import_module("pyarrow")
    table = pyarrow.table({"trace_id": ["a"]})
    assert all("pyarrow.Table: use .to_pandas()" in each for each in _refusals(table, mode))


def test_the_shortest_module_that_offers_the_type_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = type("DataFrame", (), {"__module__": "lib.sql.deep", "to_pandas": _nothing})
    public: Any = ModuleType("lib.sql")
    public.DataFrame = kind
    monkeypatch.setitem(sys.modules, "lib.sql", public)
    assert all("lib.sql.DataFrame" in each for each in _refusals(kind(), Mode.SYNC))
