from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import DuplicateAnnotationWarning
from phoenix_traces.inputs.duplicates import superseded_positions, warn_about
from phoenix_traces.inputs.rows import Key

keys = st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from(["", "e"]))


def test_each_early_row_names_the_last_row_with_its_key() -> None:
    first: Key = ("trace", "name", "")
    other: Key = ("trace", "name", "ana")
    rows = [(0, first), (1, other), (2, first), (3, first)]
    assert superseded_positions(rows) == {0: 3, 2: 3}


@given(st.lists(keys, max_size=12))
def test_what_remains_is_the_last_row_of_each_key(given_keys: list[Key]) -> None:
    superseded = superseded_positions(enumerate(given_keys))
    last = {key: position for position, key in enumerate(given_keys)}
    assert set(range(len(given_keys))) - superseded.keys() == set(last.values())
    assert all(last[given_keys[early]] == late for early, late in superseded.items())


def test_the_warning_names_rows_and_how_many_more() -> None:
    with pytest.warns(DuplicateAnnotationWarning) as caught:
        warn_about({3: 9, 1: 5})
    (message,) = (str(each.message) for each in caught)
    assert "2 annotations have the same (trace_id, name, identifier)" in message
    assert "row 1 by 5, 3 by 9." in message

    many = re.escape("row 0 by 90, 1 by 90, 2 by 90, 3 by 90, 4 by 90, 5 by 90, 6 by 90, 7 by 90, ")
    with pytest.warns(DuplicateAnnotationWarning, match=f"{many}8 by 90, 9 by 90, and 80 more"):
        warn_about(dict.fromkeys(range(90), 90))


def test_without_duplicates_there_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_about({})
