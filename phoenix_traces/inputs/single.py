"""One annotation, checked and made ready to be sent, without the models where it is plain.

A program that stores one annotation and ends waits for its imports more than for anything else, and
for those of pydantic's models most of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.wire_row import FIELDS, WireRow, encode_rows, key_of, wire_rows
from phoenix_traces.rules import fast_path


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
) -> Rows[WireRow]:
    """Return the one annotation that a call's arguments describe.

    Raises:
        AnnotationValidationError: naming the arguments that are refused.
    """
    cells: dict[str, list[Any]] = {
        "trace_id": [trace_id],
        "name": [annotation_name],
        "annotator_kind": [annotator_kind],
        "label": [label],
        "score": [score],
        "explanation": [explanation],
        "metadata": [metadata],
        "identifier": [identifier],
    }
    if fast_path.are_rows(cells, FIELDS):
        return Rows(
            total=1,
            items=enumerate(wire_rows(cells)),
            encode=encode_rows,
            key=key_of,
        )
    from phoenix_traces.inputs.lists import judged_annotation

    return judged_annotation(
        trace_id=trace_id,
        annotation_name=annotation_name,
        annotator_kind=annotator_kind,
        label=label,
        score=score,
        explanation=explanation,
        metadata=metadata,
        identifier=identifier,
    )
