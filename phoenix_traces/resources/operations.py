"""The body of each public method, once for the sync and the async class.

An operation is a generator: it yields exchanges, is sent what each came to, and returns what the
method returns. It checks everything before its first exchange, and does no I/O.

What is not needed to write annotations is imported where it is used: a program that writes one and
ends waits for its imports more than for anything else.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from typing_extensions import TypedDict, Unpack

from phoenix_traces.inputs.flags import checked_flag
from phoenix_traces.inputs.single import Described, given_annotation
from phoenix_traces.protocol.exchange import Exchange, Stream
from phoenix_traces.uploads.plan import DEFAULT_FRAME_BATCH
from phoenix_traces.uploads.start import (
    check_options,
    check_progress,
    skips_empty,
    unsent,
    upload,
)

if TYPE_CHECKING:
    import pandas as pd

    from phoenix_traces.errors import PhoenixHTTPError
    from phoenix_traces.inputs.evaluations import OnFailed
    from phoenix_traces.inputs.frame_types import AnyFrame
    from phoenix_traces.rules.annotation import (
        AnnotatorKind,
        InsertedTraceAnnotation,
        TraceAnnotationData,
    )
    from phoenix_traces.rules.configs import AnnotationConfig, AnnotationConfigList
    from phoenix_traces.rules.rubrics import Rubrics
    from phoenix_traces.stored.annotations import TraceAnnotation, TraceNote
    from phoenix_traces.stored.comparison import Comparison, Confirmation
    from phoenix_traces.stored.trace_listing import TraceOrder, TraceSort
    from phoenix_traces.stored.traces import Trace
    from phoenix_traces.uploads.options import UploadOptions
    from phoenix_traces.uploads.progress import Progress

ResultT = TypeVar("ResultT")

Operation: TypeAlias = Generator[Exchange[Any], Any, ResultT]


def _ask(exchange: Exchange[ResultT]) -> Operation[ResultT]:
    """Return what an exchange comes to, with its type."""
    result: ResultT = yield exchange
    return result


class Asked(TypedDict):
    """The arguments that say what to read."""

    trace_ids: Iterable[str] | None
    identifiers: Iterable[str] | None
    include_annotation_names: Iterable[str] | None
    exclude_annotation_names: Iterable[str] | None
    project_identifier: str
    limit: int | None


class AskedTraceRows(TypedDict):
    """The arguments that say which traces to list."""

    project_identifier: str
    start_time: datetime | None
    end_time: datetime | None
    sort: TraceSort | None
    order: TraceOrder | None
    session_id: str | Iterable[str] | None
    error: bool | None
    min_latency_ms: float | None
    max_latency_ms: float | None
    filter_condition: str | None
    limit: int | None
    timeout: float | None


class AskedTraces(AskedTraceRows):
    """The arguments that say which traces to list, and how much of each."""

    include_spans: bool


class Given(TypedDict):
    """The arguments that say what to compare: a list or a frame."""

    trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]] | None
    dataframe: AnyFrame | None
    annotation_name: str | None
    annotator_kind: AnnotatorKind | None


# Writing


def add_trace_annotation(
    annotation: TraceAnnotationData | Mapping[str, Any] | None,
    *,
    sync: bool,
    options: UploadOptions | None,
    **described: Unpack[Described],
) -> Operation[InsertedTraceAnnotation | None]:
    """Store one annotation."""
    check_options(options, sync=checked_flag(sync, "sync"))
    rows = given_annotation(annotation, described, skip_empty=skips_empty(options))
    inserted = yield from _ask(upload(rows, sync=sync, options=options))
    # Nothing was inserted where the options left it out.
    return inserted[0] if sync and inserted else None


def log_trace_annotations(
    *,
    trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
    sync: bool,
    options: UploadOptions | None,
    validate_configs: bool,
    progress: Progress,
) -> Operation[list[InsertedTraceAnnotation] | None]:
    """Store annotations of an iterable."""
    from phoenix_traces.inputs.lists import annotation_list

    check_options(options, sync=checked_flag(sync, "sync"))
    check_progress(progress)
    is_asking = checked_flag(validate_configs, "validate_configs")
    rubrics, error = (yield from _rubrics()) if is_asking else (None, None)
    rows = annotation_list(trace_annotations, rubrics, skip_empty=skips_empty(options))
    if error:
        return (yield from _ask(unsent(rows, error, sync=sync, options=options)))
    exchange = upload(rows, sync=sync, options=options, progress=progress)
    inserted = yield from _ask(exchange)
    return inserted if sync else None


def log_trace_annotations_dataframe(
    *,
    dataframe: AnyFrame,
    annotation_name: str | None,
    annotator_kind: AnnotatorKind | None,
    annotation_type: type[TraceAnnotationData] | None,
    sync: bool,
    options: UploadOptions | None,
    validate_configs: bool,
    progress: Progress,
) -> Operation[list[InsertedTraceAnnotation] | None]:
    """Store the annotations in a frame's rows."""
    from phoenix_traces.inputs.frames.rows import annotation_frame

    check_options(options, sync=checked_flag(sync, "sync"))
    check_progress(progress)
    is_asking = checked_flag(validate_configs, "validate_configs")
    rubrics, error = (yield from _rubrics()) if is_asking else (None, None)
    rows = annotation_frame(
        dataframe,
        annotation_name=annotation_name,
        annotator_kind=annotator_kind,
        annotation_type=annotation_type,
        rubrics=rubrics,
        skip_empty=skips_empty(options),
    )
    if error:
        return (yield from _ask(unsent(rows, error, sync=sync, options=options)))
    exchange = upload(
        rows,
        sync=sync,
        options=options,
        default_batch_size=DEFAULT_FRAME_BATCH,
        progress=progress,
    )
    inserted = yield from _ask(exchange)
    return inserted if sync else None


