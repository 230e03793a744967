"""Moments in questions: as text that says which one is meant."""

from __future__ import annotations

from datetime import datetime, timezone

from phoenix_traces.stored.selection import refused


def utc_text(field: str, moment: object) -> str:
    """Return a moment as text in UTC.

    Args:
        field: The caller's name for it.
        moment: A datetime with its time zone. Phoenix takes a naive one for UTC, and the people who
            write one often mean the time on their wall.

    Raises:
        TypeError: when it is no datetime.
        AnnotationValidationError: when it is naive, or no moment that UTC has.
    """
    if not isinstance(moment, datetime):
        raise TypeError(f"{field} must be a datetime, not {type(moment).__name__}")
    if moment != moment:
        raise refused(field, None, "is NaT, which is no moment")
    if moment.utcoffset() is None:
        problem = "has no time zone, so it could mean another moment: add one, such as timezone.utc"
        raise refused(field, moment, problem)
    try:
        return moment.astimezone(timezone.utc).isoformat()
    except OverflowError:
        raise refused(field, moment, "is outside the years 1 to 9999 in UTC") from None
