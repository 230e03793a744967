"""Rows with the same (trace_id, name, identifier): the last one wins, and a warning names them."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest

from phoenix_traces import DuplicateAnnotationWarning
from phoenix_traces.inputs.frames.checking import ROWS_TOGETHER
from phoenix_traces.inputs.frames.rows import annotation_frame
from tests.support.frames import ARGUMENTS, sent
from tests.support.modes import AnyPhoenix, Mode, both_modes


def superseded(frame: pd.DataFrame, **arguments: Any) -> dict[int, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DuplicateAnnotationWarning)
        return dict(annotation_frame(frame, **(ARGUMENTS | arguments)).superseded)


def test_the_last_of_the_rows_with_one_key_is_sent_and_a_warning_names_the_others() -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b", "a", "c", "a"], "score": [1, 2, 3, 4, 5]})
    with pytest.warns(DuplicateAnnotationWarning, match="row 0 by 4, 2 by 4") as caught:
        rows = sent(frame)
    assert [(row["trace_id"], row["result"]["score"]) for row in rows] == [
        ("b", 2),
        ("c", 4),
        ("a", 5),
    ]
    assert caught[0].filename == __file__ or "support" in caught[0].filename


@both_modes
def test_each_row_has_its_id_although_only_the_last_of_a_key_is_sent(mode: Mode) -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b", "a"], "score": [1, 2, 3]})
    phoenix = AnyPhoenix()
    with pytest.warns(DuplicateAnnotationWarning):
        inserted = phoenix.traces(mode).log_trace_annotations_dataframe(
            dataframe=frame, sync=True, **ARGUMENTS
        )
    assert len(phoenix.rows) == 2
    ids = [each.id for each in inserted]
    assert ids[0] == ids[2] != ids[1]


def test_keys_are_compared_as_they_are_sent() -> None:
    frame = pd.DataFrame(
        {
            "trace_id": ["a", " a ", "A", "a"],
            "identifier": pd.Series([None, " ", None, "i"], dtype=object),
            "score": 1,
        }
    )
    assert superseded(frame) == {0: 1}


def test_another_name_is_another_key() -> None:
    frame = pd.DataFrame({"trace_id": ["a", "a", "a"], "name": ["n", "m", "n "], "score": 1})
    assert superseded(frame, annotation_name=None) == {0: 2}


def test_rows_far_apart_share_a_key_too() -> None:
    ids = [f"trace-{row}" for row in range(ROWS_TOGETHER * 2 + 3)]
    ids[-1] = ids[1]
    ids[ROWS_TOGETHER] = f" {ids[5]} "
    frame = pd.DataFrame({"trace_id": ids, "score": 1})
    assert superseded(frame) == {1: len(ids) - 1, 5: ROWS_TOGETHER}


def test_rows_whose_hashes_alone_are_equal_are_all_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoenix_traces.inputs.frames.checking.hash", lambda _: 0, raising=False)
    frame = pd.DataFrame({"trace_id": ["a", "b", "c", "b"], "score": 1})
    assert superseded(frame) == {1: 3}


def test_a_frame_without_repeated_keys_gives_no_warning() -> None:
    assert len(sent(pd.DataFrame({"trace_id": ["a", "b"], "score": 1}))) == 2
