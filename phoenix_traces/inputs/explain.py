"""What the models have against values, in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import GenericAlias
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from phoenix_traces.failures import AnnotationFailure, Found, Trouble
from phoenix_traces.inputs.unreadable import UnreadableCell
from phoenix_traces.rules.annotation import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules.metadata import Problem
from phoenix_traces.rules.trace_ids import not_text
from phoenix_traces.shown import cut, type_name

Names: TypeAlias = Mapping[str, str]
ModelT = TypeVar("ModelT", bound=BaseModel)

_KNOWN_KEYS = (*TraceAnnotationData.model_fields, *AnnotationResult.model_fields)

_ABOUT_THE_WHOLE = frozenset({"missing", "no_result", "too_long_together"})

_LONGEST_KEPT = 1_000
_MOST_KEPT = 1_000


def validated(
    model: type[ModelT], values: Sequence[object]
) -> tuple[list[ModelT], list[ErrorDetails]]:
    """Return values as models, or else what is against some of them: `loc` begins with the place.

    One call for all of them: it takes half the time of a call for each.
    """
    try:
        return _adapter(model).validate_python(values), []
    except ValidationError as error:
        return [], error.errors(include_url=False)


def refusals(model: type[BaseModel], values: Sequence[object]) -> list[ErrorDetails]:
    """Return what a model has against values; each `loc` begins with the place of its value."""
    return validated(model, values)[1]


# Not without end: rubrics are made of the server's configs at every upload that asks for them.
@lru_cache(maxsize=32)
def _adapter(model: type[ModelT]) -> TypeAdapter[list[ModelT]]:
    listed: Any = GenericAlias(list, model)
    return TypeAdapter(listed)


def failures_from(
    error: ValidationError,
    *,
    position: int | None,
    index: object = None,
    fields: Names | None = None,
) -> Iterator[AnnotationFailure]:
    """Turn pydantic's errors about one annotation into failures.

    Args:
        error: What the model raised.
        position: Zero-based position of the annotation in the input.
        index: Label of its row.
        fields: The caller's own names for the model's fields, where they differ.
    """
    explainer = Explainer(fields or {})
    for details in error.errors(include_url=False):
        for trouble, value in explainer.troubles(details, details["loc"]):
            yield AnnotationFailure(position, index, trouble.field, value, trouble.words(value))


class Explainer:
    """What pydantic's errors are about, in our words.

    Args:
        names: The caller's own names for the models' fields, where they differ.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        # One object for troubles that are equal: a million failures share it.
        self._troubles: dict[tuple[object, ...], Trouble] = {}

    def found_in(self, errors: Iterable[ErrorDetails], places: Sequence[int]) -> Iterator[Found]:
        """Yield the troubles that pydantic's errors about some annotations tell of.

        Args:
            errors: From `validated` or `refusals`.
            places: Of the annotations that were asked about.
        """
        for details in errors:
            at, *path = details["loc"]
            for trouble, value in self.troubles(details, tuple(path)):
                yield Found(places[int(at)], trouble, value)

    def troubles(
        self, details: ErrorDetails, path: tuple[int | str, ...]
    ) -> Iterator[tuple[Trouble, object]]:
        """Yield the troubles that one of pydantic's errors tells of, and the values at fault.

        Args:
            details: What it says.
            path: Where in an annotation.
        """
        problems: list[Problem] | None = details.get("ctx", {}).get("problems")
        if problems is not None:
            yield from self.within_metadata(problems)
            return
        # The "value" of a missing key, or of a rule about several, is the whole annotation.
        value: object = None if details["type"] in _ABOUT_THE_WHOLE else details["input"]
        key = (details["type"], details["msg"], _what_decides(details, path), *path)
        trouble = self._troubles.get(key)
        if trouble is None:
            trouble = self._kept(key, self._trouble(details, path, value))
        yield trouble, value

    def within_metadata(self, problems: Iterable[Problem]) -> Iterator[tuple[Trouble, object]]:
        """Yield the troubles within one annotation's metadata, and the values at fault."""
        for path, value, message in problems:
            key = (path, message)
            yield self._troubles.get(key) or self._kept(key, Trouble.short(path, message)), value

    def _kept(self, key: tuple[object, ...], trouble: Trouble) -> Trouble:
        # What is long is not worth its room, and what all differs neither.
        if sum(len(part) for part in key if isinstance(part, str)) <= _LONGEST_KEPT:
            if len(self._troubles) >= _MOST_KEPT:
                self._troubles.clear()
            self._troubles[key] = trouble
        return trouble

    def _trouble(
        self, details: ErrorDetails, path: tuple[int | str, ...], value: object
    ) -> Trouble:
        written = ".".join([cut(str(part)) for part in path])
        field = self._names.get(written, written) or None
        if type(value) is UnreadableCell:
            return Trouble(field, "cannot be read; correct the cell, or leave its row out")
        if details["type"] == "too_long_together":
            name = self._names.get("name", "name")
            return Trouble(field, details["msg"].replace("name", name, 1))
        if _is_no_text_for_id(details, path) and value is not None:
            return Trouble(field, not_text(value))
        make = _TROUBLES.get(details["type"])
        if make is None:
            return Trouble.short(field, details["msg"])
        return make(field, value, details)


