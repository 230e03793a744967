"""One record for each thing that is wrong with the input, and how pydantic's errors become one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from phoenix_traces.errors import AnnotationFailure, shown
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_KNOWN_KEYS = (*TraceAnnotationData.model_fields, *AnnotationResult.model_fields)


def failures_from(
    error: ValidationError,
    *,
    position: int,
    index: object = None,
    fields: Mapping[str, str] | None = None,
) -> Iterator[AnnotationFailure]:
    """Turn pydantic's errors about one annotation into failures.

    Args:
        error: What the model raised.
        position: Zero-based position of the annotation in the input.
        index: Label of its row.
        fields: The caller's own names for the model's fields, where they differ.
    """
    names = fields or {}
    for details in error.errors(include_url=False):
        for field, value, message in _problems(details, names):
            yield AnnotationFailure(position, index, field, value, message)


def _problems(
    details: ErrorDetails, names: Mapping[str, str]
) -> Iterator[tuple[str | None, object, str]]:
    inside: list[tuple[str, object, str]] | None = details.get("ctx", {}).get("problems")
    if inside is not None:
        yield from inside
        return
    path = ".".join(str(part) for part in details["loc"])
    field = names.get(path, path)
    # The "value" of a missing key, or of a rule about several, is the whole annotation.
    value = None if details["type"] in _ABOUT_THE_WHOLE else details["input"]
    yield field or None, value, _message(field, details)


def _message(field: str, details: ErrorDetails) -> str:
    if details["type"] == "literal_error":
        return _not_a_choice(field, details["input"], details.get("ctx", {})["expected"])
    explain = _MESSAGES.get(details["type"])
    return details["msg"] if explain is None else explain(field, details["input"])


def _not_text(field: str, value: object) -> str:
    if value is None:
        return f"{field} values cannot be None"
    kind = type(value).__name__
    if isinstance(value, (bytes, bytearray)):
        return f"must be text, not {kind}: use decode()"
    hint = "numbers belong in score; " if isinstance(value, (int, float)) else ""
    return f"must be text, not {kind}: {hint}use str() if it is meant as text"


def _unknown_key(field: str, _: object) -> str:
    key = field.rpartition(".")[2]
    close = difflib.get_close_matches(key, _KNOWN_KEYS, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else ""
    return f"unknown key, which the server would drop without a word{guess}"


def _not_a_choice(field: str, value: object, expected: str) -> str:
    if field != "annotator_kind":
        return f"must be {expected}"
    if value is None:
        return f"annotator_kind values cannot be None; use {expected}"
    return f"Invalid annotator_kind values: {shown(value)}; use {expected}"


def _not_a_number(_: str, value: object) -> str:
    text = value if isinstance(value, str) else shown(value)
    return f"Score value '{text}' cannot be converted to float"


_ABOUT_THE_WHOLE = frozenset({"missing", "no_result", "too_long_together"})


def _lone_surrogate(_field: str, _value: object) -> str:
    return "holds a lone surrogate, which is not valid Unicode; remove or replace it"


def _not_a_model(_field: str, _value: object) -> str:
    return "must be a mapping, or a model of phoenix_traces"


_MESSAGES: Mapping[str, Callable[[str, object], str]] = {
    "missing": lambda field, _: f"{field} is missing",
    "extra_forbidden": _unknown_key,
    "blank_text": lambda field, _: f"{field} values must be non-empty strings",
    "string_type": _not_text,
    "string_unicode": _lone_surrogate,
    "float_type": _not_a_number,
    "score_text": _not_a_number,
    "finite_number": lambda _, value: f"Score value '{value}' is not finite; leave it out instead",
    "model_type": _not_a_model,
}
