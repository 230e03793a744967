"""Annotations given either as a list or as a frame."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from phoenix_traces.inputs.arguments import given_rows
from tests.support.annotations import annotation

FRAME = pd.DataFrame({"trace_id": ["a", "b"], "label": ["x", "y"]})


def test_a_list_is_taken_as_in_an_upload() -> None:
    assert given_rows([annotation("a")], None, None, None).total == 1


def test_a_frame_is_taken_with_its_name_and_kind() -> None:
    assert given_rows(None, FRAME, "tone", "LLM").total == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((None, None, None, None), "pass trace_annotations or dataframe"),
        (([annotation()], FRAME, None, None), "not both"),
        (([annotation()], None, "tone", None), "are for a dataframe"),
        (([annotation()], None, None, "LLM"), "are for a dataframe"),
    ],
)
def test_anything_else_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        given_rows(*arguments)
