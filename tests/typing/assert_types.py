"""What the type checkers know of the public methods. mypy and pyright read it; nothing runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import Any

import duckdb
import httpx
import pandas as pd
import polars as pl
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, get_current_span
from typing_extensions import assert_type

from phoenix_traces import (
    AnnotationConfig,
    AnnotationConfigs,
    AnnotationFailure,
    AnnotationResult,
    AnnotationValidationError,
    AnnotatorKind,
    ArrowStreamExportable,
    AsyncAnnotationConfigs,
    AsyncClient,
    AsyncOutbox,
    AsyncTraces,
    CategoricalAnnotationConfigData,
    Client,
    Comparison,
    Confirmation,
    FlushedRow,
    FlushReport,
    InsertedTraceAnnotation,
    Outbox,
    OutboxRow,
    OutboxStatus,
    PhoenixHTTPError,
    PhoenixStatusError,
    ServerValidationError,
    Trace,
    TraceAnnotationData,
    TraceNotFoundError,
    Traces,
    TraceSpan,
    UploadOptions,
    UploadReport,
    UploadStatus,
)
from phoenix_traces.otel import (
    SpanContextLike,
    SpanLike,
    current_trace_id,
    is_sampled,
    trace_id_of,
)

Inserted = InsertedTraceAnnotation
OPTIONS = UploadOptions(batch_size=50)


def add(traces: Traces, sync: bool) -> None:
    given = {"trace_id": "t", "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
    assert_type(traces.add_trace_annotation(given), None)
    assert_type(traces.add_trace_annotation(given, options=OPTIONS), None)
    assert_type(traces.add_trace_annotation(given, sync=False), None)
    assert_type(traces.add_trace_annotation(annotation=given, sync=True), Inserted)
    assert_type(traces.add_trace_annotation(given, sync=True, options=OPTIONS), Inserted | None)
    assert_type(traces.add_trace_annotation(given, sync=sync), Inserted | None)
    assert_type(
        traces.add_trace_annotation(
            trace_id="t", annotation_name="n", score=1, sync=True, options=OPTIONS
        ),
        Inserted | None,
    )
    assert_type(
        traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1, options=OPTIONS),
        None,
    )
    assert_type(traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1), None)
    assert_type(
        traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x", sync=False), None
    )
    assert_type(
        traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x", sync=True),
        Inserted,
    )
    assert_type(
        traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x", sync=sync),
        Inserted | None,
    )
    inserted = traces.add_trace_annotation(
        trace_id="t",
        annotation_name="n",
        annotator_kind="LLM",
        label="x",
        score=0.5,
        explanation="y",
        metadata={"a": [1, None]},
        identifier="i",
        sync=True,
    )
    assert_type(inserted.id, str)
    assert_type(inserted["id"], str)


async def add_async(traces: AsyncTraces, sync: bool) -> None:
    given = {"trace_id": "t", "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
    assert_type(await traces.add_trace_annotation(given), None)
    assert_type(await traces.add_trace_annotation(given, options=OPTIONS), None)
    assert_type(await traces.add_trace_annotation(given, sync=False), None)
    assert_type(await traces.add_trace_annotation(annotation=given, sync=True), Inserted)
    assert_type(
        await traces.add_trace_annotation(given, sync=True, options=OPTIONS), Inserted | None
    )
    assert_type(await traces.add_trace_annotation(given, sync=sync), Inserted | None)
    assert_type(
        await traces.add_trace_annotation(
            trace_id="t", annotation_name="n", score=1, sync=True, options=OPTIONS
        ),
        Inserted | None,
    )
    assert_type(
        await traces.add_trace_annotation(
            trace_id="t", annotation_name="n", score=1, options=OPTIONS
        ),
        None,
    )
    assert_type(await traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1), None)
    assert_type(
        await traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1, sync=False),
        None,
    )
    assert_type(
        await traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1, sync=True),
        Inserted,
    )
    assert_type(
        await traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1, sync=sync),
        Inserted | None,
    )


def evaluations(traces: Traces, frame: pd.DataFrame | pl.DataFrame, sync: bool) -> None:
    assert_type(traces.log_evaluations(frame), None)
    assert_type(traces.log_evaluations(frame, on_failed="skip", sync=False), None)
    assert_type(traces.log_evaluations(results=frame, sync=True), list[Inserted])
    assert_type(
        traces.log_evaluations(frame, annotator_kind="LLM", sync=sync, options=OPTIONS),
        list[Inserted] | None,
    )


async def evaluations_async(
    traces: AsyncTraces, frame: pd.DataFrame | pl.DataFrame, sync: bool
) -> None:
    assert_type(await traces.log_evaluations(frame), None)
    assert_type(await traces.log_evaluations(frame, on_failed="skip", sync=False), None)
    assert_type(await traces.log_evaluations(results=frame, sync=True), list[Inserted])
    assert_type(
        await traces.log_evaluations(frame, annotator_kind="LLM", sync=sync, options=OPTIONS),
        list[Inserted] | None,
    )


def log(traces: Traces, given: list[TraceAnnotationData], sync: bool) -> None:
    assert_type(traces.log_trace_annotations(trace_annotations=given), None)
    assert_type(traces.log_trace_annotations(trace_annotations=given, sync=False), None)
    assert_type(traces.log_trace_annotations(trace_annotations=given, sync=True), list[Inserted])
    assert_type(
        traces.log_trace_annotations(trace_annotations=given, sync=sync, options=OPTIONS),
        list[Inserted] | None,
    )


async def log_async(traces: AsyncTraces, given: list[TraceAnnotationData], sync: bool) -> None:
    assert_type(await traces.log_trace_annotations(trace_annotations=given), None)
    assert_type(await traces.log_trace_annotations(trace_annotations=given, sync=False), None)
    assert_type(
        await traces.log_trace_annotations(trace_annotations=given, sync=True), list[Inserted]
    )
    assert_type(
        await traces.log_trace_annotations(trace_annotations=given, sync=sync, options=OPTIONS),
        list[Inserted] | None,
    )


def log_with_a_bar(traces: Traces, given: list[TraceAnnotationData], frame: pd.DataFrame) -> None:
    assert_type(traces.log_trace_annotations(trace_annotations=given, progress=True), None)
    assert_type(
        traces.log_trace_annotations(trace_annotations=given, sync=True, progress="always"),
        list[Inserted],
    )
    assert_type(
        traces.log_trace_annotations_dataframe(dataframe=frame, sync=True, progress=True),
        list[Inserted],
    )


async def log_with_a_bar_async(
    traces: AsyncTraces, given: list[TraceAnnotationData], frame: pd.DataFrame
) -> None:
    assert_type(await traces.log_trace_annotations(trace_annotations=given, progress=True), None)
    assert_type(
        await traces.log_trace_annotations(trace_annotations=given, sync=True, progress="always"),
        list[Inserted],
    )
    assert_type(
        await traces.log_trace_annotations_dataframe(dataframe=frame, sync=True, progress=True),
        list[Inserted],
    )


def log_any_iterable(
    traces: Traces,
    mappings: list[dict[str, Any]],
    mixed: list[TraceAnnotationData | dict[str, object]],
    generated: Iterator[TraceAnnotationData],
) -> None:
    traces.log_trace_annotations(trace_annotations=mappings)
    traces.log_trace_annotations(trace_annotations=mixed)
    traces.log_trace_annotations(trace_annotations=generated)
    traces.log_trace_annotations(
        trace_annotations=[
            {
                "trace_id": "t",
                "name": "toxicity",
                "annotator_kind": "LLM",
                "result": {"label": "safe", "score": 0.01},
            }
        ]
    )


def log_frame(traces: Traces, frame: pd.DataFrame, sync: bool) -> None:
    assert_type(traces.log_trace_annotations_dataframe(dataframe=frame), None)
    assert_type(traces.log_trace_annotations_dataframe(dataframe=frame, sync=False), None)
    assert_type(traces.log_trace_annotations_dataframe(dataframe=frame, sync=True), list[Inserted])
    assert_type(
        traces.log_trace_annotations_dataframe(
            dataframe=frame,
            annotation_name="n",
            annotator_kind="CODE",
            sync=sync,
            options=OPTIONS,
        ),
        list[Inserted] | None,
    )


class OwnTable:
    """A frame of a library that no type checker has heard of."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return requested_schema


