"""The JSON Schema documents: what is around the rules, and the snapshots in docs/schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from phoenix_traces import (
    AnnotateTracesRequestBody,
    AnnotationResult,
    TraceAnnotationData,
    annotation_row_type,
    json_schema,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_SNAPSHOTS = Path(__file__).parents[2] / "docs" / "schema"


class Stars(AnnotationResult, frozen=True):
    """How many stars."""

    score: Annotated[int, Field(ge=1, le=5, examples=[4])] = Field(description="One to five.")


class Review(TraceAnnotationData, frozen=True):
    """A review with stars.

    It has two paragraphs, and this one
    is wrapped.

    - Lists
    - stay.

    Example:
        >>> Review
    """

    name: Literal["stars"] = "stars"
    result: Stars
    metadata: dict[str, int] | None = None


_MODELS: dict[str, type[BaseModel]] = {
    "annotation": TraceAnnotationData,
    "row": annotation_row_type(TraceAnnotationData),
    "request": AnnotateTracesRequestBody,
}
_every_model = pytest.mark.parametrize(
    "model", [*_MODELS.values(), Review, annotation_row_type(Review)]
)


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every field's schema in a document, with its definitions."""
    if isinstance(value, dict):
        yield from value.get("properties", {}).values()
        for each in value.get("$defs", {}).values():
            yield from _schemas(each)


@_every_model
def test_it_says_what_it_is(model: type[BaseModel]) -> None:
    document = json_schema(model)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    module = "phoenix_traces.models" if model.__module__ == "phoenix_traces" else model.__module__
    assert document["$id"] == f"urn:phoenix-traces:{module}.{model.__name__}:validation"
    assert document["title"] == model.__name__
    assert document["description"]


@_every_model
def test_its_example_is_right(model: type[BaseModel]) -> None:
    document = json_schema(model)
    (example,) = document["examples"]
    assert Draft202012Validator(document).is_valid(example)
    model.model_validate(example)


@_every_model
def test_every_field_has_a_title_and_a_description(model: type[BaseModel]) -> None:
    for field in _schemas(json_schema(model)):
        assert "$ref" in field or field["title"]
        assert field.get("description") or field.get("type") == "array"


def test_descriptions_are_prose_without_python() -> None:
    assert json_schema(Review)["description"] == (
        "A review with stars.\n\nIt has two paragraphs, and this one is wrapped.\n\n"
        "- Lists\n- stay."
    )


def test_a_narrowed_field_keeps_the_words_of_the_one_it_narrows() -> None:
    fields = json_schema(annotation_row_type(Review))["properties"]
    assert fields["trace_id"]["title"] == "Trace ID"
    assert fields["name"]["description"] == "What is judged; 'note' is reserved."
    assert fields["score"]["description"] == "One to five."


def test_a_narrowed_field_has_its_own_bounds_and_choices() -> None:
    fields = json_schema(annotation_row_type(Review))["properties"]
    assert (fields["score"]["minimum"], fields["score"]["maximum"]) == (1, 5)
    assert fields["name"]["const"] == "stars"
    assert fields["metadata"]["additionalProperties"] == {"type": "integer"}


def test_a_model_without_examples_has_none() -> None:
    class Plain(BaseModel):
        size: int

    assert "examples" not in json_schema(Plain)


def test_the_schema_of_what_a_model_gives_has_an_id_of_its_own() -> None:
    document = json_schema(mode="serialization")
    assert document["$id"] == (
        "urn:phoenix-traces:phoenix_traces.models.TraceAnnotationData:serialization"
    )
    given = TraceAnnotationData.model_validate(json_schema()["examples"][0])
    assert Draft202012Validator(document).is_valid(given.model_dump(mode="json"))


@pytest.mark.parametrize("name", _MODELS)
def test_the_contract_is_that_of_the_snapshot(name: str) -> None:
    """To accept a change: `phoenix-traces schema`, or print `json_schema(...)`, into the file."""
    snapshot = json.loads((_SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8"))
    assert json_schema(_MODELS[name]) == snapshot
