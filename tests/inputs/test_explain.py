from __future__ import annotations

import pickle
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from phoenix_traces import AnnotationFailure, TraceAnnotationData
from phoenix_traces.inputs.explain import failures_from
from phoenix_traces.shown import shown
from tests.support.annotations import annotation


class Unruly:
    """A value that does not pickle and has no repr."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def _failures(given: object, **names: str) -> list[AnnotationFailure]:
    with pytest.raises(ValidationError) as caught:
        TraceAnnotationData.model_validate(given)
    return list(failures_from(caught.value, position=4, index="row", fields=names))


def _only(given: object, **names: str) -> AnnotationFailure:
    (failure,) = _failures(given, **names)
    return failure


def test_a_failure_tells_position_index_field_value_and_message() -> None:
    failure = _only(annotation(annotator_kind="ROBOT"))
    assert failure == AnnotationFailure(
        position=4,
        index="row",
        field="annotator_kind",
        value="ROBOT",
        message="Invalid annotator_kind values: 'ROBOT'; use 'LLM', 'CODE' or 'HUMAN'",
    )
    assert str(failure).startswith("row 4 (index 'row'), annotator_kind: 'ROBOT': Invalid")


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (AnnotationFailure(None, None, None, None, "all wrong"), "all wrong"),
        (AnnotationFailure(2, None, None, None, "wrong"), "row 2: wrong"),
        (AnnotationFailure(2, None, "score", 5, "wrong"), "row 2, score: 5: wrong"),
        (AnnotationFailure(2, ("a", 1), "x", "", "wrong"), "row 2 (index ('a', 1)), x: '': wrong"),
    ],
)
def test_a_failure_reads_as_a_sentence(failure: AnnotationFailure, text: str) -> None:
    assert str(failure) == text


def test_the_callers_own_names_are_used() -> None:
    failure = _only(annotation(name=" "), name="annotation_name")
    assert (failure.field, failure.message) == (
        "annotation_name",
        "annotation_name values must be non-empty strings",
    )


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (annotation(trace_id=None), "trace_id", "trace_id values cannot be None"),
        (annotation(trace_id=5), "trace_id", "must be text, not int: use format(trace_id, "),
        (annotation(name=5), "name", "must be text, not int: numbers belong in score"),
        (annotation(trace_id=b"x"), "trace_id", "must be text, not bytes: use decode()"),
        (annotation(trace_id=["x"]), "trace_id", "must be text, not list: 32 hex digits"),
        (annotation(trace_id="\ud800"), "trace_id", "holds a lone surrogate"),
        (annotation(annotator_kind=None), "annotator_kind", "annotator_kind values cannot be None"),
        (annotation(result={"score": "x"}), "result.score", "Score value 'x' cannot be converted"),
        (annotation(result={"score": []}), "result.score", "Score value '[]' cannot be converted"),
        (annotation(result={"score": np.inf}), "result.score", "Score value 'inf' is not finite"),
        (annotation(result=[]), "result", "must be a mapping, or a model of phoenix_traces"),
        (annotation(result={"lable": "x", "score": 1}), "result.lable", "did you mean 'label'?"),
        (annotation(identifer="x"), "identifer", "did you mean 'identifier'?"),
        (annotation(metadata={"a": [0, np.nan]}), "metadata.a[1]", "is not a finite number"),
        ("text", None, "must be a mapping, or a model of phoenix_traces"),
    ],
)
def test_messages_say_what_is_wrong_and_what_to_do(given: Any, field: str, message: str) -> None:
    failure = _only(given)
    assert failure.field == field
    assert message in failure.message


def test_an_unknown_key_like_no_other_is_refused_without_a_guess() -> None:
    message = _only(annotation(zzz=1)).message
    assert message == "unknown key, which the server would drop without a word"


def test_a_missing_key_names_the_key_and_not_the_whole_annotation() -> None:
    given = annotation()
    del given["trace_id"]
    failure = _only(given)
    assert (failure.field, failure.value, failure.message) == (
        "trace_id",
        None,
        "trace_id is missing",
    )


def test_every_bad_path_in_metadata_is_a_failure_of_its_own() -> None:
    failures = _failures(annotation(metadata={"a": np.inf, "b": {"c": 2**70}}))
    assert [failure.field for failure in failures] == ["metadata.a", "metadata.b.c"]
    assert [failure.value for failure in failures] == [np.inf, 2**70]


def test_long_values_are_cut() -> None:
    assert shown("x" * 1000) == f"'{'x' * 76}..."
    assert shown("x" * 78) == f"'{'x' * 78}'"


def test_a_value_without_a_repr_is_named_by_its_type() -> None:
    assert shown(Unruly()) == "<Unruly without a repr>"


def test_values_survive_pickling_and_those_that_cannot_become_their_repr() -> None:
    kept = AnnotationFailure(1, pd.Timestamp("2026-01-02"), "score", {"a": 1}, "wrong")
    assert pickle.loads(pickle.dumps(kept)) == kept
    for value in (Unruly(), lambda: None, (each for each in "a")):
        failure = AnnotationFailure(1, value, "metadata", value, "wrong")
        loaded = pickle.loads(pickle.dumps(failure))
        assert (loaded.index, loaded.value) == (shown(value), shown(value))