# Frames of other libraries are taken wherever a pandas frame is.
AnyOtherFrame = ArrowStreamExportable | OwnTable | pl.DataFrame | duckdb.DuckDBPyRelation


def log_other_frames(traces: Traces, frame: AnyOtherFrame, sync: bool) -> None:
    assert_type(traces.log_trace_annotations_dataframe(dataframe=frame), None)
    assert_type(traces.log_trace_annotations_dataframe(dataframe=frame, sync=False), None)
    assert_type(traces.log_trace_annotations_dataframe(dataframe=frame, sync=True), list[Inserted])
    assert_type(
        traces.log_trace_annotations_dataframe(dataframe=frame, sync=sync), list[Inserted] | None
    )
    assert_type(traces.compare_trace_annotations(dataframe=frame), Comparison)
    assert_type(traces.confirm_trace_annotations(dataframe=frame), Confirmation)


async def log_other_frames_async(traces: AsyncTraces, frame: AnyOtherFrame, sync: bool) -> None:
    assert_type(await traces.log_trace_annotations_dataframe(dataframe=frame), None)
    assert_type(await traces.log_trace_annotations_dataframe(dataframe=frame, sync=False), None)
    assert_type(
        await traces.log_trace_annotations_dataframe(dataframe=frame, sync=True), list[Inserted]
    )
    assert_type(
        await traces.log_trace_annotations_dataframe(dataframe=frame, sync=sync),
        list[Inserted] | None,
    )
    assert_type(await traces.compare_trace_annotations(dataframe=frame), Comparison)
    assert_type(await traces.confirm_trace_annotations(dataframe=frame), Confirmation)


