"""Other tools that read the models show the same rules, as FastAPI's OpenAPI does."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from phoenix_traces import TraceAnnotationData
from tests.schema.rubrics import Correctness
from tests.support.annotations import annotation

_RIGHT = annotation(identifier="ana", metadata={"a": [{"b": 1}]})
_CASES = [
    (_RIGHT, True),
    (_RIGHT | {"name": " note"}, False),
    (_RIGHT | {"result": {"label": " "}}, False),
    (_RIGHT | {"result": {"label": "corect"}}, False),
    (_RIGHT | {"annotator_kind": "ROBOT"}, False),
    (_RIGHT | {"anotator": "ana"}, False),
    (_RIGHT | {"metadata": {"\x00": 1}}, False),
    (_RIGHT | {"metadata": {"a": [{"b\ud800": 1}]}}, False),
]


def _app() -> FastAPI:
    app = FastAPI()

    @app.post("/")
    def take(judgement: Correctness) -> str:
        return judgement.result.label

    return app


def test_openapi_has_the_rules_of_the_rubric() -> None:
    document = _app().openapi()
    reference = {"$ref": "#/components/schemas/Correctness"}
    validator = Draft202012Validator({**reference, "components": document["components"]})
    assert [validator.is_valid(case) for case, _ in _CASES] == [right for _, right in _CASES]


@pytest.mark.parametrize(("body", "right"), _CASES[:-1])
def test_fastapi_refuses_what_its_openapi_refuses(body: dict[str, Any], right: bool) -> None:
    answer = TestClient(_app()).post("/", json=body)
    assert answer.status_code == (200 if right else 422)


def test_the_models_own_schema_is_the_documents() -> None:
    own = TraceAnnotationData.model_json_schema()
    assert own["properties"]["result"]["$ref"] == "#/$defs/AnnotationResult"
    assert "not" in own["$defs"]["AnnotationResult"]
