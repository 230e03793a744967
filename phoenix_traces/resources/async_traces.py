"""Annotations of traces, async: the same signatures as `Traces`, whose docstrings hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, overload

import httpx

from phoenix_traces.resources import operations
from phoenix_traces.resources.perform import perform_async
from phoenix_traces.transport.arguments import checked_client
from phoenix_traces.transport.connection import AsyncConnection, Connection
from phoenix_traces.transport.drivers import stream_async
from phoenix_traces.transport.settings import given_settings

if TYPE_CHECKING:
    import pandas as pd

    from phoenix_traces.rules.annotation import (
        AnnotatorKind,
        InsertedTraceAnnotation,
        TraceAnnotationData,
    )
    from phoenix_traces.stored.annotations import TraceAnnotation, TraceNote
    from phoenix_traces.stored.comparison import Comparison, Confirmation
    from phoenix_traces.uploads.options import UploadOptions


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
        settings = given_settings(base_url, None, headers)
        self._connection: AsyncConnection = Connection(
            checked_client(client, httpx.AsyncClient, "client"), settings.prefix, settings.headers
        )

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
        operation = operations.add_trace_annotation(
            trace_id=trace_id,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            label=label,
            score=score,
            explanation=explanation,
            metadata=metadata,
            identifier=identifier,
            sync=sync,
        )
        return await perform_async(self._connection, operation)

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
        operation = operations.log_trace_annotations(
            trace_annotations=trace_annotations,
            sync=sync,
            options=options,
            validate_configs=validate_configs,
        )
        return await perform_async(self._connection, operation)

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
        operation = operations.log_trace_annotations_dataframe(
            dataframe=dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            annotation_type=annotation_type,
            sync=sync,
            options=options,
            validate_configs=validate_configs,
        )
        return await perform_async(self._connection, operation)

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
        operation = operations.get_trace_annotations(
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            project_identifier=project_identifier,
            limit=limit,
        )
        return await perform_async(self._connection, operation)

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
        annotations = operations.iter_trace_annotations(
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            project_identifier=project_identifier,
            limit=limit,
        )
        return stream_async(self._connection, annotations)

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
        operation = operations.get_trace_annotations_dataframe(
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            project_identifier=project_identifier,
            limit=limit,
        )
        return await perform_async(self._connection, operation)

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
        operation = operations.compare_trace_annotations(
            trace_annotations=trace_annotations,
            dataframe=dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            project_identifier=project_identifier,
        )
        return await perform_async(self._connection, operation)

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
        operation = operations.confirm_trace_annotations(
            trace_annotations=trace_annotations,
            dataframe=dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            project_identifier=project_identifier,
            timeout=timeout,
        )
        return await perform_async(self._connection, operation)

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
        operation = operations.delete_trace_annotations(
            project_identifier=project_identifier,
            name=name,
            identifier=identifier,
            annotator_kind=annotator_kind,
            start_time=start_time,
            end_time=end_time,
            delete_all=delete_all,
        )
        await perform_async(self._connection, operation)

    async def add_trace_note(
        self, *, trace_id: str, note: str, identifier: str | None = None
    ) -> InsertedTraceAnnotation:
        """Write a note on a trace; the same as `Traces.add_trace_note`, but async."""
        operation = operations.add_trace_note(trace_id=trace_id, note=note, identifier=identifier)
        return await perform_async(self._connection, operation)

    async def get_trace_notes(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> list[TraceNote]:
        """Read notes; the same as `Traces.get_trace_notes`, but async."""
        operation = operations.get_trace_notes(
            trace_ids=trace_ids,
            identifiers=identifiers,
            project_identifier=project_identifier,
            limit=limit,
        )
        return await perform_async(self._connection, operation)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
AsyncTraces.__module__ = "phoenix_traces"
