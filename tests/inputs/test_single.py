"""One annotation: what the models need not see is made as they would have it."""

from __future__ import annotations

from typing import Any

import pytest

from phoenix_traces import AnnotationValidationError
from phoenix_traces.inputs.lists import judged_annotation
from phoenix_traces.inputs.single import single_annotation

PLAIN: dict[str, Any] = {
    "trace_id": "t",
    "annotation_name": "correctness",
    "annotator_kind": "HUMAN",
    "label": "correct",
    "score": 1,
    "explanation": None,
    "metadata": {"seconds": [1, 2.5, None, "é"]},
    "identifier": None,
}
CHANGES: list[dict[str, Any]] = [
    {},
    {"score": 0.5},
    {"score": True},
    {"label": " correct "},
    {"label": None},
    {"label": "", "explanation": "why"},
    {"metadata": None},
    {"metadata": {}},
    {"metadata": {"a": {"b": (1, 2)}}},
    {"identifier": ""},
    {"identifier": "ana"},
    {"trace_id": " t "},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_plain_annotation_is_sent_as_the_models_would_have_it(change: dict[str, Any]) -> None:
    given = {**PLAIN, **change}
    single, judged = single_annotation(**given), judged_annotation(**given)
    rows, judged_rows = list(single.items), list(judged.items)
    assert [position for position, _ in rows] == [0]
    assert single.encode([row for _, row in rows]) == judged.encode([row for _, row in judged_rows])


@pytest.mark.parametrize(
    "change", [{"trace_id": ""}, {"annotation_name": "note"}, {"annotator_kind": "x"}], ids=str
)
def test_what_is_not_plain_is_judged_by_the_models(change: dict[str, Any]) -> None:
    with pytest.raises(AnnotationValidationError, match=next(iter(change))):
        single_annotation(**{**PLAIN, **change})
