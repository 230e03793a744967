"""Annotations of traces, async: the same signatures as `Traces`, whose docstrings hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

import httpx

from phoenix_traces.annotation_configs import list_configs
from phoenix_traces.lists import annotation_list, single_annotation
from phoenix_traces.models import AnnotatorKind, InsertedTraceAnnotation, TraceAnnotationData
from phoenix_traces.options import DEFAULT_FRAME_BATCH, UploadOptions
from phoenix_traces.rubrics import Rubrics, rubrics_from
from phoenix_traces.sending import AsyncConnection, Connection, run_async
from phoenix_traces.steps import StepByStep
from phoenix_traces.uploads import Upload

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
        inserted = await run_async(self._connection, Upload(rows, sync=sync))
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
        inserted = await run_async(self._connection, Upload(rows, sync=sync, options=options))
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
        from phoenix_traces.frames import annotation_frame

        rubrics = await self._rubrics() if validate_configs else None
        rows = annotation_frame(
            dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            annotation_type=annotation_type,
            rubrics=rubrics,
        )
        upload = Upload(rows, sync=sync, options=options, default_batch_size=DEFAULT_FRAME_BATCH)
        inserted = await run_async(self._connection, upload)
        return inserted if sync else None

    async def _rubrics(self) -> Rubrics:
        return rubrics_from(await run_async(self._connection, StepByStep(list_configs(None))))
