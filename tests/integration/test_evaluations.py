"""What the real `arize-phoenix-evals` returns is what `log_evaluations` takes."""

from __future__ import annotations

import asyncio
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any, cast

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces.inputs.evaluations import judgement_of, looks_like_score, score_in
from tests.support.evaluations import (
    ALL_FAILED,
    ANSWERS,
    FAILED,
    RESULTS,
    SENT,
    as_json,
    logged,
    sent,
)

with warnings.catch_warnings():
    # It is part of the server's package, which imports what warns.
    warnings.simplefilter("ignore", DeprecationWarning)
    from phoenix.evals import (
        ClassificationEvaluator,
        Score,
        async_evaluate_dataframe,
        create_evaluator,
        evaluate_dataframe,
    )
    from phoenix.evals.utils import to_annotation_dataframe


@pytest.fixture(autouse=True)
def _quiet_evaluators() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


class FakeLLM:
    """A model that answers at once, and fails where the prompt says so."""

    model = "fake"

    def generate_classification(self, *, prompt: Any, **_others: Any) -> dict[str, str]:
        if "broken" in str(prompt):
            raise RuntimeError("the model is busy")
        return {"label": "rude" if "rude" in str(prompt) else "kind", "explanation": "because"}

    async def async_generate_classification(self, **given: Any) -> dict[str, str]:
        return self.generate_classification(**given)


def _length(answer: str) -> int:
    if "empty" in answer:
        raise ValueError("no answer")
    return len(answer)


length: Any = create_evaluator(name="length", direction="minimize")(_length)
tone: Any = ClassificationEvaluator(
    name="tone",
    llm=cast("Any", FakeLLM()),
    prompt_template="Judge {answer}",
    choices={"kind": 1.0, "rude": 0.0},
)
HOW: dict[str, Any] = {
    "evaluators": [length, tone],
    "hide_tqdm_bar": True,
    "exit_on_error": False,
    "max_retries": 0,
}


def _evaluated(answers: pd.DataFrame) -> pd.DataFrame:
    return cast("pd.DataFrame", evaluate_dataframe(dataframe=answers, **HOW))


def _without_times(results: pd.DataFrame) -> list[dict[str, Any]]:
    rows = results.to_dict("records")
    for row in rows:
        for name, cell in row.items():
            if str(name).endswith("_execution_details"):
                row[name] = {**cell, "execution_seconds": 0}
    return cast("list[dict[str, Any]]", rows)


@pytest.mark.parametrize("is_async", [False, True])
def test_what_it_returns_is_what_the_other_tests_go_by(is_async: bool) -> None:
    results = (
        asyncio.run(async_evaluate_dataframe(dataframe=ANSWERS, **HOW))
        if is_async
        else _evaluated(ANSWERS)
    )
    assert set(results.columns) == set(RESULTS.columns)
    assert _without_times(results[list(RESULTS.columns)]) == _without_times(RESULTS)
    for form in (results, as_json(results)):
        phoenix, report = logged(form)
        assert sent(phoenix) == SENT
        assert report.not_evaluated == FAILED.keys()


def test_where_everything_failed_it_returns_no_scores() -> None:
    results = _evaluated(ANSWERS.assign(answer="empty and broken"))
    assert set(results.columns) == set(ALL_FAILED.columns)
    phoenix, report = logged(results)
    assert phoenix.requests == []
    assert report.summary() == "8 not evaluated"


def test_the_failed_rows_alone_are_evaluated_again() -> None:
    _, report = logged(_evaluated(ANSWERS))
    again = report.not_evaluated_rows(ANSWERS).assign(answer="nice")
    phoenix, second = logged(_evaluated(again))
    assert {row["trace_id"] for row in phoenix.rows} == {"t1", "t2", "t3"}
    assert second.summary() == "6 stored"


def test_its_long_form_works_once_it_has_trace_ids() -> None:
    results = _evaluated(ANSWERS).assign(span_id=[f"s{at}" for at in range(4)])
    long = to_annotation_dataframe(dataframe=results, score_names=["length", "tone"])
    phoenix, report = logged(long.merge(results[["span_id", "trace_id"]], on="span_id"))
    assert sorted(sent(phoenix), key=str) == sorted(SENT, key=str)
    assert report.counts["not_evaluated"] == len(FAILED)


METADATA = st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text()))


@given(
    score=st.one_of(st.none(), st.integers(), st.floats(allow_nan=False)),
    label=st.one_of(st.none(), st.text()),
    explanation=st.one_of(st.none(), st.text()),
    metadata=METADATA,
    kind=st.sampled_from([None, "llm", "human", "code"]),
    direction=st.sampled_from(["maximize", "minimize"]),
)
def test_every_score_says_what_it_was_made_of_as_a_dict_and_as_json(**parts: Any) -> None:
    made = Score(name="n", **parts).to_dict()
    assert looks_like_score(made)
    assert looks_like_score(" " + json.dumps(made))
    for read in (score_in(made), score_in(json.dumps(made))):
        assert read is not None
        assert judgement_of(read) == {
            "annotator_kind": parts["kind"] and parts["kind"].upper(),
            "label": parts["label"],
            "score": parts["score"],
            "explanation": parts["explanation"],
            "metadata": {**parts["metadata"], "direction": parts["direction"]},
        }
