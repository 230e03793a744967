"""The existing client gets from the fake what it gets from the real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from benchmarks.existing import existing_traces
from phoenix_traces.testing import FakePhoenix
from tests.support.live import make_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

# Its own types are not known here, since it is loaded without the server beside it.
Call = Callable[[Any, list[str]], Any]

CALLS: dict[str, Call] = {
    "one, for certain": lambda traces, ids: traces.add_trace_annotation(
        trace_id=ids[0], annotation_name="a", annotator_kind="HUMAN", label="x", sync=True
    ),
    "one, queued": lambda traces, ids: traces.add_trace_annotation(
        trace_id=ids[0], annotation_name="q", annotator_kind="HUMAN", score=1
    ),
    "one that is replaced": lambda traces, ids: traces.add_trace_annotation(
        trace_id=ids[0], annotation_name="a", annotator_kind="LLM", score=0, sync=True
    ),
    "a name that is reserved": lambda traces, ids: traces.add_trace_annotation(
        trace_id=ids[0], annotation_name="note", annotator_kind="LLM", score=0, sync=True
    ),
    "a kind that is none": lambda traces, ids: traces.add_trace_annotation(
        trace_id=ids[0],
        annotation_name="a",
        annotator_kind="ROBOT",
        score=0,
        sync=True,
    ),
    "a list": lambda traces, ids: traces.log_trace_annotations(
        trace_annotations=[
            {
                "trace_id": each,
                "name": "b",
                "annotator_kind": "CODE",
                "result": {"score": 0.5},
                "metadata": {"n": [1, None]},
            }
            for each in ids
        ],
        sync=True,
    ),
    "a trace that is missing": lambda traces, ids: traces.log_trace_annotations(
        trace_annotations=[
            {"trace_id": each, "name": "b", "annotator_kind": "CODE", "result": {"score": 1}}
            for each in (ids[0], "missing")
        ],
        sync=True,
    ),
    "a frame": lambda traces, ids: traces.log_trace_annotations_dataframe(
        dataframe=pd.DataFrame({"trace_id": ids, "label": "good", "score": 1.0}),
        annotation_name="c",
        annotator_kind="LLM",
        sync=True,
    ),
}


def outcome(call: Call, http: httpx.Client, ids: list[str]) -> Any:
    """Return what a call comes to: how many IDs, or the error with its status and body."""
    try:
        result = call(existing_traces(http), ids)
    except httpx.HTTPStatusError as error:
        return error.response.status_code, error.response.text
    if result is None:
        return None
    results = result if isinstance(result, list) else [result]
    return [sorted(each) for each in results]


@pytest.mark.parametrize("what", CALLS)
def test_it_gets_the_same_answers(what: str, phoenix: PhoenixProcess) -> None:
    ids = make_traces(phoenix, 3)
    fake = FakePhoenix(*ids)
    with (
        httpx.Client(base_url=phoenix.base_url) as real,
        fake.serve() as url,
        httpx.Client(base_url=url) as ours,
    ):
        assert outcome(CALLS[what], real, ids) == outcome(CALLS[what], ours, ids)
    assert fake.requests
