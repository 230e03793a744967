"""Guards on an upload: what the server has decides which rows are sent."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AuthenticationError,
    ConfigurationError,
    DuplicateAnnotationWarning,
    InsertedTraceAnnotation,
    PhoenixHTTPError,
    ProjectNotFoundError,
    SkippedAnnotationWarning,
    TraceNotFoundError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.uploads.start import upload
from phoenix_traces.uploads.upload import Upload
from tests.support.annotations import annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes
from tests.support.project import Answer, Clock, Project, play, response_to

Annotation = dict[str, Any]


class Run:
    """One upload, and everything that was heard of it."""

    def __init__(
        self, rows: list[Annotation], answer: Answer, *, sync: bool = True, **options: Any
    ) -> None:
        self.reports: list[UploadReport] = []
        self.progress: list[tuple[int, int]] = []
        guarded = UploadOptions(
            on_report=self.reports.append,
            on_progress=lambda done, total: self.progress.append((done, total)),
            **options,
        )
        self.exchange = upload(annotation_list(rows), sync=sync, options=guarded)
        self._answer = answer

    def play(self) -> list[InsertedTraceAnnotation]:
        return play(self.exchange, self._answer)

    @property
    def report(self) -> UploadReport:
        (report,) = self.reports
        return report


def test_without_a_guard_nothing_is_read() -> None:
    project = Project(["trace-0"])
    Run(numbered(1), project).play()
    assert [call.method for call in project.calls] == ["POST"]
    assert isinstance(upload(annotation_list(numbered(1)), sync=True), Upload)


def test_an_upload_run_again_sends_only_its_rest() -> None:
    rows = numbered(250)
    project = Project(row["trace_id"] for row in rows)
    for row in rows[:120]:
        project.store(row)
    run = Run(rows, project, skip_unchanged=True, batch_size=50)
    inserted = run.play()
    assert [row["trace_id"] for row in project.written] == [row["trace_id"] for row in rows[120:]]
    assert run.report.unchanged == frozenset(range(120))
    assert run.report.stored == frozenset(range(250))
    assert [each.id for each in inserted] == [f"id-{number}" for number in range(1, 251)]
    assert run.progress[0] == (120, 250)
    assert run.progress[-1] == (250, 250)


def test_a_changed_row_is_sent_again() -> None:
    project = Project(["trace-0", "trace-1"])
    for row in numbered(2):
        project.store(row)
    rows = [annotation("trace-0"), annotation("trace-1", result={"score": 0})]
    Run(rows, project, skip_unchanged=True).play()
    assert [row["trace_id"] for row in project.written] == ["trace-1"]


def test_when_everything_is_there_nothing_is_sent() -> None:
    project = Project(["trace-0"])
    project.store(annotation("trace-0"))
    run = Run(numbered(1), project, sync=False, skip_unchanged=True)
    assert run.play() == []
    assert project.written == []
    assert run.report.inserted == {}
    assert run.report.stored == {0}


def test_an_llm_does_not_replace_a_human_judgement() -> None:
    project = Project([f"trace-{number}" for number in range(4)])
    project.store(annotation("trace-0"))
    project.store(annotation("trace-1", annotator_kind="LLM"))
    project.store(annotation("trace-2", annotator_kind="CODE"))
    rows = numbered(4, annotator_kind="LLM", result={"label": "new"})
    run = Run(rows, project, overwrite="not_human")
    inserted = run.play()
    assert [row["trace_id"] for row in project.written] == ["trace-1", "trace-2", "trace-3"]
    assert run.report.refused == run.report.not_stored == {0}
    assert len(inserted) == 3
    assert run.report.summary() == "3 stored, 1 kept out"
    assert run.report.reasons == {0: "the server has a HUMAN judgement under its key"}


def test_a_human_may_correct_a_human_judgement() -> None:
    project = Project(["trace-0"])
    project.store(annotation("trace-0"))
    run = Run(numbered(1, result={"label": "better"}), project, overwrite="not_human")
    run.play()
    assert len(project.written) == 1


def test_never_overwriting_sends_only_what_is_new() -> None:
    project = Project(["trace-0", "trace-1", "trace-2"])
    project.store(annotation("trace-0"))
    project.store(annotation("trace-1", result={"label": "other"}))
    run = Run(numbered(3), project, overwrite="never")
    run.play()
    assert [row["trace_id"] for row in project.written] == ["trace-2"]
    assert run.report.unchanged == {0}
    assert run.report.refused == {1}


def test_a_superseded_row_stays_so_whatever_becomes_of_the_other() -> None:
    project = Project(["trace-0"])
    project.store(annotation("trace-0"))
    with pytest.warns(DuplicateAnnotationWarning):
        run = Run([*numbered(1, annotator_kind="LLM")] * 2, project, overwrite="not_human")
    run.play()
    assert run.report.statuses == ("superseded", "kept_out")


def test_a_trace_of_another_project_is_not_written_over_unseen() -> None:
    project = Project(["trace-0"])
    project.store(annotation("trace-0", annotator_kind="LLM"))
    run = Run(numbered(2), project, overwrite="not_human")
    with pytest.raises(TraceNotFoundError, match="exist in this project") as caught:
        run.play()
    assert caught.value.missing_trace_ids == ("trace-1",)
    assert project.written == []
    assert caught.value.report == run.report
    assert run.report.not_stored == {0, 1}


def test_such_traces_are_skipped_when_missing_traces_may_be() -> None:
    project = Project(["trace-0"])
    project.store(annotation("trace-0", annotator_kind="LLM"))
    run = Run(numbered(2), project, overwrite="not_human", on_missing_trace="skip")
    with pytest.warns(SkippedAnnotationWarning):
        run.play()
    assert [row["trace_id"] for row in project.written] == ["trace-0"]
    assert run.report.not_stored == {1}


def test_the_others_are_sent_when_errors_do_not_stop_it() -> None:
    project = Project(["trace-0"])
    project.store(annotation("trace-0", annotator_kind="LLM"))
    run = Run(numbered(2), project, overwrite="not_human", on_error="continue")
    with pytest.raises(TraceNotFoundError):
        run.play()
    assert run.report.stored == {0}


def test_traces_that_are_not_there_yet_are_waited_for() -> None:
    project = Project()
    clock = Clock()
    began = clock.now

    def arriving(call: Call) -> httpx.Response:
        if clock.now > began + 5:
            project.trace_ids.add("trace-0")
        return project(call)

    run = Run(numbered(1), arriving, overwrite="not_human", wait_for_traces=30)
    play(run.exchange, arriving, clock)
    assert clock.waits == [2.0, 2.0, 2.0]
    assert run.report.stored == {0}


def test_traces_that_never_come_are_an_error_when_the_time_is_up() -> None:
    clock = Clock()
    run = Run(numbered(2), Project(), overwrite="never", wait_for_traces=3)
    with pytest.raises(TraceNotFoundError):
        play(run.exchange, Project(), clock)
    assert clock.waits == [2.0, 1.0]


def test_skipping_unchanged_rows_alone_leaves_unknown_traces_to_the_upload() -> None:
    project = Project()
    Run(numbered(1), project, skip_unchanged=True).play()
    assert len(project.written) == 1


def test_the_guards_read_in_the_project_of_the_options() -> None:
    project = Project(["trace-0"], name="mine")
    Run(numbered(1), project, overwrite="never", project_identifier="mine").play()
    assert len(project.written) == 1
    with pytest.raises(ProjectNotFoundError):
        Run(numbered(1), project, overwrite="never").play()


def test_when_reading_fails_nothing_is_sent_and_every_row_is_accounted_for() -> None:
    calls: list[Call] = []

    def refuse(call: Call) -> httpx.Response:
        calls.append(call)
        return response_to(call, 401, text="Invalid token")

    run = Run(numbered(3), refuse, skip_unchanged=True, on_error="continue")
    with pytest.raises(AuthenticationError) as caught:
        run.play()
    assert [call.method for call in calls] == ["GET"]
    assert caught.value.report is not None
    assert caught.value.report.not_stored == {0, 1, 2}


def test_an_interrupt_while_reading_says_that_nothing_was_stored() -> None:
    run = Run(numbered(2), Project(), skip_unchanged=True)
    assert run.exchange.next_call(0) is not None
    stop = KeyboardInterrupt()
    run.exchange.interrupted(stop)
    assert run.report.not_stored == {0, 1}
    assert vars(stop)["report"] == run.report


def test_reading_may_be_under_way_in_several_calls() -> None:
    rows = numbered(300)
    project = Project(row["trace_id"] for row in rows)
    for row in rows:
        project.store(row)
    run = Run(rows, project, skip_unchanged=True, max_concurrency=4)
    calls = [run.exchange.next_call(0) for _ in range(4)]
    assert calls[3] is None
    for call in reversed(calls[:3]):
        assert isinstance(call, Call)
        run.exchange.receive(call, project(call), 0)
    assert run.exchange.next_call(0) is None
    run.exchange.result()
    assert len(run.report.unchanged) == 300


# Options that cannot work


@both_modes
@pytest.mark.parametrize("validate_configs", [False, True])
@pytest.mark.parametrize("wait", [0.0, 0.001, 30.0])
@pytest.mark.parametrize("on_missing", ["raise", "skip"])
@pytest.mark.parametrize("guard", [{}, {"skip_unchanged": True}, {"overwrite": "never"}])
@pytest.mark.parametrize("sync", [False, True])
def test_options_are_refused_before_anything_is_sent_exactly_where_they_cannot_work(
    sync: bool,
    guard: dict[str, Any],
    on_missing: str,
    wait: float,
    validate_configs: bool,
    mode: Mode,
) -> None:
    phoenix = AnyPhoenix()
    cannot_work = not sync and not guard and (wait > 0 or on_missing == "skip")
    chosen: dict[str, Any] = {"on_missing_trace": on_missing, "wait_for_traces": wait, **guard}
    options = UploadOptions(**chosen)
    arguments = {"sync": sync, "options": options, "validate_configs": validate_configs}
    with suppress(PhoenixHTTPError) if not cannot_work else pytest.raises(ConfigurationError):
        phoenix.traces(mode).log_trace_annotations(trace_annotations=numbered(1), **arguments)
    assert bool(phoenix.requests) is not cannot_work


@both_modes
def test_a_frame_is_not_looked_at_when_its_options_cannot_work(mode: Mode) -> None:
    options = UploadOptions(wait_for_traces=5, on_missing_trace="skip")
    with pytest.raises(ConfigurationError, match='wait_for_traces=5 and on_missing_trace="skip"'):
        AnyPhoenix().traces(mode).log_trace_annotations_dataframe(dataframe=None, options=options)
