"""Projects and traces: listing them, and taking spans."""

from __future__ import annotations

import gzip
import zlib
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from phoenix_traces.testing.fake.context import Context, check_number
from phoenix_traces.testing.fake.ids import global_id, row_number, split_id
from phoenix_traces.testing.fake.messages import (
    Answer,
    CrashedError,
    RefusedError,
    Request,
    json_answer,
)
from phoenix_traces.testing.fake.otlp import ReceivedSpan, received_spans
from phoenix_traces.testing.fake.query_models import OldTracesQuery, ProjectsQuery, TracesQuery
from phoenix_traces.testing.fake.store import DEFAULT_PROJECT, Project, Span, Store, Trace
from phoenix_traces.testing.fake.validation import read_query

FILTERS_SINCE = (20, 8, 0)

_PROTOBUF = "application/x-protobuf"
_SPAN_KINDS = frozenset(
    {
        *("AGENT", "CHAIN", "DECISION", "EMBEDDING", "EVALUATOR", "GUARDRAIL"),
        *("LLM", "PROMPT", "RERANKER", "RETRIEVER", "TOOL"),
    }
)


def list_projects(context: Context) -> Answer:
    """Answer `GET /v1/projects`."""
    query = read_query(context.request, ProjectsQuery)
    check_number(query.limit + 1)
    newest = None
    if query.cursor:
        try:
            newest = int(split_id(query.cursor)[1])
        except ValueError as error:
            raise RefusedError(422, f"Invalid cursor format: {query.cursor}") from error
        check_number(newest)
    part = (query.name_contains or "").lower()
    found = [
        each
        for each in context.store.projects.newest_first()
        if part in each.name.lower() and (newest is None or each.rowid <= newest)
    ]
    page, rest = found[: query.limit], found[query.limit :]
    return json_answer(
        {
            "data": [_shown_project(each) for each in page],
            "next_cursor": global_id("Project", rest[0].rowid) if rest else None,
        }
    )


def get_project(context: Context, project_identifier: str) -> Answer:
    """Answer `GET /v1/projects/{project}`."""
    return json_answer({"data": _shown_project(context.project(project_identifier))})


def _shown_project(project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "description": project.description,
        "id": global_id("Project", project.rowid),
    }


def list_traces(context: Context, project_identifier: str) -> Answer:
    """Answer `GET /v1/projects/{project}/traces`."""
    query = _traces_query(context)
    project = context.project(project_identifier)
    chosen = _selection(context, query)
    sort_value: Callable[[Trace], Any] = (
        (lambda trace: trace.latency_ms)
        if query.sort == "latency_ms"
        else (lambda trace: trace.start_time)
    )
    after = _after(query) if query.cursor else None
    descends = query.order == "desc"
    found = [
        trace
        for trace in context.store.traces_of(project).values()
        if chosen(trace) and _comes_after(after, (sort_value(trace), trace.rowid), descends)
    ]
    found.sort(key=lambda trace: (sort_value(trace), trace.rowid), reverse=descends)
    page, rest = found[: query.limit], found[query.limit :]
    cursor = _cursor(page[-1], query.sort, sort_value(page[-1])) if rest else None
    data = [_shown_trace(each, with_spans=query.include_spans) for each in page]
    return json_answer({"data": data, "next_cursor": cursor})


def _traces_query(context: Context) -> TracesQuery:
    if context.version < FILTERS_SINCE:
        return TracesQuery(**read_query(context.request, OldTracesQuery).model_dump())
    query = read_query(context.request, TracesQuery)
    if query.filter:
        raise RefusedError(501, "The fake Phoenix does not evaluate filter expressions.")
    return query


def _selection(context: Context, query: TracesQuery) -> Callable[[Trace], bool]:
    sessions = _sessions(context.store, query.session_identifier)
    start, end = _utc(query.start_time), _utc(query.end_time)
    shortest, longest = query.min_latency_ms, query.max_latency_ms

    def chosen(trace: Trace) -> bool:
        failed = any(span.status_code == "ERROR" for span in trace.spans)
        return (
            (sessions is None or trace.session_rowid in sessions)
            and (start is None or trace.start_time >= start)
            and (end is None or trace.start_time < end)
            and query.error in (None, failed)
            and (shortest is None or trace.latency_ms >= shortest)
            and (longest is None or trace.latency_ms <= longest)
        )

    return chosen


def _sessions(store: Store, identifiers: list[str]) -> set[int] | None:
    if not identifiers:
        return None
    found: set[int] = set()
    for each in identifiers:
        try:
            found.add(check_number(row_number(each, "ProjectSession")))
        except ValueError:
            store.database.check_text(each)
            found |= {session.rowid for session in store.sessions if session.session_id == each}
    return found


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    known = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
    return known.astimezone(timezone.utc)


