"""Annotations given one by one or in an iterable, checked and made ready to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from phoenix_traces.errors import AnnotationFailure, AnnotationValidationError
from phoenix_traces.inputs.duplicates import superseded_positions, warn_about
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.wire_row import (
    FIELDS,
    RESULT_NAMES,
    WireRow,
    encode_rows,
    trace_id_of,
    wire_rows,
)
from phoenix_traces.rules import fast_path
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics

_ROWS_TOGETHER = 1_000

# What a rubric may have beside them does not go over the wire.
_WIRE_FIELDS: dict[str, Any] = {
    **dict.fromkeys(TraceAnnotationData.model_fields, True),
    "result": set(RESULT_NAMES),
}

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
) -> Rows[WireRow]:
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
    return _checked([annotation], fields=_ARGUMENTS)


def annotation_list(
    trace_annotations: Iterable[TraceAnnotationData | Mapping[str, object]],
    rubrics: Rubrics | None = None,
) -> Rows[WireRow]:
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
    return _checked(items, rubrics=rubrics)


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
) -> Rows[WireRow]:
    rows: list[WireRow] = []
    failures: list[AnnotationFailure] = []
    for start in range(0, len(items), _ROWS_TOGETHER):
        block = items[start : start + _ROWS_TOGETHER]
        plain_rows = None if rubrics else _plain_rows(block)
        if plain_rows is not None:
            rows += plain_rows
            continue
        for position, item in enumerate(block, start):
            try:
                rows.append(_row_by_model(item, rubrics or {}))
            except ValidationError as error:
                failures += failures_from(error, position=position, fields=fields)
    if failures:
        raise AnnotationValidationError(failures, total=len(items))
    return _without_superseded(rows)


def _plain_rows(block: Sequence[Any]) -> Iterable[WireRow] | None:
    """Return annotations as rows, if the models would leave all of them as they are.

    Looking at many cells at once is several times faster than asking the models about each
    annotation, and most annotations are plain.
    """
    annotations = _plain_mappings(block, TraceAnnotationData)
    if annotations is None:
        return None
    given_results = [each.get("result") for each in annotations]
    results = _plain_mappings(given_results, AnnotationResult)
    if results is None:
        return None
    cells = {
        field: [each.get(field) for each in (results if field in RESULT_NAMES else annotations)]
        for field in FIELDS
    }
    if not fast_path.are_rows(cells, FIELDS):
        return None
    # Dicts are sent as they are; building others like them would take as long as all the checks.
    if annotations is block and results is given_results:
        return cast("Iterable[WireRow]", block)
    return wire_rows(cells)


def _plain_mappings(
    values: Sequence[Any], model: type[TraceAnnotationData | AnnotationResult]
) -> Sequence[dict[str, Any]] | None:
    kinds = set(map(type, values))
    if kinds == {model}:
        return list(map(_attributes, values))
    if kinds == {dict} and set[object]().union(*values) <= model.model_fields.keys():
        return values
    return None


def _attributes(model: BaseModel) -> dict[str, Any]:
    return vars(model)


def _row_by_model(item: object, rubrics: Rubrics) -> WireRow:
    # A rubric's own rules are in its own type. A plain mapping has only the general ones.
    model = type(item) if isinstance(item, TraceAnnotationData) else TraceAnnotationData
    annotation = model.model_validate(item)
    if rubric := rubrics.get(annotation.name):
        rubric.model_validate(annotation.model_dump())
    return cast("WireRow", annotation.model_dump(include=_WIRE_FIELDS, exclude_none=True))


def _without_superseded(rows: list[WireRow]) -> Rows[WireRow]:
    keys = [(row["trace_id"], row["name"], row.get("identifier") or "") for row in rows]
    repeats = len(set(keys)) < len(keys)
    superseded = superseded_positions(enumerate(keys)) if repeats else {}
    warn_about(superseded)
    items: Iterable[tuple[int, WireRow]] = enumerate(rows)
    if superseded:
        items = (item for item in items if item[0] not in superseded)
    return Rows(
        total=len(rows),
        items=items,
        encode=encode_rows,
        trace_id=trace_id_of,
        superseded=superseded,
    )
