"""What is accepted survives a round trip through JSON unchanged; what is refused sends nothing."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from phoenix_traces import AnnotationValidationError, TraceAnnotationData
from tests.support.annotations import annotation
from tests.support.modes import AnyPhoenix, Mode


def _has_content(result: dict[str, Any]) -> bool:
    return result["score"] is not None or bool((result["label"] or "").strip())


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
present_texts = texts.filter(lambda text: text.strip() != "")
names = present_texts.filter(lambda text: text.strip() != "note")
scores = st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.integers(-9, 9)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(-(2.0**63), 2.0**64, exclude_min=True, exclude_max=True)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
metadata = st.none() | st.dictionaries(texts, json_values, max_size=4)
results = st.fixed_dictionaries(
    {"label": st.none() | texts, "score": st.none() | scores, "explanation": st.none() | texts}
).filter(_has_content)
accepted: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "trace_id": present_texts,
        "name": names,
        "annotator_kind": st.sampled_from(["LLM", "CODE", "HUMAN"]),
        "result": results,
    },
    optional={"metadata": metadata, "identifier": st.none() | texts},
)

unstorable_texts = st.builds(
    lambda before, bad, after: before + bad + after,
    texts,
    st.sampled_from(["\x00", "\ud800", "\udfff"]),
    texts,
)
not_texts = st.integers() | st.floats() | st.booleans() | st.binary() | st.lists(texts, max_size=2)
bad_scores = st.sampled_from([math.nan, math.inf, -math.inf, 10**400]) | texts | st.binary()
bad_leaves = (
    st.sampled_from([math.nan, math.inf, 2**64, -(2**63) - 1, object()])
    | unstorable_texts
    | st.dictionaries(st.integers(), st.none(), min_size=1, max_size=2)
)
bad_changes = st.one_of(
    st.fixed_dictionaries({"trace_id": unstorable_texts | not_texts | st.just(" ")}),
    st.fixed_dictionaries({"name": unstorable_texts | not_texts | st.just(" note ")}),
    st.fixed_dictionaries({"identifier": unstorable_texts | not_texts}),
    st.fixed_dictionaries({"annotator_kind": texts | not_texts | st.none()}),
    st.fixed_dictionaries({"result": st.none() | not_texts | st.just({"label": " "})}),
    st.builds(lambda text: {"result": {"label": text}}, unstorable_texts | not_texts),
    st.builds(lambda text: {"result": {"explanation": text}}, unstorable_texts | not_texts),
    st.builds(lambda score: {"result": {"label": "x", "score": score}}, bad_scores),
    st.builds(lambda key, leaf: {"metadata": {key: [leaf]}}, texts, bad_leaves),
    st.builds(lambda key: {key: 1}, texts.filter(lambda key: key not in annotation())),
)


@given(accepted)
def test_what_is_accepted_survives_json_unchanged(wanted: dict[str, Any]) -> None:
    model = TraceAnnotationData.model_validate(wanted)
    as_sent = model.model_dump_json(exclude_none=True)
    assert TraceAnnotationData.model_validate_json(as_sent) == model


@given(st.lists(accepted, min_size=1, max_size=5, unique_by=lambda each: each["trace_id"].strip()))
def test_what_arrives_is_what_the_models_say(wanted: list[dict[str, Any]]) -> None:
    phoenix = AnyPhoenix()
    phoenix.traces(Mode.SYNC).log_trace_annotations(trace_annotations=wanted)
    models = [TraceAnnotationData.model_validate(each) for each in wanted]
    assert phoenix.rows == [json.loads(each.model_dump_json(exclude_none=True)) for each in models]
    assert [TraceAnnotationData.model_validate(row) for row in phoenix.rows] == models


@given(st.lists(accepted, max_size=3), bad_changes, st.lists(accepted, max_size=3))
def test_one_bad_annotation_anywhere_sends_nothing(
    before: list[dict[str, Any]], changes: dict[str, Any], after: list[dict[str, Any]]
) -> None:
    phoenix = AnyPhoenix()
    bad = annotation(**changes)
    with pytest.raises(ValidationError):
        TraceAnnotationData.model_validate(bad)
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(Mode.SYNC).log_trace_annotations(trace_annotations=[*before, bad, *after])
    assert {failure.position for failure in caught.value.failures} == {len(before)}
    assert phoenix.requests == []
