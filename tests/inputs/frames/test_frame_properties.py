"""Frames and models agree: on what is refused, row by row, and on every byte that is sent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pandera.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from phoenix_traces import AnnotationValidationError, TraceAnnotationData
from phoenix_traces.inputs.frames.cells import score_or_none
from phoenix_traces.inputs.frames.pandera_schema import trace_annotation_schema
from phoenix_traces.inputs.frames.rows import annotation_frame
from phoenix_traces.inputs.wire_row import FIELDS, RESULT_NAMES
from tests.support.cells import MISSING, ODD_CELLS, any_rows, plain_rows
from tests.support.sizes import in_ci

MODELS = TypeAdapter(list[TraceAnnotationData])


def plain_row(trace_id: str) -> dict[str, Any]:
    return {
        "trace_id": trace_id,
        "name": "n",
        "annotator_kind": "LLM",
        "label": "correct",
        "score": 0.5,
        "explanation": "It is.",
        "metadata": {"model": "m", "tokens": 5, "seconds": 0.5},
        "identifier": "i",
    }


@st.composite
def changed_rows(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a row that is plain but for one field or two."""
    row = draw(plain_rows)
    odd = draw(any_rows)
    return row | {name: odd[name] for name in draw(st.sets(st.sampled_from(FIELDS), max_size=2))}


rows_of_all_kinds = st.lists(plain_rows | changed_rows() | any_rows, min_size=1, max_size=6)


def is_missing(cell: object) -> bool:
    return (
        cell is None
        or cell is pd.NA
        or cell is pd.NaT
        or (isinstance(cell, float) and math.isnan(cell))
    )


def annotation(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row means, in the models' own form."""
    cells = {name: None if is_missing(row[name]) else row[name] for name in FIELDS}
    cells["score"] = score_or_none(cells["score"])
    result = {name: cells.pop(name) for name in RESULT_NAMES}
    return {**cells, "result": result}


def refused_by_models(rows: Sequence[dict[str, Any]]) -> set[int]:
    return {at for at, row in enumerate(rows) if not is_accepted(annotation(row))}


def is_accepted(row: dict[str, Any]) -> bool:
    try:
        TraceAnnotationData.model_validate(row)
    except ValidationError:
        return False
    return True


def as_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for name in FIELDS:
        cells = np.empty(len(rows), dtype=object)
        for position, row in enumerate(rows):
            cells[position] = row[name]
        columns[name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(columns)


def check(rows: Sequence[dict[str, Any]]) -> None:
    """Compare a frame with the models: the rows refused, or else the bytes."""
    frame = as_frame(rows)
    if refused := refused_by_models(rows):
        with pytest.raises(AnnotationValidationError) as caught:
            annotation_frame(frame)
        assert {failure.position for failure in caught.value.failures} == refused
        return
    accepted = annotation_frame(frame)
    kept = [row for at, row in enumerate(rows) if at not in accepted.superseded]
    models = [TraceAnnotationData.model_validate(annotation(row)) for row in kept]
    positions, wire = zip(*accepted.items, strict=True)
    assert accepted.encode(wire) == MODELS.dump_json(models, exclude_none=True)
    assert [accepted.key(row)[0] for row in wire] == [model.trace_id for model in models]
    assert list(positions) == [at for at in range(len(rows)) if at not in accepted.superseded]


@pytest.mark.parametrize("field", FIELDS)
def test_a_frame_and_the_models_agree_on_every_odd_cell_among_plain_ones(field: str) -> None:
    for cell in ODD_CELLS[field]:
        check([plain_row("a"), plain_row("b") | {field: cell}, plain_row("c")])


@pytest.mark.parametrize("field", FIELDS)
def test_the_public_schema_refuses_exactly_the_rows_that_the_models_refuse(field: str) -> None:
    # pandera cannot name a row by a lone surrogate, because pandas 3 takes it for text of its own.
    cells = [cell for cell in ODD_CELLS[field] if str(cell) not in ("\ud800", "x\udfff")]
    rows = [plain_row(f"trace-{row}") | {field: cell} for row, cell in enumerate(cells)]
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        trace_annotation_schema.validate(as_frame(rows), lazy=True)
    assert set(caught.value.failure_cases["index"]) == refused_by_models(rows)


@pytest.mark.parametrize("cell", ["", " ", *MISSING])
def test_they_agree_on_rows_without_a_result(cell: object) -> None:
    nothing = dict.fromkeys(RESULT_NAMES, cell)
    check([plain_row("a"), plain_row("b") | nothing])
    check([plain_row("a") | nothing, plain_row("b")])
    for name in RESULT_NAMES:
        check([plain_row("a") | nothing | {name: "1"}, plain_row("b") | nothing | {name: "1"}])


@pytest.mark.parametrize("length", [1299, 1300, 1301])
def test_they_agree_on_keys_near_the_limit(length: int) -> None:
    long = {"name": "n" * length, "identifier": "i" * 1300}
    check([plain_row("a") | long, plain_row("b")])
    wide = {"name": "日" * 400, "identifier": "日" * (length - 834)}
    check([plain_row("a") | wide, plain_row("b")])


@pytest.mark.filterwarnings("ignore::phoenix_traces.DuplicateAnnotationWarning")
@given(rows_of_all_kinds)
@settings(max_examples=in_ci(150, 40))
def test_a_frame_refuses_the_rows_that_the_models_refuse_and_sends_the_bytes_they_send(
    rows: list[dict[str, Any]],
) -> None:
    check(rows)


@pytest.mark.filterwarnings("ignore::phoenix_traces.DuplicateAnnotationWarning")
@given(rows_of_all_kinds)
def test_they_agree_wherever_blocks_and_parts_begin(rows: list[dict[str, Any]]) -> None:
    with (
        patch("phoenix_traces.inputs.frames.checking.ROWS_TOGETHER", 3),
        patch("phoenix_traces.inputs.frames.rows.ROWS_TOGETHER", 3),
        patch("phoenix_traces.inputs.frames.checking._ROWS_IN_PART", 2),
        patch("phoenix_traces.inputs.frames.pandera_schema._CELLS_TOGETHER", 2),
    ):
        check(rows)


@pytest.mark.filterwarnings("ignore::phoenix_traces.DuplicateAnnotationWarning")
@given(st.lists(plain_rows, min_size=1, max_size=6))
def test_they_agree_on_plain_rows(rows: list[dict[str, Any]]) -> None:
    check(rows)
