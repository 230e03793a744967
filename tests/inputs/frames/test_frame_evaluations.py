"""What evaluators left in a frame becomes annotations, and what failed is accounted for."""

from __future__ import annotations

import importlib
from typing import Any

import pandas as pd
import polars as pl
import pytest

from phoenix_traces import (
    AnnotationFailure,
    AnnotationValidationError,
    DuplicateAnnotationWarning,
    UploadOptions,
)
from tests.support.evaluations import ALL_FAILED, FAILED, RESULTS, SENT, as_json, logged, sent
from tests.support.modes import AnyPhoenix, Mode, both_modes

pa: Any = importlib.import_module("pyarrow")


def _refused(results: Any, **arguments: Any) -> list[AnnotationFailure]:
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(Mode.SYNC).log_evaluations(results=results, **arguments)
    assert phoenix.requests == []
    return list(caught.value.failures)


def _by_index(results: pd.DataFrame) -> pd.DataFrame:
    return results.set_index("trace_id")


def _by_context_index(results: pd.DataFrame) -> pd.DataFrame:
    return results.set_index("trace_id").rename_axis("context.trace_id")


def _by_unnamed_index(results: pd.DataFrame) -> pd.DataFrame:
    return results.set_index("trace_id").rename_axis(None)


def _by_context_column(results: pd.DataFrame) -> pd.DataFrame:
    return results.rename(columns={"trace_id": "context.trace_id"})


def _polars(results: pd.DataFrame) -> pl.DataFrame:
    columns: dict[str, Any] = {str(name): list(results[name]) for name in results.columns}
    return pl.DataFrame(columns)


def _polars_of_json(results: pd.DataFrame) -> pl.DataFrame:
    return _polars(as_json(results))


def _arrow_of_json(results: pd.DataFrame) -> Any:
    return pa.table(_polars_of_json(results).to_dict(as_series=False))


FORMS: list[Any] = [
    pd.DataFrame,
    as_json,
    _by_index,
    _by_context_index,
    _by_unnamed_index,
    _by_context_column,
    _polars,
    _polars_of_json,
    _arrow_of_json,
]


@both_modes
@pytest.mark.parametrize("form", FORMS)
def test_evaluations_side_by_side_become_annotations_and_failed_ones_are_accounted_for(
    mode: Mode, form: Any
) -> None:
    phoenix, report = logged(form(RESULTS), mode)
    assert sent(phoenix) == SENT
    assert report.total == 8
    assert report.judgements_per_row == 2
    assert report.not_evaluated == FAILED.keys()
    assert report.counts["stored"] == 5
    for line, why in FAILED.items():
        assert why in report.reasons[line]
    assert list(report.not_evaluated_rows(RESULTS)["trace_id"]) == ["t1", "t2", "t3"]


def test_the_account_names_each_annotation_beside_its_row() -> None:
    table = logged(RESULTS)[1].to_dataframe()
    assert list(table["position"]) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert list(table["name"]) == ["length", "tone"] * 4
    assert list(table["trace_id"]) == [each for at in range(4) for each in [f"t{at}"] * 2]
    assert set(table["status"]) == {"stored", "not_evaluated"}


def test_failed_evaluations_are_all_named_with_what_was_raised_and_how_to_skip_them() -> None:
    failures = _refused(RESULTS.set_index(pd.Index(list("abcd"))))
    assert [(each.position, each.index, each.field) for each in failures] == [
        (1, "b", "length_score"),
        (2, "c", "tone_score"),
        (3, "d", "length_score"),
    ]
    for failure, why in zip(failures, FAILED.values(), strict=True):
        assert why in failure.message
        assert 'on_failed="skip"' in failure.message


@both_modes
def test_where_everything_failed_nothing_is_asked_for(mode: Mode) -> None:
    phoenix, report = logged(ALL_FAILED, mode)
    assert phoenix.requests == []
    assert report.summary() == "8 not evaluated"
    assert list(report.to_dataframe()["name"]) == ["length", "tone"] * 4
    assert len(_refused(ALL_FAILED)) == 8


def test_the_argument_wins_over_the_kinds_of_scores() -> None:
    phoenix, _ = logged(RESULTS, annotator_kind="HUMAN")
    assert {row["annotator_kind"] for row in phoenix.rows} == {"HUMAN"}


def test_scores_with_names_of_their_own_take_the_reasons_of_their_evaluator() -> None:
    details: list[dict[str, Any]] = [
        {"status": "COMPLETED", "exceptions": []},
        {"status": "FAILED", "exceptions": ["ValueError('x')"]},
    ]
    scores = [{"score": 1, "kind": "code"}, None]
    results = pd.DataFrame(
        {
            "trace_id": ["a", "b"],
            "both_execution_details": details,
            "one_score": scores,
            "two_score": scores,
        }
    )
    phoenix, report = logged(results)
    assert [(row["trace_id"], row["name"]) for row in phoenix.rows] == [("a", "one"), ("a", "two")]
    assert set(report.reasons.values()) == {"the evaluation failed: ValueError('x')"}


