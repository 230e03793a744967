"""What works on the oldest Phoenix that is supported, and what says that it does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    ServerTooOldError,
    TraceNotFoundError,
    UnexpectedResponseError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.protocol.versions import HEADER
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from phoenix_traces.testing.spans import new_trace_ids, send_many_traces
from tests.support.annotations import annotation
from tests.support.modes import AnyTraces, Mode, both_modes, client_traces

OLDEST = "12.0.0"
PROJECT = "tests"

Annotation = dict[str, Any]


@pytest.fixture(scope="module")
def old_server() -> Iterator[PhoenixProcess]:
    with PhoenixProcess(python=os.environ["OLD_SERVER_PYTHON"]) as server:
        yield server


@pytest.fixture
def new_traces(old_server: PhoenixProcess) -> Callable[[int], list[str]]:
    def make(count: int) -> list[str]:
        ids = new_trace_ids(count)
        return send_many_traces(old_server.base_url, ids, project_name=PROJECT)

    return make


def client(server: PhoenixProcess, mode: Mode) -> AnyTraces:
    return client_traces(mode, base_url=server.base_url)


# It cannot be asked for single spans, so that the upload is what waits for the traces.
WAITING = UploadOptions(wait_for_traces=60)


def test_the_server_is_the_oldest_that_is_supported(old_server: PhoenixProcess) -> None:
    with httpx.Client(base_url=old_server.base_url) as plain:
        assert plain.get("v1/projects").headers[HEADER] == OLDEST


@both_modes
def test_a_frame_is_read_back_as_it_was_logged(
    old_server: PhoenixProcess, new_traces: Callable[[int], list[str]], mode: Mode
) -> None:
    traces = client(old_server, mode)
    frame = pd.DataFrame(
        {
            "trace_id": new_traces(3),
            "label": ["good", None, "bad"],
            "score": [0.1, 1.0, None],
            "metadata": [{"a": [1, None]}, None, {}],
            "identifier": [None, "run-1", "run-1"],
        }
    )
    arguments: Annotation = {"annotation_name": "tone", "annotator_kind": "LLM"}
    inserted = traces.log_trace_annotations_dataframe(
        dataframe=frame, sync=True, options=WAITING, **arguments
    )
    found = traces.get_trace_annotations_dataframe(
        trace_ids=frame["trace_id"], project_identifier=PROJECT
    )
    assert set(found.index) == {each.id for each in inserted}
    compared = traces.compare_trace_annotations(
        dataframe=frame, project_identifier=PROJECT, **arguments
    )
    assert compared.unchanged == (0, 1, 2), str(compared)


@both_modes
def test_what_is_queued_can_be_confirmed(
    old_server: PhoenixProcess, new_traces: Callable[[int], list[str]], mode: Mode
) -> None:
    traces = client(old_server, mode)
    rows = [annotation(each) for each in new_traces(20)]
    traces.log_trace_annotations(trace_annotations=rows)
    traces.confirm_trace_annotations(
        trace_annotations=rows, project_identifier=PROJECT, timeout=60
    ).raise_if_incomplete()
    missing = annotation(*new_trace_ids(1))
    confirmation = traces.confirm_trace_annotations(
        trace_annotations=[*rows, missing], project_identifier=PROJECT, timeout=0
    )
    assert confirmation.incomplete == confirmation.missing_trace == (20,)


@both_modes
def test_the_guards_work(
    old_server: PhoenixProcess, new_traces: Callable[[int], list[str]], mode: Mode
) -> None:
    traces = client(old_server, mode)
    human, llm = (annotation(each) for each in new_traces(2))
    traces.log_trace_annotations(
        trace_annotations=[human, llm | {"annotator_kind": "LLM"}], sync=True, options=WAITING
    )
    reports: list[UploadReport] = []
    guarded = UploadOptions(
        overwrite="not_human",
        skip_unchanged=True,
        project_identifier=PROJECT,
        on_report=reports.append,
    )
    again = [each | {"annotator_kind": "LLM"} for each in (human, llm)]
    traces.log_trace_annotations(trace_annotations=again, sync=True, options=guarded)
    assert reports[0].refused == {0}
    assert reports[0].unchanged == {1}


@both_modes
def test_unknown_traces_are_named(old_server: PhoenixProcess, mode: Mode) -> None:
    (trace_id,) = new_trace_ids(1)
    with pytest.raises(TraceNotFoundError) as caught:
        client(old_server, mode).log_trace_annotations(
            trace_annotations=[annotation(trace_id)], sync=True
        )
    assert caught.value.missing_trace_ids == (trace_id,)


@both_modes
def test_a_wrong_base_path_is_named(old_server: PhoenixProcess, mode: Mode) -> None:
    traces = client_traces(mode, base_url=f"{old_server.base_url}/wrong")
    with pytest.raises(UnexpectedResponseError, match="check base_url"):
        traces.get_trace_annotations(trace_ids=["t"])


@both_modes
@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("get_trace_annotations", {"identifiers": ["run-1"]}, "15.1.0"),
        ("get_trace_annotations", {"trace_ids": ["t"], "identifiers": ["run-1"]}, "15.1.0"),
        (
            "delete_trace_annotations",
            {"project_identifier": "default", "delete_all": True},
            "15.4.0",
        ),
        ("add_trace_note", {"trace_id": "t", "note": "n"}, "14.13.0"),
        ("add_trace_note", {"trace_id": "t", "note": "n", "identifier": "i"}, "15.7.0"),
    ],
)
def test_what_it_cannot_do_is_named_with_both_versions(
    old_server: PhoenixProcess, mode: Mode, method: str, arguments: Annotation, needed: str
) -> None:
    with pytest.raises(ServerTooOldError) as caught:
        getattr(client(old_server, mode), method)(**arguments)
    assert caught.value.required_version == needed
    assert caught.value.server_version == OLDEST
