"""The flat form accepts what the nested one accepts, and becomes it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from phoenix_traces import AnnotationResult, TraceAnnotationData, annotation_row_type
from tests.support.rubrics import Consistent, Correctness

Row = annotation_row_type(TraceAnnotationData)
RIGHT = {"trace_id": "t1", "name": "tone", "annotator_kind": "CODE", "label": "kind"}


def _refusal(model: type[Any] = Row, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(RIGHT | changes)
    return [(".".join(map(str, each["loc"])), each["type"]) for each in caught.value.errors()]


def test_a_row_becomes_the_annotation_it_says() -> None:
    row = Row.model_validate(
        RIGHT | {"trace_id": " t1 ", "score": 1, "explanation": "", "metadata": {"a": (1,)}}
    )
    assert row.to_annotation() == TraceAnnotationData(
        trace_id="t1",
        name="tone",
        annotator_kind="CODE",
        result=AnnotationResult(label="kind", score=1),
        metadata={"a": [1]},
    )


def test_its_fields_stand_in_the_order_of_a_table() -> None:
    assert list(Row.model_fields) == [
        "trace_id",
        "name",
        "annotator_kind",
        "label",
        "score",
        "explanation",
        "metadata",
        "identifier",
    ]


def test_its_values_are_those_that_would_be_sent() -> None:
    row = Row.model_validate(RIGHT | {"label": " kind ", "identifier": " "})
    assert row.model_dump(exclude_none=True) == RIGHT


@pytest.mark.parametrize(
    ("changes", "where", "kind"),
    [
        ({"name": "note"}, "name", "reserved_name"),
        ({"label": None}, "", "no_result"),
        ({"label": 1}, "label", "string_type"),
        ({"score": "1"}, "score", "score_text"),
        ({"lable": "kind"}, "lable", "extra_forbidden"),
        ({"result": {"label": "kind"}}, "result", "extra_forbidden"),
        ({"metadata": {"a": float("nan")}}, "metadata", "metadata"),
    ],
)
def test_errors_name_the_column(changes: dict[str, Any], where: str, kind: str) -> None:
    assert _refusal(**changes) == [(where, kind)]


def test_errors_have_the_words_of_the_nested_form() -> None:
    with pytest.raises(ValidationError, match="reserved for notes, which are not annotations"):
        Row.model_validate(RIGHT | {"name": "note"})


def test_only_a_mapping_is_a_row() -> None:
    with pytest.raises(ValidationError, match="valid dictionary"):
        Row.model_validate(list(RIGHT))


def test_a_row_of_a_rubric_follows_the_rubric() -> None:
    row_type = annotation_row_type(Correctness)
    judged = row_type.model_validate({"trace_id": "t1", "label": "correct"}).to_annotation()
    assert type(judged) is Correctness
    with pytest.raises(ValidationError, match="label"):
        row_type.model_validate({"trace_id": "t1", "label": "corect"})


def test_a_rule_of_a_rubric_across_fields_holds() -> None:
    changes = {"name": "consistent", "label": "wrong", "score": 0.9}
    assert _refusal(annotation_row_type(Consistent), **changes) == [("", "value_error")]


def test_a_row_is_validated_again_when_it_is_used() -> None:
    made = Row.model_construct(None, **(RIGHT | {"name": "note"}))
    with pytest.raises(ValidationError, match="reserved"):
        Row.model_validate(made)


def test_the_same_type_has_the_same_row_type() -> None:
    assert annotation_row_type(Correctness) is annotation_row_type(Correctness)


def test_a_result_of_several_types_has_no_flat_form() -> None:
    class Either(TraceAnnotationData, frozen=True):
        result: AnnotationResult | None  # type: ignore[assignment]  # the mistake under test

    with pytest.raises(TypeError, match="must be AnnotationResult or a subclass"):
        annotation_row_type(Either)
