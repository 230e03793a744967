"""What the cells of an evaluation say, without a frame."""

from __future__ import annotations

import pytest

from phoenix_traces.inputs.evaluations import (
    NoScoreError,
    checked_on_failed,
    judgement_of,
    score_in,
    why_failed,
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("heuristic", "CODE"), (" LLM ", "LLM"), ("Human", "HUMAN"), ("robot", "robot"), (3, 3)],
)
def test_kinds_are_read_in_any_case_and_others_are_left_to_be_refused(
    kind: object, expected: object
) -> None:
    assert judgement_of({"kind": kind})["annotator_kind"] == expected
    assert judgement_of({"source": kind})["annotator_kind"] == expected


def test_without_a_direction_metadata_stays_as_it_is() -> None:
    assert judgement_of({"metadata": {"a": 1}})["metadata"] == {"a": 1}
    assert judgement_of({})["metadata"] is None
    assert judgement_of({"metadata": "x", "direction": "maximize"})["metadata"] == "x"


@pytest.mark.parametrize("cell", [None, "", " \n", "null"])
def test_a_cell_without_a_score_has_none(cell: object) -> None:
    assert score_in(cell) is None


@pytest.mark.parametrize("cell", [0.5, "good", '{"score": 1', "[1]", "[" * 100_000, ["x"], b"{}"])
def test_what_is_no_score_is_said(cell: object) -> None:
    with pytest.raises(NoScoreError, match="no score"):
        score_in(cell)


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (None, None),
        ("not json", None),
        ({"status": "COMPLETED", "exceptions": []}, None),
        ({"status": "COMPLETED WITH RETRIES", "exceptions": ["x"]}, None),
        ({"status": "FAILED"}, "the evaluation failed"),
        ({"status": "FAILED", "exceptions": ["a", "b"]}, "the evaluation failed: b"),
        ('{"status": "DID NOT RUN", "exceptions": []}', "the evaluation did not run"),
        ({"status": ["FAILED"]}, None),
    ],
)
def test_details_say_why_an_evaluation_failed(details: object, expected: str | None) -> None:
    assert why_failed(details) == expected


def test_what_to_do_about_failures_is_one_of_two_words() -> None:
    assert checked_on_failed("skip") == "skip"
    with pytest.raises(ValueError, match="on_failed"):
        checked_on_failed("ignore")
    with pytest.raises(TypeError, match="on_failed"):
        checked_on_failed(True)