def _cursor(trace: Trace, sort: str, value: datetime | float) -> str:
    kind = "FLOAT" if sort == "latency_ms" else "DATETIME"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return b64encode(f"{trace.rowid}:{kind}:{text}".encode()).decode()


def _after(query: TracesQuery) -> tuple[Any, int]:
    try:
        rowid, kind, text = b64decode(query.cursor or "").decode().split(":", 2)
        if kind == "FLOAT" and query.sort == "latency_ms":
            return float(text), int(rowid)
        if kind == "DATETIME" and query.sort == "start_time":
            return _utc(datetime.fromisoformat(text)), int(rowid)
    except (BadBase64, ValueError) as error:
        raise RefusedError(422, "Invalid cursor") from error
    raise RefusedError(422, "Invalid cursor")


def _comes_after(after: tuple[Any, int] | None, place: tuple[Any, int], descends: bool) -> bool:
    if after is None:
        return True
    return place < after if descends else place > after


def _shown_trace(trace: Trace, *, with_spans: bool) -> dict[str, Any]:
    prompt = sum(span.prompt_tokens for span in trace.spans)
    completion = sum(span.completion_tokens for span in trace.spans)
    spans = sorted(trace.spans, key=lambda span: (span.start_time, span.rowid))
    return {
        "id": global_id("Trace", trace.rowid),
        "trace_id": trace.trace_id,
        "project_id": global_id("Project", trace.project_rowid),
        "start_time": trace.start_time.isoformat(),
        "end_time": trace.end_time.isoformat(),
        "token_count_prompt": prompt,
        "token_count_completion": completion,
        "token_count_total": prompt + completion,
        "spans": [_shown_span(span) for span in spans] if with_spans else None,
    }


def _shown_span(span: Span) -> dict[str, Any]:
    return {
        "id": global_id("Span", span.rowid),
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "name": span.name,
        "span_kind": span.kind,
        "status_code": span.status_code,
        "start_time": span.start_time.isoformat(),
        "end_time": span.end_time.isoformat(),
    }


def take_spans(context: Context) -> Answer:
    """Answer `POST /v1/traces`, and have the spans at once."""
    content_type = context.request.headers.get("content-type")
    if content_type != _PROTOBUF:
        raise RefusedError(415, f"Unsupported content type: {content_type}")
    content = _decompressed(context.request)
    try:
        spans = received_spans(content)
    except ValueError as error:
        words = "Request body is invalid ExportTraceServiceRequest"
        raise RefusedError(422, words) from error
    header = context.request.headers.get("x-project-name")
    for named, span in spans:
        if span.trace_id:
            add_span(context.store, header or named or DEFAULT_PROJECT, span)
    return Answer(200, b"", {"content-type": _PROTOBUF})


def _decompressed(request: Request) -> bytes:
    encoding = request.headers.get("content-encoding")
    if not encoding:
        return request.content
    if encoding not in ("gzip", "deflate"):
        raise RefusedError(415, f"Unsupported content encoding: {encoding}")
    try:
        decompress = gzip.decompress if encoding == "gzip" else zlib.decompress
        return decompress(request.content)
    except (OSError, EOFError, zlib.error) as error:
        raise CrashedError("a body that is not compressed as it says") from error


def add_span(store: Store, project: str, span: ReceivedSpan) -> None:
    """Add a span, and the trace when it is new."""
    trace = store.ensure_trace(
        span.trace_id, project=project, start_time=span.start_time, end_time=span.end_time
    )
    session_id = span.attributes.get("session.id")
    if session_id is not None and str(session_id).strip():
        store.join_session(trace, str(session_id).strip())
    if any(each.span_id == span.span_id for each in trace.spans):
        return
    kind = str(span.attributes.get("openinference.span.kind") or "").upper()
    is_llm = kind == "LLM"
    row = store.spans.add(
        lambda rowid: Span(
            rowid,
            trace.rowid,
            span.span_id,
            span.parent_id,
            span.name,
            kind if kind in _SPAN_KINDS else "UNKNOWN",
            span.status_code,
            span.start_time,
            span.end_time,
            _tokens(span, "prompt") if is_llm else 0,
            _tokens(span, "completion") if is_llm else 0,
        )
    )
    trace.spans.append(row)


def _tokens(span: ReceivedSpan, kind: str) -> int:
    try:
        return int(span.attributes.get(f"llm.token_count.{kind}") or 0)
    except (TypeError, ValueError):
        return 0
