"""What is no frame, or not yet: each marked line must be an error, and no other."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pandas as pd
import polars as pl

from phoenix_traces import ArrowStreamExportable, AsyncTraces, Client

client = Client()
log = client.traces.log_trace_annotations_dataframe


class ReadsAnArgument:
    def __arrow_c_stream__(self, number: int) -> object:
        return number


def write(lazy: pl.LazyFrame, rows: list[dict[str, str]], one: ReadsAnArgument) -> None:
    log(dataframe=lazy)  # error
    log(dataframe=lazy.collect())
    log(dataframe=rows)  # error
    log(dataframe={"trace_id": ["a"]})  # error
    log(dataframe="frame.parquet")  # error
    log(dataframe=None)  # error
    log(dataframe=one)  # error
    log(dataframe=pd.DataFrame(rows))
    log(dataframe=duckdb.table("judgements"))
    log(dataframe=duckdb.connect())  # error


async def write_async(traces: AsyncTraces, lazy: pl.LazyFrame, maybe: pl.DataFrame | None) -> None:
    await traces.log_trace_annotations_dataframe(dataframe=lazy)  # error
    await traces.log_trace_annotations_dataframe(dataframe=maybe)  # error
    await traces.compare_trace_annotations(dataframe=maybe)
    await traces.compare_trace_annotations(dataframe=lazy)  # error
    await traces.confirm_trace_annotations(dataframe=lazy)  # error


def compare(any_frame: ArrowStreamExportable, ids: Iterable[str]) -> None:
    client.traces.compare_trace_annotations(dataframe=any_frame)
    client.traces.compare_trace_annotations(dataframe=ids)  # error
    client.traces.confirm_trace_annotations(dataframe=ids)  # error
    client.traces.log_trace_annotations(trace_annotations=any_frame)  # error
