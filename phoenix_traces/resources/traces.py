"""Annotations of traces: the signatures of the sync class, and what they promise.

It offers the names of `phoenix.client.resources.traces` too, so that a program which moves here
changes the name of the package alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, overload

import httpx
from typing_extensions import Self

from phoenix_traces.inputs.left_out import LEFT_OUT, LeftOut
from phoenix_traces.resources import operations
from phoenix_traces.resources.perform import perform
from phoenix_traces.transport.arguments import checked_client
from phoenix_traces.transport.clients import CallersClient
from phoenix_traces.transport.connection import Connection, SyncConnection
from phoenix_traces.transport.drivers import stream
from phoenix_traces.transport.settings import given_settings

if TYPE_CHECKING:
    import pandas as pd

    from phoenix_traces.inputs.frame_types import ArrowStreamExportable
    from phoenix_traces.resources.async_traces import AsyncTraces
    from phoenix_traces.rules.annotation import (
        AnnotateTracesRequestBody,
        AnnotateTracesResponseBody,
        AnnotatorKind,
        InsertedTraceAnnotation,
        TraceAnnotationData,
    )
    from phoenix_traces.stored.annotations import TraceAnnotation, TraceNote
    from phoenix_traces.stored.comparison import Comparison, Confirmation
    from phoenix_traces.stored.traces import Trace
    from phoenix_traces.uploads.options import UploadOptions

# What `phoenix.client.resources.traces` offers under these names.
__all__ = [
    "AnnotateTracesRequestBody",
    "AnnotateTracesResponseBody",
    "AsyncTraces",
    "InsertedTraceAnnotation",
    "TraceAnnotationData",
    "Traces",
]


if not TYPE_CHECKING:  # or else a checker would take every name for one of ours

    def __getattr__(name: str) -> object:
        # Imported when asked for, so that the sync class does not bring the async one along.
        if name in __all__:
            return getattr(import_module("phoenix_traces"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class Traces:
    """The annotations of the traces of a Phoenix server, over an httpx client of yours.

    `Client` has one as `client.traces`, with retries; here the client sends as it always does.

    Args:
        client: An `httpx.Client` whose base URL is the root of Phoenix. It stays as it is, and
            open.
        base_url: The root of Phoenix, where the client has none or another one.
        headers: Sent with every request beside the client's own.

    Examples:
        >>> import httpx
        >>> from phoenix_traces import Traces
        >>> with httpx.Client(base_url="http://127.0.0.1:6006") as http_client:
        ...     traces = Traces(http_client)
        ...     traces.add_trace_annotation(
        ...         trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...         annotation_name="helpfulness",
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
        checked = checked_client(client, httpx.Client, "client")
        settings = given_settings(base_url, None, headers)
        self._connection: SyncConnection = Connection(
            CallersClient(checked), settings.prefix, settings.headers
        )

    @classmethod
    def over(cls, connection: SyncConnection) -> Self:
        """Return the methods over a connection that something else owns, as `Client` does.

        Args:
            connection: To the server.
        """
        self = cls.__new__(cls)
        self._connection = connection
        return self

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
        options: None = None,
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
        options: UploadOptions | None = None,
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
        options: UploadOptions | None = None,
    ) -> InsertedTraceAnnotation | None: ...

    @overload
    def add_trace_annotation(
        self,
        annotation: TraceAnnotationData | Mapping[str, Any],
        *,
        sync: Literal[True],
        options: None = None,
    ) -> InsertedTraceAnnotation: ...

    @overload
    def add_trace_annotation(
        self,
        annotation: TraceAnnotationData | Mapping[str, Any],
        *,
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
    ) -> None: ...

    @overload
    def add_trace_annotation(
        self,
        annotation: TraceAnnotationData | Mapping[str, Any],
        *,
        sync: bool,
        options: UploadOptions | None = None,
    ) -> InsertedTraceAnnotation | None: ...

    def add_trace_annotation(
        self,
        annotation: TraceAnnotationData | Mapping[str, Any] | None = None,
        *,
        trace_id: str | LeftOut = LEFT_OUT,
        annotation_name: str | LeftOut = LEFT_OUT,
        annotator_kind: AnnotatorKind | LeftOut = LEFT_OUT,
        label: str | None = None,
        score: float | None = None,
        explanation: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        identifier: str | None = None,
        sync: bool = False,
        options: UploadOptions | None = None,
    ) -> InsertedTraceAnnotation | None:
        """Annotate one trace, with an annotation that is ready or with arguments that describe it.

        The server keeps one annotation for each (trace_id, annotation_name, identifier): writing it
        again replaces all of it.

        Args:
            annotation: A model, an instance of a rubric, or a mapping with the same keys, in place
                of the arguments from `trace_id` to `identifier`.
            trace_id: As Phoenix shows it; traces that came by OTLP have 32 lowercase hex digits.
            annotation_name: What is judged, such as "correctness"; not "note".
            annotator_kind: Who judges: a person, a model or a program; left out, it is "HUMAN".
            label: A category. Text of nothing but white space counts as absent, here and below.
            score: A finite number; higher is usually better.
            explanation: Why it was judged so.
            metadata: Anything else worth keeping, as a mapping that becomes a JSON object of at
                most 10 MB. A pydantic model in it becomes what its own dump by alias makes of it,
                so that excluded fields and secrets stay hidden.
            identifier: Tells apart several annotations of one name on one trace, such as one for
                each reviewer.
            sync: Whether to wait until the server has stored it, and to return its ID. Otherwise
                the server takes it into a queue, and drops it if the trace does not arrive within
                ten minutes.
            options: How long to wait for its trace, what to do where that is missing or something
                is stored already, and more; see `UploadOptions`. What is about several requests
                changes nothing.

        Returns:
            What the server inserted, with `sync=True`; nothing where `options` left the annotation
            out, and nothing otherwise.

        Raises:
            TypeError: when both an annotation and what describes one are given, or neither.
            AnnotationValidationError: naming every argument or field that is refused, before
                anything is sent.
            ConfigurationError: when the options cannot work with `sync`.
            TraceNotFoundError: when the trace does not exist, with `sync=True`.
            ServerValidationError: when the server refuses the annotation.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> inserted = client.traces.add_trace_annotation(
            ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...     annotation_name="helpfulness",
            ...     annotator_kind="LLM",
            ...     label="helpful",
            ...     score=0.9,
            ...     sync=True,
            ... )
            >>> inserted.id
            'VHJhY2VBbm5vdGF0aW9uOjI='

            The trace of a request that ended just now may still be on its way:

            >>> from phoenix_traces import AnnotationResult, TraceAnnotationData, UploadOptions
            >>> thumb = TraceAnnotationData(
            ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...     name="thumb",
            ...     annotator_kind="HUMAN",
            ...     result=AnnotationResult(label="up", score=1),
            ... )
            >>> inserted = client.traces.add_trace_annotation(
            ...     thumb, sync=True, options=UploadOptions(wait_for_traces=30)
            ... )
        """
        operation = operations.add_trace_annotation(
            annotation,
            trace_id=trace_id,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            label=label,
            score=score,
            explanation=explanation,
            metadata=metadata,
            identifier=identifier,
            sync=sync,
            options=options,
        )
        return perform(self._connection, operation)

    @overload
    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: Literal[True],
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation]: ...

    @overload
    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> None: ...

    @overload
    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: bool,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation] | None: ...

    def log_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
        sync: bool = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation] | None:
        """Annotate traces, in one request unless the options or the size ask for more.

        An error of the server or the network accounts for every annotation in its `report`.

        Args:
            trace_annotations: Models, or mappings with the same keys. It is read to its end and
                checked whole before anything is sent, and must not change while it is sent. Of
                several with the same (trace_id, name, identifier) the last one wins, and a
                `DuplicateAnnotationWarning` names the others.
            sync: Whether to wait until the server has stored them, and to return their IDs.
                Otherwise the server takes them into a queue, and drops those whose trace does not
                arrive within ten minutes.
            options: How to cut the upload into requests, and what to do when some of it fails; see
                `UploadOptions`.
            validate_configs: Whether to ask the server for its annotation configs first, and to
                check each annotation that has the name of one against it. The server itself does
                not.
            progress: Whether to show a bar on standard error, drawn by tqdm or else by rich: rows,
                rows a second, time left, retries. True shows it in a terminal or a notebook only;
                "always" shows it wherever the program runs.

        Returns:
            What the server inserted, in the order of the input, with `sync=True`, without the rows
            that `on_missing_trace="skip"` left out; otherwise nothing.

        Raises:
            TypeError: when it is one annotation, text or a frame.
            AnnotationValidationError: naming every annotation that is refused, before anything is
                sent.
            ConfigurationError: when the options cannot work with `sync`, or a bar is to be shown
                and neither tqdm nor rich is installed.
            TraceNotFoundError: when traces do not exist, with `sync=True`.
            ServerValidationError: when the server refuses an annotation.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> from phoenix_traces import AnnotationResult, TraceAnnotationData
            >>> inserted = client.traces.log_trace_annotations(
            ...     trace_annotations=[
            ...         TraceAnnotationData(
            ...             trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...             name="tone",
            ...             annotator_kind="CODE",
            ...             result=AnnotationResult(label="kind"),
            ...         ),
            ...         {
            ...             "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            ...             "name": "length",
            ...             "annotator_kind": "CODE",
            ...             "result": {"score": 120},
            ...         },
            ...     ],
            ...     sync=True,
            ... )
            >>> len(inserted)
            2
        """
        operation = operations.log_trace_annotations(
            trace_annotations=trace_annotations,
            sync=sync,
            options=options,
            validate_configs=validate_configs,
            progress=progress,
        )
        return perform(self._connection, operation)

    @overload
    def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame | ArrowStreamExportable,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: Literal[True],
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation]: ...

    @overload
    def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame | ArrowStreamExportable,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> None: ...

    @overload
    def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame | ArrowStreamExportable,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: bool,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation] | None: ...

    def log_trace_annotations_dataframe(
        self,
        *,
        dataframe: pd.DataFrame | ArrowStreamExportable,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        annotation_type: type[TraceAnnotationData] | None = None,
        sync: bool = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation] | None:
        """Annotate traces from a frame, 100 rows to a request unless the options say otherwise.

        An error of the server or the network accounts for every row in its `report`.

        Args:
            dataframe: One annotation a row, in a frame of pandas or Polars, an Arrow table, a
                DuckDB relation, or whatever else speaks Arrow's C stream; all but the first two
                need the extra `arrow`. Trace ids stand in a column `trace_id` or
                `context.trace_id`; with pandas also in an index level of either name, or in an
                unnamed index of text. Judgements stand in `label`, `score` (numeric text is read)
                and `explanation`; `metadata` and `identifier` are optional; other columns are
                ignored. Null, NaN and any other of pandas' missing values mean missing. The frame
                is checked whole before the first request, and never changed; it must not change
                while it is sent. A stream is read once, into memory.
            annotation_name: Name of all rows; wins over a column `name` or `annotation_name`.
            annotator_kind: Kind of all rows; wins over a column `annotator_kind`.
            annotation_type: A rubric that each row must follow. What it leaves no choice about,
                such as a literal name, need not be given.
            sync: Whether to wait until the server has stored them, and to return their IDs.
                Otherwise the server takes them into a queue, and drops those whose trace does not
                arrive within ten minutes.
            options: How to cut the upload into requests, and what to do when some of it fails; see
                `UploadOptions`.
            validate_configs: Whether to ask the server for its annotation configs first, and to
                check each annotation that has the name of one against it. The server itself does
                not.
            progress: Whether to show a bar on standard error, drawn by tqdm or else by rich: rows,
                rows a second, time left, retries. True shows it in a terminal or a notebook only;
                "always" shows it wherever the program runs.

        Returns:
            What the server inserted, in the order of the rows, with `sync=True`, without the rows
            that `on_missing_trace="skip"` left out; otherwise nothing.

        Raises:
            TypeError: when it is no frame, or a lazy one that must be collected first.
            ConfigurationError: when it takes pyarrow to read it, which is not installed.
            AnnotationValidationError: naming every row and cell that is refused, before anything is
                sent.
            ConfigurationError: when the options cannot work with `sync`, or a bar is to be shown
                and neither tqdm nor rich is installed.
            TraceNotFoundError: when traces do not exist, with `sync=True`.
            ServerValidationError: when the server refuses an annotation.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> import pandas as pd
            >>> judgements = pd.DataFrame(
            ...     {
            ...         "trace_id": ["4bf92f3577b34da6a3ce929d0e0e4736"],
            ...         "label": ["relevant"],
            ...         "score": [1.0],
            ...     }
            ... )
            >>> inserted = client.traces.log_trace_annotations_dataframe(
            ...     dataframe=judgements,
            ...     annotation_name="relevance",
            ...     annotator_kind="LLM",
            ...     sync=True,
            ... )
            >>> len(inserted)
            1
        """
        operation = operations.log_trace_annotations_dataframe(
            dataframe=dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            annotation_type=annotation_type,
            sync=sync,
            options=options,
            validate_configs=validate_configs,
            progress=progress,
        )
        return perform(self._connection, operation)

    @overload
    def log_evaluations(
        self,
        results: pd.DataFrame | ArrowStreamExportable,
        *,
        annotator_kind: AnnotatorKind | None = None,
        on_failed: Literal["raise", "skip"] = "raise",
        sync: Literal[True],
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation]: ...

    @overload
    def log_evaluations(
        self,
        results: pd.DataFrame | ArrowStreamExportable,
        *,
        annotator_kind: AnnotatorKind | None = None,
        on_failed: Literal["raise", "skip"] = "raise",
        sync: Literal[False] = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> None: ...

    @overload
    def log_evaluations(
        self,
        results: pd.DataFrame | ArrowStreamExportable,
        *,
        annotator_kind: AnnotatorKind | None = None,
        on_failed: Literal["raise", "skip"] = "raise",
        sync: bool,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation] | None: ...

    def log_evaluations(
        self,
        results: pd.DataFrame | ArrowStreamExportable,
        *,
        annotator_kind: AnnotatorKind | None = None,
        on_failed: Literal["raise", "skip"] = "raise",
        sync: bool = False,
        options: UploadOptions | None = None,
        validate_configs: bool = False,
        progress: bool | Literal["always"] = False,
    ) -> list[InsertedTraceAnnotation] | None:
        """Annotate traces with what the evaluators of `arize-phoenix-evals` came to.

        Every evaluation is an annotation of its own, under the name of its column. The report has
        a line for each: those of row 0, those of row 1 and so on, as its `judgements_per_row` says.

        Args:
            results: What `evaluate_dataframe` or `async_evaluate_dataframe` returns, or a frame
                read from a file of that. Scores stand in columns `<name>_score`, as dicts or as
                JSON text; why there is none stands in `<name>_execution_details`. Such a column
                counts when it has details beside it, or any score in it. Trace ids stand in a
                column `trace_id` or `context.trace_id`; with pandas also in an index level of
                either name, or in an unnamed index of text. Other columns are ignored. Kind,
                metadata and direction come from the scores; the direction goes into the metadata,
                as `to_annotation_dataframe` puts it there. What that returns works too, once it has
                trace ids.
            annotator_kind: Kind of all evaluations; wins over what the scores say.
            on_failed: "raise" refuses the frame when an evaluation failed: there is no score, a
                score without a judgement, or details with the status FAILED. "skip" leaves such
                evaluations out: they are `not_evaluated` in the report, with the exceptions as
                reasons, and `report.not_evaluated_rows(results)` gives the rows to evaluate again.
            sync: Whether to wait until the server has stored them, and to return their IDs.
                Otherwise the server takes them into a queue, and drops those whose trace does not
                arrive within ten minutes.
            options: How to cut the upload into requests, and what to do when some of it fails; see
                `UploadOptions`.
            validate_configs: Whether to ask the server for its annotation configs first, and to
                check each annotation that has the name of one against it. The server itself does
                not.
            progress: Whether to show a bar on standard error, drawn by tqdm or else by rich: rows,
                rows a second, time left, retries. True shows it in a terminal or a notebook only;
                "always" shows it wherever the program runs.

        Returns:
            What the server inserted, in the order of the rows, with `sync=True`, without what was
            left out; otherwise nothing.

        Raises:
            TypeError: when it is no frame, or a lazy one that must be collected first.
            ValueError: when `on_failed` is another word.
            ConfigurationError: when it takes pyarrow to read it, which is not installed; or nothing
                that draws a bar is installed.
            AnnotationValidationError: naming every evaluation that failed or is refused, before
                anything is sent; or when there are no evaluations in the frame.
            TraceNotFoundError: when traces do not exist, with `sync=True`.
            ServerValidationError: when the server refuses an annotation.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> import pandas as pd
            >>> results = pd.DataFrame(
            ...     {
            ...         "trace_id": ["4bf92f3577b34da6a3ce929d0e0e4736"],
            ...         "length_score": [{"name": "length", "score": 12, "kind": "code"}],
            ...         "tone_score": [{"name": "tone", "label": "kind", "kind": "llm"}],
            ...     }
            ... )
            >>> inserted = client.traces.log_evaluations(results, on_failed="skip", sync=True)
            >>> len(inserted)
            2
        """
        operation = operations.log_evaluations(
            results,
            annotator_kind=annotator_kind,
            on_failed=on_failed,
            sync=sync,
            options=options,
            validate_configs=validate_configs,
            progress=progress,
        )
        return perform(self._connection, operation)

    def get_trace_annotations(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        include_annotation_names: Iterable[str] | None = None,
        exclude_annotation_names: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> list[TraceAnnotation]:
        """Read annotations back.

        Args:
            trace_ids: A list, a Series, an Index or a frame's column. They are asked for 100 at a
                time, each once; those that the project does not have yield nothing.
            identifiers: Only annotations with one of these; not blank. With `trace_ids`, both must
                hold. Needs Phoenix 15.1.
            include_annotation_names: Only annotations with one of these names. Notes are left out
                unless "note" is among them.
            exclude_annotation_names: No annotations with one of these names.
            project_identifier: Name or ID of the project that the traces are in; Phoenix reads by
                project.
            limit: Most annotations in all; None for no limit.

        Returns:
            The annotations, newest first for each 100 trace ids.

        Raises:
            TypeError: when a list of texts is something else.
            AnnotationValidationError: when an argument is refused, or there are neither trace ids
                nor identifiers.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot read by identifier.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> annotations = client.traces.get_trace_annotations(
            ...     trace_ids=["4bf92f3577b34da6a3ce929d0e0e4736"]
            ... )
            >>> [(each.name, each.result.label) for each in annotations]
            [('correctness', 'correct')]
        """
        operation = operations.get_trace_annotations(
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            project_identifier=project_identifier,
            limit=limit,
        )
        return perform(self._connection, operation)

    def iter_trace_annotations(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        include_annotation_names: Iterable[str] | None = None,
        exclude_annotation_names: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> Iterator[TraceAnnotation]:
        """Read annotations one by one, a page of 1,000 at a time when it is needed.

        Args:
            trace_ids: A list, a Series, an Index or a frame's column. They are asked for 100 at a
                time, each once; those that the project does not have yield nothing.
            identifiers: Only annotations with one of these; not blank. With `trace_ids`, both must
                hold. Needs Phoenix 15.1.
            include_annotation_names: Only annotations with one of these names. Notes are left out
                unless "note" is among them.
            exclude_annotation_names: No annotations with one of these names.
            project_identifier: Name or ID of the project that the traces are in; Phoenix reads by
                project.
            limit: Most annotations in all; None for no limit.

        Returns:
            The annotations, newest first for each 100 trace ids. What is wrong with the arguments
            is raised at once, and the rest while it is read.

        Raises:
            TypeError: when a list of texts is something else.
            AnnotationValidationError: when an argument is refused, or there are neither trace ids
                nor identifiers.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot read by identifier.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> annotations = client.traces.iter_trace_annotations(
            ...     trace_ids=["4bf92f3577b34da6a3ce929d0e0e4736"]
            ... )
            >>> for annotation in annotations:
            ...     print(annotation.name, annotation.result.label)
            correctness correct
        """
        annotations = operations.iter_trace_annotations(
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            project_identifier=project_identifier,
            limit=limit,
        )
        return stream(self._connection, annotations)

    def get_trace_annotations_dataframe(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        include_annotation_names: Iterable[str] | None = None,
        exclude_annotation_names: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Read annotations into a frame, which `log_trace_annotations_dataframe` takes as it is.

        Args:
            trace_ids: A list, a Series, an Index or a frame's column. They are asked for 100 at a
                time, each once; those that the project does not have yield nothing.
            identifiers: Only annotations with one of these; not blank. With `trace_ids`, both must
                hold. Needs Phoenix 15.1.
            include_annotation_names: Only annotations with one of these names. Notes are left out
                unless "note" is among them.
            exclude_annotation_names: No annotations with one of these names.
            project_identifier: Name or ID of the project that the traces are in; Phoenix reads by
                project.
            limit: Most annotations in all; None for no limit.

        Returns:
            One row for each annotation. The index is `annotation_id`; the columns are `trace_id`,
            `annotation_name`, `annotator_kind`, `label`, `score`, `explanation`, `metadata`,
            `identifier`, `created_at`, `updated_at`, `source` and `user_id`. What is missing is
            pandas' missing.

        Raises:
            TypeError: when a list of texts is something else.
            AnnotationValidationError: when an argument is refused, or there are neither trace ids
                nor identifiers.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot read by identifier.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> frame = client.traces.get_trace_annotations_dataframe(
            ...     trace_ids=["4bf92f3577b34da6a3ce929d0e0e4736"]
            ... )
            >>> frame["label"].tolist()
            ['correct']
        """
        operation = operations.get_trace_annotations_dataframe(
            trace_ids=trace_ids,
            identifiers=identifiers,
            include_annotation_names=include_annotation_names,
            exclude_annotation_names=exclude_annotation_names,
            project_identifier=project_identifier,
            limit=limit,
        )
        return perform(self._connection, operation)

    def get_traces(
        self,
        *,
        project_identifier: str,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        sort: Literal["start_time", "latency_ms"] | None = None,
        order: Literal["asc", "desc"] | None = None,
        include_spans: bool = False,
        session_id: str | Iterable[str] | None = None,
        error: bool | None = None,
        min_latency_ms: float | None = None,
        max_latency_ms: float | None = None,
        filter_condition: str | None = None,
        limit: int | None = 100,
        timeout: float | None = None,
    ) -> list[Trace]:
        """List the traces of a project.

        Needs Phoenix 13.15.

        Args:
            project_identifier: Name or ID of the project.
            start_time: Only traces that began then or later. With a time zone: a naive time is
                refused, because it could mean another moment.
            end_time: Only traces that began before; with a time zone.
            sort: By when they began, or by how long they took; by when they began unless given.
            order: "desc", which is newest or longest first, unless given.
            include_spans: Whether to bring the spans of each trace too, which makes answers larger
                and slower.
            session_id: Only traces of this session, or of one of these: the session's own id or
                the server's. Of none where it is an empty list.
            error: True for traces with a span that failed, False for those without one; both
                unless given. Needs Phoenix 20.8.
            min_latency_ms: Only traces that took so many milliseconds or more. Needs Phoenix 20.8.
            max_latency_ms: Only traces that took so many milliseconds or less. Needs Phoenix 20.8.
            filter_condition: Only traces for which this expression of Phoenix's filter language
                holds, such as "error_count > 0". Needs Phoenix 20.12.
            limit: Most traces in all; None for no limit.
            timeout: Seconds for each step of a request; the client's own unless given.

        Returns:
            The traces, in the order that was asked for; 100 of them unless limit says otherwise.

        Raises:
            TypeError: when an argument is of a wrong kind.
            AnnotationValidationError: when an argument is refused; nothing was sent.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot list traces, or not choose them so.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors, such as a filter_condition that it
                cannot read.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> traces = client.traces.get_traces(
            ...     project_identifier="default", include_spans=True
            ... )
            >>> traces[0].trace_id
            '4bf92f3577b34da6a3ce929d0e0e4736'
            >>> [span.name for span in traces[0].spans or ()]
            ['root']
        """
        operation = operations.get_traces(
            project_identifier=project_identifier,
            start_time=start_time,
            end_time=end_time,
            sort=sort,
            order=order,
            include_spans=include_spans,
            session_id=session_id,
            error=error,
            min_latency_ms=min_latency_ms,
            max_latency_ms=max_latency_ms,
            filter_condition=filter_condition,
            limit=limit,
            timeout=timeout,
        )
        return perform(self._connection, operation)

    def iter_traces(
        self,
        *,
        project_identifier: str,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        sort: Literal["start_time", "latency_ms"] | None = None,
        order: Literal["asc", "desc"] | None = None,
        include_spans: bool = False,
        session_id: str | Iterable[str] | None = None,
        error: bool | None = None,
        min_latency_ms: float | None = None,
        max_latency_ms: float | None = None,
        filter_condition: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Trace]:
        """List the traces of a project one by one, a page at a time when it is needed.

        A page has 1,000 traces, or 100 with their spans. Needs Phoenix 13.15.

        Args:
            project_identifier: Name or ID of the project.
            start_time: Only traces that began then or later. With a time zone: a naive time is
                refused, because it could mean another moment.
            end_time: Only traces that began before; with a time zone.
            sort: By when they began, or by how long they took; by when they began unless given.
            order: "desc", which is newest or longest first, unless given.
            include_spans: Whether to bring the spans of each trace too, which makes answers larger
                and slower.
            session_id: Only traces of this session, or of one of these: the session's own id or
                the server's. Of none where it is an empty list.
            error: True for traces with a span that failed, False for those without one; both
                unless given. Needs Phoenix 20.8.
            min_latency_ms: Only traces that took so many milliseconds or more. Needs Phoenix 20.8.
            max_latency_ms: Only traces that took so many milliseconds or less. Needs Phoenix 20.8.
            filter_condition: Only traces for which this expression of Phoenix's filter language
                holds, such as "error_count > 0". Needs Phoenix 20.12.
            limit: Most traces in all; None for no limit.
            timeout: Seconds for each step of a request; the client's own unless given.

        Returns:
            The traces, in the order that was asked for. What is wrong with the arguments is raised
            at once, and the rest while it is read.

        Raises:
            TypeError: when an argument is of a wrong kind.
            AnnotationValidationError: when an argument is refused; nothing was sent.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot list traces, or not choose them so.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors, such as a filter_condition that it
                cannot read.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> traces = client.traces.iter_traces(project_identifier="default", sort="latency_ms")
            >>> for trace in traces:
            ...     print(trace.trace_id, trace.token_count_total)
            4bf92f3577b34da6a3ce929d0e0e4736 0
        """
        traces = operations.iter_traces(
            project_identifier=project_identifier,
            start_time=start_time,
            end_time=end_time,
            sort=sort,
            order=order,
            include_spans=include_spans,
            session_id=session_id,
            error=error,
            min_latency_ms=min_latency_ms,
            max_latency_ms=max_latency_ms,
            filter_condition=filter_condition,
            limit=limit,
            timeout=timeout,
        )
        return stream(self._connection, traces)

    def get_traces_dataframe(
        self,
        *,
        project_identifier: str,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        sort: Literal["start_time", "latency_ms"] | None = None,
        order: Literal["asc", "desc"] | None = None,
        session_id: str | Iterable[str] | None = None,
        error: bool | None = None,
        min_latency_ms: float | None = None,
        max_latency_ms: float | None = None,
        filter_condition: str | None = None,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> pd.DataFrame:
        """List the traces of a project into a frame, to which judgements can be added.

        With a column `label` or `score`, `log_trace_annotations_dataframe` takes it as it is. Needs
        Phoenix 13.15.

        Args:
            project_identifier: Name or ID of the project.
            start_time: Only traces that began then or later. With a time zone: a naive time is
                refused, because it could mean another moment.
            end_time: Only traces that began before; with a time zone.
            sort: By when they began, or by how long they took; by when they began unless given.
            order: "desc", which is newest or longest first, unless given.
            session_id: Only traces of this session, or of one of these: the session's own id or
                the server's. Of none where it is an empty list.
            error: True for traces with a span that failed, False for those without one; both
                unless given. Needs Phoenix 20.8.
            min_latency_ms: Only traces that took so many milliseconds or more. Needs Phoenix 20.8.
            max_latency_ms: Only traces that took so many milliseconds or less. Needs Phoenix 20.8.
            filter_condition: Only traces for which this expression of Phoenix's filter language
                holds, such as "error_count > 0". Needs Phoenix 20.12.
            limit: Most traces in all; None for no limit.
            timeout: Seconds for each step of a request; the client's own unless given.

        Returns:
            One row for each trace. The index is `trace_id`; the columns are `start_time`,
            `end_time`, `token_count_prompt`, `token_count_completion`, `token_count_total`, `id`
            and `project_id`.

        Raises:
            TypeError: when an argument is of a wrong kind.
            AnnotationValidationError: when an argument is refused; nothing was sent.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot list traces, or not choose them so.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors, such as a filter_condition that it
                cannot read.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> frame = client.traces.get_traces_dataframe(project_identifier="default")
            >>> frame.index.tolist()
            ['4bf92f3577b34da6a3ce929d0e0e4736']
        """
        operation = operations.get_traces_dataframe(
            project_identifier=project_identifier,
            start_time=start_time,
            end_time=end_time,
            sort=sort,
            order=order,
            session_id=session_id,
            error=error,
            min_latency_ms=min_latency_ms,
            max_latency_ms=max_latency_ms,
            filter_condition=filter_condition,
            limit=limit,
            timeout=timeout,
        )
        return perform(self._connection, operation)

    def compare_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]] | None = None,
        dataframe: pd.DataFrame | ArrowStreamExportable | None = None,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        project_identifier: str = "default",
    ) -> Comparison:
        """Compare annotations with what the server has, and change nothing.

        Args:
            trace_annotations: Models, or mappings with the same keys, as `log_trace_annotations`
                takes them.
            dataframe: One annotation a row, as `log_trace_annotations_dataframe` takes them; in
                place of `trace_annotations`.
            annotation_name: Name of all rows of the frame; wins over its column of names.
            annotator_kind: Kind of all rows of the frame; wins over its column of kinds.
            project_identifier: Name or ID of the project that the traces are in; Phoenix reads by
                project.

        Returns:
            For each row whether it is new, unchanged or changed, and in what; whether it would
            replace a HUMAN judgement; and whether its trace is missing, where that can be known.
            Phoenix says so only when it has none of the traces that are asked for together.

        Raises:
            TypeError: when neither or both of `trace_annotations` and `dataframe` are given, or one
                is of a wrong type.
            AnnotationValidationError: naming everything that is refused, before anything is sent.
            ProjectNotFoundError: when there is no such project.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> comparison = client.traces.compare_trace_annotations(
            ...     trace_annotations=[
            ...         {
            ...             "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            ...             "name": "correctness",
            ...             "annotator_kind": "HUMAN",
            ...             "result": {"label": "incorrect"},
            ...         }
            ...     ]
            ... )
            >>> comparison.changed
            (0,)
            >>> comparison.rows[0].differences["label"]
            ('correct', 'incorrect')
        """
        operation = operations.compare_trace_annotations(
            trace_annotations=trace_annotations,
            dataframe=dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            project_identifier=project_identifier,
        )
        return perform(self._connection, operation)

    def confirm_trace_annotations(
        self,
        *,
        trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]] | None = None,
        dataframe: pd.DataFrame | ArrowStreamExportable | None = None,
        annotation_name: str | None = None,
        annotator_kind: AnnotatorKind | None = None,
        project_identifier: str = "default",
        timeout: float = 30.0,
    ) -> Confirmation:
        """Ask the server until it has annotations as they are given, or the time is up.

        For after an upload with `sync=False`, which Phoenix queues. It says nothing when it drops
        an annotation, which it does after ten minutes when there is no such trace.

        Args:
            trace_annotations: Models, or mappings with the same keys, as `log_trace_annotations`
                takes them.
            dataframe: One annotation a row, as `log_trace_annotations_dataframe` takes them; in
                place of `trace_annotations`.
            annotation_name: Name of all rows of the frame; wins over its column of names.
            annotator_kind: Kind of all rows of the frame; wins over its column of kinds.
            project_identifier: Name or ID of the project that the traces are in; Phoenix reads by
                project.
            timeout: Seconds to keep asking. Phoenix stores some 500 annotations a second.

        Returns:
            The last comparison, with `is_complete`, `incomplete` and `raise_if_incomplete()`.

        Raises:
            TypeError: when neither or both of `trace_annotations` and `dataframe` are given, or one
                is of a wrong type.
            AnnotationValidationError: naming everything that is refused, before anything is sent.
            ProjectNotFoundError: when there is no such project.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> confirmation = client.traces.confirm_trace_annotations(
            ...     trace_annotations=[
            ...         {
            ...             "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            ...             "name": "correctness",
            ...             "annotator_kind": "HUMAN",
            ...             "result": {"label": "correct"},
            ...         }
            ...     ],
            ...     timeout=5.0,
            ... )
            >>> confirmation.is_complete
            True
        """
        operation = operations.confirm_trace_annotations(
            trace_annotations=trace_annotations,
            dataframe=dataframe,
            annotation_name=annotation_name,
            annotator_kind=annotator_kind,
            project_identifier=project_identifier,
            timeout=timeout,
        )
        return perform(self._connection, operation)

    def delete_trace_annotations(
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
        """Delete the annotations of a project that all of the given arguments describe.

        Needs Phoenix 15.4, which asks for either both times or `delete_all`. Those who are not
        admins delete only their own.

        Args:
            project_identifier: Name or ID of the project.
            name: Only annotations of this name; "note" for notes. Not blank.
            identifier: Only annotations with this identifier. Not blank.
            annotator_kind: Only annotations of this kind.
            start_time: Only annotations created then or later. With a time zone: a naive time is
                refused, because it could mean another moment.
            end_time: Only annotations created before; with a time zone.
            delete_all: Whether annotations of any time may be deleted.

        Raises:
            TypeError: when a time is no datetime.
            AnnotationValidationError: when an argument is refused; nothing was sent.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot delete annotations.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> client.traces.delete_trace_annotations(
            ...     project_identifier="default", name="correctness", delete_all=True
            ... )
            >>> client.traces.get_trace_annotations(
            ...     trace_ids=["4bf92f3577b34da6a3ce929d0e0e4736"]
            ... )
            []
        """
        operation = operations.delete_trace_annotations(
            project_identifier=project_identifier,
            name=name,
            identifier=identifier,
            annotator_kind=annotator_kind,
            start_time=start_time,
            end_time=end_time,
            delete_all=delete_all,
        )
        perform(self._connection, operation)

    def add_trace_note(
        self, *, trace_id: str, note: str, identifier: str | None = None
    ) -> InsertedTraceAnnotation:
        """Write a note on a trace.

        Needs Phoenix 14.13. From 15.7 on it is sent again when an answer is lost, without being
        there twice: a note without an identifier gets one of its own.

        Args:
            trace_id: As Phoenix shows it; traces that came by OTLP have 32 lowercase hex digits.
            note: The text.
            identifier: Writing again with the same one replaces the note; needs Phoenix 15.7.
                Without one, each call adds a note.

        Returns:
            What the server inserted.

        Raises:
            AnnotationValidationError: when an argument is blank, or not storable; nothing was sent.
            TraceNotFoundError: when there is no such trace.
            ServerTooOldError: when the server has no notes, or no identifiers of notes.
            AuthenticationError: when the key is missing, wrong, or may not write.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> inserted = client.traces.add_trace_note(
            ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...     note="The user asked twice.",
            ... )
            >>> inserted.id
            'VHJhY2VBbm5vdGF0aW9uOjI='
        """
        operation = operations.add_trace_note(trace_id=trace_id, note=note, identifier=identifier)
        return perform(self._connection, operation)

    def get_trace_notes(
        self,
        *,
        trace_ids: Iterable[str] | None = None,
        identifiers: Iterable[str] | None = None,
        project_identifier: str = "default",
        limit: int | None = None,
    ) -> list[TraceNote]:
        """Read notes.

        Args:
            trace_ids: A list, a Series, an Index or a frame's column. They are asked for 100 at a
                time, each once; those that the project does not have yield nothing.
            identifiers: Only notes with one of these; not blank. With `trace_ids`, both must hold.
                Needs Phoenix 15.1.
            project_identifier: Name or ID of the project that the traces are in; Phoenix reads by
                project.
            limit: Most notes in all; None for no limit.

        Returns:
            The notes, newest first for each 100 trace ids.

        Raises:
            TypeError: when a list of texts is something else.
            AnnotationValidationError: when an argument is refused, or there are neither trace ids
                nor identifiers.
            ProjectNotFoundError: when there is no such project.
            ServerTooOldError: when the server cannot read by identifier.
            UnexpectedResponseError: when the answer is not Phoenix's, because base_url is wrong.
            AuthenticationError: when the key is missing, wrong, or may not read.
            PhoenixStatusError: for the server's other errors.
            PhoenixTransportError: when no whole answer came.

        Examples:
            >>> inserted = client.traces.add_trace_note(
            ...     trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            ...     note="The user asked twice.",
            ... )
            >>> notes = client.traces.get_trace_notes(
            ...     trace_ids=["4bf92f3577b34da6a3ce929d0e0e4736"]
            ... )
            >>> [each.note for each in notes]
            ['The user asked twice.']
        """
        operation = operations.get_trace_notes(
            trace_ids=trace_ids,
            identifiers=identifiers,
            project_identifier=project_identifier,
            limit=limit,
        )
        return perform(self._connection, operation)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
Traces.__module__ = "phoenix_traces"
