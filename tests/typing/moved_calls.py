"""Calls as people write them for the existing client, which type-check and work here too.

mypy and pyright read them as calls of this package; tests/integration/test_existing_parity.py runs
each on both clients, sync and async, and checks that they leave out nothing that one may pass.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pandas as pd

from phoenix_traces import Traces

T1 = "4bf92f3577b34da6a3ce929d0e0e4736"
T2 = "0af7651916cd43dd8448eb211c80319c"
P = "alpha"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
END = START + timedelta(minutes=4)

CALLS: dict[str, Callable[[Traces], Any]] = {
    "one annotation": lambda traces: traces.add_trace_annotation(
        trace_id=T1, annotation_name="a", score=1
    ),
    "one with everything": lambda traces: traces.add_trace_annotation(
        trace_id=T1,
        annotation_name="a",
        annotator_kind="LLM",
        label="good",
        score=0.5,
        explanation="why",
        metadata={"n": [1, None]},
        identifier="i",
        sync=True,
    ),
    "one of nothing but None": lambda traces: traces.add_trace_annotation(
        trace_id=T2,
        annotation_name="b",
        annotator_kind="CODE",
        label=None,
        score=0.0,
        explanation=None,
        metadata=None,
        identifier=None,
        sync=False,
    ),
    "one without a score": lambda traces: traces.add_trace_annotation(
        trace_id=T2, annotation_name="b", annotator_kind="HUMAN", label="x", score=None
    ),
    "a list": lambda traces: traces.log_trace_annotations(
        trace_annotations=[
            {"trace_id": T1, "name": "c", "annotator_kind": "CODE", "result": {"score": 1}},
            {"trace_id": T2, "name": "c", "annotator_kind": "CODE", "result": {"label": "x"}},
        ],
        sync=True,
    ),
    "an iterator, queued": lambda traces: traces.log_trace_annotations(
        trace_annotations=iter(
            [{"trace_id": T1, "name": "d", "annotator_kind": "LLM", "result": {"score": 1}}]
        ),
        sync=False,
    ),
    "a frame": lambda traces: traces.log_trace_annotations_dataframe(
        dataframe=pd.DataFrame({"trace_id": [T1, T2], "label": "good", "score": 1.0}),
        annotation_name="e",
        annotator_kind="LLM",
        sync=True,
    ),
    "a frame that says all of it": lambda traces: traces.log_trace_annotations_dataframe(
        dataframe=pd.DataFrame(
            {"name": ["f", "g"], "annotator_kind": ["HUMAN", "CODE"], "score": [0.0, 1.0]},
            index=[T1, T2],
        ),
        annotation_name=None,
        annotator_kind=None,
        sync=False,
    ),
    "a frame judged by people": lambda traces: traces.log_trace_annotations_dataframe(
        dataframe=pd.DataFrame({"label": ["good"]}, index=[T1]),
        annotation_name="h",
        annotator_kind="HUMAN",
    ),
    "a frame judged by a program": lambda traces: traces.log_trace_annotations_dataframe(
        dataframe=pd.DataFrame({"label": ["good"]}, index=[T1]),
        annotation_name="h",
        annotator_kind="CODE",
    ),
    "traces": lambda traces: traces.get_traces(project_identifier=P),
    "traces with everything": lambda traces: traces.get_traces(
        project_identifier=P,
        start_time=START,
        end_time=END,
        sort="latency_ms",
        order="asc",
        include_spans=True,
        session_id=["s1", "s2"],
        error=False,
        min_latency_ms=0.5,
        max_latency_ms=3_600_000,
        limit=2,
        timeout=30,
    ),
    "traces of nothing but None": lambda traces: traces.get_traces(
        project_identifier=P,
        start_time=None,
        end_time=None,
        sort=None,
        order=None,
        include_spans=False,
        session_id=None,
        error=None,
        min_latency_ms=None,
        max_latency_ms=None,
        limit=1000,
        timeout=None,
    ),
    "traces of a session": lambda traces: traces.get_traces(
        project_identifier=P, session_id="s1", sort="start_time", order="desc", error=True
    ),
    "times that are the same": lambda traces: traces.get_traces(
        project_identifier=P, start_time=START, end_time=START
    ),
    "times of another zone": lambda traces: traces.get_traces(
        project_identifier=P, start_time=END.astimezone(timezone(timedelta(hours=5)))
    ),
}

# Calls that work there and are refused here, each with the reason.
REFUSED: dict[str, tuple[Callable[[Traces], Any], str]] = {
    "a time without a zone": (
        lambda traces: traces.get_traces(project_identifier=P, start_time=datetime(2026, 1, 1)),
        "Phoenix takes it for UTC, and the people who write one often mean their wall's time",
    ),
    "times the wrong way round": (
        lambda traces: traces.get_traces(project_identifier=P, start_time=END, end_time=START),
        "no trace can be between them",
    ),
    "a limit of nothing": (
        lambda traces: traces.get_traces(project_identifier=P, limit=0),
        "nothing is asked for; None is no limit",
    ),
    "a limit below nothing": (
        lambda traces: traces.get_traces(project_identifier=P, limit=-1),
        "nothing is asked for; None is no limit",
    ),
    "a blank session": (
        lambda traces: traces.get_traces(project_identifier=P, session_id=""),
        "it is left out there, so that the traces of all sessions are returned",
    ),
    "a latency without bound": (
        lambda traces: traces.get_traces(project_identifier=P, max_latency_ms=float("inf")),
        "no bound is None",
    ),
    "a blank name": (
        lambda traces: traces.log_trace_annotations(
            trace_annotations=[
                {"trace_id": T1, "name": "", "annotator_kind": "LLM", "result": {"score": 1}}
            ]
        ),
        "it is stored under no name",
    ),
    "a misspelt key": (
        lambda traces: traces.log_trace_annotations(
            trace_annotations=[
                {
                    "trace_id": T1,
                    "name": "a",
                    "annotator_kind": "LLM",
                    "result": {"score": 1, "lable": "good"},
                }
            ]
        ),
        "what it holds is lost",
    ),
    "a judgement of nothing": (
        lambda traces: traces.log_trace_annotations(
            trace_annotations=[{"trace_id": T1, "name": "a", "annotator_kind": "LLM", "result": {}}]
        ),
        "a row of nulls is stored",
    ),
}

# Calls that work in both and come to something else, each with the reason.
ANOTHER_RESULT: dict[str, tuple[Callable[[Traces], Any], str]] = {
    "no sessions at all": (
        lambda traces: traces.get_traces(project_identifier=P, session_id=[]),
        "it is left out there, so that the traces of all sessions are returned; here it is none",
    ),
}
