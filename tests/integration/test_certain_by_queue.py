"""Uploads by way of the queue of a real Phoenix: what they return is what is read back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from phoenix_traces import (
    DuplicateAnnotationWarning,
    SkippedAnnotationWarning,
    TraceNotFoundError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.testing.spans import new_trace_ids, send_many_traces
from tests.support.annotations import annotation
from tests.support.live import PROJECT, annotations_of, make_traces
from tests.support.modes import Mode, both_modes, client_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

PAGE = Path(__file__).parents[2] / "docs" / "queue.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

JUDGES = 20
# Long beside the server's work on two busy cores, so that the queue itself stores the rows.
PATIENCE = 120.0


class Run:
    """One upload through the queue of a server, and its account."""

    def __init__(self, server: PhoenixProcess, mode: Mode, **options: Any) -> None:
        self._traces = client_traces(mode, base_url=server.base_url, timeout=60.0)
        self._reports: list[UploadReport] = []
        chosen: dict[str, Any] = {
            "project_identifier": PROJECT,
            "on_report": self._reports.append,
            **options,
        }
        self._options = UploadOptions(via="queue", **chosen)

    def of_rows(self, rows: list[dict[str, Any]]) -> list[str]:
        inserted = self._traces.log_trace_annotations(
            trace_annotations=rows, sync=True, options=self._options
        )
        return [each.id for each in inserted]

    def of_frame(self, frame: pd.DataFrame) -> list[str]:
        inserted = self._traces.log_trace_annotations_dataframe(
            dataframe=frame,
            annotation_name="correctness",
            annotator_kind="LLM",
            sync=True,
            options=self._options,
        )
        return [each.id for each in inserted]

    @property
    def report(self) -> UploadReport:
        (report,) = self._reports
        return report


def scores_of(server: PhoenixProcess, trace_ids: list[str], **more: Any) -> dict[str, float | None]:
    """Return what is stored, by its ID."""
    found = annotations_of(server, trace_ids, **more)
    return {each["id"]: each["result"]["score"] for each in found}


@both_modes
def test_twelve_hundred_rows_are_stored_under_the_ids_that_are_returned(
    server: PhoenixProcess, mode: Mode
) -> None:
    trace_ids = make_traces(server, 60)
    rows = len(trace_ids) * JUDGES
    frame = pd.DataFrame(
        {
            "trace_id": [trace_ids[at % len(trace_ids)] for at in range(rows)],
            "identifier": [f"judge {at // len(trace_ids)}" for at in range(rows)],
            "score": [float(at) for at in range(rows)],
            "label": "correct",
            "metadata": [
                {"row": at, "whole": 1.0, "deep": [None, {"ö": 2**53}]} for at in range(rows)
            ],
        }
    )
    run = Run(server, mode, confirm_within=PATIENCE)
    ids = run.of_frame(frame)
    assert run.report.statuses == ("stored",) * rows
    assert dict(zip(ids, range(rows), strict=True)) == scores_of(server, trace_ids)


@both_modes
def test_a_missing_trace_raises_and_stands_in_the_account(
    server: PhoenixProcess, mode: Mode
) -> None:
    (known,) = make_traces(server, 1)
    (missing,) = new_trace_ids(1)
    run = Run(server, mode)
    with pytest.raises(TraceNotFoundError) as caught:
        run.of_rows([annotation(missing), annotation(known)])
    assert caught.value.missing_trace_ids == (missing,)
    assert run.report.statuses == ("missing_trace", "stored")
    assert caught.value.report == run.report


@both_modes
def test_missing_traces_are_skipped_on_request(server: PhoenixProcess, mode: Mode) -> None:
    trace_ids = [*make_traces(server, 3), *new_trace_ids(2)]
    run = Run(server, mode, on_missing_trace="skip")
    with pytest.warns(SkippedAnnotationWarning, match="2 of 5"):
        ids = run.of_rows([annotation(each, result={"score": 1}) for each in trace_ids])
    assert run.report.statuses == ("stored",) * 3 + ("missing_trace",) * 2
    assert set(ids) == scores_of(server, trace_ids[:3]).keys()


@both_modes
def test_a_trace_that_comes_late_is_waited_for(server: PhoenixProcess, mode: Mode) -> None:
    (known,) = make_traces(server, 1)
    late = new_trace_ids(1)
    rows = [annotation(known), annotation(late[0])]
    with ThreadPoolExecutor() as pool:

        def trace_comes(done: int, total: int) -> None:
            """Send the trace once all that was there is stored."""
            if done == total - 1:
                pool.submit(send_many_traces, server.base_url, late, project_name=PROJECT)

        run = Run(server, mode, wait_for_traces=PATIENCE, on_progress=trace_comes)
        ids = run.of_rows(rows)
    assert run.report.statuses == ("stored", "stored")
    assert set(ids) == scores_of(server, [known, *late]).keys()


@both_modes
def test_traces_of_another_project_are_stored_too(server: PhoenixProcess, mode: Mode) -> None:
    here, there = make_traces(server, 2), make_traces(server, 2, project="another")
    run = Run(server, mode)
    ids = run.of_rows([annotation(each) for each in (*there, *here)])
    assert run.report.statuses == ("stored",) * 4
    assert set(ids[:2]) == scores_of(server, there, project="another").keys()
    assert set(ids[2:]) == scores_of(server, here).keys()


@both_modes
def test_of_rows_with_the_same_key_the_last_is_stored(server: PhoenixProcess, mode: Mode) -> None:
    first, second = make_traces(server, 2)
    rows = [
        annotation(trace_id, result={"score": at})
        for at, trace_id in enumerate([first, second, first, first])
    ]
    run = Run(server, mode)
    with pytest.warns(DuplicateAnnotationWarning):
        ids = run.of_rows(rows)
    assert run.report.statuses == ("superseded", "stored", "superseded", "stored")
    assert ids[0] == ids[2] == ids[3]
    assert scores_of(server, [first, second]) == {ids[0]: 3, ids[1]: 1}


@both_modes
def test_the_guards_leave_alone_what_is_there_and_the_rest_goes_by_queue(
    server: PhoenixProcess, mode: Mode
) -> None:
    same, human, other, new = trace_ids = make_traces(server, 4)
    rows = [annotation(each, annotator_kind="LLM", result={"score": 1}) for each in trace_ids]
    earlier = [
        rows[0],
        annotation(human, annotator_kind="HUMAN", result={"score": 0}),
        annotation(other, annotator_kind="LLM", result={"score": 0}),
    ]
    before = Run(server, mode).of_rows(earlier)
    run = Run(server, mode, skip_unchanged=True, overwrite="not_human")
    ids = run.of_rows(rows)
    assert run.report.statuses == ("unchanged", "kept_out", "stored", "stored")
    assert ids[:2] == [before[0], before[2]]
    scores = scores_of(server, [same, human, other, new])
    assert scores == {before[0]: 1, before[1]: 0, before[2]: 1, ids[2]: 1}


def test_the_example_of_the_page_runs_as_it_stands_there(
    phoenix: PhoenixProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", phoenix.base_url)
    trace_ids = make_traces(phoenix, 3, project="my-project")
    frame = pd.DataFrame({"trace_id": trace_ids, "label": "correct", "score": [0.0, 0.5, 1.0]})
    (example,) = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"frame": frame}
    exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    ids = [each.id for each in names["inserted"]]
    stored = scores_of(phoenix, trace_ids, project="my-project")
    assert stored == dict(zip(ids, frame["score"], strict=True))