async def log_frame_async(traces: AsyncTraces, frame: pd.DataFrame, sync: bool) -> None:
    assert_type(await traces.log_trace_annotations_dataframe(dataframe=frame), None)
    assert_type(await traces.log_trace_annotations_dataframe(dataframe=frame, sync=False), None)
    assert_type(
        await traces.log_trace_annotations_dataframe(dataframe=frame, sync=True), list[Inserted]
    )
    assert_type(
        await traces.log_trace_annotations_dataframe(
            dataframe=frame,
            annotation_name="n",
            annotator_kind="CODE",
            sync=sync,
            options=OPTIONS,
        ),
        list[Inserted] | None,
    )


def clients(own: httpx.Client) -> None:
    with Client(base_url=httpx.URL("http://phoenix.test"), api_key="k", headers={}) as client:
        assert_type(client, Client)
        assert_type(client.traces, Traces)
    assert_type(Client(http_client=own, timeout=5, max_retries=0).traces, Traces)
    assert_type(Traces(own), Traces)


async def async_clients(own: httpx.AsyncClient) -> None:
    async with AsyncClient(timeout=httpx.Timeout(5)) as client:
        assert_type(client, AsyncClient)
        assert_type(client.traces, AsyncTraces)
    assert_type(AsyncClient(http_client=own).traces, AsyncTraces)
    assert_type(AsyncTraces(own), AsyncTraces)


def models(model: TraceAnnotationData, result: AnnotationResult) -> None:
    assert_type(model.trace_id, str)
    assert_type(model.name, str)
    assert_type(model.annotator_kind, AnnotatorKind)
    assert_type(model.result, AnnotationResult)
    assert_type(model.metadata, dict[str, Any] | None)
    assert_type(model.identifier, str | None)
    assert_type(result.label, str | None)
    assert_type(result.score, float | None)
    assert_type(result.explanation, str | None)


def errors(
    refused: AnnotationValidationError,
    status: PhoenixStatusError,
    missing: TraceNotFoundError,
    invalid: ServerValidationError,
    any_error: PhoenixHTTPError,
) -> None:
    assert_type(refused.failures, Sequence[AnnotationFailure])
    assert_type(refused.to_dataframe(), pd.DataFrame)
    assert_type(refused.failures[0].position, int | None)
    assert_type(refused.failures[0].message, str)
    assert_type(status.detail, str)
    assert_type(status.status_code, int)
    assert_type(status.response, httpx.Response)
    assert_type(missing.missing_trace_ids, tuple[str, ...])
    assert_type(invalid.positions, tuple[int, ...])
    assert_type(any_error.report, UploadReport | None)


def reports(report: UploadReport, frame: pd.DataFrame) -> None:
    assert_type(report.stored, frozenset[int])
    assert_type(report.not_stored, frozenset[int])
    assert_type(report.unknown, frozenset[int])
    assert_type(report.inserted[0], str)
    assert_type(report.queued, frozenset[int])
    assert_type(report.statuses, tuple[UploadStatus, ...])
    assert_type(report.counts, dict[UploadStatus, int])
    assert_type(report.reasons, dict[int, str])
    assert_type(report.rest(frame), pd.DataFrame)
    assert_type(report.rest([{"trace_id": "t1"}]), list[dict[str, str]])
    assert_type(report.not_evaluated_rows(frame), pd.DataFrame)
    assert_type(report.to_dataframe(), pd.DataFrame)


