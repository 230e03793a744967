"""Rows in which nobody judged: without label, score and explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from phoenix_traces.inputs.rows import Key
from phoenix_traces.rules.fields import FIELDS, RESULT_NAMES
from phoenix_traces.rules.text import WHITE_SPACE

WHY_EMPTY = "there is no label, score or explanation"

_KEYS = {*FIELDS, "result"}.difference(RESULT_NAMES)


def empty_places(cells: Mapping[str, Sequence[object]]) -> list[int]:
    """Return the places of the rows without a judgement.

    Args:
        cells: By field; what is missing is None.
    """
    results = zip(*(cells[name] for name in RESULT_NAMES), strict=True)
    return [place for place, result in enumerate(results) if all(map(_is_blank, result))]


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not str.strip(cell, WHITE_SPACE))


def is_empty_annotation(item: object) -> bool:
    """Tell that an item of a list is an annotation without a judgement, and with nothing odd.

    What has a key that no annotation has is not empty: the judgement may be under that key.
    """
    if not isinstance(item, Mapping):
        return False
    annotation = cast("Mapping[object, object]", item)
    try:
        result = annotation.get("result")
        return set(annotation) <= _KEYS and (result is None or _is_empty_result(result))
    except Exception:  # noqa: BLE001 - a mapping of the caller's may raise anything
        return False


def _is_empty_result(result: object) -> bool:
    if not isinstance(result, Mapping):
        return False
    fields = cast("Mapping[object, object]", result)
    return set(fields) <= set(RESULT_NAMES) and all(_is_blank(fields[name]) for name in fields)


def key_of_empty(item: Mapping[str, Any]) -> Key:
    """Return what an annotation without a judgement would be kept under; "" for what is no text."""
    trace_id, name, identifier = (
        str.strip(value, WHITE_SPACE) if isinstance(value := item.get(part), str) else ""
        for part in ("trace_id", "name", "identifier")
    )
    return trace_id, name, identifier
