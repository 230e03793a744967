"""JSON Schema documents of the models, for forms, other languages and other services."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, cast, get_args
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from phoenix_traces.rules.annotation import TraceAnnotationData
from phoenix_traces.rules.json_schema_rules import JsonSchema

SchemaMode: TypeAlias = Literal["validation", "serialization"]

# Whoever holds on to a document's id keeps it, wherever the models stand in the package.
_MODULE_IN_IDS = "phoenix_traces.models"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(
    model: type[BaseModel] = TraceAnnotationData, *, mode: SchemaMode = "validation"
) -> dict[str, Any]:
    """Return the JSON Schema document of a model, draft 2020-12.

    It holds every rule that JSON Schema can express; `docs/json-schema.md` lists the others.

    Args:
        model: A rubric, the flat form of one (see `annotation_row_type`), or any other model.
        mode: What the model accepts ("validation") or gives ("serialization").

    Raises:
        TypeError: when it is no pydantic model.
        ValueError: when the mode is another one.

    Examples:
        >>> from phoenix_traces import json_schema
        >>> json_schema()["required"]
        ['trace_id', 'name', 'annotator_kind', 'result']
    """
    _check(model, mode)
    schema = model.model_json_schema(mode=mode)
    document = {"$schema": _DIALECT, "$id": _identity(model, mode), **schema}
    example = _example(schema, schema)
    try:
        model.model_validate(example)
    except ValidationError:
        return document
    return {**document, "examples": [example]}


def _check(model: object, mode: object) -> None:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        given = model.__name__ if isinstance(model, type) else f"a value of {type(model).__name__}"
        raise TypeError(f"model must be a pydantic model, not {given}")
    if not isinstance(mode, str) or mode not in get_args(SchemaMode):
        raise ValueError("mode must be 'validation' or 'serialization'")


def _identity(model: type[BaseModel], mode: SchemaMode) -> str:
    module = _MODULE_IN_IDS if model.__module__ == "phoenix_traces" else model.__module__
    return f"urn:phoenix-traces:{quote(f'{module}.{model.__qualname__}')}:{mode}"


def _example(schema: JsonSchema, document: JsonSchema) -> Any:
    """Return a value made of the examples and choices in a schema, or None where it has none."""
    if "const" in schema:
        return schema["const"]
    for choices in ("examples", "enum"):
        if choices in schema:
            return schema[choices][0]
    if "$ref" in schema:
        return _example(_resolved(schema["$ref"], document), document)
    if "items" in schema:
        return [_example(schema["items"], document)]
    if "properties" in schema:
        properties = cast("dict[str, JsonSchema]", schema["properties"])
        values = {name: _example(each, document) for name, each in properties.items()}
        return {name: value for name, value in values.items() if value is not None}
    return None


def _resolved(reference: str, document: JsonSchema) -> JsonSchema:
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found