def test_a_score_whose_evaluation_failed_is_not_sent() -> None:
    columns: dict[str, Any] = {
        "trace_id": ["a"],
        "n_score": [{"score": 1, "kind": "code"}],
        "n_execution_details": [{"status": "FAILED", "exceptions": []}],
    }
    results = pd.DataFrame(columns)
    phoenix, report = logged(results)
    assert phoenix.requests == []
    assert report.summary() == "1 not evaluated"


@pytest.mark.parametrize("nothing", [{}, {"score": float("nan")}, {"label": " ", "score": None}])
def test_a_score_without_a_judgement_counts_as_failed(nothing: dict[str, Any]) -> None:
    results = pd.DataFrame({"trace_id": ["a"], "n_score": [{"kind": "code", **nothing}]})
    assert logged(results)[1].summary() == "1 not evaluated"
    (failure,) = _refused(results)
    assert "not evaluated" in failure.message
    options = UploadOptions(on_empty="skip")
    traces = AnyPhoenix().traces(Mode.SYNC)
    assert traces.log_evaluations(results=results, sync=True, options=options) == []


def test_scores_that_are_refused_are_named_by_their_part() -> None:
    results = pd.DataFrame(
        {
            "trace_id": ["a", "b", None, "d", "e"],
            "n_score": [
                {"score": 1},
                '{"x',
                {"score": 1, "kind": "code"},
                {"label": 3, "kind": "robot"},
                7,
            ],
        }
    )
    found = [(each.position, each.field) for each in _refused(results)]
    assert found == [
        (0, "n_score.kind"),
        (1, "n_score"),
        (2, "trace_id"),
        (3, "n_score.kind"),
        (3, "n_score.label"),
        (4, "n_score"),
    ]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (pd.DataFrame({"trace_id": ["a"], "bleu_score": [0.1]}), "no evaluations"),
        (pd.DataFrame({"trace_id": ["a"]}), "no evaluations"),
        (pd.DataFrame({"trace_id": [], "n_score": []}), "cannot be empty"),
        (pd.DataFrame({"n_score": [{"score": 1, "kind": "code"}]}), "trace_id"),
        (
            pd.DataFrame([["a", None, None]], columns=["trace_id", "n_score", "n_score"]),
            "2 columns named 'n_score'",
        ),
        (
            pd.DataFrame({"trace_id": ["a"], "note_score": [{"score": 1, "kind": "code"}]}),
            "note",
        ),
        (pd.DataFrame({"trace_id": ["a"], "_score": [{"score": 1, "kind": "code"}]}), "non-empty"),
    ],
)
def test_what_is_wrong_with_a_frame_as_a_whole_is_said(results: pd.DataFrame, words: str) -> None:
    (failure,) = _refused(results)
    assert words in str(failure)


def test_what_is_no_frame_is_named() -> None:
    with pytest.raises(TypeError, match="frame"):
        AnyPhoenix().traces(Mode.SYNC).log_evaluations(results=[{"score": 1}])


def test_a_later_row_of_the_same_trace_takes_the_place_of_each_of_its_evaluations() -> None:
    score = {"score": 1, "kind": "code"}
    results = pd.DataFrame(
        {"trace_id": ["a", "b", "a"], "one_score": [score] * 3, "two_score": [score, score, None]}
    )
    with pytest.warns(DuplicateAnnotationWarning, match="row 0 by 2"):
        phoenix, report = logged(results)
    assert report.superseded == {0}
    assert report.statuses == (
        "superseded", "stored", "stored", "stored", "stored", "not_evaluated"
    )  # fmt: skip
    assert [(row["trace_id"], row["name"]) for row in phoenix.rows] == [
        ("a", "two"), ("b", "one"), ("b", "two"), ("a", "one")
    ]  # fmt: skip


def test_many_rows_are_sent_in_order_of_their_lines() -> None:
    score = {"score": 1, "kind": "code"}
    ids = [f"t{at}" for at in range(6_000)]
    results = pd.DataFrame({"trace_id": ids, "a_score": [score] * len(ids)})
    others: Any = [None if at % 3 else score for at in range(len(ids))]
    results["b_score"] = others
    phoenix, report = logged(results)
    assert [row["trace_id"] for row in phoenix.rows] == [
        each for at, each in enumerate(ids) for _ in range(1 if at % 3 else 2)
    ]
    assert report.counts["not_evaluated"] == 4_000


def test_the_long_form_is_read_too() -> None:
    long = pd.DataFrame(
        {
            "trace_id": ["a", "b", "b"],
            "score": [1.0, None, None],
            "label": [None, "x", None],
            "metadata": [{"direction": "maximize"}] * 3,
            "annotation_name": ["one", "one", "two"],
            "annotator_kind": ["CODE", "LLM", "LLM"],
        },
        index=list("xyz"),
    )
    phoenix, report = logged(long)
    assert [(row["trace_id"], row["name"]) for row in phoenix.rows] == [("a", "one"), ("b", "one")]
    assert report.not_evaluated == {2}
    assert report.judgements_per_row == 1
    (failure,) = _refused(long)
    assert (failure.position, failure.index) == (2, "z")
    assert 'on_failed="skip"' in failure.message
