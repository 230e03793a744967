"""Annotations of traces, async: the same signatures as `Traces`, whose docstrings hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, overload

import httpx

from phoenix_traces.inputs.arguments import given_rows
from phoenix_traces.inputs.lists import annotation_list, single_annotation
from phoenix_traces.protocol.steps import StepByStep
from phoenix_traces.rules.annotation import (
    RESERVED_NAME,
    AnnotatorKind,
    InsertedTraceAnnotation,
    TraceAnnotationData,
)
from phoenix_traces.rules.rubrics import Rubrics, rubrics_from
from phoenix_traces.stored.annotations import TraceAnnotation, TraceNote, annotations_table
from phoenix_traces.stored.compare import Comparing
from phoenix_traces.stored.comparison import Comparison, Confirmation
from phoenix_traces.stored.configs import list_configs
from phoenix_traces.stored.deletion import deletion
from phoenix_traces.stored.notes import new_note
from phoenix_traces.stored.reading import Reading, notes_of
from phoenix_traces.stored.selection import select
from phoenix_traces.transport.connection import AsyncConnection, Connection
from phoenix_traces.transport.drivers import run_async, stream_async
from phoenix_traces.uploads.guards import upload
from phoenix_traces.uploads.options import DEFAULT_FRAME_BATCH, UploadOptions

if TYPE_CHECKING:
    import pandas as pd


class AsyncTraces:
    """Write annotations of traces, the same as `Traces`, but async.

    Args:
        client: Whose base URL is the root of Phoenix. It stays as it is, and open.
        base_url: The root of Phoenix, where the client has none or another one.
        headers: Sent with every request beside the client's own.

    Example:
        >>> import asyncio, httpx
        >>> from phoenix_traces import AsyncTraces
        >>> async def main() -> None:
        ...     async with httpx.AsyncClient(base_url="http://127.0.0.1:6006") as client:
        ...         await AsyncTraces(client).add_trace_annotation(
        ...             trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...             annotation_name="correctness",
        ...             score=0.9,
        ...         )
        >>> asyncio.run(main())  # doctest: +SKIP
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        base_url: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._connection: AsyncConnection = Connection(client, base_url, headers or {})

    @overload
    async def add_trace_annotation(
        self,
        *,
        trace_id: str,
        annotation_name: str,
        annotator_kind: AnnotatorKind = "HUMAN",
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
        sync: Literal[True],
    ) -> InsertedTraceAnnotation: ...

    @overload
    async def add_trace_annotation(
        self,
        *,
        trace_id: str,
        annotation_name: str,
        annotator_kind: AnnotatorKind = "HUMAN",
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
        sync: Literal[False] = False,
    ) -> None: ...

    @overload
    async def add_trace_annotation(
        self,
        *,
        trace_id: str,
        annotation_name: str,
        annotator_kind: AnnotatorKind = "HUMAN",
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
        sync: bool,
    ) -> InsertedTraceAnnotation | None: ...

    async def add_trace_annotation(
        self,
        *,
        trace_id: str,
        annotation_name: str,
        annotator_kind: AnnotatorKind = "HUMAN",
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
        sync: bool = False,
    ) -> InsertedTraceAnnotation | None:
        """Annotate one trace; the same as `Traces.add_trace_annotation`, but async."""
        rows = single_annotation(
            trace_id=trace_id,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            label=label,
            score=score,
            explanation=explanation,
            metadata=metadata,
            identifier=identifier,
        )
        inserted = await run_async(self._connection, upload(rows, sync=sync))
        return inserted[0] if sync else None

    @overload
    async def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: Literal[True],
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation]: ...

    @overload
    async def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> None: ...

    @overload
    async def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: bool,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation] | None: ...

    async def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: bool = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation] | None:
        """Annotate traces; the same as `Traces.log_trace_annotations`, but async."""
        rubrics = await self._rubrics() if validate_configs else None
        rows = annotation_list(trace_annotations, rubrics)
        inserted = await run_async(self._connection, upload(rows, sync=sync, options=options))
        return inserted if sync else None

    @overload
    async def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: Literal[True],
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation]: ...

    @overload
    async def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> None: ...

    @overload
    async def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: bool,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation] | None: ...

    async def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: bool = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation] | None:
        """Annotate traces from a frame; async `Traces.log_trace_annotations_dataframe`."""
        from phoenix_traces.inputs.frames.rows import annotation_frame

        rubrics = await self._rubrics() if validate_configs else None
        rows = annotation_frame(
            dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            annotation_type=annotation_type,
            rubrics=rubrics,
        )
        exchange = upload(rows, sync=sync, options=options, default_batch_size=DEFAULT_FRAME_BATCH)
        inserted = await run_async(self._connection, exchange)
        return inserted if sync else None

    async def get_trace_annotations(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        include_annotation_names: Iterable[str] | None = None,
        exclude_annotation_names: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> list[TraceAnnotation]:
        """Read annotations back; the same as `Traces.get_trace_annotations`, but async."""
        selection = select(
            project_identifier=project_identifier,
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            limit=limit,
        )
        return await run_async(self._connection, Reading(selection))

    def iter_trace_annotations(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        include_annotation_names: Iterable[str] | None = None,
        exclude_annotation_names: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> AsyncIterator[TraceAnnotation]:
        """Read annotations one by one; the same as `Traces.iter_trace_annotations`, but async."""
        selection = select(
            project_identifier=project_identifier,
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            limit=limit,
        )
        return stream_async(self._connection, Reading(selection))

    async def get_trace_annotations_dataframe(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        include_annotation_names: Iterable[str] | None = None,
        exclude_annotation_names: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Read annotations into a frame; async `Traces.get_trace_annotations_dataframe`."""
        selection = select(
            project_identifier=project_identifier,
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            limit=limit,
        )
        return annotations_table(await run_async(self._connection, Reading(selection)))

    async def compare_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]] | None = None,
        dataframe: pd.DataFrame | None = None,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        project_identifier: str = "default",
    ) -> Comparison:
        """Compare annotations with the server's; async `Traces.compare_trace_annotations`."""
        rows = given_rows(trace_annotations, dataframe, annotation_name, annotator_kind)
        comparing = Comparing(rows, project_identifier=project_identifier)
        return await run_async(self._connection, comparing)

    async def confirm_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]] | None = None,
        dataframe: pd.DataFrame | None = None,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        project_identifier: str = "default",
        timeout: float = 30.0,
    ) -> Confirmation:
        """Ask until the server has annotations; async `Traces.confirm_trace_annotations`."""
        rows = given_rows(trace_annotations, dataframe, annotation_name, annotator_kind)
        comparing = Comparing(rows, project_identifier=project_identifier, timeout=timeout)
        return Confirmation((await run_async(self._connection, comparing)).rows)

    async def delete_trace_annotations(
        self,
        *,
        project_identifier: str,
        name: str | None = None,
        identifier: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        delete_all: bool = False,
    ) -> None:
        """Delete annotations; the same as `Traces.delete_trace_annotations`, but async."""
        steps = deletion(
            project_identifier=project_identifier,
            name=name,
            identifier=identifier,
            annotator_kind=annotator_kind,
            start_time=start_time,
            end_time=end_time,
            delete_all=delete_all,
        )
        await run_async(self._connection, StepByStep(steps))

    async def add_trace_note(
        self, *, trace_id: str, note: str, identifier: str | None = None
    ) -> InsertedTraceAnnotation:
        """Write a note on a trace; the same as `Traces.add_trace_note`, but async."""
        steps = new_note(trace_id=trace_id, note=note, identifier=identifier)
        return await run_async(self._connection, StepByStep(steps))

    async def get_trace_notes(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> list[TraceNote]:
        """Read notes; the same as `Traces.get_trace_notes`, but async."""
        selection = select(
            project_identifier=project_identifier,
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=[RESERVED_NAME],
            limit=limit,
        )
        return notes_of(await run_async(self._connection, Reading(selection)))

    async def _rubrics(self) -> Rubrics:
        return rubrics_from(await run_async(self._connection, StepByStep(list_configs(None))))


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AsyncTraces.__module__ = "phoenix_traces"