def _is_no_text_for_id(details: ErrorDetails, path: tuple[int | str, ...]) -> bool:
    return details["type"] == "string_type" and path == ("trace_id",)


def _what_decides(details: ErrorDetails, path: tuple[int | str, ...]) -> object:
    """Return what of a value decides about the words for it."""
    value: object = details["input"]
    return not_text(value) if _is_no_text_for_id(details, path) else type(value)


def unknown_key(above: str, key: str) -> Trouble:
    """Return the trouble with a key that no annotation has.

    Args:
        above: The path to what has the key, with a dot at its end, or nothing.
        key: As it was given.
    """
    return _unknown(f"{above}{cut(key)}")


def _misplaced(field: str) -> Trouble | None:
    """Return the trouble with a key that has a meaning, and stands where it has none."""
    above, _, key = field.rpartition(".")
    if not above and key in AnnotationResult.model_fields:
        return Trouble(field, f'belongs in result: put it inside, "result": {{"{key}": ...}}')
    if above == "result" and key in TraceAnnotationData.model_fields.keys() - {"result"}:
        return Trouble(field, f"belongs to the annotation: put {key} beside result, not inside it")
    return None


def _unknown(field: str | None) -> Trouble:
    if field is not None and (misplaced := _misplaced(field)):
        return misplaced
    words = "unknown key, which the server would drop without a word{}"
    return Trouble(field, words, "known key", _KNOWN_KEYS)


def _missing(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    return Trouble(field, f"{field} is missing")


def _unknown_key(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    return _unknown(field)


def _blank(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    return Trouble(field, f"{field} values must be non-empty strings")


def _no_text(field: str | None, value: object, _: ErrorDetails) -> Trouble:
    if value is None:
        return Trouble(field, f"{field} values cannot be None")
    kind = type_name(value)
    if issubclass(type(value), (bytes, bytearray)):
        return Trouble(field, f"must be text, not {kind}: use decode()")
    hint = "numbers belong in score; " if issubclass(type(value), (int, float)) else ""
    return Trouble(field, f"must be text, not {kind}: {hint}use str() if it is meant as text")


def _no_choice(field: str | None, value: object, details: ErrorDetails) -> Trouble:
    expected = details.get("ctx", {})["expected"]
    if field != "annotator_kind":
        return Trouble.short(field, f"must be {expected}")
    if value is None:
        return Trouble(field, f"annotator_kind values cannot be None; use {expected}")
    return Trouble(field, f"Invalid annotator_kind values: {{}}; use {expected}", "repr")


def _no_number(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    return Trouble(field, "Score value '{}' cannot be converted to float", "text or repr")


def _not_finite(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    return Trouble(field, "Score value '{}' is not finite; leave it out instead", "text")


def _lone_surrogate(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    words = "holds a lone surrogate, which is not valid Unicode; remove or replace it"
    return Trouble(field, words)


def _no_model(field: str | None, _: object, __: ErrorDetails) -> Trouble:
    return Trouble(field, "must be a mapping, or a model of phoenix_traces")


_TROUBLES: Mapping[str, Callable[[str | None, object, ErrorDetails], Trouble]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "blank_text": _blank,
    "string_type": _no_text,
    "string_unicode": _lone_surrogate,
    "literal_error": _no_choice,
    "float_type": _no_number,
    "score_text": _no_number,
    "finite_number": _not_finite,
    "model_type": _no_model,
}
