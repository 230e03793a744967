"""Writing annotations and notes on traces."""

from __future__ import annotations

from uuid import uuid4

from phoenix_traces.testing.fake.body_models import (
    AnnotateTracesRequestBody,
    CreateTraceNoteRequestBody,
    TraceAnnotationData,
)
from phoenix_traces.testing.fake.context import Context
from phoenix_traces.testing.fake.ids import global_id
from phoenix_traces.testing.fake.messages import Answer, RefusedError, json_answer
from phoenix_traces.testing.fake.query_models import AnnotateQuery
from phoenix_traces.testing.fake.store import Judgement, Key, StoredAnnotation
from phoenix_traces.testing.fake.validation import read_body, read_both

NOTE = "note"
NOTES_SINCE = (14, 13, 0)
NOTE_IDENTIFIERS_SINCE = (15, 7, 0)

_RESERVED = (
    "The name 'note' is reserved for trace and span notes. Use POST /v1/trace_notes instead."
)


def annotate_traces(context: Context) -> Answer:
    """Answer `POST /v1/trace_annotations`."""
    query, body = read_both(context.request, AnnotateQuery, context.body, AnnotateTracesRequestBody)
    # Before there were notes on traces, nobody reserved their name.
    if context.version >= NOTES_SINCE and any(each.name == NOTE for each in body.data):
        raise RefusedError(400, _RESERVED)
    if not query.sync:
        for each in body.data:
            judgement = _judgement(context, each)
            context.queue.add(each.trace_id, each.name, each.identifier, judgement, context.now)
        return json_answer({"data": []})
    return json_answer({"data": [_inserted(row) for row in _write_all(context, body.data)]})


def _write_all(context: Context, rows: list[TraceAnnotationData]) -> list[StoredAnnotation]:
    store = context.store
    context.database.check_text(*(each.trace_id for each in rows))
    # Phoenix names the missing ones as a set has them: in no order.
    missing = {each.trace_id for each in rows if store.trace(each.trace_id) is None}
    if missing:
        raise RefusedError(404, f"Traces with IDs {', '.join(missing)} do not exist.")
    keyed = [
        (Key(each.name, trace.rowid, each.identifier), _judgement(context, each))
        for each in rows
        if (trace := store.trace(each.trace_id)) is not None
    ]
    # One transaction: when the database does not take one of them, none is stored.
    storable = [(key, store.storable(key, judgement)) for key, judgement in keyed]
    stamp = context.database.stamp(context.now)
    return [
        store.upsert(key, judgement, created_at=stamp, updated_at=stamp)
        for key, judgement in storable
    ]


def _judgement(context: Context, given: TraceAnnotationData) -> Judgement:
    result = given.result
    return Judgement(
        annotator_kind=given.annotator_kind,
        label=result.label if result else None,
        score=result.score if result else None,
        explanation=result.explanation if result else None,
        metadata=given.metadata or {},
        user_rowid=context.user_rowid,
    )


def create_trace_note(context: Context) -> Answer:
    """Answer `POST /v1/trace_notes`."""
    data = read_body(context.body, CreateTraceNoteRequestBody).data
    context.database.check_text(data.trace_id)
    trace = context.store.trace(data.trace_id)
    if trace is None:
        raise RefusedError(404, f"Trace with ID {data.trace_id} not found")
    identifier = data.identifier if context.version >= NOTE_IDENTIFIERS_SINCE else ""
    key = Key(NOTE, trace.rowid, identifier or f"px-trace-note:{uuid4()}")
    judgement = Judgement("HUMAN", None, None, data.note, {}, context.user_rowid)
    storable = context.store.storable(key, judgement)
    stamp = context.database.stamp(context.now)
    row = context.store.upsert(key, storable, created_at=stamp, updated_at=stamp)
    return json_answer({"data": _inserted(row)})


def _inserted(row: StoredAnnotation) -> dict[str, str]:
    return {"id": global_id("TraceAnnotation", row.rowid)}
