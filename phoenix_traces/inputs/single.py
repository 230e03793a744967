"""One annotation, checked and made ready to be sent, without the models where it is plain.

A program that stores one annotation and ends waits for its imports more than for anything else, and
for those of pydantic's models most of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from phoenix_traces.inputs.left_out import LEFT_OUT, LeftOut
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.wire_row import FIELDS, WireRow, encode_rows, key_of, wire_rows
from phoenix_traces.rules import fast_path

_DEFAULT_KIND = "HUMAN"  # as the signatures say


class Described(TypedDict):
    """The arguments that describe an annotation one by one."""

    trace_id: str | LeftOut
    annotation_name: str | LeftOut
    annotator_kind: str | LeftOut
    label: str | None
    score: float | None
    explanation: str | None
    metadata: Mapping[str, Any] | None
    identifier: str | None


def given_annotation(
    annotation: object, described: Described, *, skip_empty: bool = False
) -> Rows[WireRow]:
    """Return the one annotation that a caller gave in one of two ways.

    Args:
        annotation: A model or a mapping; None where the other arguments describe it.
        described: Those.
        skip_empty: Whether one without a judgement is left out.

    Raises:
        TypeError: when it is neither or both, or of a wrong type.
        AnnotationValidationError: naming what is refused.
    """
    given: dict[str, Any] = {
        name: value for name, value in described.items() if value is not LEFT_OUT
    }
    if annotation is not None:
        if beside := [name for name, value in given.items() if value is not None]:
            raise TypeError(
                "pass an annotation or the arguments that describe one, not both: beside "
                f"annotation there is {', '.join(beside)}"
            )
        from phoenix_traces.inputs.lists import ready_annotation

        return ready_annotation(annotation, skip_empty=skip_empty)
    if missing := [name for name in ("trace_id", "annotation_name") if name not in given]:
        raise TypeError(
            "pass an annotation, or trace_id and annotation_name with what describes one: "
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        )
    given.setdefault("annotator_kind", _DEFAULT_KIND)
    return single_annotation(**given, skip_empty=skip_empty)


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
    skip_empty: bool = False,
) -> Rows[WireRow]:
    """Return the one annotation that a call's arguments describe.

    With `skip_empty` it is left out where there is no judgement.

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
            keys=((trace_id, annotation_name, identifier or ""),),
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
        skip_empty=skip_empty,
    )
