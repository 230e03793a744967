"""Annotations given alone or in an iterable, checked and made ready to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from pydantic import BaseModel

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure, Failures
from phoenix_traces.inputs.duplicates import superseded_positions, warn_about
from phoenix_traces.inputs.empty import WHY_EMPTY, is_empty_annotation, key_of_empty
from phoenix_traces.inputs.explain import Names
from phoenix_traces.inputs.list_checks import ListChecks
from phoenix_traces.inputs.other_frames import frame_for_a_list
from phoenix_traces.inputs.rows import Key, Rows
from phoenix_traces.inputs.wire_row import (
    FIELDS,
    RESULT_NAMES,
    WireRow,
    encode_rows,
    key_of,
    wire_rows,
)
from phoenix_traces.rules import fast_path
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.rubrics import Rubrics
from phoenix_traces.shown import shown, type_name

_ROWS_TOGETHER = 1_000

# What a rubric may have beside them does not go over the wire.
_WIRE_FIELDS: dict[str, Any] = {
    **dict.fromkeys(TraceAnnotationData.model_fields, True),
    "result": set(RESULT_NAMES),
}

_ARGUMENTS = {
    "name": "annotation_name",
    # There is no argument of this name: what is against it is against several.
    "result": "",
    "result.label": "label",
    "result.score": "score",
    "result.explanation": "explanation",
}


def judged_annotation(
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
    """Return the one annotation that a call's arguments describe, as the models judge it.

    With `skip_empty` it is left out where there is no judgement.

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
    return _judged_alone(annotation, names=_ARGUMENTS, skip_empty=skip_empty)


def ready_annotation(annotation: object, *, skip_empty: bool = False) -> Rows[WireRow]:
    """Return the one annotation that a caller has made already.

    With `skip_empty` it is left out where there is no judgement.

    Raises:
        TypeError: when it is no annotation.
        AnnotationValidationError: naming the fields that are refused.
    """
    _refuse_what_is_no_annotation(annotation)
    return _judged_alone(annotation, skip_empty=skip_empty)


def _refuse_what_is_no_annotation(annotation: object) -> None:
    if isinstance(annotation, (Mapping, TraceAnnotationData)):
        return
    expected = "annotation must be a TraceAnnotationData, a rubric's instance or a mapping"
    if isinstance(annotation, type):
        raise TypeError(f"{expected}, and this is a class: make an instance of it")
    if isinstance(annotation, str):
        raise TypeError(f"{expected}, and this is text: a trace id is passed as trace_id=")
    if isinstance(annotation, (list, tuple)):
        raise TypeError(f"{expected}, and this may be several: use log_trace_annotations")
    raise TypeError(f"{expected}, not {type_name(annotation)}")


def _judged_alone(
    annotation: object, *, names: Names | None = None, skip_empty: bool = False
) -> Rows[WireRow]:
    try:
        return _checked([annotation], names=names, skip_empty=skip_empty)
    except AnnotationValidationError as error:
        failures = [_without_position(each) for each in error.failures]
    raise AnnotationValidationError(failures, total=1)


def _without_position(failure: AnnotationFailure) -> AnnotationFailure:
    """Return a failure of the one annotation there is, which is no row."""
    given = "" if failure.value is None else f" {shown(failure.value)}:"
    place = f"{failure.field}:{given} " if failure.field else ""
    return replace(failure, position=None, message=f"{place}{failure.message}")


def annotation_list(
    trace_annotations: Iterable[TraceAnnotationData | Mapping[str, object]],
    rubrics: Rubrics | None = None,
    *,
    skip_empty: bool = False,
) -> Rows[WireRow]:
    """Return annotations as rows to send; the iterable is read once, to its end.

    Args:
        trace_annotations: What the caller gave.
        rubrics: What annotations of some names must hold beside the general rules.
        skip_empty: Whether annotations without a judgement are left out.

    Raises:
        TypeError: when it is one annotation, text, a frame, or nothing to iterate over.
        AnnotationValidationError: naming every annotation that is refused.
    """
    _refuse_what_is_no_list(trace_annotations)
    # Without its length, which an iterable of the caller's own may not know.
    items = list(iter(trace_annotations))
    if not items:
        empty = AnnotationFailure(None, None, None, None, "trace_annotations cannot be empty")
        raise AnnotationValidationError([empty], total=0)
    return _checked(items, rubrics=rubrics, skip_empty=skip_empty)


def _refuse_what_is_no_list(value: object) -> None:
    expected = "trace_annotations must be an iterable of annotations"
    if isinstance(value, (Mapping, TraceAnnotationData)):
        raise TypeError(f"{expected}, and this is one annotation: put it in a list, [annotation]")
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError(f"{expected}, and this is text")
    if hasattr(value, "iloc"):
        raise TypeError(
            f"{expected}, and this is a pandas {type_name(value)}: "
            "use log_trace_annotations_dataframe"
        )
    # A data set that can be iterated over, such as Hugging Face's, yields mappings.
    is_data_set = "Dataset" in type_name(value)
    is_iterable = isinstance(value, Iterable)
    if (frame := frame_for_a_list(value)) and not (is_iterable and is_data_set):
        raise TypeError(f"{expected}, and this is a {frame}")
    if not is_iterable:
        raise TypeError(f"{expected}, not {type_name(value)}")


