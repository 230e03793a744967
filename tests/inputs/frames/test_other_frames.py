"""Frames of Polars, pyarrow and DuckDB are taken wherever a pandas frame is."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal

import duckdb
import pandas as pd
import polars as pl
import pytest

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    TraceAnnotationData,
    UploadReport,
)
from phoenix_traces.inputs.frames.rows import annotation_frame
from phoenix_traces.testing import FakePhoenix
from tests.support.frames import refusals, sent
from tests.support.modes import AnyPhoenix, Mode, both_modes

pa: Any = importlib.import_module("pyarrow")

COLUMNS: dict[str, list[Any]] = {
    "trace_id": ["a", "b", "c"],
    "label": ["good", None, " bad "],
    "score": [0.5, 1.0, None],
    "metadata": [{"model": "m", "tokens": [1, 2]}, None, {"model": "n", "tokens": []}],
    "name": ["tone", "length", "tone"],
    "annotator_kind": ["LLM", "CODE", "HUMAN"],
}
ROWS = [
    {
        "trace_id": "a",
        "name": "tone",
        "annotator_kind": "LLM",
        "result": {"label": "good", "score": 0.5},
        "metadata": {"model": "m", "tokens": [1, 2]},
    },
    {"trace_id": "b", "name": "length", "annotator_kind": "CODE", "result": {"score": 1.0}},
    {
        "trace_id": "c",
        "name": "tone",
        "annotator_kind": "HUMAN",
        "result": {"label": "bad"},
        "metadata": {"model": "n", "tokens": []},
    },
]


class Exports:
    """A table that shows nothing of itself but one of Arrow's interfaces."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.times = 0


class Stream(Exports):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        self.times += 1
        return self.table.__arrow_c_stream__(requested_schema)


class Batch(Exports):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> object:
        self.times += 1
        return self.table.combine_chunks().to_batches()[0].__arrow_c_array__(requested_schema)


def relation(table: Any) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().from_arrow(table)


class ToneResult(AnnotationResult, frozen=True):
    label: Literal["kind", "rude"]


class Tone(TraceAnnotationData, frozen=True):
    name: Literal["tone"] = "tone"
    annotator_kind: Literal["CODE"] = "CODE"
    result: ToneResult


# Ways to hand over an Arrow table.
WAYS: dict[str, Callable[[Any], Any]] = {
    "table": lambda table: table,
    "record batch": lambda table: table.combine_chunks().to_batches()[0],
    "reader": lambda table: table.to_reader(max_chunksize=1),
    "stream": Stream,
    "batch": Batch,
    "DuckDB": lambda table: duckdb.connect().from_arrow(table),
    "Polars": pl.DataFrame,
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))

Way = Callable[[Any], Any]


@both_modes
@every_way
def test_its_rows_arrive_as_those_of_a_pandas_frame(way: Way, mode: Mode) -> None:
    phoenix = AnyPhoenix()
    traces = phoenix.traces(mode)
    traces.log_trace_annotations_dataframe(dataframe=way(pa.table(COLUMNS)))
    traces.log_trace_annotations_dataframe(dataframe=pd.DataFrame(COLUMNS))
    of_other, of_pandas = phoenix.requests
    assert of_other.content == of_pandas.content
    assert phoenix.batches[0] == ROWS


@every_way
def test_it_can_be_compared_and_confirmed(way: Way) -> None:
    phoenix = FakePhoenix("a", "b")
    with phoenix.client() as client:
        some = pa.table(COLUMNS).slice(0, 2)
        client.traces.log_trace_annotations_dataframe(dataframe=way(some), sync=True)
        assert client.traces.confirm_trace_annotations(dataframe=way(some)).is_complete
        comparison = client.traces.compare_trace_annotations(dataframe=way(pa.table(COLUMNS)))
    assert (comparison.unchanged, comparison.missing_trace) == ((0, 1), (2,))


@every_way
def test_rubrics_and_arguments_work_with_it(way: Way) -> None:
    frame = pa.table({"context.trace_id": ["a", "b"], "label": ["kind", "cold"]})
    first, second = sent(way(frame), annotation_name="tone", annotator_kind="CODE")
    assert (first["name"], second["annotator_kind"]) == ("tone", "CODE")
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_frame(way(frame), annotation_type=Tone)
    (failure,) = caught.value.failures
    assert (failure.position, failure.field, failure.value) == (1, "label", "cold")


