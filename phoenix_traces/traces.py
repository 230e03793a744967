"""Annotations of traces: signatures and what they promise, no logic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

import httpx

from phoenix_traces.annotation_configs import list_configs
from phoenix_traces.lists import annotation_list, single_annotation
from phoenix_traces.models import AnnotatorKind, InsertedTraceAnnotation, TraceAnnotationData
from phoenix_traces.options import DEFAULT_FRAME_BATCH, UploadOptions
from phoenix_traces.rubrics import Rubrics, rubrics_from
from phoenix_traces.sending import Connection, SyncConnection, run
from phoenix_traces.steps import StepByStep
from phoenix_traces.uploads import Upload

if TYPE_CHECKING:
    import pandas as pd


class Traces:
    """Write annotations of traces.

    Args:
        client: Whose base URL is the root of Phoenix. It stays as it is, and open.
        base_url: The root of Phoenix, where the client has none or another one.
        headers: Sent with every request beside the client's own.

    Example:
        >>> import httpx
        >>> from phoenix_traces import Traces
        >>> with httpx.Client(base_url="http://127.0.0.1:6006") as client:  # doctest: +SKIP
        ...     Traces(client).add_trace_annotation(
        ...         trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...         annotation_name="correctness",
        ...         score=0.9,
        ...     )
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        base_url: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._connection: SyncConnection = Connection(client, base_url, headers or {})

    @overload
    def add_trace_annotation(
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
    def add_trace_annotation(
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
    def add_trace_annotation(
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

    def add_trace_annotation(
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
        """Annotate one trace.

        The server keeps one annotation for each (trace_id, annotation_name, identifier): writing it
        again replaces all of it.

        Args:
            trace_id: As the server shows it; OTLP traces have 32 lowercase hex digits.
            annotation_name: What is judged, such as "correctness"; not "note".
            annotator_kind: Who judges.
            label: A category. Blank counts as absent, here and below.
            score: A finite number; higher is usually better.
            explanation: Why.
            metadata: Anything that becomes a JSON object.
            identifier: Tells apart several annotations of one name on one trace, such as one for
                each reviewer.
            sync: Wait until the server has stored it and return its ID. Otherwise the server takes
                it into a queue, and drops it if the trace does not arrive within ten minutes.

        Returns:
            What the server inserted, with `sync=True`.

        Raises:
            AnnotationValidationError: before anything is sent.
            TraceNotFoundError: when the trace does not exist, with `sync=True`.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.
        """
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
        inserted = run(self._connection, Upload(rows, sync=sync))
        return inserted[0] if sync else None

    @overload
    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: Literal[True],
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation]: ...

    @overload
    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> None: ...

    @overload
    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: bool,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation] | None: ...

    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: bool = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
    ) -> list[InsertedTraceAnnotation] | None:
        """Annotate traces, in one request unless the options or the size ask for more.

        Args:
            trace_annotations: Models, or mappings with the same keys. It is read to its end and
                checked whole before anything is sent. With the same (trace_id, name, identifier)
                the last one wins, and a `DuplicateAnnotationWarning` names the others.
            sync: As in `add_trace_annotation`.
            options: How to cut the upload, and what to do when some of it fails.
            validate_configs: Ask the server for its annotation configs first, and check what has
                the name of one against it; the server itself does not.

        Returns:
            What the server inserted, in the order of the input, with `sync=True`; without the rows
            that `on_missing_trace="skip"` left out.

        Raises:
            TypeError: when it is one annotation, text or a frame.
            AnnotationValidationError: naming every annotation that is refused, before anything is
                sent.
            TraceNotFoundError: when traces do not exist, with `sync=True`.
            ServerValidationError: when the server refuses an annotation.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

            Each of the last five accounts for every annotation in `.report`.
        """
        rubrics = self._rubrics() if validate_configs else None
        rows = annotation_list(trace_annotations, rubrics)
        inserted = run(self._connection, Upload(rows, sync=sync, options=options))
        return inserted if sync else None

    @overload
    def log_trace_annotations_dataframe(
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
    def log_trace_annotations_dataframe(
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
    def log_trace_annotations_dataframe(
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

    def log_trace_annotations_dataframe(
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
        """Annotate traces from a frame, 100 rows to a request.

        Args:
            dataframe: One annotation a row. Trace ids stand in a column `trace_id` or
                `context.trace_id`, in an index level of either name, or in an unnamed index of
                text. Judgements stand in `label`, `score` (numeric text is read) and
                `explanation`; `metadata` and `identifier` are optional; other columns are ignored.
                Any of pandas' missing values means missing. The frame is checked whole before the
                first request, and never changed; it must not change while it is sent.
            annotation_name: Name of all rows; wins over a column `name` or `annotation_name`.
            annotator_kind: Kind of all rows; wins over a column `annotator_kind`.
            annotation_type: A rubric that each row must follow. What it leaves no choice about, such
                as a literal name, need not be given.
            sync: As in `add_trace_annotation`.
            options: How to cut the upload, and what to do when some of it fails.
            validate_configs: Ask the server for its annotation configs first, and check what has
                the name of one against it; the server itself does not.

        Returns:
            What the server inserted, in the order of the rows, with `sync=True`.

        Raises:
            TypeError: when it is no DataFrame.
            AnnotationValidationError: naming every row and cell that is refused, before anything is
                sent.
            TraceNotFoundError: when traces do not exist, with `sync=True`.
            ServerValidationError: when the server refuses an annotation.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

            Each of the last five accounts for every row in `.report`.
        """
        from phoenix_traces.frames import annotation_frame

        rubrics = self._rubrics() if validate_configs else None
        rows = annotation_frame(
            dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            annotation_type=annotation_type,
            rubrics=rubrics,
        )
        upload = Upload(rows, sync=sync, options=options, default_batch_size=DEFAULT_FRAME_BATCH)
        inserted = run(self._connection, upload)
        return inserted if sync else None

    def _rubrics(self) -> Rubrics:
        return rubrics_from(run(self._connection, StepByStep(list_configs(None))))
