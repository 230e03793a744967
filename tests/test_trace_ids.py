"""A trace id that is no text, or that of no trace, through every method that takes one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError
from tests.support.annotations import TRACE_ID, annotation, numbered
from tests.support.modes import AnyPhoenix, AnyTraces, Mode, both_modes

FORMAT = 'use format(trace_id, "032x")'
NO_TRACE = "is the id of no trace"
NEGATIVE = "never negative"
TOO_MANY_BITS = "more than 128 bits"
ZEROS = "0" * 32

ODD_IDS: dict[str, tuple[Any, str]] = {
    "int": (int(TRACE_ID, 16), FORMAT),
    "one": (1, FORMAT),
    "largest": (2**128 - 1, FORMAT),
    "uint64": (np.uint64(2**64 - 1), FORMAT),
    "int8": (np.int8(7), FORMAT),
    "too large": (2**128, TOO_MANY_BITS),
    "huge": (2**1000, TOO_MANY_BITS),
    "negative": (-1, NEGATIVE),
    "negative int64": (np.int64(-(2**63)), NEGATIVE),
    "zero": (0, NO_TRACE),
    "zero int64": (np.int64(0), NO_TRACE),
    "zeros": (ZEROS, NO_TRACE),
    "zeros in white space": (f" {ZEROS}\n", NO_TRACE),
    "zeros of hex()": (f"0x{ZEROS}", NO_TRACE),
    "zeros of a UUID": (str(UUID(int=0)), NO_TRACE),
    "bytes": (bytes.fromhex(TRACE_ID), "use hex()"),
    "text as bytes": (TRACE_ID.encode(), "use decode()"),
    "UUID": (UUID(TRACE_ID), "use its .hex"),
    "decimal": (Decimal(int(TRACE_ID, 16)), 'use format(int(trace_id), "032x")'),
    "float": (float(int(TRACE_ID, 16)), "has lost digits of the id"),
    "bool": (True, "must be text, not bool"),
    "list": ([TRACE_ID], "must be text, not list"),
}


def _frame(trace_id: object) -> pd.DataFrame:
    ids = pd.Series([trace_id], dtype=object)
    columns = {"trace_id": ids, "label": ["good"], "name": "tone", "annotator_kind": "CODE"}
    return pd.DataFrame(columns)


def _typed_frame(trace_id: object) -> pd.DataFrame:
    """Return a frame whose ids have the dtype that pandas chooses for them."""
    return _frame(TRACE_ID).assign(trace_id=pd.Series([trace_id]))


def _indexed_frame(trace_id: object) -> pd.DataFrame:
    index = pd.Index([trace_id], dtype=object, name="context.trace_id")
    return _frame(TRACE_ID).drop(columns="trace_id").set_axis(index)


PATHS: dict[str, Callable[[AnyTraces, Any], object]] = {
    "add": lambda traces, trace_id: traces.add_trace_annotation(
        trace_id=trace_id, annotation_name="tone", label="good"
    ),
    "list": lambda traces, trace_id: traces.log_trace_annotations(
        trace_annotations=[annotation(trace_id=trace_id)]
    ),
    "late in a list": lambda traces, trace_id: traces.log_trace_annotations(
        trace_annotations=[
            annotation(name="note"),
            *numbered(999),
            annotation(trace_id=trace_id),
            annotation(trace_id=TRACE_ID),
        ]
    ),
    "frame": lambda traces, trace_id: traces.log_trace_annotations_dataframe(
        dataframe=_frame(trace_id)
    ),
    "typed frame": lambda traces, trace_id: traces.log_trace_annotations_dataframe(
        dataframe=_typed_frame(trace_id)
    ),
    "index": lambda traces, trace_id: traces.log_trace_annotations_dataframe(
        dataframe=_indexed_frame(trace_id)
    ),
    "compare a list": lambda traces, trace_id: traces.compare_trace_annotations(
        trace_annotations=[annotation(trace_id=trace_id)]
    ),
    "compare a frame": lambda traces, trace_id: traces.compare_trace_annotations(
        dataframe=_frame(trace_id)
    ),
    "confirm": lambda traces, trace_id: traces.confirm_trace_annotations(
        trace_annotations=[annotation(trace_id=trace_id)], timeout=0
    ),
    "read": lambda traces, trace_id: traces.get_trace_annotations(trace_ids=[trace_id]),
    "iterate": lambda traces, trace_id: traces.iter_trace_annotations(
        trace_ids=[TRACE_ID, trace_id]
    ),
    "read a frame": lambda traces, trace_id: traces.get_trace_annotations_dataframe(
        trace_ids=pd.Series([trace_id], dtype=object)
    ),
    "read notes": lambda traces, trace_id: traces.get_trace_notes(trace_ids=[trace_id]),
    "note": lambda traces, trace_id: traces.add_trace_note(trace_id=trace_id, note="Seen."),
}


@both_modes
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("kind", ODD_IDS)
def test_an_id_that_no_trace_has_is_refused_with_what_to_do(
    path: str, kind: str, mode: Mode
) -> None:
    phoenix = AnyPhoenix()
    trace_id, says = ODD_IDS[kind]
    with pytest.raises(AnnotationValidationError) as caught:
        PATHS[path](phoenix.traces(mode), trace_id)
    (failure,) = [each for each in caught.value.failures if each.value != "note"]
    assert says in failure.message
    assert "str()" not in str(caught.value)
    assert "numbers belong in score" not in str(caught.value)
    assert phoenix.requests == []


@both_modes
@pytest.mark.parametrize("trace_id", ["0", "0" * 31, "0" * 33, f"{1:032x}", f"{0:016x}"])
def test_ids_that_only_look_like_it_are_sent(trace_id: str, mode: Mode) -> None:
    phoenix = AnyPhoenix()
    for path in ("add", "list", "frame"):
        PATHS[path](phoenix.traces(mode), trace_id)
    assert [row["trace_id"] for row in phoenix.rows] == [trace_id] * 3


def test_every_path_is_asked_about_every_kind() -> None:
    assert len(PATHS) * len(ODD_IDS) >= 300
