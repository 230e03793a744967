"""The contestants: the floor, our client and the existing one, on the same judgements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

import httpx
import orjson
import pandas as pd

from benchmarks.data import KIND, NAME, Row
from benchmarks.existing import existing_traces
from benchmarks.stand_in import JSON, PATH, Recorder, client
from benchmarks.timing import Measure, cpu
from phoenix_traces import Traces

Work: TypeAlias = Callable[[], object]

# Sends what it holds with the httpx client that it is given.
Send: TypeAlias = Callable[[httpx.Client], object]


def plain(rows: list[Row], *, rows_in_request: int = 100) -> Send:
    """Return the floor: orjson and httpx and nothing else, on dicts that are ready to be sent."""

    def send(http: httpx.Client) -> None:
        for start in range(0, len(rows), rows_in_request):
            body = orjson.dumps({"data": rows[start : start + rows_in_request]})
            http.post(PATH, content=body, headers=JSON).raise_for_status()

    return send


def our_frame(frame: pd.DataFrame, **more: Any) -> Send:
    """Return our client with a frame; `more` goes to the call."""
    return lambda http: upload_frame(Traces(http), frame, **more)


def existing_frame(frame: pd.DataFrame, **more: Any) -> Send:
    """Return the existing client with a frame; `more` goes to the call."""
    return lambda http: upload_frame(existing_traces(http), frame, **more)


def upload_frame(traces: Any, frame: pd.DataFrame, **more: Any) -> None:
    """Send a frame with the `Traces` of either client, which take the same arguments."""
    arguments = {"annotation_name": NAME, "annotator_kind": KIND} | more
    traces.log_trace_annotations_dataframe(dataframe=frame, **arguments)


def our_list(annotations: Iterable[Any]) -> Send:
    """Return our client with a list of dicts or models."""
    return lambda http: Traces(http).log_trace_annotations(trace_annotations=annotations)


def existing_list(annotations: Iterable[Any]) -> Send:
    """Return the existing client with a list of dicts."""
    return lambda http: existing_traces(http).log_trace_annotations(trace_annotations=annotations)


def cpu_measures(sends: Mapping[str, Send], *, rows: int) -> dict[str, Measure]:
    """Return what measures each contestant's processor time for each row, without a server."""
    http = client()
    return {name: cpu(partial(send, http), per=rows) for name, send in sends.items()}


def check_same_work(sends: Iterable[Send]) -> None:
    """Make sure that all of them send the same rows in the same order."""
    first, *others = map(_sent, sends)
    assert all(each == first for each in others), "the contestants did not send the same"


def _sent(send: Send) -> list[Row]:
    recorder = Recorder()
    send(recorder.client)
    return recorder.rows()
