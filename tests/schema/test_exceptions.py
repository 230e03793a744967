"""What JSON Schema cannot say, one test for each entry of the list in docs/json-schema.md."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import Field

from phoenix_traces import (
    AnnotationResult,
    CategoricalAnnotationConfig,
    CategoricalAnnotationValue,
    TraceAnnotationData,
    annotation_type_from_config,
)
from phoenix_traces.rules.fields import NO_TRACE_IDS
from tests.schema.validators import Validators
from tests.support.annotations import annotation
from tests.support.rubrics import Consistent

if TYPE_CHECKING:
    from pydantic import BaseModel

pytestmark = pytest.mark.npm  # AJV comes from there


def _verdicts(document: dict[str, Any], model: type[BaseModel]) -> dict[str, bool]:
    with Validators(model) as validators:
        return validators.verdicts(json.dumps(document))


def _client_and_schema(
    document: dict[str, Any], model: type[BaseModel] = TraceAnnotationData
) -> tuple[bool, bool]:
    """Return the verdicts of pydantic and of the schema, where both validators agree."""
    verdicts = _verdicts(document, model)
    assert verdicts["jsonschema"] == verdicts["AJV"]
    return verdicts["pydantic"], verdicts["AJV"]


def test_a_bool_as_score_is_read_as_a_number_and_is_none_to_the_schema() -> None:
    assert _client_and_schema(annotation(result={"score": True})) == (True, False)


@pytest.mark.parametrize(
    "changes", [{"name": "n" * 2601}, {"name": "é" * 1000, "identifier": "é" * 301}]
)
def test_name_and_identifier_above_2600_bytes_together(changes: dict[str, str]) -> None:
    assert _client_and_schema(annotation(**changes)) == (False, True)


@pytest.mark.parametrize("trace_id", sorted(NO_TRACE_IDS))
def test_the_id_of_no_trace(trace_id: str) -> None:
    assert _client_and_schema(annotation(trace_id=trace_id)) == (False, True)
    assert _client_and_schema(annotation(trace_id=f"{trace_id}0")) == (True, True)


def test_metadata_nested_too_deeply() -> None:
    """For jsonschema it is deep too: it needs several of Python's frames for each level."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        nested = json.loads("[" * 220 + "]" * 220)
        assert _client_and_schema(annotation(metadata={"a": nested})) == (False, True)
    finally:
        sys.setrecursionlimit(limit)


def test_the_lowest_integer_in_metadata() -> None:
    assert _client_and_schema(annotation(metadata={"a": -(2**63)})) == (True, False)


@pytest.mark.parametrize(
    "integer", [2**64 - 1, 2**64 - 1024, -(2**63) + 1, -(2**63) + 512], ids=str
)
def test_integers_that_a_float64_takes_for_the_ends_of_the_range(integer: int) -> None:
    verdicts = _verdicts(annotation(metadata={"a": integer}), TraceAnnotationData)
    assert verdicts == {"pydantic": True, "jsonschema": True, "AJV": False}


@pytest.mark.parametrize("integer", [2**64 - 1025, -(2**63) + 513], ids=str)
def test_the_next_integers_are_no_exception(integer: int) -> None:
    assert _client_and_schema(annotation(metadata={"a": integer})) == (True, True)


def test_white_space_around_text_whose_length_a_rubric_limits() -> None:
    class Short(AnnotationResult, frozen=True):
        label: Annotated[str, Field(max_length=5)] | None = None

    assert _client_and_schema({"label": "right  "}, Short) == (True, False)


def test_white_space_around_a_choice_of_a_config() -> None:
    config = CategoricalAnnotationConfig(
        id="1",
        name="tone",
        type="CATEGORICAL",
        values=(CategoricalAnnotationValue(label="kind"),),
    )
    model = annotation_type_from_config(config)
    document = annotation(name="tone", result={"label": " kind"})
    assert _client_and_schema(document, model) == (True, False)
    assert _client_and_schema(annotation(name="tone", result={"label": "kind"}), model) == (
        True,
        True,
    )


def test_validators_that_a_rubric_has_in_python() -> None:
    document = annotation(name="consistent", result={"label": "wrong", "score": 0.9})
    assert _client_and_schema(document, Consistent) == (False, True)