def log_evaluations(
    results: AnyFrame,
    *,
    annotator_kind: AnnotatorKind | None,
    on_failed: OnFailed,
    sync: bool,
    options: UploadOptions | None,
    validate_configs: bool,
    progress: Progress,
) -> Operation[list[InsertedTraceAnnotation] | None]:
    """Store the evaluations in a frame."""
    from phoenix_traces.inputs.evaluations import checked_on_failed
    from phoenix_traces.inputs.frames.evaluations import evaluation_frame

    check_options(options, sync=checked_flag(sync, "sync"))
    check_progress(progress)
    what_if_failed = checked_on_failed(on_failed)
    is_asking = checked_flag(validate_configs, "validate_configs")
    rubrics, error = (yield from _rubrics()) if is_asking else (None, None)
    rows = evaluation_frame(
        results,
        annotator_kind=annotator_kind,
        on_failed=what_if_failed,
        skip_empty=skips_empty(options),
        rubrics=rubrics,
    )
    if error:
        return (yield from _ask(unsent(rows, error, sync=sync, options=options)))
    exchange = upload(
        rows,
        sync=sync,
        options=options,
        default_batch_size=DEFAULT_FRAME_BATCH,
        progress=progress,
    )
    inserted = yield from _ask(exchange)
    return inserted if sync else None


def add_trace_note(
    *, trace_id: str, note: str, identifier: str | None
) -> Operation[InsertedTraceAnnotation]:
    """Store a note."""
    from phoenix_traces.protocol.steps import StepByStep
    from phoenix_traces.stored.notes import new_note

    steps = new_note(trace_id=trace_id, note=note, identifier=identifier)
    return (yield from _ask(StepByStep(steps)))


# Reading


def iter_trace_annotations(**asked: Unpack[Asked]) -> Stream[TraceAnnotation]:
    """Return the stream of what is asked for; no operation, because it is of use item by item."""
    from phoenix_traces.stored.reading import Reading
    from phoenix_traces.stored.selection import select

    return Reading(select(**asked))


def get_trace_annotations(**asked: Unpack[Asked]) -> Operation[list[TraceAnnotation]]:
    """Read what is asked for, whole."""
    return (yield from _ask(iter_trace_annotations(**asked)))


def get_trace_annotations_dataframe(**asked: Unpack[Asked]) -> Operation[pd.DataFrame]:
    """Read what is asked for, into a frame."""
    from phoenix_traces.stored.annotations import annotations_table

    return annotations_table((yield from _ask(iter_trace_annotations(**asked))))


