"""Plain cells are those that the models take as they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import AnnotationResult, TraceAnnotationData
from phoenix_traces.rules import fast_path
from tests.support.annotations import annotation
from tests.support.cells import kinds, metadata, scores, texts, trace_ids


@pytest.mark.parametrize(
    ("test", "field", "values"),
    [
        pytest.param(fast_path.are_trace_ids, "trace_id", trace_ids, id="trace_id"),
        pytest.param(fast_path.are_names, "name", texts, id="name"),
        pytest.param(fast_path.are_annotator_kinds, "annotator_kind", kinds, id="annotator_kind"),
        pytest.param(fast_path.are_texts, "identifier", texts, id="identifier"),
        pytest.param(fast_path.are_metadata, "metadata", metadata, id="metadata"),
    ],
)
def test_plain_cells_are_those_that_a_model_takes_as_they_are(
    test: Any, field: str, values: st.SearchStrategy[Any]
) -> None:
    @given(st.lists(values, max_size=3))
    def holds(cells: list[Any]) -> None:
        if not test(cells):
            return
        for cell in cells:
            model = TraceAnnotationData.model_validate(annotation(**{field: cell}))
            assert repr(getattr(model, field)) == repr(cell)

    holds()


@given(st.lists(texts, max_size=3))
def test_plain_texts_are_kept_as_they_are_in_results(cells: list[Any]) -> None:
    if fast_path.are_texts(cells):
        for cell in cells:
            result = AnnotationResult(label=cell, score=1, explanation=cell)
            assert repr((result.label, result.explanation)) == repr((cell, cell))


@given(st.lists(scores, max_size=3))
def test_plain_scores_are_kept_as_floats(cells: list[Any]) -> None:
    if fast_path.are_scores(cells):
        for cell in cells:
            result = AnnotationResult(label="x", score=cell)
            assert repr(result.score) == repr(cell if cell is None else float(cell))


@pytest.mark.parametrize(
    ("test", "cells"),
    [
        (fast_path.are_present_texts, ["x", "correct", "naïve"]),
        (fast_path.are_trace_ids, ["x", "0", f"{1:032x}"]),
        (fast_path.are_names, ["n", "notes"]),
        (fast_path.are_texts, ["x", None]),
        (fast_path.are_annotator_kinds, ["LLM", "HUMAN"]),
        (fast_path.are_scores, [0.5, None, 1, True]),
        (fast_path.are_metadata, [{"a": [1, 0.5, {"b": None}], "c": "x"}, None, {}]),
    ],
)
def test_common_cells_are_plain(test: Any, cells: list[Any]) -> None:
    assert test(cells)


@pytest.mark.parametrize(
    ("columns", "have"),
    [
        ([["x", None], [None, 1.0], [None, None]], True),
        ([["x", "y"], [None, None]], True),
        ([["x", None], [None, None]], False),
        ([[None]], False),
    ],
)
def test_each_row_needs_one_result_that_is_not_missing(columns: list[Any], have: bool) -> None:
    assert fast_path.have_results(columns) is have


@pytest.mark.parametrize(("length", "are_short"), [(650, True), (651, False)])
def test_keys_are_short_when_they_fit_with_four_bytes_to_a_character(
    length: int, are_short: bool
) -> None:
    assert fast_path.are_keys_short([["n" * 50], [None, "i" * (length - 50)]]) is are_short


def nested(levels: int) -> dict[str, Any]:
    value: Any = 1
    for level in range(levels - 1):
        value = [value] if level % 2 else {"k": value}
    return {"key": value}


@pytest.mark.parametrize(("levels", "is_plain"), [(1, True), (200, True), (201, False)])
def test_metadata_is_plain_as_deep_as_the_models_take_it(levels: int, is_plain: bool) -> None:
    assert fast_path.are_metadata([{}, nested(levels)]) is is_plain


def test_metadata_that_holds_itself_is_not_plain() -> None:
    inside: list[Any] = []
    inside.append(inside)
    assert not fast_path.are_metadata([{"key": inside}])
