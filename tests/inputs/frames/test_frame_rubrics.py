"""A frame whose rows must follow a rubric, or the server's configs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from phoenix_traces import AnnotationValidationError, TraceAnnotationData
from phoenix_traces.inputs.frames.rows import annotation_frame
from tests.support.rubrics import Consistent, Correctness

LABELS = st.sampled_from(["correct", "wrong", " correct ", "corect", "", None, 5])
SCORES = st.sampled_from([None, 0, 0.5, 1, True, "0.25", "2", -0.1, 1.5, float("inf"), "x"])


def rows_sent(frame: pd.DataFrame, **arguments: Any) -> list[dict[str, Any]]:
    return [dict(row) for _, row in annotation_frame(frame, **arguments).items]


def test_what_the_rubric_fixes_need_not_be_given() -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "label": ["correct", "wrong"]})
    rows = rows_sent(frame, annotation_type=Correctness)
    assert {(row["name"], row["annotator_kind"]) for row in rows} == {("correctness", "HUMAN")}


def test_every_row_that_breaks_the_rubric_is_named_at_once() -> None:
    frame = pd.DataFrame(
        {
            "trace_id": list("abcd"),
            "label": ["corect", "wrong", None, "partly"],
            "score": [0, 2, 1, 1],
        }
    )
    with pytest.raises(AnnotationValidationError) as refused:
        annotation_frame(frame, annotation_type=Correctness)
    failures = refused.value.failures
    assert [(failure.position, failure.field) for failure in failures] == [
        (0, "label"),
        (1, "score"),
        (2, "label"),
    ]


def test_an_argument_that_contradicts_the_rubric_is_refused_once() -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "label": ["correct", "wrong"]})
    with pytest.raises(AnnotationValidationError, match="annotation_type says 'correctness'"):
        annotation_frame(frame, annotation_type=Correctness, annotation_name="tone")


def test_a_column_that_contradicts_the_rubric_is_refused_by_row() -> None:
    frame = pd.DataFrame({"trace_id": ["a"], "label": ["correct"], "annotator_kind": ["LLM"]})
    with pytest.raises(AnnotationValidationError, match="Invalid annotator_kind values: 'LLM'"):
        annotation_frame(frame, annotation_type=Correctness)


def test_a_rubrics_own_validators_see_each_row() -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "label": ["wrong", "wrong"], "score": [0.2, 0.9]})
    with pytest.raises(AnnotationValidationError, match="cannot score above") as refused:
        annotation_frame(frame, annotation_type=Consistent, annotator_kind="LLM")
    assert [failure.position for failure in refused.value.failures] == [1]


def test_rubrics_by_name_hold_for_the_rows_of_that_name_only() -> None:
    frame = pd.DataFrame(
        {"trace_id": ["a", "b"], "name": ["correctness", "other"], "label": ["odd", "odd"]}
    )
    with pytest.raises(AnnotationValidationError) as refused:
        annotation_frame(frame, annotator_kind="HUMAN", rubrics={"correctness": Correctness})
    assert [failure.position for failure in refused.value.failures] == [0]


@given(rows=st.lists(st.tuples(LABELS, SCORES), min_size=1, max_size=6))
@pytest.mark.parametrize("rubric", [Correctness, Consistent])
def test_column_checks_refuse_exactly_the_rows_that_the_rubric_refuses(
    rubric: type[TraceAnnotationData], rows: list[tuple[object, object]]
) -> None:
    frame = pd.DataFrame(
        {
            "trace_id": [str(position) for position in range(len(rows))],
            "label": pd.Series([label for label, _ in rows], dtype=object),
            "score": pd.Series([score for _, score in rows], dtype=object),
        }
    )
    refused = {position for position, row in enumerate(rows) if not accepts(rubric, *row)}
    assert refused_positions(frame, rubric) == refused


def refused_positions(frame: pd.DataFrame, rubric: type[TraceAnnotationData]) -> set[int | None]:
    try:
        annotation_frame(frame, annotation_type=rubric, annotator_kind="HUMAN")
    except AnnotationValidationError as error:
        return {failure.position for failure in error.failures}
    return set()


def accepts(rubric: type[TraceAnnotationData], label: object, score: object) -> bool:
    try:
        number = float(score) if isinstance(score, str) else score
    except ValueError:
        return False
    annotation = {
        "trace_id": "a",
        "annotator_kind": "HUMAN",
        "result": {"label": label, "score": number},
    }
    try:
        rubric.model_validate(annotation)
    except ValidationError:
        return False
    return True
