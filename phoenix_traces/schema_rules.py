"""The models' rules in the words of JSON Schema, for the models' own `model_json_schema()`.

White space and characters are written out, because Python, ECMAScript and Rust disagree on what
`\\s` and `\\S` are. The patterns mean the same in all three.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

JsonSchema: TypeAlias = dict[str, Any]

_WHITE_SPACE = r"\t\n\u000b\u000c\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSTORABLE = r"\u0000\ud800-\udfff"

STORABLE = rf"^[^{_UNSTORABLE}]*$"
PRESENT = rf"^[^{_UNSTORABLE}]*[^{_UNSTORABLE}{_WHITE_SPACE}][^{_UNSTORABLE}]*$"
_BLANK = rf"^[{_WHITE_SPACE}]*$"
_RESERVED = rf"^[{_WHITE_SPACE}]*note[{_WHITE_SPACE}]*$"

_EMPTY_TEXT: JsonSchema = {"type": ["string", "null"], "pattern": _BLANK}
_NOTHING: JsonSchema = {
    "properties": {"label": _EMPTY_TEXT, "score": {"type": "null"}, "explanation": _EMPTY_TEXT}
}

_RULES: Mapping[str, JsonSchema] = {
    "trace_id": {"pattern": PRESENT},
    "name": {"pattern": PRESENT, "not": {"pattern": _RESERVED}},
    "label": {"pattern": STORABLE},
    # What a float64 can hold; JSON itself has no infinities.
    "score": {"minimum": -sys.float_info.max, "maximum": sys.float_info.max},
    "explanation": {"pattern": STORABLE},
    "identifier": {"pattern": STORABLE},
}


def add_field_rules(schema: JsonSchema) -> None:
    """Add to a model's schema what its validators check; a subclass's own choices stay."""
    if "description" in schema:
        # A docstring's examples are Python, and the schema's readers may not be.
        schema["description"] = schema["description"].partition("\n\nExample:")[0]
    properties = cast("dict[str, JsonSchema]", schema.get("properties", {}))
    for name, described in properties.items():
        _join_null(described)
        if "enum" not in described and "const" not in described:
            _add(described, _RULES.get(name, {}))


def add_result_rules(schema: JsonSchema) -> None:
    """Add the rules of a result: those of its fields, and that something must be judged.

    The latter says "not all of them empty", because form builders show an "any of" as a choice.
    """
    add_field_rules(schema)
    schema["not"] = _NOTHING


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


def _add(schema: JsonSchema, rules: JsonSchema) -> None:
    for keyword, rule in rules.items():
        if schema.setdefault(keyword, rule) != rule and keyword == "pattern":
            schema.setdefault("allOf", []).append({"pattern": rule})
