r"""The models' rules in the words of JSON Schema, for the models' own `model_json_schema()`.

White space and characters are written out, because Python, ECMAScript and Rust disagree on what
`\s` and `\S` are. The patterns mean the same in all three.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from pydantic import BaseModel

from phoenix_traces.rules.fields import MAX_INTEGER, MIN_INTEGER

JsonSchema: TypeAlias = dict[str, Any]

_WHITE_SPACE = r"\t\n\u000b\u000c\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSTORABLE = r"\u0000\ud800-\udfff"
_STORABLE = rf"^[^{_UNSTORABLE}]*$"
_PRESENT = rf"^[^{_UNSTORABLE}]*[^{_UNSTORABLE}{_WHITE_SPACE}][^{_UNSTORABLE}]*$"
_BLANK = rf"^[{_WHITE_SPACE}]*$"
_RESERVED = rf"^[{_WHITE_SPACE}]*note[{_WHITE_SPACE}]*$"

STORABLE_TEXT: JsonSchema = {"pattern": _STORABLE}
STORABLE_KEYS: JsonSchema = {"propertyNames": STORABLE_TEXT}
# Exclusive, because JavaScript writes these two as 18446744073709552000 and -9223372036854776000.
METADATA_NUMBER: JsonSchema = {
    "exclusiveMinimum": MIN_INTEGER,
    "exclusiveMaximum": MAX_INTEGER + 1,
}
# What a float64 can hold: JSON has no infinities, and 1e400 becomes one.
_FINITE: JsonSchema = {"minimum": -sys.float_info.max, "maximum": sys.float_info.max}

_RULES: Mapping[str, JsonSchema] = {
    "trace_id": {"pattern": _PRESENT},
    "name": {"pattern": _PRESENT, "not": {"pattern": _RESERVED}},
    "score": _FINITE,
}
_OPTIONAL_TEXTS = frozenset({"label", "explanation", "identifier"})

_NO_TEXT: JsonSchema = {"type": ["string", "null"], "pattern": _BLANK}
_NOTHING: JsonSchema = {
    "type": "object",
    "properties": {"label": _NO_TEXT, "score": {"type": "null"}, "explanation": _NO_TEXT},
}
_JUDGEMENT = frozenset({"label", "score", "explanation"})

# A line break inside a paragraph; the next line of a list or an example begins otherwise.
_WRAPPED = re.compile(r"(?<=\S)\n(?=\w)")

_FOR_PROGRAMMERS = re.compile(r"\n\n(?:Attributes|Examples?):")


def add_rules(schema: JsonSchema, model: type[BaseModel]) -> None:
    """Add to a model's schema what its validators check; a subclass's own choices stay.

    Args:
        schema: Of the model, as pydantic writes it; changed in place.
        model: Whose fields may narrow those of its base classes.
    """
    if "description" in schema:
        # A docstring's last parts are about Python, and the schema's readers may not be.
        text = _FOR_PROGRAMMERS.split(schema["description"])[0]
        schema["description"] = _WRAPPED.sub(" ", text)
    properties = cast("dict[str, JsonSchema]", schema.get("properties", {}))
    for name, described in properties.items():
        _join_null(described)
        described.update(inherited_words(model, name))
        if name in _OPTIONAL_TEXTS:
            _add_text_rules(described, is_required=model.model_fields[name].is_required())
        elif not _is_choice(described):
            _add(described, _RULES.get(name, {}))
    if properties.keys() >= _JUDGEMENT:
        # "Not all of them empty", because form builders show an "any of" as a choice.
        schema["not"] = _NOTHING


def _is_choice(schema: JsonSchema) -> bool:
    return "enum" in schema or "const" in schema


def _join_null(schema: JsonSchema) -> None:
    """Say "string or null" as one type, which form builders and readers take more easily."""
    kinds = cast("list[JsonSchema]", schema.get("anyOf", []))
    others = [kind for kind in kinds if kind != {"type": "null"}]
    if len(kinds) != 2 or len(others) != 1 or not isinstance(others[0].get("type"), str):
        return
    del schema["anyOf"]
    schema.update(others[0])
    schema["type"] = [schema["type"], "null"]
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]


def inherited_words(model: type[BaseModel], name: str) -> JsonSchema:
    """Return the title and description of a field, from the base classes if it repeats neither."""
    fields = [
        parent.model_fields[name]
        for parent in model.__mro__
        if issubclass(parent, BaseModel) and name in parent.model_fields
    ]
    words: JsonSchema = {}
    for field in reversed(fields):
        words |= {"title": field.title} if field.title else {}
        words |= {"description": field.description} if field.description else {}
    return words


def _add_text_rules(schema: JsonSchema, *, is_required: bool) -> None:
    if is_required and isinstance(schema.get("type"), list):
        schema["type"] = "string"
        if "enum" in schema:
            schema["enum"] = [each for each in schema["enum"] if each is not None]
    if not _is_choice(schema):
        _add(schema, {"pattern": _PRESENT if is_required else _STORABLE})


def _add(schema: JsonSchema, rules: JsonSchema) -> None:
    for keyword, rule in rules.items():
        if schema.setdefault(keyword, rule) != rule and keyword == "pattern":
            schema.setdefault("allOf", []).append({"pattern": rule})
