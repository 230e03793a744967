"""Annotations given either as a list or as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phoenix_traces.inputs.frame_types import AnyFrame
from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.rules.annotation import AnnotatorKind, TraceAnnotationData


def given_rows(
    trace_annotations: Iterable[TraceAnnotationData | Mapping[str, Any]] | None,
    dataframe: AnyFrame | None,
    annotation_name: str | None,
    annotator_kind: AnnotatorKind | None,
) -> Rows[Any]:
    """Return the rows that a caller gave in one of two ways, checked.

    Raises:
        TypeError: when it is neither or both, or of a wrong type.
        AnnotationValidationError: naming everything that is refused.
    """
    if dataframe is None:
        if trace_annotations is None:
            raise TypeError("pass trace_annotations or dataframe")
        if annotation_name is not None or annotator_kind is not None:
            raise TypeError("annotation_name and annotator_kind are for a dataframe")
        return annotation_list(trace_annotations)
    if trace_annotations is not None:
        raise TypeError("pass trace_annotations or dataframe, not both")
    from phoenix_traces.inputs.frames.rows import annotation_frame

    return annotation_frame(
        dataframe, annotation_name=annotation_name, annotator_kind=annotator_kind
    )