def list_traces(traces: Traces) -> None:
    assert_type(traces.get_traces(project_identifier="p"), list[Trace])
    assert_type(traces.iter_traces(project_identifier="p", session_id="s"), Iterator[Trace])
    assert_type(traces.get_traces_dataframe(project_identifier="p"), pd.DataFrame)
    (trace,) = traces.get_traces(project_identifier="p", session_id=["s"], sort="latency_ms")
    assert_type(trace.spans, tuple[TraceSpan, ...] | None)
    assert_type(trace.start_time, datetime)
    assert_type(trace["trace_id"], Any)


async def list_traces_async(traces: AsyncTraces) -> None:
    assert_type(await traces.get_traces(project_identifier="p"), list[Trace])
    assert_type(traces.iter_traces(project_identifier="p"), AsyncIterator[Trace])
    assert_type(await traces.get_traces_dataframe(project_identifier="p"), pd.DataFrame)


def put(outbox: Outbox) -> None:
    given = {"trace_id": "t", "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
    assert_type(outbox.put(given), None)
    assert_type(outbox.put(trace_id="t", annotation_name="n", score=1), None)
    assert_type(outbox.put_many([given]), None)
    assert_type(outbox.status(), OutboxStatus)
    assert_type(outbox.flush(), FlushReport)
    assert_type(outbox.flush(timeout=None).rows, tuple[FlushedRow, ...])
    assert_type(outbox.rejected(), list[OutboxRow])
    assert_type(outbox.retry([1]), int)
    assert_type(outbox.discard(), int)
    assert_type(outbox.close(timeout=1), None)


async def put_async(outbox: AsyncOutbox) -> None:
    given = {"trace_id": "t", "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
    assert_type(await outbox.put(given), None)
    assert_type(await outbox.put(trace_id="t", annotation_name="n", score=1), None)
    assert_type(await outbox.put_many([given]), None)
    assert_type(await outbox.status(), OutboxStatus)
    assert_type(await outbox.flush(), FlushReport)
    assert_type((await outbox.flush(timeout=None)).rows, tuple[FlushedRow, ...])
    assert_type(await outbox.rejected(), list[OutboxRow])
    assert_type(await outbox.retry([1]), int)
    assert_type(await outbox.discard(), int)
    assert_type(await outbox.aclose(timeout=1), None)


def name_traces(span: Span, ended: ReadableSpan, context: SpanContext, number: int) -> None:
    assert_type(current_trace_id(), str)
    assert_type(is_sampled(), bool)
    assert_type(trace_id_of(span), str)
    assert_type(trace_id_of(get_current_span()), str)
    assert_type(trace_id_of(NonRecordingSpan(context)), str)
    assert_type(trace_id_of(ended), str)
    assert_type(trace_id_of(context), str)
    assert_type(trace_id_of(number), str)
    assert_type(is_sampled(span), bool)
    assert_type(is_sampled(ended), bool)
    assert_type(is_sampled(context), bool)


def name_traces_of_any_make(
    spans: list[SpanLike], contexts: list[SpanContextLike], maybe: Span | None
) -> None:
    assert_type([trace_id_of(each) for each in spans], list[str])
    assert_type([trace_id_of(each) for each in contexts], list[str])
    assert_type(is_sampled(maybe), bool)


def write_configs(configs: AnnotationConfigs, data: CategoricalAnnotationConfigData) -> None:
    assert_type(configs.create(data), AnnotationConfig)
    assert_type(configs.create({"name": "n", "type": "FREEFORM"}), AnnotationConfig)
    assert_type(configs.update("n", configs.get("n")), AnnotationConfig)
    assert_type(configs.put(TraceAnnotationData, on_unsaid="raise"), AnnotationConfig)
    assert_type(configs.delete("n"), AnnotationConfig)
    assert_type(configs.assign("n", project_identifier="p"), AnnotationConfig)
    assert_type(configs.unassign("n", project_identifier="p"), None)


async def write_configs_async(
    configs: AsyncAnnotationConfigs, data: CategoricalAnnotationConfigData
) -> None:
    assert_type(await configs.create(data), AnnotationConfig)
    assert_type(await configs.create({"name": "n", "type": "FREEFORM"}), AnnotationConfig)
    assert_type(await configs.update("n", await configs.get("n")), AnnotationConfig)
    assert_type(await configs.put(TraceAnnotationData), AnnotationConfig)
    assert_type(await configs.delete("n"), AnnotationConfig)
    assert_type(await configs.assign("n", project_identifier="p"), AnnotationConfig)
    assert_type(await configs.unassign("n", project_identifier="p"), None)
