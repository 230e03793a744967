"""The exported schema against a real server: its words, and what becomes of what it accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from phoenix_traces import AnnotateTracesRequestBody, Client, TraceAnnotationData, json_schema
from tests.schema.documents import documents
from tests.schema.validators import parsed
from tests.support.live import annotations_of, make_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

Schema = dict[str, Any]

# What the server documents, stores, and gives back as nothing useful: a row of nulls.
_REFUSED_ON_PURPOSE = {("TraceAnnotationData", "result", "null")}


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _types(schema: Schema, document: Schema) -> set[str]:
    """Return the JSON types that a schema lets through."""
    schema = _resolved(schema, document)
    if "anyOf" in schema:
        return set().union(*(_types(each, document) for each in schema["anyOf"]))
    named = schema["type"]
    return {named} if isinstance(named, str) else set(named)


def _drift(server: Schema, ours: Schema, name: str) -> list[str]:
    """Say in a line each what the server documents of an object and our schema lacks."""
    theirs = server["components"]["schemas"][name]
    own = _resolved({"$ref": f"#/$defs/{name}"}, ours)
    problems = [
        f"{name}.{field} is required by the server and optional in our schema"
        for field in set(theirs.get("required", ())) - set(own.get("required", ()))
    ]
    for field, described in theirs["properties"].items():
        if field not in own["properties"]:
            problems.append(f"{name}.{field} is new: the server takes it and our schema does not")
            continue
        problems += [
            f"{name}.{field} may be {kind} for the server and not in our schema"
            for kind in _types(described, server) - _types(own["properties"][field], ours)
            if (name, field, kind) not in _REFUSED_ON_PURPOSE
        ]
        choices = _resolved(described, server).get("enum", [])
        problems += [
            f"{name}.{field} may be {choice!r} for the server and not in our schema"
            for choice in choices
            if choice not in own["properties"][field]["enum"]
        ]
    return problems


@pytest.mark.parametrize("name", ["TraceAnnotationData", "AnnotationResult"])
def test_all_that_the_servers_openapi_documents_is_in_our_schema(
    phoenix: PhoenixProcess, name: str
) -> None:
    server = httpx.get(f"{phoenix.base_url}/openapi.json", timeout=60).json()
    assert _drift(server, json_schema(AnnotateTracesRequestBody), name) == []


def test_drift_is_told_in_words() -> None:
    """A server that has moved on, in each of the ways that matter."""
    moved_on = {
        "required": ["label"],
        "properties": {
            "label": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "confidence": {"type": "number"},
        },
    }
    server = {"components": {"schemas": {"AnnotationResult": moved_on}}}
    assert _drift(server, json_schema(AnnotateTracesRequestBody), "AnnotationResult") == [
        "AnnotationResult.label is required by the server and optional in our schema",
        "AnnotationResult.label may be integer for the server and not in our schema",
        "AnnotationResult.confidence is new: the server takes it and our schema does not",
    ]


def test_what_the_schema_accepts_is_stored_and_comes_back_equal(phoenix: PhoenixProcess) -> None:
    schema = Draft202012Validator(json_schema())
    trace_ids = iter(make_traces(phoenix, 30))
    seen = 0

    @settings(
        max_examples=20,
        phases=[Phase.explicit, Phase.generate],  # each example is new rows in the server
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(documents(), min_size=40, max_size=60))
    def come_back_equal(texts: list[list[str]]) -> None:
        nonlocal seen
        trace_id = next(trace_ids)
        accepted = [value for group in texts for value in _accepted(group, schema)]
        meant = {
            (each.name, each.identifier or ""): each
            for each in (
                TraceAnnotationData.model_validate({**value, "trace_id": trace_id})
                for value in accepted
            )
        }
        if meant:
            client.traces.log_trace_annotations(trace_annotations=meant.values(), sync=True)
        stored = annotations_of(phoenix, [trace_id]) if meant else []
        assert {(each["name"], each["identifier"]): _judged(each) for each in stored} == {
            key: _judged(each.model_dump()) for key, each in meant.items()
        }
        seen += len(meant)

    with Client(base_url=phoenix.base_url) as client:
        come_back_equal()
    assert seen > 100


def _accepted(texts: list[str], schema: Draft202012Validator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for text in texts:
        try:
            value = parsed(text)
        except ValueError:
            continue
        if schema.is_valid(value):
            found.append(value)
    return found


def _judged(annotation: dict[str, Any]) -> tuple[object, ...]:
    return (
        annotation["annotator_kind"],
        annotation["result"],
        annotation["metadata"] or {},
    )