@every_way
def test_its_errors_name_rows_by_position_alone(way: Way) -> None:
    frame = pa.table({"trace_id": ["a", " "], "score": [0.5, 1.0]})
    (failure,) = refusals(way(frame))
    assert str(failure) == "row 1, trace_id: ' ': trace_id values must be non-empty strings"
    assert (failure.position, failure.index) == (1, None)


@every_way
def test_without_a_column_of_trace_ids_it_is_refused(way: Way) -> None:
    (failure,) = refusals(way(pa.table({"id": ["a"], "score": [1]})))
    assert failure.message == "DataFrame must have a 'trace_id' or 'context.trace_id' column"


@every_way
def test_one_without_rows_is_refused(way: Way) -> None:
    if way is WAYS["record batch"] or way is WAYS["batch"]:
        way = Stream
    (failure,) = refusals(way(pa.table(COLUMNS).slice(0, 0)))
    assert failure.message.startswith("DataFrame cannot be empty")


@pytest.mark.parametrize("frame", [pl.DataFrame(), pa.table({}), Stream(pa.table({}))])
def test_one_without_columns_is_refused(frame: Any) -> None:
    (failure,) = refusals(frame)
    assert failure.message == "DataFrame cannot be empty"


def test_columns_of_one_name_are_refused_where_they_are_ours_and_ignored_elsewhere() -> None:
    columns = [["a"], ["b"], [1], [1], [2]]
    table = pa.table(columns, names=["trace_id", "trace_id", "score", "x", "x"])
    (failure,) = refusals(table)
    assert failure.message == "DataFrame has 2 columns named 'trace_id'; keep one"
    assert sent(table.remove_column(1))[0]["trace_id"] == "a"


def test_a_stream_is_read_once() -> None:
    stream = Stream(pa.table(COLUMNS))
    assert len(sent(stream, annotation_name=None, annotator_kind=None)) == 3
    assert stream.times == 1


def test_a_relation_that_answers_something_else_each_time_is_run_once() -> None:
    connection = duckdb.connect()
    connection.execute("create sequence times")
    # Good when it runs first, and never again.
    frame = connection.sql(
        "select 'a' as trace_id, case when nextval('times') = 1 then 'good' else ' ' end as label"
    )
    assert [row["result"] for row in sent(frame)] == [{"label": "good"}]


def test_a_reader_that_was_read_before_is_said_to_be_empty_and_why() -> None:
    reader = pa.table(COLUMNS).to_reader()
    reader.read_all()
    (failure,) = refusals(reader)
    assert failure.message == (
        "DataFrame cannot be empty; a reader can be read once, and this one may have been read "
        "before"
    )


def test_a_query_that_fails_is_an_error_of_ours_without_the_other_library_in_it() -> None:
    frame = duckdb.sql("select 'a' as trace_id, error('no ' || 'luck') as label")
    with pytest.raises(AnnotationValidationError) as caught:
        sent(frame)
    (failure,) = caught.value.failures
    assert failure.message.startswith("this duckdb.DuckDBPyRelation cannot be read: ")
    assert "no luck" in failure.message
    assert caught.value.__context__ is None


def test_a_query_that_fails_on_the_way_says_so_too() -> None:
    schema = pa.schema({"trace_id": pa.string(), "score": pa.int64()})

    def batches() -> Iterator[Any]:
        yield pa.record_batch({"trace_id": ["a"], "score": [1]}, schema=schema)
        raise RuntimeError("the disk is gone")

    (failure,) = refusals(pa.RecordBatchReader.from_batches(schema, batches()))
    assert failure.message == (
        "this pyarrow.RecordBatchReader cannot be read: RuntimeError: the disk is gone"
    )


