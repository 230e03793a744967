from __future__ import annotations

import pickle
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from phoenix_traces import (
    AnnotateTracesRequestBody,
    AnnotateTracesResponseBody,
    AnnotationResult,
    InsertedTraceAnnotation,
    TraceAnnotationData,
)
from tests.support.annotations import annotation


class Verdict(str, Enum):
    GOOD = " good "


def _refusal(**changes: Any) -> list[tuple[str, str]]:
    """Return where and why an annotation with these changes is refused."""
    with pytest.raises(ValidationError) as caught:
        TraceAnnotationData.model_validate(annotation(**changes))
    return [(".".join(map(str, each["loc"])), each["type"]) for each in caught.value.errors()]


def _score(value: object) -> float | None:
    return AnnotationResult.model_validate({"score": value}).score


# Text


@pytest.mark.parametrize("field", ["trace_id", "name", "identifier"])
def test_text_is_stripped(field: str) -> None:
    model = TraceAnnotationData.model_validate(annotation(**{field: " \t\u3000value\n"}))
    assert getattr(model, field) == "value"


@pytest.mark.parametrize("field", ["label", "explanation"])
def test_text_of_a_result_is_stripped(field: str) -> None:
    result = AnnotationResult.model_validate({field: " good \n"})
    assert getattr(result, field) == "good"


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0", "\u2003"])
def test_blank_optional_text_is_absent(blank: str) -> None:
    result = {"label": blank, "explanation": blank, "score": 1}
    model = TraceAnnotationData.model_validate(annotation(identifier=blank, result=result))
    assert (model.identifier, model.result.label, model.result.explanation) == (None, None, None)


@pytest.mark.parametrize("field", ["trace_id", "name"])
@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u00a0"])
def test_blank_required_text_is_refused(field: str, blank: str) -> None:
    assert _refusal(**{field: blank}) == [(field, "blank_text")]


@pytest.mark.parametrize("name", ["note", " note", "note\n"])
def test_the_name_note_is_refused(name: str) -> None:
    assert _refusal(name=name) == [("name", "reserved_name")]


@pytest.mark.parametrize("name", ["Note", "notes", "note.1", "a note"])
def test_names_that_only_resemble_note_are_accepted(name: str) -> None:
    assert TraceAnnotationData.model_validate(annotation(name=name)).name == name


@pytest.mark.parametrize("field", ["trace_id", "name", "identifier"])
@pytest.mark.parametrize("value", [5, 0.5, True, b"bytes", bytearray(b"x"), ["a"], float("nan")])
def test_only_text_is_text(field: str, value: object) -> None:
    assert _refusal(**{field: value}) == [(field, "string_type")]


@pytest.mark.parametrize("field", ["label", "explanation"])
@pytest.mark.parametrize("value", [0, False, b"bytes", pd.NA, {"a": 1}])
def test_only_text_is_text_in_a_result(field: str, value: object) -> None:
    assert _refusal(result={field: value, "score": 1}) == [(f"result.{field}", "string_type")]


def test_text_enums_and_numpy_text_are_text() -> None:
    model = TraceAnnotationData.model_validate(
        annotation(name=np.str_("quality"), result={"label": Verdict.GOOD})
    )
    assert (model.name, model.result.label) == ("quality", "good")
    assert type(model.result.label) is str


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a\x00b", "unstorable_text"), ("\x00", "unstorable_text"), ("\ud800", "string_unicode")],
)
def test_text_that_the_server_cannot_store_is_refused_everywhere(text: str, kind: str) -> None:
    for field in ("trace_id", "name", "identifier"):
        assert _refusal(**{field: text}) == [(field, kind)]
    for field in ("label", "explanation"):
        assert _refusal(result={field: text}) == [(f"result.{field}", kind)]


def test_any_text_can_be_a_trace_id() -> None:
    for trace_id in ("trace1", "ABC-def", "x" * 5000, "早上好", "a, b"):
        assert TraceAnnotationData.model_validate(annotation(trace_id)).trace_id == trace_id


@pytest.mark.parametrize(
    ("name", "identifier"), [("n" * 2600, None), ("n" * 1300, "i" * 1300), ("é" * 1300, None)]
)
def test_name_and_identifier_may_take_2600_bytes_together(name: str, identifier: str) -> None:
    TraceAnnotationData.model_validate(annotation(name=name, identifier=identifier))
    assert _refusal(name=f"{name}+", identifier=identifier) == [("", "too_long_together")]


# Kind