def get_trace_notes(
    *,
    trace_ids: Iterable[str] | None,
    identifiers: Iterable[str] | None,
    project_identifier: str,
    limit: int | None,
) -> Operation[list[TraceNote]]:
    """Read notes."""
    from phoenix_traces.rules.fields import RESERVED_NAME
    from phoenix_traces.stored.reading import notes_of

    reading = iter_trace_annotations(
        trace_ids=trace_ids,
        identifiers=identifiers,
        include_annotation_names=[RESERVED_NAME],
        exclude_annotation_names=None,
        project_identifier=project_identifier,
        limit=limit,
    )
    return notes_of((yield from _ask(reading)))


def iter_traces(**asked: Unpack[AskedTraces]) -> Stream[Trace]:
    """Return the stream of traces; no operation, because it is of use item by item."""
    from phoenix_traces.stored.trace_listing import TraceListing, select_traces

    return TraceListing(select_traces(**asked))


def get_traces(**asked: Unpack[AskedTraces]) -> Operation[list[Trace]]:
    """List traces, whole."""
    return (yield from _ask(iter_traces(**asked)))


def get_traces_dataframe(**asked: Unpack[AskedTraceRows]) -> Operation[pd.DataFrame]:
    """List traces, into a frame."""
    from phoenix_traces.stored.traces import traces_table

    return traces_table((yield from _ask(iter_traces(include_spans=False, **asked))))


# Comparing and deleting


def compare_trace_annotations(
    *, timeout: float = 0.0, project_identifier: str, **given: Unpack[Given]
) -> Operation[Comparison]:
    """Compare annotations with what the server has, until they are equal or the time is up."""
    from phoenix_traces.inputs.arguments import given_rows
    from phoenix_traces.stored.compare import Comparing

    rows = given_rows(**given)
    comparing = Comparing(rows, project_identifier=project_identifier, timeout=timeout)
    return (yield from _ask(comparing))


def confirm_trace_annotations(
    *, timeout: float, project_identifier: str, **given: Unpack[Given]
) -> Operation[Confirmation]:
    """Compare annotations until they are there or the time is up."""
    from phoenix_traces.stored.comparison import Confirmation

    comparison = yield from compare_trace_annotations(
        timeout=timeout, project_identifier=project_identifier, **given
    )
    return Confirmation(comparison.rows)


def delete_trace_annotations(
    *,
    project_identifier: str,
    name: str | None,
    identifier: str | None,
    annotator_kind: AnnotatorKind | None,
    start_time: datetime | None,
    end_time: datetime | None,
    delete_all: bool,
) -> Operation[None]:
    """Delete what all of the arguments describe."""
    from phoenix_traces.protocol.steps import StepByStep
    from phoenix_traces.stored.deletion import deletion

    steps = deletion(
        project_identifier=project_identifier,
        name=name,
        identifier=identifier,
        annotator_kind=annotator_kind,
        start_time=start_time,
        end_time=end_time,
        delete_all=delete_all,
    )
    yield from _ask(StepByStep(steps))


# Annotation configs


def list_annotation_configs(
    project_identifier: str | None = None,
) -> Operation[AnnotationConfigList]:
    """Read all configs, or those of one project."""
    from phoenix_traces.protocol.steps import StepByStep
    from phoenix_traces.stored.configs import list_configs

    return (yield from _ask(StepByStep(list_configs(project_identifier))))


def get_annotation_config(name_or_id: str) -> Operation[AnnotationConfig]:
    """Read one config."""
    from phoenix_traces.protocol.steps import StepByStep
    from phoenix_traces.stored.configs import get_config

    return (yield from _ask(StepByStep(get_config(name_or_id))))


def _rubrics() -> Operation[tuple[Rubrics | None, PhoenixHTTPError | None]]:
    """Read the configs as rubrics; or return why not, for an account of the rows."""
    from phoenix_traces.protocol.steps import StepByStep, attempt
    from phoenix_traces.rules.rubrics import rubrics_from
    from phoenix_traces.stored.configs import list_configs

    found = yield from _ask(StepByStep(attempt(list_configs(None))))
    return (rubrics_from(found), None) if isinstance(found, list) else (None, found)