class NoTable:
    """Speaks Arrow, and has no table to hand out."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self


def test_a_stream_of_something_else_is_an_error_of_ours() -> None:
    (failure,) = refusals(NoTable())
    assert failure.message.startswith("this tests.NoTable cannot be read: ")


LASTING = {name: WAYS[name] for name in ("table", "record batch", "Polars")}


@pytest.mark.parametrize("way", LASTING.values(), ids=list(LASTING))
@pytest.mark.parametrize("states", [b"\x00\x02\x03", b"\x02\x02\x02", b"\x07\x00\x01"])
def test_the_rest_of_it_is_a_frame_of_the_same_kind(way: Way, states: bytes) -> None:
    frame, of_pandas = way(pa.table(COLUMNS)), pd.DataFrame(COLUMNS)
    report = UploadReport(states)
    rest = report.rest(frame)
    assert type(rest) is type(frame)
    assert rest.equals(
        way(pa.table(COLUMNS)).filter([at in report.rest([0, 1, 2]) for at in range(3)])
    )
    assert len(rest) == len(report.rest(of_pandas))
    with pytest.raises(ValueError, match="about 3 rows, and the frame has 2"):
        report.rest(frame.slice(0, 2))


@pytest.mark.parametrize("way", [WAYS["DuckDB"], WAYS["reader"], Stream])
def test_what_is_not_kept_has_no_rest_and_says_what_to_do(way: Way) -> None:
    with pytest.raises(TypeError, match="not kept; upload a table made of it, and pass that here"):
        UploadReport(b"\x00\x02\x03").rest(way(pa.table(COLUMNS)))


def test_columns_that_are_not_ours_are_not_looked_at() -> None:
    looked_at: list[str] = []

    class Watched:
        def __getattribute__(self, name: str) -> Any:
            looked_at.append(name)
            return object.__getattribute__(self, name)

    frame = pl.DataFrame({"trace_id": ["a"], "score": [1.0]}).with_columns(
        pl.Series("other", [Watched()], dtype=pl.Object)
    )
    looked_at.clear()
    assert len(sent(frame)) == 1
    assert looked_at == []


def test_a_frame_of_pandas_is_read_as_one_though_it_speaks_arrow_too() -> None:
    frame = pd.DataFrame({"score": [1.0]}, index=["a"])
    assert hasattr(frame, "__arrow_c_stream__")
    assert sent(frame)[0]["trace_id"] == "a"


_WITHOUT = """
import sys
sys.modules.update(dict.fromkeys({absent!r}))
{make}
import httpx
from phoenix_traces import ConfigurationError, Traces
asked = []
def answer(request):
    asked.append(request)
    return httpx.Response(200, json={{"data": []}})
http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://p.test")
try:
    Traces(http).log_trace_annotations_dataframe(
        dataframe=frame, annotation_name="n", annotator_kind="CODE")
except ConfigurationError as error:
    print(error.__context__, str(error))
others = ("duckdb", "narwhals", "polars", "pyarrow")
print(len(asked), *(name for name in others if sys.modules.get(name)))
"""


def _said(make: str, *absent: str) -> str:
    """Return what a new process prints that uploads a frame while some libraries are not there."""
    code = _WITHOUT.format(make=make, absent=list(absent))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_polars_needs_no_pyarrow() -> None:
    make = "import polars; frame = polars.DataFrame({'trace_id': ['a'], 'score': [1.0]})"
    assert _said(make, "pyarrow", "narwhals").split() == ["1", "polars"]


def test_without_pyarrow_other_frames_say_what_to_install() -> None:
    make = "import duckdb; frame = duckdb.sql(\"select 'a' as trace_id, 1.5 as score\")"
    assert _said(make, "pyarrow").splitlines()[0] == (
        "None a frame of type duckdb.DuckDBPyRelation is read with pyarrow, which is not "
        'installed; install it with pip install "phoenix-traces[arrow]"'
    )


def test_an_upload_from_pandas_needs_no_other_library_and_brings_none() -> None:
    """pandas imports pyarrow of its own accord, where it is installed."""
    make = "import pandas; frame = pandas.DataFrame({'trace_id': ['a'], 'score': [1.0]})"
    assert _said(make) in ("1", "1 pyarrow")
    assert _said(make, "duckdb", "narwhals", "polars", "pyarrow") == "1"