@pytest.mark.parametrize("kind", ["LLM", "CODE", "HUMAN"])
def test_the_three_kinds_are_accepted(kind: str) -> None:
    model = TraceAnnotationData.model_validate(annotation(annotator_kind=kind))
    assert model.annotator_kind == kind


@pytest.mark.parametrize("kind", ["ROBOT", "llm", " LLM", "", None, 1, ["LLM"]])
def test_every_other_kind_is_refused(kind: object) -> None:
    assert _refusal(annotator_kind=kind) == [("annotator_kind", "literal_error")]


# Score


@pytest.mark.parametrize(
    ("given", "score"),
    [
        (0, 0.0),
        (1, 1.0),
        (-0.5, -0.5),
        (True, 1.0),
        (False, 0.0),
        (1e308, 1e308),
        (Decimal("0.25"), 0.25),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3.0),
        (np.bool_(True), 1.0),
    ],
)
def test_numbers_are_scores(given: object, score: float) -> None:
    assert _score(given) == score
    assert type(_score(given)) is float


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (float("nan"), "finite_number"),
        (float("inf"), "finite_number"),
        (-np.inf, "finite_number"),
        (np.float64("nan"), "finite_number"),
        ("0.5", "score_text"),
        ("", "score_text"),
        (b"1", "score_text"),
        (10**400, "float_type"),
        (1 + 1j, "float_type"),
        ([0.5], "float_type"),
        (pd.NA, "float_type"),
        (pd.NaT, "float_type"),
    ],
)
def test_what_is_no_finite_number_is_no_score(given: object, kind: str) -> None:
    assert _refusal(result={"label": "good", "score": given}) == [("result.score", kind)]


# Result


@pytest.mark.parametrize(
    "result", [{}, {"label": None}, {"label": " ", "explanation": ""}, {"score": None}]
)
def test_a_result_without_content_is_refused(result: dict[str, object]) -> None:
    assert _refusal(result=result) == [("result", "no_result")]


@pytest.mark.parametrize("result", [{"score": 0}, {"label": "0"}, {"explanation": "because"}])
def test_one_of_label_score_and_explanation_is_enough(result: dict[str, object]) -> None:
    model = TraceAnnotationData.model_validate(annotation(result=result))
    assert model.result == AnnotationResult.model_validate(result)


# Shape


@pytest.mark.parametrize("missing", ["trace_id", "name", "annotator_kind", "result"])
def test_four_fields_are_required(missing: str) -> None:
    given = annotation()
    del given[missing]
    with pytest.raises(ValidationError, match="Field required"):
        TraceAnnotationData.model_validate(given)


def test_unknown_keys_are_refused_at_both_levels() -> None:
    assert _refusal(anotator="me") == [("anotator", "extra_forbidden")]
    assert _refusal(result={"lable": "x", "score": 1}) == [("result.lable", "extra_forbidden")]
    assert "extra_forbidden" in str(_refusal(label="correct"))


def test_every_problem_of_an_annotation_is_told_at_once() -> None:
    refusals = _refusal(trace_id=" ", name="note", annotator_kind="x", result={"score": "1"})
    assert [where for where, _ in refusals] == [
        "trace_id",
        "name",
        "annotator_kind",
        "result.score",
    ]


def test_a_model_made_without_validation_is_validated_when_it_is_used() -> None:
    made = TraceAnnotationData.model_construct(**annotation(name="note"))
    with pytest.raises(ValidationError, match="reserved for notes"):
        TraceAnnotationData.model_validate(made)


def test_metadata_is_kept_as_it_is() -> None:
    metadata = {" a ": " x ", "a": [" "], "": {"\u3000": "\n"}}
    assert TraceAnnotationData.model_validate(annotation(metadata=metadata)).metadata == metadata


def test_models_are_frozen_and_pickle() -> None:
    model = TraceAnnotationData.model_validate(annotation(metadata={"a": [1]}))
    with pytest.raises(ValidationError, match="frozen"):
        model.name = "other"  # type: ignore[misc]  # the mistake under test
    assert pickle.loads(pickle.dumps(model)) == model


def test_a_request_body_holds_at_least_one_annotation() -> None:
    assert AnnotateTracesRequestBody.model_validate({"data": [annotation()]}).data
    with pytest.raises(ValidationError, match="at least 1 item"):
        AnnotateTracesRequestBody(data=[])


def test_keys_of_a_newer_server_are_ignored_in_answers() -> None:
    body = AnnotateTracesResponseBody.model_validate_json(
        b'{"data": [{"id": "abc", "created_at": "2026"}], "next_cursor": null}'
    )
    assert body == AnnotateTracesResponseBody(data=[InsertedTraceAnnotation(id="abc")])
