"""What is put into an outbox, checked like every other annotation and made ready for its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.single import Described, given_annotation
from phoenix_traces.outbox.entries import NewEntry

if TYPE_CHECKING:
    from phoenix_traces.rules.annotation import TraceAnnotationData


def one_entry(annotation: object, described: Described) -> list[NewEntry]:
    """Return the annotation that was given in one of two ways.

    Args:
        annotation: A model or a mapping; None where the other arguments describe it.
        described: Those.

    Raises:
        TypeError: when it is neither or both, or of a wrong type.
        AnnotationValidationError: naming what is refused.
    """
    return _entries(given_annotation(annotation, described))


def entries_of(
    annotations: Iterable[TraceAnnotationData | Mapping[str, Any]],
) -> list[NewEntry]:
    """Return the annotations of an iterable, without those that a later one replaces.

    Args:
        annotations: What the caller gave.

    Raises:
        TypeError: when it is one annotation, text, a frame, or nothing to iterate over.
        AnnotationValidationError: naming every annotation that is refused.
    """
    from phoenix_traces.inputs.lists import annotation_list

    return _entries(annotation_list(annotations))


def _entries(rows: Rows[Any]) -> list[NewEntry]:
    return [NewEntry(rows.key(row), rows.encode([row])[1:-1]) for _, row in rows.items]
