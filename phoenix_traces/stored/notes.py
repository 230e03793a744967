"""Notes on traces: free text, any number of them on one trace."""

from __future__ import annotations

import json
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from phoenix_traces.errors import PhoenixStatusError
from phoenix_traces.protocol.answers import not_json, trace_error
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.steps import Steps
from phoenix_traces.protocol.versions import NOTE_IDENTIFIERS, NOTES, server_version, too_old
from phoenix_traces.rules.annotation import InsertedTraceAnnotation
from phoenix_traces.rules.fields import MAX_KEY_BYTES, RESERVED_NAME
from phoenix_traces.stored.selection import refused, required_text

PATH = "v1/trace_notes"


class _Answer(BaseModel, frozen=True, extra="ignore", defer_build=True):
    data: InsertedTraceAnnotation


def new_note(*, trace_id: str, note: str, identifier: str | None) -> Steps[InsertedTraceAnnotation]:
    """Return the steps that write a note, once.

    Without an identifier the server appends, so a note that is sent again would be there twice.
    With one it replaces: so a note without one gets one of ours, and may be sent again where the
    server is new enough to look at it.

    Raises:
        AnnotationValidationError: when an argument is blank, or not storable.
    """
    return _write(
        required_text("trace_id", trace_id),
        required_text("note", note),
        None if identifier is None else _identifier(identifier),
    )


def _identifier(value: str) -> str:
    checked = required_text("identifier", value)
    if len(checked.encode()) > MAX_KEY_BYTES - len(RESERVED_NAME):
        raise refused("identifier", value, "is longer than what PostgreSQL can index")
    return checked


def _write(trace_id: str, note: str, identifier: str | None) -> Steps[InsertedTraceAnnotation]:
    # Asked for its version only, before it could store a note in another way than was meant.
    about = yield Call("GET", "v1/projects", {"limit": "1"})
    needed = NOTES if identifier is None else NOTE_IDENTIFIERS
    if old := too_old(about, needed):
        raise old
    version = server_version(about)
    replaces = version is not None and version >= NOTE_IDENTIFIERS.since
    key = identifier or f"phoenix-traces:{uuid4()}"
    body = {"data": {"trace_id": trace_id, "note": note, "identifier": key}}
    try:
        response = yield Call("POST", PATH, content=json.dumps(body).encode(), repeatable=replaces)
    except PhoenixStatusError as error:
        raise trace_error(error, [trace_id]) from None
    try:
        return _Answer.model_validate_json(response.content).data
    except ValidationError:
        raise not_json(response) from None
