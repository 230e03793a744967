"""The deletion of annotations of a project."""

from __future__ import annotations

from datetime import datetime

from phoenix_traces.errors import PhoenixStatusError
from phoenix_traces.inputs.flags import checked_flag
from phoenix_traces.protocol.answers import project_error, unexpected
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.steps import Steps
from phoenix_traces.protocol.versions import DELETING, too_old
from phoenix_traces.rules.fields import ANNOTATOR_KINDS, AnnotatorKind
from phoenix_traces.stored.moments import utc_text
from phoenix_traces.stored.selection import annotations_path, check_length, refused, required_text

_DELETED = 204


def deletion(
    *,
    project_identifier: str,
    name: str | None,
    identifier: str | None,
    annotator_kind: AnnotatorKind | None,
    start_time: datetime | None,
    end_time: datetime | None,
    delete_all: bool,
) -> Steps[None]:
    """Return the steps that delete what all of the given arguments describe.

    Raises:
        AnnotationValidationError: when the server's gate would not open, or an argument is wrong.
    """
    params: dict[str, str] = {}
    # A blank text must not count as absent here: that would delete more, not less.
    if name is not None:
        params["name"] = _narrowing("name", name)
    if identifier is not None:
        params["identifier"] = _narrowing("identifier", identifier)
    if annotator_kind is not None:
        params["annotator_kind"] = _kind(annotator_kind)
    params |= _gate(start_time, end_time, delete_all=delete_all)
    return _delete(annotations_path(project_identifier), params)


def _kind(value: object) -> str:
    # Not by `in` alone: an array would be compared with each, and has no truth.
    if not isinstance(value, str) or value not in ANNOTATOR_KINDS:
        raise refused("annotator_kind", value, f"must be one of {', '.join(ANNOTATOR_KINDS)}")
    return value


def _narrowing(field: str, value: str) -> str:
    text = required_text(field, value)
    check_length(field, text)
    return text


def _gate(start: datetime | None, end: datetime | None, *, delete_all: bool) -> dict[str, str]:
    params = {
        field: utc_text(field, moment)
        for field, moment in (("start_time", start), ("end_time", end))
        if moment is not None
    }
    if checked_flag(delete_all, "delete_all"):
        params["delete_all"] = "true"
    elif start is None or end is None:
        raise refused(
            "start_time" if start is None else "end_time",
            None,
            "give both start_time and end_time, or delete_all=True; name, identifier and "
            "annotator_kind only narrow what is deleted",
        )
    if start is not None and end is not None and start >= end:
        raise refused("start_time", start, f"must be before end_time, {end}")
    return params


def _delete(path: str, params: dict[str, str]) -> Steps[None]:
    try:
        response = yield Call("DELETE", path, params)
    except PhoenixStatusError as error:
        # To a server that cannot delete, the path is as wrong as any other.
        old = too_old(error.response, DELETING) if error.status_code == 405 else None
        raise old or project_error(error.response) from None
    if response.status_code != _DELETED:
        # A proxy's page that asks for a login is a 200 too.
        raise unexpected(response, f"not the {_DELETED} that Phoenix gives: check base_url")