def _checked(
    items: Sequence[object],
    *,
    names: Names | None = None,
    rubrics: Rubrics | None = None,
    skip_empty: bool,
) -> Rows[WireRow]:
    """Return annotations as rows to send, checked some at a time.

    Args:
        items: What the caller gave.
        names: The caller's own names for the models' fields, where they differ.
        rubrics: What annotations of some names must hold beside the general rules.
        skip_empty: Whether annotations without a judgement are left out.

    Raises:
        AnnotationValidationError: naming every annotation that is refused.
    """
    checks = ListChecks(names or {}, rubrics or {})
    rows: list[WireRow] = []
    failures = Failures()
    left_out: dict[int, Any] = {}
    if skip_empty:
        left_out = {at: item for at, item in enumerate(items) if is_empty_annotation(item)}
    every_position: Sequence[int] = range(len(items))
    kept = items
    if left_out:
        every_position = [at for at in every_position if at not in left_out]
        kept = [items[at] for at in every_position]
    for start in range(0, len(kept), _ROWS_TOGETHER):
        some = kept[start : start + _ROWS_TOGETHER]
        positions = every_position[start : start + _ROWS_TOGETHER]
        plain_rows = None if rubrics else _plain_rows(some)
        if failures:
            # Nothing will be sent: all that is left to find out is what else is wrong.
            if plain_rows is None:
                found = checks.found(some, is_brief=failures.are_many)
                failures.add(found, positions)
        elif plain_rows is None:
            annotations, found = checks.annotations(some)
            rows += map(_row, annotations)
            failures.add(found, positions)
        else:
            rows += plain_rows
    if failures:
        raise AnnotationValidationError(failures, total=len(items))
    return _without_superseded(rows, every_position, left_out)


def _plain_rows(items: Sequence[Any]) -> Iterable[WireRow] | None:
    """Return annotations as rows, if the models would leave all of them as they are.

    Looking at many cells at once is several times faster than asking the models about each
    annotation, and most annotations are plain.
    """
    annotations = _as_dicts(items, TraceAnnotationData)
    if annotations is None:
        return None
    results = _as_dicts([each.get("result") for each in annotations], AnnotationResult)
    if results is None:
        return None
    cells = {
        field: [each.get(field) for each in (results if field in RESULT_NAMES else annotations)]
        for field in FIELDS
    }
    if not fast_path.are_rows(cells, FIELDS):
        return None
    are_wire_rows = _are_dicts(items) and _are_dicts([each["result"] for each in annotations])
    # Dicts are sent as they are; building others like them would take as long as all the checks.
    return cast("Iterable[WireRow]", items) if are_wire_rows else wire_rows(cells)


def _are_dicts(values: Iterable[object]) -> bool:
    return set(map(type, values)) == {dict}


def _as_dicts(
    values: Sequence[Any], model: type[TraceAnnotationData | AnnotationResult]
) -> Sequence[dict[str, Any]] | None:
    """Return values as dicts of a model's fields, if all are such dicts, or all are the model."""
    if set(map(type, values)) == {model}:
        return list(map(_attributes, values))
    if _are_dicts(values) and set[object]().union(*values) <= model.model_fields.keys():
        return values
    return None


def _attributes(model: BaseModel) -> dict[str, Any]:
    return vars(model)


def _row(annotation: TraceAnnotationData) -> WireRow:
    return cast("WireRow", annotation.model_dump(include=_WIRE_FIELDS, exclude_none=True))


def _without_superseded(
    rows: list[WireRow], positions: Sequence[int], left_out: Mapping[int, Any]
) -> Rows[WireRow]:
    keys = [(row["trace_id"], row["name"], row.get("identifier") or "") for row in rows]
    repeats = len(set(keys)) < len(keys)
    superseded = superseded_positions(zip(positions, keys, strict=True)) if repeats else {}
    warn_about(superseded)
    items: Iterable[tuple[int, WireRow]] = zip(positions, rows, strict=True)
    if superseded:
        items = (item for item in items if item[0] not in superseded)
    return Rows(
        total=len(rows) + len(left_out),
        items=items,
        encode=encode_rows,
        key=key_of,
        superseded=superseded,
        left_out=dict.fromkeys(left_out, WHY_EMPTY),
        keys=_Keys(rows, left_out),
    )


@dataclass(frozen=True)
class _Keys:
    """The keys of rows, read from them as often as somebody goes through them."""

    rows: Sequence[WireRow]
    left_out: Mapping[int, Any]

    def __iter__(self) -> Iterator[Key]:
        rows = iter(self.rows)
        for position in range(len(self.rows) + len(self.left_out)):
            empty = self.left_out.get(position)
            yield key_of(next(rows)) if empty is None else key_of_empty(empty)
