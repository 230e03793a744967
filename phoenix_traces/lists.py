"""Annotations given one by one or in an iterable, checked and made ready to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from phoenix_traces.batches import Rows
from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure, failures_from
from phoenix_traces.keys import superseded_positions, warn_about
from phoenix_traces.models import TraceAnnotationData
from phoenix_traces.rubrics import Rubrics

_ARGUMENTS = {
    "name": "annotation_name",
    "result.label": "label",
    "result.score": "score",
    "result.explanation": "explanation",
}


def single_annotation(
    *,
    trace_id: str,
    annotation_name: str,
    annotator_kind: str,
    label: str | None,
    score: float | None,
    explanation: str | None,
    metadata: Mapping[str, Any] | None,
    identifier: str | None,
) -> Rows[TraceAnnotationData]:
    """Return the one annotation that a call's arguments describe.

    Raises:
        AnnotationValidationError: naming the arguments that are refused.
    """
    annotation = {
        "trace_id": trace_id,
        "name": annotation_name,
        "annotator_kind": annotator_kind,
        "result": {"label": label, "score": score, "explanation": explanation},
        "metadata": metadata,
        "identifier": identifier,
    }
    return _rows(_checked([annotation], fields=_ARGUMENTS))


def annotation_list(
    trace_annotations: Iterable[TraceAnnotationData | Mapping[str, object]],
    rubrics: Rubrics | None = None,
) -> Rows[TraceAnnotationData]:
    """Return annotations as rows to send; the iterable is read once, to its end.

    Args:
        trace_annotations: What the caller gave.
        rubrics: What annotations of some names must hold beside the general rules.

    Raises:
        TypeError: when it is one annotation, text, a frame, or nothing to iterate over.
        AnnotationValidationError: naming every annotation that is refused.
    """
    _refuse_what_is_no_list(trace_annotations)
    items = list(trace_annotations)
    if not items:
        empty = AnnotationFailure(None, None, None, None, "trace_annotations cannot be empty")
        raise AnnotationValidationError([empty], total=0)
    return _rows(_checked(items, rubrics=rubrics))


def _refuse_what_is_no_list(value: object) -> None:
    expected = "trace_annotations must be an iterable of annotations"
    if isinstance(value, (Mapping, TraceAnnotationData)):
        raise TypeError(f"{expected}, and this is one annotation: put it in a list, [annotation]")
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError(f"{expected}, and this is text")
    if hasattr(value, "iloc"):
        raise TypeError(f"{expected}, and this is pandas': use log_trace_annotations_dataframe")
    if not isinstance(value, Iterable):
        raise TypeError(f"{expected}, not {type(value).__name__}")


def _checked(
    items: Sequence[object],
    *,
    fields: Mapping[str, str] | None = None,
    rubrics: Rubrics | None = None,
) -> list[TraceAnnotationData]:
    annotations: list[TraceAnnotationData] = []
    failures: list[AnnotationFailure] = []
    for position, item in enumerate(items):
        # A rubric's own rules are in its own type. A plain mapping has only the general ones.
        model = type(item) if isinstance(item, TraceAnnotationData) else TraceAnnotationData
        try:
            annotation = model.model_validate(item)
            if rubrics and (rubric := rubrics.get(annotation.name)):
                rubric.model_validate(annotation.model_dump())
            annotations.append(annotation)
        except ValidationError as error:
            failures += failures_from(error, position=position, fields=fields)
    if failures:
        raise AnnotationValidationError(failures, total=len(items))
    return annotations


def _rows(annotations: list[TraceAnnotationData]) -> Rows[TraceAnnotationData]:
    superseded = superseded_positions(
        (position, (each.trace_id, each.name, each.identifier or ""))
        for position, each in enumerate(annotations)
    )
    warn_about(superseded)
    return Rows(
        total=len(annotations),
        items=((at, each) for at, each in enumerate(annotations) if at not in superseded),
        encode=_encode,
        trace_id=lambda annotation: annotation.trace_id,
        superseded=superseded,
    )


@cache
def _adapter() -> TypeAdapter[list[TraceAnnotationData]]:
    return TypeAdapter(list[TraceAnnotationData])


def _encode(annotations: Sequence[TraceAnnotationData]) -> bytes:
    return _adapter().dump_json(list(annotations), exclude_none=True)
