"""Rubrics: narrower types hold on every path, and configs become such types."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import ValidationError

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    CategoricalAnnotationConfig,
    CategoricalAnnotationValue,
    ContinuousAnnotationConfig,
    FreeformAnnotationConfig,
    TraceAnnotationData,
    annotation_type_from_config,
)
from phoenix_traces.rules.rubrics import fixed_fields, result_type_of, rubrics_from
from tests.support.modes import AnyPhoenix, Mode, both_modes
from tests.support.rubrics import Consistent, Correctness, CorrectnessResult

CATEGORICAL = CategoricalAnnotationConfig(
    id="1",
    name="correctness",
    type="CATEGORICAL",
    values=(
        CategoricalAnnotationValue(label="right", score=1),
        CategoricalAnnotationValue(label="wrong", score=0),
    ),
)
CONTINUOUS = ContinuousAnnotationConfig(
    id="2", name="relevance", type="CONTINUOUS", lower_bound=0, upper_bound=1
)
FREEFORM = FreeformAnnotationConfig(id="3", name="remark", type="FREEFORM", upper_bound=5)


def annotation(result: dict[str, Any]) -> dict[str, Any]:
    return {"trace_id": "t1", "annotator_kind": "LLM", "result": result}


@both_modes
def test_a_rubrics_instances_are_sent_like_any_annotation(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    judged = Correctness(trace_id="t1", result=CorrectnessResult(label="correct", score=1))
    phoenix.traces(mode).log_trace_annotations(trace_annotations=[judged])
    assert phoenix.rows == [
        {
            "trace_id": "t1",
            "name": "correctness",
            "annotator_kind": "HUMAN",
            "result": {"label": "correct", "score": 1.0},
        }
    ]


@both_modes
def test_an_instance_that_was_never_validated_is_checked_against_its_own_rubric(
    mode: Mode,
) -> None:
    phoenix = AnyPhoenix()
    judged = Correctness.model_construct(
        trace_id="t1",
        name="correctness",
        annotator_kind="HUMAN",
        result=CorrectnessResult.model_construct(label="corect", score=2.0),
    )
    with pytest.raises(AnnotationValidationError) as refused:
        phoenix.traces(mode).log_trace_annotations(trace_annotations=[judged])
    assert [failure.field for failure in refused.value.failures] == ["result.label", "result.score"]
    assert "must be 'correct', 'partly' or 'wrong'" in str(refused.value)
    assert phoenix.requests == []


@pytest.mark.parametrize(
    "result",
    [
        {"label": "correct", "score": "0.5"},
        {"label": "correct", "score": float("nan")},
        {"label": "correct", "explanation": "a\x00b"},
        {"label": "correct", "lable": "x"},
        {"label": None, "score": 1},
    ],
)
def test_a_rubric_keeps_the_general_rules(result: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CorrectnessResult.model_validate(result)


def test_a_rubric_that_asks_for_an_explanation_takes_no_blank_one() -> None:
    class Explained(AnnotationResult, frozen=True):
        explanation: str

    assert Explained(explanation=" why ").explanation == "why"
    with pytest.raises(ValidationError, match="non-empty"):
        Explained(explanation="  ", score=1)


def test_a_categorical_config_asks_for_one_of_its_labels() -> None:
    rubric = annotation_type_from_config(CATEGORICAL)
    assert rubric.model_validate(annotation({"label": " right "})).name == "correctness"
    for result in ({"label": "rihgt"}, {"score": 1}, {"label": ""}):
        with pytest.raises(ValidationError):
            rubric.model_validate(annotation(result))


def test_a_continuous_config_asks_for_a_score_within_its_bounds() -> None:
    rubric = annotation_type_from_config(CONTINUOUS)
    assert rubric.model_validate(annotation({"score": True})).result.score == 1.0
    for result in ({"score": 1.01}, {"score": -0.01}, {"label": "good"}, {"score": "0.5"}):
        with pytest.raises(ValidationError):
            rubric.model_validate(annotation(result))


def test_a_freeform_config_takes_text_and_bounds_a_score_that_is_given() -> None:
    rubric = annotation_type_from_config(FREEFORM)
    assert rubric.model_validate(annotation({"explanation": "fine"})).result.score is None
    with pytest.raises(ValidationError):
        rubric.model_validate(annotation({"score": 6}))


def test_a_configs_rubric_takes_no_other_name() -> None:
    rubric = annotation_type_from_config(CATEGORICAL)
    with pytest.raises(ValidationError, match="correctness"):
        rubric.model_validate(annotation({"label": "right"}) | {"name": "toxicity"})


def test_a_configs_rubric_shows_its_choices_and_bounds_in_its_json_schema() -> None:
    labels = annotation_type_from_config(CATEGORICAL).model_json_schema()["$defs"]
    bounds = annotation_type_from_config(CONTINUOUS).model_json_schema()["$defs"]
    assert labels["CorrectnessResult"]["properties"]["label"]["enum"] == ["right", "wrong"]
    score = bounds["RelevanceResult"]["properties"]["score"]
    assert (score["minimum"], score["maximum"]) == (0, 1)


def test_what_a_rubric_leaves_no_choice_about_is_known() -> None:
    class Undeclared(TraceAnnotationData, frozen=True):
        name: Literal["tone"]

    assert fixed_fields(Correctness) == {"name": "correctness", "annotator_kind": "HUMAN"}
    assert fixed_fields(Consistent) == {"name": "consistent"}
    assert fixed_fields(Undeclared) == {"name": "tone"}
    assert fixed_fields(TraceAnnotationData) == {}


def test_a_rubric_whose_result_is_no_single_type_is_refused() -> None:
    class Either(TraceAnnotationData, frozen=True):
        result: CorrectnessResult | AnnotationResult

    with pytest.raises(TypeError, match=r"Either\.result must be AnnotationResult or a subclass"):
        result_type_of(Either)


def test_rubrics_of_configs_are_found_by_name() -> None:
    assert set(rubrics_from([CATEGORICAL, CONTINUOUS])) == {"correctness", "relevance"}
