"""Uploads by way of the server's queue, of which every row is seen to be stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any

import httpx
import pytest
from typing_extensions import override

from phoenix_traces import (
    AuthenticationError,
    ClientStateError,
    ConfigurationError,
    DuplicateAnnotationWarning,
    InsertedTraceAnnotation,
    OverwrittenError,
    PhoenixTransportError,
    ServerValidationError,
    SkippedAnnotationWarning,
    TraceNotFoundError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.protocol.exchange import Call, Outcome
from phoenix_traces.uploads.queued import QueuedUpload
from phoenix_traces.uploads.start import upload
from phoenix_traces.uploads.upload import Upload
from tests.support.annotations import annotation, numbered
from tests.support.project import Clock, Project, play, response_to

Annotation = dict[str, Any]

QUEUED_AT = 1_795_000_000.0
LATER = "2026-11-25T00:00:00+00:00"
EARLIER = "2020-01-01T00:00:00+00:00"


class QueueProject(Project):
    """Answer as Phoenix does for one project, with a queue that takes its time.

    Args:
        trace_ids: The traces that it has.
        delay: Seconds until what is queued is stored.
        elsewhere: Traces that the server has in another project.
        dated: Whether its answers tell the time.
        more: As in `Project`.

    Attributes:
        clock: What tells the time.
        loses: Whether what is queued is lost.
    """

    def __init__(
        self,
        trace_ids: Any = (),
        *,
        delay: float = 0.5,
        elsewhere: Any = (),
        dated: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(trace_ids, **more)
        self.clock = Clock()
        self.loses = False
        self.queue: list[tuple[float, Annotation]] = []
        self._delay = delay
        self._elsewhere = set(elsewhere)
        self._dated = dated

    @property
    def queued(self) -> list[Annotation]:
        """The rows of all requests to the queue, in order."""
        return self._rows_of(lambda call: not call.params)

    @property
    def requested(self) -> list[Annotation]:
        """The rows of all requests that store, in order."""
        return self._rows_of(lambda call: bool(call.params))

    def _rows_of(self, chosen: Callable[[Call], bool]) -> list[Annotation]:
        calls = [call for call in self.calls if call.method == "POST" and chosen(call)]
        return [row for call in calls for row in json.loads(call.content or b"")["data"]]

    @override
    def __call__(self, call: Call) -> httpx.Response:
        self.work_off()
        response = super().__call__(call)
        if self._dated:
            response.headers["date"] = formatdate(QUEUED_AT, usegmt=True)
        return response

    def work_off(self) -> None:
        due = [row for moment, row in self.queue if moment <= self.clock.now]
        self.queue = [each for each in self.queue if each[0] > self.clock.now]
        for row in due:
            if row["trace_id"] in self.trace_ids:
                self.store(row)

    @override
    def _write(self, call: Call) -> httpx.Response:
        rows: list[Annotation] = json.loads(call.content or b"")["data"]
        if call.params:
            known = self.trace_ids | self._elsewhere
            missing = [each for row in rows if (each := row["trace_id"]) not in known]
            if missing:
                words = f"Traces with IDs {', '.join(dict.fromkeys(missing))} do not exist."
                return self._answer(call, 404, text=words)
            return super()._write(call)
        if not self.loses:
            self.queue += [(self.clock.now + self._delay, row) for row in rows]
        return self._answer(call, data={"data": []})


class Run:
    """One upload through the queue, and everything that was heard of it."""

    def __init__(self, rows: list[Annotation], **options: Any) -> None:
        self.reports: list[UploadReport] = []
        self.progress: list[tuple[int, int]] = []
        self.options = UploadOptions(
            via="queue",
            on_report=self.reports.append,
            on_progress=lambda done, total: self.progress.append((done, total)),
            **options,
        )
        self.exchange = upload(annotation_list(rows), sync=True, options=self.options)

    def play(
        self, project: QueueProject, answer: Callable[[Call], Outcome] | None = None
    ) -> list[InsertedTraceAnnotation]:
        return play(self.exchange, answer or project, project.clock)

    @property
    def report(self) -> UploadReport:
        (report,) = self.reports
        return report


def traces_of(rows: list[Annotation]) -> list[str]:
    return [row["trace_id"] for row in rows]


def test_rows_are_queued_and_seen_to_be_stored_with_their_ids_in_order() -> None:
    rows = numbered(250)
    project = QueueProject(traces_of(rows))
    run = Run(rows, batch_size=100)
    inserted = run.play(project)
    assert project.queued == project.written
    assert project.requested == []
    assert [each.id for each in inserted] == [f"id-{number}" for number in range(1, 251)]
    assert run.report.stored == frozenset(range(250))
    assert run.progress[-1] == (250, 250)


def test_by_default_requests_have_500_rows() -> None:
    rows = numbered(1_200)
    project = QueueProject(traces_of(rows))
    Run(rows).play(project)
    sizes = [len(json.loads(c.content or b"")["data"]) for c in project.calls if c.content]
    assert sizes == [500, 500, 200]


def test_a_row_is_not_stored_before_it_is_there_as_it_was_sent() -> None:
    project = QueueProject(["trace-0"], delay=5)
    project.store(annotation("trace-0", result={"label": "an older one"}))
    run = Run(numbered(1))
    run.play(project)
    assert project.clock.now >= 1_005
    assert project.annotations[0]["result"]["label"] == "correct"
    assert project.requested == []


def test_a_row_that_is_there_already_is_stored_with_the_id_that_it_has() -> None:
    project = QueueProject(["trace-0"], delay=5)
    project.store(annotation("trace-0"))
    assert [each.id for each in Run(numbered(1)).play(project)] == ["id-1"]
    assert project.clock.now < 1_001


def test_looks_are_rare_while_nothing_comes_and_follow_each_other_when_something_does() -> None:
    rows = numbered(500)
    project = QueueProject(traces_of(rows), delay=10)
    Run(rows).play(project)
    waits = project.clock.waits
    assert waits[:4] == pytest.approx([0.1, 0.1, 0.2, 0.4])
    assert max(waits) == pytest.approx(1.0)
    in_vain = len(waits) - 1
    assert len(project.reads) == in_vain + 5


def test_no_more_than_some_rows_are_in_the_queue_and_taken_from_the_caller() -> None:
    annotations = numbered(5_000)
    project = QueueProject(traces_of(annotations))
    checked = annotation_list(annotations)
    taken = 0

    def rows() -> Iterator[tuple[int, Any]]:
        nonlocal taken
        for item in checked.items:
            taken += 1
            yield item

    lazy = Rows(checked.total, rows(), checked.encode, checked.key)
    exchange = QueuedUpload(lazy, options=UploadOptions(via="queue"))
    most = 0

    def answer(call: Call) -> Outcome:
        nonlocal most
        response = project(call)
        most = max(most, len(project.queue), taken - len(exchange.report().stored))
        return response

    assert len(play(exchange, answer, project.clock)) == 5_000
    assert 1_500 <= most <= 2_600  # the last group of 100 rows is read ahead


# What the queue loses


def test_what_the_queue_loses_is_sent_again_by_request_within_the_limits_of_a_request() -> None:
    rows = numbered(40)
    project = QueueProject(traces_of(rows))
    project.loses = True
    run = Run(rows, batch_size=15, confirm_within=7)
    inserted = run.play(project)
    assert project.requested == project.queued
    assert [
        len(json.loads(c.content or b"")["data"])
        for c in project.calls
        if c.params == {"sync": "true"}
    ] == [15, 15, 10]
    assert 1_007 <= project.clock.now < 1_010
    assert len(inserted) == 40
    assert run.report.stored == frozenset(range(40))


def test_only_what_was_lost_is_sent_again() -> None:
    rows = numbered(40)
    project = QueueProject(traces_of(rows))
    run = Run(rows, batch_size=20)

    def answer(call: Call) -> Outcome:
        project.loses = len(project.queued) >= 20
        return project(call)

    run.play(project, answer)
    assert project.requested == rows[20:]


def test_a_server_that_is_away_for_good_leaves_rows_unknown() -> None:
    project = QueueProject(["trace-0", "trace-1"])
    run = Run(numbered(2), batch_size=1, confirm_within=3)

    def answer(call: Call) -> Outcome:
        if call.method == "GET" or call.params:
            request = httpx.Request(call.method, "http://phoenix.test/")
            return httpx.ConnectError("refused", request=request)
        return project(call)

    with pytest.raises(PhoenixTransportError):
        run.play(project, answer)
    assert run.report.unknown == {0, 1}
    assert project.clock.now < 1_005


# Traces that are not there


def test_a_missing_trace_is_named_by_the_server_as_soon_as_no_other_is_waited_for() -> None:
    project = QueueProject(["trace-0"])
    run = Run(numbered(3))
    with pytest.raises(TraceNotFoundError, match="trace-1") as caught:
        run.play(project)
    assert caught.value.missing_trace_ids == ("trace-1", "trace-2")
    assert run.report.statuses == ("stored", "missing_trace", "missing_trace")
    assert project.clock.now < 1_003


def test_missing_traces_are_skipped_where_they_may_be() -> None:
    rows = numbered(3)
    project = QueueProject(["trace-0", "trace-2"])
    run = Run(rows, on_missing_trace="skip", batch_size=1)
    with pytest.warns(SkippedAnnotationWarning, match="1 of 3"):
        assert len(run.play(project)) == 2
    assert run.report.statuses == ("stored", "missing_trace", "stored")


def test_what_shares_a_request_with_a_missing_trace_stays_unknown_since_the_queue_may_have_it() -> (
    None
):
    project = QueueProject(["trace-0"])
    project.loses = True
    run = Run(numbered(2), confirm_within=5)
    with pytest.raises(TraceNotFoundError):
        run.play(project)
    assert run.report.statuses == ("unknown", "missing_trace")


def test_the_log_tells_what_is_sent_again_and_that_the_queue_is_left(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="phoenix_traces.uploads")
    rows = numbered(3)
    project = QueueProject(traces_of(rows))

    def answer(call: Call) -> Outcome:
        return response_to(call, 403, text="no") if call.method == "GET" else project(call)

    Run(rows).play(project, answer)
    assert caplog.messages[1:3] == [
        "nothing can be read back, so the upload goes on without the queue: "
        "AuthenticationError (403)",
        "3 rows were not seen to be stored, and are sent again by request",
    ]


def test_traces_that_come_late_are_waited_for() -> None:
    project = QueueProject(["trace-0"])
    run = Run(numbered(2), wait_for_traces=60)

    def answer(call: Call) -> Outcome:
        if project.clock.now > 1_020:
            project.trace_ids.add("trace-1")
        return project(call)

    run.play(project, answer)
    assert run.report.stored == {0, 1}


def test_traces_of_another_project_are_stored_by_request_without_delay() -> None:
    project = QueueProject(["trace-0"], elsewhere=["trace-1", "trace-2"])
    run = Run(numbered(3))
    assert len(run.play(project)) == 3
    assert [row["trace_id"] for row in project.requested] == ["trace-1", "trace-2"]
    assert project.clock.now < 1_003


@pytest.mark.parametrize("status", [401, 403, 404, 405, 422])
def test_where_nothing_may_be_read_only_the_first_rows_go_through_the_queue(status: int) -> None:
    rows = numbered(3_000)
    project = QueueProject(traces_of(rows), delay=60)
    run = Run(rows)

    def answer(call: Call) -> Outcome:
        return response_to(call, status, text="no") if call.method == "GET" else project(call)

    assert len(run.play(project, answer)) == 3_000
    assert project.queued == rows[:2_000]
    assert len(project.requested) == 3_000
    assert project.clock.now == pytest.approx(1_000.1)


@pytest.mark.parametrize("outcome", [500, 503, 429, "a web page"])
def test_a_look_that_fails_for_now_is_made_again(outcome: int | str) -> None:
    project = QueueProject(["trace-0"])
    run = Run(numbered(1))
    failures = 3

    def answer(call: Call) -> Outcome:
        nonlocal failures
        if call.method == "GET" and failures:
            failures -= 1
            status = outcome if isinstance(outcome, int) else 200
            return response_to(call, status, text="<html>")
        return project(call)

    assert len(run.play(project, answer)) == 1
    assert project.requested == []


# What others write


def overwritten(dated: bool, updated_at: str) -> tuple[Run, QueueProject]:
    project = QueueProject(["trace-0", "trace-1"], dated=dated)
    project.loses = True
    project.store(annotation("trace-1", annotator_kind="CODE"))
    project.annotations[0]["updated_at"] = updated_at
    return Run(numbered(2), on_error="continue", confirm_within=5), project


def test_what_someone_else_wrote_since_is_not_written_over() -> None:
    run, project = overwritten(True, LATER)
    with pytest.raises(OverwrittenError, match=r"1 annotation \(row 1\)"):
        run.play(project)
    assert [row["trace_id"] for row in project.requested] == ["trace-0"]
    assert run.report.unknown == {1}
    assert run.report.stored == {0}


@pytest.mark.parametrize(("dated", "updated_at"), [(True, EARLIER), (False, LATER)])
def test_what_is_older_or_may_be_is_written_over(dated: bool, updated_at: str) -> None:
    run, project = overwritten(dated, updated_at)
    run.play(project)
    assert run.report.stored == {0, 1}


# What is asked for


def with_identifiers(count: int, *, of: int) -> list[Annotation]:
    return [annotation(f"trace-{at}", identifier=f"judge {at % of}") for at in range(count)]


def test_only_the_rows_own_identifiers_are_asked_for_where_they_are_few() -> None:
    rows = with_identifiers(10, of=2)
    project = QueueProject(traces_of(rows))
    Run(rows).play(project)
    assert {tuple(call.params["identifier"]) for call in project.reads} == {("judge 0", "judge 1")}


@pytest.mark.parametrize("of", [1, 21])
def test_identifiers_are_not_asked_for_where_some_have_none_or_they_are_many(of: int) -> None:
    rows = with_identifiers(30, of=of) + ([annotation("trace-1")] if of == 1 else [])
    project = QueueProject(traces_of(rows))
    Run(rows).play(project)
    assert all("identifier" not in call.params for call in project.reads)


def test_a_look_takes_all_rows_of_its_traces_so_that_each_trace_is_asked_for_once() -> None:
    rows = [
        annotation(f"trace-{at}", identifier=f"judge {judge}")
        for judge in range(4)
        for at in range(300)
    ]
    project = QueueProject(traces_of(rows), delay=0)
    Run(rows).play(project)
    asked = [trace_id for call in project.reads for trace_id in call.params["trace_ids"]]
    assert len(asked) == len(set(asked)) == 300


def test_an_old_server_is_not_asked_by_identifier_twice() -> None:
    rows = with_identifiers(10, of=2)
    project = QueueProject(traces_of(rows), version="12.0.0")
    Run(rows).play(project)
    assert ["identifier" in call.params for call in project.reads][:2] == [True, False]
    assert project.requested == []


def test_missing_traces_of_rows_with_identifiers_are_found_in_a_quarter_of_the_time() -> None:
    rows = with_identifiers(3, of=1)
    project = QueueProject(["trace-0"])
    run = Run(rows, on_missing_trace="skip", confirm_within=20)
    with pytest.warns(SkippedAnnotationWarning):
        run.play(project)
    assert 1_005 <= project.clock.now < 1_007


# With what else an upload does


def test_the_guards_read_first_and_send_the_rest_through_the_queue() -> None:
    rows = numbered(4)
    project = QueueProject(traces_of(rows))
    project.store(rows[0])
    project.store(annotation("trace-1", annotator_kind="HUMAN", result={"label": "mine"}))
    run = Run(
        [rows[0], annotation("trace-1", annotator_kind="LLM"), *rows[2:]],
        skip_unchanged=True,
        overwrite="not_human",
    )
    inserted = run.play(project)
    assert project.queued == rows[2:]
    assert [each.id for each in inserted] == ["id-1", "id-3", "id-4"]
    assert run.report.unchanged == {0}
    assert run.progress[-1] == (4, 4)


def test_a_superseded_row_shares_the_fate_of_the_one_that_is_sent() -> None:
    project = QueueProject(["trace-0"])
    with pytest.warns(DuplicateAnnotationWarning):
        run = Run([annotation("trace-0", result={"score": at}) for at in range(3)])
    assert [each.id for each in run.play(project)] == ["id-1"] * 3


def test_refused_rows_are_left_out_and_large_requests_cut_on_the_way_to_the_queue_too() -> None:
    rows = numbered(8)
    project = QueueProject(traces_of(rows))
    run = Run(rows, on_error="continue")

    def answer(call: Call) -> Outcome:
        sent: list[Annotation] = json.loads(call.content)["data"] if call.content else []
        if len(sent) > 4:
            return response_to(call, 413, text="too large")
        if bad := [at for at, row in enumerate(sent) if row["trace_id"] == "trace-5"]:
            detail = [{"loc": ["body", "data", bad[0], "name"], "msg": "no"}]
            return response_to(call, 422, data={"detail": detail})
        return project(call)

    with pytest.raises(ServerValidationError):
        run.play(project, answer)
    assert run.report.stored == frozenset(range(8)) - {5}
    assert project.requested == []


def test_after_a_failure_nothing_is_sent_and_what_is_queued_is_still_looked_for() -> None:
    rows = numbered(3)
    project = QueueProject(traces_of(rows))
    run = Run(rows, batch_size=1)

    def answer(call: Call) -> Outcome:
        if len(project.queued) == 1 and call.method == "POST":
            return response_to(call, 401, text="Invalid token")
        return project(call)

    with pytest.raises(AuthenticationError):
        run.play(project, answer)
    assert run.report.stored == {0}
    assert run.report.not_stored == {1, 2}


@pytest.mark.parametrize("on_error", ["raise", "continue"])
def test_a_client_that_is_closed_meanwhile_leaves_what_is_queued_unknown(on_error: str) -> None:
    project = QueueProject(["trace-0", "trace-1"])
    run = Run(numbered(2), on_error=on_error)

    def answer(call: Call) -> Outcome:
        return ClientStateError("closed") if call.method == "GET" else project(call)

    with pytest.raises(ClientStateError):
        run.play(project, answer)
    assert run.report.unknown == {0, 1}
    assert len(project.calls) == 1


def test_an_interrupt_says_of_what_is_queued_that_it_is_unknown() -> None:
    rows = numbered(2)
    project = QueueProject(traces_of(rows))
    run = Run(rows, batch_size=1)
    call = run.exchange.next_call(0)
    assert isinstance(call, Call)
    run.exchange.receive(call, project(call), 0)
    stop = KeyboardInterrupt()
    run.exchange.interrupted(stop)
    assert run.report.unknown == {0}
    assert run.report.not_stored == {1}
    assert vars(stop)["report"] == run.report


def test_without_sync_the_way_is_the_queue_anyway_and_nothing_is_read_back() -> None:
    project = QueueProject(["trace-0"])
    exchange = upload(annotation_list(numbered(1)), sync=False, options=UploadOptions(via="queue"))
    assert type(exchange).__name__ == Upload.__name__
    assert play(exchange, project) == []
    assert project.reads == []


@pytest.mark.parametrize(("via", "sync"), [("request", True), ("request", False), ("queue", False)])
def test_a_time_to_confirm_is_refused_where_nothing_is_confirmed(via: Any, sync: bool) -> None:
    from phoenix_traces.uploads.start import check_options

    with pytest.raises(ConfigurationError, match=r"confirm_within=5 cannot work"):
        check_options(UploadOptions(via=via, confirm_within=5), sync=sync)
    check_options(UploadOptions(via="queue", confirm_within=5), sync=True)


@pytest.mark.parametrize("project", ["", "a/b", ".."])
def test_a_project_that_cannot_be_asked_for_is_refused_before_anything_is_sent(
    project: str,
) -> None:
    with pytest.raises(ValueError, match="project_identifier"):
        Run(numbered(1), project_identifier=project)
