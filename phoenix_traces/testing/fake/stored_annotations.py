"""Reading and deleting annotations."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

from phoenix_traces.testing.fake.context import Context, check_number
from phoenix_traces.testing.fake.database import Database
from phoenix_traces.testing.fake.ids import global_id, split_id
from phoenix_traces.testing.fake.messages import Answer, RefusedError, empty_answer, json_answer
from phoenix_traces.testing.fake.query_models import DeleteQuery, OldReadQuery, ReadQuery
from phoenix_traces.testing.fake.store import StoredAnnotation
from phoenix_traces.testing.fake.validation import read_query

IDENTIFIERS_SINCE = (15, 1, 0)

_KIND = "TraceAnnotation"
_MOST = 1_000


def list_trace_annotations(context: Context, project_identifier: str) -> Answer:
    """Answer `GET /v1/projects/{project}/trace_annotations`."""
    query = _read_query(context)
    trace_ids, identifiers = set(query.trace_ids), set(query.identifier)
    _check_selection(trace_ids, identifiers)
    project = context.project(project_identifier)
    included, excluded = query.include_annotation_names, query.exclude_annotation_names
    context.database.check_text(*trace_ids, *identifiers, *included, *excluded)
    newest = _start(query.cursor)
    traces = {
        rowid: trace.trace_id
        for rowid, trace in context.store.traces_of(project).items()
        if not trace_ids or trace.trace_id in trace_ids
    }
    found = [
        each
        for each in context.store.annotations.newest_first()
        if each.key.trace_rowid in traces
        and (not identifiers or each.key.identifier in identifiers)
        and (not included or each.key.name in included)
        and each.key.name not in excluded
        and (newest is None or each.rowid <= newest)
    ]
    if not found and trace_ids and not identifiers and not traces:
        raise RefusedError(404, "None of the supplied trace_ids exist in this project")
    page, rest = found[: query.limit], found[query.limit :]
    return json_answer(
        {
            "data": [shown(context.database, each, traces[each.key.trace_rowid]) for each in page],
            "next_cursor": global_id(_KIND, rest[0].rowid) if rest else None,
        }
    )


def _read_query(context: Context) -> ReadQuery:
    if context.version >= IDENTIFIERS_SINCE:
        return read_query(context.request, ReadQuery)
    return ReadQuery(**read_query(context.request, OldReadQuery).model_dump())


def _check_selection(trace_ids: set[str], identifiers: set[str]) -> None:
    if len(trace_ids) > _MOST:
        raise RefusedError(422, f"Too many trace_ids supplied: {len(trace_ids)} (max {_MOST})")
    if len(identifiers) > _MOST:
        raise RefusedError(422, f"Too many identifiers supplied: {len(identifiers)} (max {_MOST})")
    if not trace_ids and not identifiers:
        raise RefusedError(422, "At least one of trace_ids or identifier must be supplied")


def _start(cursor: str | None) -> int | None:
    if not cursor:
        return None
    try:
        number = int(split_id(cursor)[1])
    except ValueError as error:
        raise RefusedError(422, "Invalid cursor value") from error
    return check_number(number)


def shown(database: Database, row: StoredAnnotation, trace_id: str) -> dict[str, Any]:
    """Return an annotation as the server shows it."""
    judgement = row.judgement
    score, user = judgement.score, judgement.user_rowid
    return {
        "id": global_id(_KIND, row.rowid),
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "source": "API",
        "user_id": None if user is None else global_id("User", user),
        "name": row.key.name,
        "annotator_kind": judgement.annotator_kind,
        "result": {
            "label": judgement.label,
            "score": score if score is not None and math.isfinite(score) else None,
            "explanation": judgement.explanation,
        },
        "metadata": database.read_metadata(judgement.metadata),
        "identifier": row.key.identifier,
        "trace_id": trace_id,
    }


def delete_trace_annotations(context: Context, project_identifier: str) -> Answer:
    """Answer `DELETE /v1/projects/{project}/trace_annotations`."""
    query = read_query(context.request, DeleteQuery)
    start, end = _window(query)
    project = context.project(project_identifier)
    database = context.database
    database.check_text(query.name, query.identifier)
    traces = context.store.traces_of(project)
    user = context.user
    context.store.delete_annotations(
        [
            each
            for each in context.store.annotations
            if each.key.trace_rowid in traces
            and query.name in (None, each.key.name)
            and query.identifier in (None, each.key.identifier)
            and query.annotator_kind in (None, each.judgement.annotator_kind)
            and (start is None or not database.is_before(each.created_at, start))
            and (end is None or database.is_before(each.created_at, end))
            and (user is None or user.role == "admin" or each.judgement.user_rowid == user.rowid)
        ]
    )
    return empty_answer()


def _window(query: DeleteQuery) -> tuple[datetime | None, datetime | None]:
    start, end = _utc(query.start_time), _utc(query.end_time)
    if not query.delete_all and (start is None or end is None):
        raise RefusedError(
            422,
            "Delete is unbounded. Set delete_all=true to acknowledge, or supply both start_time "
            "and end_time to bound the time range.",
        )
    if start is not None and end is not None and start >= end:
        raise RefusedError(422, "`start_time` must be strictly earlier than `end_time`.")
    return start, end


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    known = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
    return known.astimezone(timezone.utc)
