"""A bad frame: nothing is sent, and every bad cell is named."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError
from phoenix_traces.inputs.frames.checking import ROWS_TOGETHER
from tests.support.frames import ARGUMENTS, refusals, sent
from tests.support.modes import AnyPhoenix, Mode, both_modes


def good(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trace_id": [f"trace-{row}" for row in range(rows)],
            "label": "correct",
            "score": 0.5,
            "explanation": "It agrees with the document.",
            "metadata": [{"row": row} for row in range(rows)],
        },
        index=[f"row {row}" for row in range(rows)],
    )


def with_cells(frame: pd.DataFrame, cells: dict[tuple[int, str], object]) -> pd.DataFrame:
    """Return a frame with some cells changed, whatever the columns were."""
    changed = frame.astype(object)
    for (row, column), value in cells.items():
        changed[column] = pd.Series(
            [value if at == row else cell for at, cell in enumerate(changed[column])],
            index=changed.index,
            dtype=object,
        )
    return changed


@both_modes
def test_three_bad_cells_in_250_rows_send_nothing_and_are_all_named(mode: Mode) -> None:
    cells = {(3, "label"): 7, (150, "score"): "high", (249, "trace_id"): " "}
    frame = with_cells(good(250), cells)
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(mode).log_trace_annotations_dataframe(dataframe=frame, **ARGUMENTS)
    assert phoenix.requests == []
    failures = caught.value.failures
    assert [(each.position, each.index, each.field, each.value) for each in failures] == [
        (3, "row 3", "label", 7),
        (150, "row 150", "score", "high"),
        (249, "row 249", "trace_id", " "),
    ]
    assert str(caught.value) == (
        "3 problems in 250 annotations; nothing was sent:\n"
        "  row 3 (index 'row 3'), label: 7: must be text, not int: numbers belong in score; "
        "use str() if it is meant as text\n"
        "  row 150 (index 'row 150'), score: 'high': Score value 'high' cannot be converted to "
        "float\n"
        "  row 249 (index 'row 249'), trace_id: ' ': trace_id values must be non-empty strings"
    )


def test_every_bad_cell_is_named_although_other_rows_fail_in_other_ways() -> None:
    cells: dict[tuple[int, str], object] = {
        (0, "trace_id"): None,
        (1, "label"): 5,
        (2, "score"): "x",
        (3, "explanation"): b"bytes",
        (4, "metadata"): [1],
        (5, "identifier"): "a\x00b",
        (6, "name"): "note",
        (7, "annotator_kind"): "ROBOT",
        (8, "identifier"): "x" * 2601,
        (9, "score"): float("inf"),
        (10, "label"): "\ud800",
    }
    frame = good(12).assign(name="n", annotator_kind="LLM", identifier=None)
    frame.loc["row 11", ["label", "score", "explanation"]] = None
    failures = refusals(with_cells(frame, cells), annotation_name=None, annotator_kind=None)
    assert [failure.position for failure in failures] == list(range(12))


def test_every_bad_cell_of_one_row_is_named() -> None:
    cells: dict[tuple[int, str], object] = {
        (1, "trace_id"): 5,
        (1, "label"): 6,
        (1, "score"): "x",
        (1, "metadata"): {"a": float("nan"), "b": 2**64},
    }
    failures = refusals(with_cells(good(3), cells))
    assert {failure.position for failure in failures} == {1}
    assert [failure.field for failure in failures] == [
        "trace_id",
        "label",
        "score",
        "metadata.a",
        "metadata.b",
    ]


def test_bad_rows_are_found_in_every_block_and_named_in_order() -> None:
    rows = ROWS_TOGETHER * 2 + 5
    bad = [0, ROWS_TOGETHER - 1, ROWS_TOGETHER, rows - 1]
    labels = [7 if row in bad else "correct" for row in range(rows)]
    ids = [f"trace-{row}" for row in range(rows)]
    failures = refusals(pd.DataFrame({"trace_id": ids, "label": labels}))
    assert [failure.position for failure in failures] == bad


def test_one_row_in_which_something_is_unusual_does_not_change_the_others() -> None:
    rows = ROWS_TOGETHER + 5
    ids = [f"trace-{row}" for row in range(rows)]
    labels: list[Any] = ["correct"] * rows
    labels[3] = " correct "
    scores: list[Any] = [0.5] * rows
    scores[7] = "0.5"
    plain = sent(pd.DataFrame({"trace_id": ids, "label": "correct", "score": 0.5}))
    assert sent(pd.DataFrame({"trace_id": ids, "label": labels, "score": scores})) == plain


def test_rows_are_named_by_position_where_index_labels_repeat() -> None:
    frame = pd.DataFrame({"trace_id": list("abcd"), "score": [1, "x", 1, "y"]}, index=[9, 9, 9, 0])
    failures = refusals(frame)
    assert [(each.position, each.index, each.value) for each in failures] == [
        (1, 9, "x"),
        (3, 0, "y"),
    ]


def test_a_row_of_an_index_of_several_levels_is_named_by_all_of_them() -> None:
    index = pd.MultiIndex.from_arrays([["run", "run"], ["a", "b"]], names=["run", "trace_id"])
    (failure,) = refusals(pd.DataFrame({"score": [1, "x"]}, index=index))
    assert failure.index == ("run", "b")


@pytest.mark.parametrize("field", ["trace_id", "name", "label", "explanation", "identifier"])
@pytest.mark.parametrize("text", ["a\x00b", "a\ud800", "\udfffb"])
def test_text_that_cannot_be_stored_is_refused_in_every_column(field: str, text: str) -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "name": "n", "score": 1, "label": "x"})
    frame[field] = pd.Series(["x", text], dtype=object)
    (failure,) = refusals(frame, annotation_name=None)
    assert (failure.position, failure.field) == (1, field)
    assert failure.value == text


def test_a_frame_in_which_every_row_is_bad_shows_ten() -> None:
    frame = pd.DataFrame({"trace_id": [f"t{row}" for row in range(300)], "score": "x"})
    with pytest.raises(AnnotationValidationError) as caught:
        sent(frame)
    assert len(caught.value.failures) == 300
    assert str(caught.value).endswith("... and 290 more: see .failures or .to_dataframe()")
    assert len(str(caught.value).splitlines()) == 12


def test_the_failures_come_as_a_frame_too() -> None:
    frame = with_cells(good(4), {(1, "score"): "x", (2, "label"): 5})
    with pytest.raises(AnnotationValidationError) as caught:
        sent(frame)
    table = caught.value.to_dataframe()
    assert list(table.columns) == ["position", "index", "field", "value", "message"]
    assert table["position"].tolist() == [1, 2]
    assert table["value"].tolist() == [5, "x"][::-1]
    assert frame.loc[table["index"]].equals(frame.iloc[[1, 2]])


def test_the_refusal_of_a_frame_pickles() -> None:
    frame = with_cells(good(3), {(1, "metadata"): {"x": object()}, (2, "label"): np.int64(5)})
    with pytest.raises(AnnotationValidationError) as caught:
        sent(frame)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert str(copied) == str(caught.value)
    assert [each.position for each in copied.failures] == [1, 2]


@pytest.mark.parametrize("bad", [False, True])
def test_the_callers_frame_is_never_changed(bad: bool) -> None:
    metadata = [{"list": [1, np.float64(2)], "when": pd.Timestamp(0)}, None]
    frame = pd.DataFrame(
        {
            "trace_id": [" a ", "b"],
            "label": pd.Categorical([" x", None]),
            "score": np.array(["0.5", 7], dtype=object),
            "metadata": metadata,
            "other": [object(), None],
        },
        index=pd.Index(["r", "r"], name="row"),
    )
    if bad:
        frame["explanation"] = [5, 6]
    before = frame.copy(deep=True)
    kept = copy.deepcopy(metadata)
    held = [id(cell) for cell in frame["metadata"]]
    if bad:
        refusals(frame)
    else:
        sent(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert frame.index.name == "row"
    assert [id(cell) for cell in frame["metadata"]] == held
    assert repr(metadata) == repr(kept)
    assert frame.attrs == {}


def test_a_frame_that_is_a_part_of_another_leaves_that_alone() -> None:
    whole = good(6)
    before = whole.copy(deep=True)
    assert len(sent(whole.iloc[1:5:2])) == 2
    pd.testing.assert_frame_equal(whole, before)


def test_a_read_only_frame_can_be_sent() -> None:
    scores = np.array([0.5, np.nan])
    scores.flags.writeable = False
    labels = np.array(["x", None], dtype=object)
    labels.flags.writeable = False
    frame = pd.DataFrame({"trace_id": ["a", "b"], "score": scores}, copy=False)
    frame["label"] = pd.Series(labels, copy=False)
    frame.loc[1, "label"] = "y"
    assert [row["result"] for row in sent(frame)] == [{"label": "x", "score": 0.5}, {"label": "y"}]
