"""What was written is read back, compared, confirmed, deleted and noted on a real Phoenix."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from phoenix_traces import (
    AnnotationValidationError,
    Client,
    IncompleteUploadError,
    ProjectNotFoundError,
    TraceNotFoundError,
    UnexpectedResponseError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.testing.spans import new_trace_ids
from tests.support.annotations import annotation
from tests.support.faultproxy import FaultProxy
from tests.support.live import PROJECT, make_traces
from tests.support.modes import AnyTraces, Mode, both_modes, client_traces

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_traces import TraceAnnotation
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

Annotation = dict[str, Any]

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
)
annotations_of_a_trace = st.lists(
    st.fixed_dictionaries(
        {
            "name": texts.filter(lambda name: name != "note"),
            "annotator_kind": st.sampled_from(["LLM", "CODE", "HUMAN"]),
            "label": texts | st.none(),
            "score": st.floats(allow_nan=False, allow_infinity=False) | st.none(),
            "explanation": texts,
            "metadata": st.none()
            | st.dictionaries(
                texts, st.none() | st.booleans() | st.integers(-(2**63), 2**63) | texts, max_size=3
            ),
            "identifier": texts | st.none(),
        }
    ),
    min_size=1,
    max_size=15,
    unique_by=lambda each: (each["name"], each["identifier"]),
)


@pytest.fixture(scope="module")
def trace_ids(server: PhoenixProcess) -> list[str]:
    """Return traces that all tests write to, each under names of its own."""
    return make_traces(server, 110)


@pytest.fixture(scope="module")
def new_trace(server: PhoenixProcess) -> Callable[[], str]:
    """Hand out traces that nothing was written to."""
    return iter(make_traces(server, 40)).__next__


def client(server: PhoenixProcess, mode: Mode) -> AnyTraces:
    return client_traces(mode, base_url=server.base_url)


def as_mapping(trace_id: str, given: Annotation) -> Annotation:
    names = ("label", "score", "explanation")
    rest = {name: value for name, value in given.items() if name not in names}
    return {"trace_id": trace_id, "result": {name: given[name] for name in names}, **rest}


def content(stored: TraceAnnotation) -> Annotation:
    return {
        "name": stored.name,
        "annotator_kind": stored.annotator_kind,
        **stored.result.model_dump(),
        "metadata": stored.metadata or None,
        "identifier": stored.identifier or None,
    }


def in_order(annotations: list[Annotation]) -> list[Annotation]:
    return sorted(annotations, key=lambda each: (each["name"], each["identifier"] or ""))


def with_empty_metadata_absent(given: list[Annotation]) -> list[Annotation]:
    return [each | {"metadata": each["metadata"] or None} for each in given]


@both_modes
def test_a_list_is_read_back_as_it_was_logged(
    server: PhoenixProcess, new_trace: Callable[[], str], mode: Mode
) -> None:
    traces = client(server, mode)

    # Not made smaller on failure, because every attempt costs the time of real requests.
    @settings(max_examples=5, phases=[Phase.generate])
    @given(annotations_of_a_trace)
    def check(wanted: list[Annotation]) -> None:
        trace_id = new_trace()
        rows = [as_mapping(trace_id, each) for each in wanted]
        traces.log_trace_annotations(trace_annotations=rows, sync=True)
        found = traces.get_trace_annotations(trace_ids=[trace_id], project_identifier=PROJECT)
        read_back = in_order([content(each) for each in found])
        assert read_back == in_order(with_empty_metadata_absent(wanted))
        compared = traces.compare_trace_annotations(
            trace_annotations=rows, project_identifier=PROJECT
        )
        assert len(compared.unchanged) == len(rows), str(compared)

    check()


@both_modes
def test_a_frame_is_read_back_as_it_was_logged_and_can_be_logged_again(
    server: PhoenixProcess, new_trace: Callable[[], str], mode: Mode
) -> None:
    traces = client(server, mode)

    @settings(max_examples=5, phases=[Phase.generate])
    @given(annotations_of_a_trace)
    def check(wanted: list[Annotation]) -> None:
        trace_id = new_trace()
        frame = pd.DataFrame(wanted).assign(trace_id=trace_id)
        inserted = traces.log_trace_annotations_dataframe(dataframe=frame, sync=True)
        found = traces.get_trace_annotations_dataframe(
            trace_ids=frame["trace_id"], project_identifier=PROJECT
        )
        assert set(found.index) == {each.id for each in inserted}
        columns = found.rename(columns={"annotation_name": "name"})[list(wanted[0])]
        rows = columns.astype(object).where(columns.notna(), None).to_dict("records")
        read_back = with_empty_metadata_absent([dict(row) for row in rows])
        assert in_order(read_back) == in_order(with_empty_metadata_absent(wanted))
        again = traces.log_trace_annotations_dataframe(dataframe=found, sync=True)
        assert {each.id for each in again} == set(found.index)

    check()


@pytest.fixture(scope="module")
def many(server: PhoenixProcess, trace_ids: list[str]) -> set[str]:
    """Store more annotations than a page holds for the first 100 traces, and return their IDs."""
    rows = [
        annotation(trace_id, name=f"many-{number}", identifier="many")
        for trace_id in trace_ids
        for number in range(11)
    ]
    with Client(base_url=server.base_url) as ours:
        inserted = ours.traces.log_trace_annotations(trace_annotations=rows, sync=True)
    return {each.id for each in inserted}


MANY = [f"many-{number}" for number in range(11)]


@both_modes
def test_more_than_a_page_is_read_to_its_end(
    server: PhoenixProcess, trace_ids: list[str], many: set[str], mode: Mode
) -> None:
    traces = client(server, mode)
    where: Annotation = {"project_identifier": PROJECT, "include_annotation_names": MANY}
    found = traces.get_trace_annotations(trace_ids=pd.Index(trace_ids), **where)
    assert len(found) == len(many) == 1_210
    assert {each.id for each in found} == many
    by_identifier = traces.iter_trace_annotations(identifiers=["many"], **where)
    assert {each.id for each in by_identifier} == many
    some = traces.get_trace_annotations(
        trace_ids=trace_ids,
        project_identifier=PROJECT,
        include_annotation_names=MANY[3:5],
        limit=150,
    )
    assert len(some) == 150
    assert {each.name for each in some} == {"many-3", "many-4"}


def test_an_iterator_asks_for_a_page_when_it_is_needed(
    server: PhoenixProcess, trace_ids: list[str], many: set[str]
) -> None:
    with FaultProxy(server.port) as proxy, Client(base_url=proxy.url) as lazy:
        items = lazy.traces.iter_trace_annotations(
            trace_ids=trace_ids, project_identifier=PROJECT, include_annotation_names=MANY
        )
        asked = [proxy.requests for _ in items]
    # 1,000 and 100 for the first 100 traces, and then those of the others.
    assert asked == [1] * 1_000 + [2] * 100 + [3] * 110
    assert len(asked) == len(many)


@both_modes
def test_unknown_traces_have_no_annotations_and_unknown_projects_are_errors(
    server: PhoenixProcess, mode: Mode
) -> None:
    traces = client(server, mode)
    make_traces(server, 1)  # or else the project itself is unknown
    unknown = new_trace_ids(3)
    assert traces.get_trace_annotations(trace_ids=unknown, project_identifier=PROJECT) == []
    frame = traces.get_trace_annotations_dataframe(trace_ids=unknown, project_identifier=PROJECT)
    assert frame.empty
    with pytest.raises(ProjectNotFoundError, match="no-such-project"):
        traces.get_trace_annotations(trace_ids=unknown, project_identifier="no-such-project")
    with pytest.raises(ProjectNotFoundError, match="no-such-project"):
        traces.delete_trace_annotations(project_identifier="no-such-project", delete_all=True)


@both_modes
def test_a_wrong_base_path_is_named(server: PhoenixProcess, mode: Mode) -> None:
    traces = client_traces(mode, base_url=f"{server.base_url}/wrong")
    with pytest.raises(UnexpectedResponseError, match=r"text/html.*: check base_url"):
        traces.get_trace_annotations(trace_ids=new_trace_ids(1))


@both_modes
def test_a_confirmation_names_exactly_the_rows_whose_traces_are_missing(
    server: PhoenixProcess, trace_ids: list[str], mode: Mode
) -> None:
    traces = client(server, mode)
    rows = [
        annotation(trace_id, name=f"{mode.value}-{number}", result={"score": number / 7})
        for number in range(3)
        for trace_id in trace_ids
    ]
    missing = list(range(7, 307, 10))
    for position, trace_id in zip(missing, new_trace_ids(30), strict=True):
        rows[position] = rows[position] | {"trace_id": trace_id}
    assert traces.log_trace_annotations(trace_annotations=rows) is None
    there = [row for position, row in enumerate(rows) if position not in missing]
    traces.confirm_trace_annotations(
        trace_annotations=there, project_identifier=PROJECT, timeout=60
    ).raise_if_incomplete()
    confirmation = traces.confirm_trace_annotations(
        trace_annotations=rows, project_identifier=PROJECT, timeout=1
    )
    assert list(confirmation.incomplete) == missing
    assert list(confirmation.missing_trace) == missing
    with pytest.raises(IncompleteUploadError, match="30 of 330"):
        confirmation.raise_if_incomplete()


@both_modes
def test_an_upload_that_broke_off_sends_only_its_rest_when_it_is_run_again(
    server: PhoenixProcess, trace_ids: list[str], mode: Mode
) -> None:
    traces = client(server, mode)
    rows = [annotation(each, name=f"resumed {mode.value}") for each in trace_ids[:80]]
    stop = KeyboardInterrupt()

    def stop_half_way(done: int, total: int) -> None:
        if done >= total // 2:
            raise stop

    broken = UploadOptions(batch_size=10, on_progress=stop_half_way)
    with pytest.raises(KeyboardInterrupt):
        traces.log_trace_annotations(trace_annotations=rows, sync=True, options=broken)
    reports: list[UploadReport] = []
    resumed = UploadOptions(
        skip_unchanged=True, project_identifier=PROJECT, on_report=reports.append
    )
    inserted = traces.log_trace_annotations(trace_annotations=rows, sync=True, options=resumed)
    assert len({each.id for each in inserted}) == 80
    assert reports[0].unchanged == frozenset(range(40))
    assert reports[0].stored == frozenset(range(80))


@both_modes
def test_an_llm_run_again_keeps_every_human_judgement(
    server: PhoenixProcess, trace_ids: list[str], mode: Mode
) -> None:
    traces = client(server, mode)
    name = f"kept {mode.value}"
    first = [
        annotation(each, annotator_kind="HUMAN" if number % 10 == 0 else "LLM", name=name)
        for number, each in enumerate(trace_ids)
    ]
    traces.log_trace_annotations(trace_annotations=first, sync=True)
    again = pd.DataFrame({"trace_id": trace_ids, "label": "again"})
    reports: list[UploadReport] = []
    traces.log_trace_annotations_dataframe(
        dataframe=again,
        annotation_name=name,
        annotator_kind="LLM",
        sync=True,
        options=UploadOptions(
            overwrite="not_human", project_identifier=PROJECT, on_report=reports.append
        ),
    )
    found = traces.get_trace_annotations(
        trace_ids=trace_ids, project_identifier=PROJECT, include_annotation_names=[name]
    )
    kept = {each.trace_id for each in found if each.result.label == "correct"}
    assert kept == set(trace_ids[::10])
    assert {each.annotator_kind for each in found if each.trace_id in kept} == {"HUMAN"}
    assert reports[0].refused == frozenset(range(0, 110, 10))
    assert len(reports[0].stored) == 99


@both_modes
def test_an_upload_is_undone_by_its_identifier_and_nothing_else_is_touched(
    server: PhoenixProcess, new_trace: Callable[[], str], mode: Mode
) -> None:
    traces = client(server, mode)
    trace_ids = [new_trace() for _ in range(3)]
    run = f"run-{mode.value}"
    others = [annotation(each, name="undo", identifier="other") for each in trace_ids]
    others += [annotation(each, name="undo") for each in trace_ids]
    traces.log_trace_annotations(trace_annotations=others, sync=True)
    traces.add_trace_note(trace_id=trace_ids[0], note="stays")
    where: Annotation = {"trace_ids": trace_ids, "project_identifier": PROJECT}
    before = traces.get_trace_annotations(**where)
    ours = [annotation(each, name="undo", identifier=run) for each in trace_ids]
    traces.log_trace_annotations(trace_annotations=ours, sync=True)
    assert len(traces.get_trace_annotations(**where)) == 9
    traces.delete_trace_annotations(project_identifier=PROJECT, identifier=run, delete_all=True)
    assert traces.get_trace_annotations(**where) == before
    assert len(traces.get_trace_notes(**where)) == 1


@both_modes
def test_annotations_of_a_time_are_deleted(
    server: PhoenixProcess, new_trace: Callable[[], str], mode: Mode
) -> None:
    traces = client(server, mode)
    trace_id = new_trace()
    rows = [annotation(trace_id, name=name) for name in ("timed", "stays")]
    traces.log_trace_annotations(trace_annotations=rows, sync=True)
    now = datetime.now(timezone.utc)
    traces.delete_trace_annotations(
        project_identifier=PROJECT,
        name="timed",
        start_time=now - timedelta(days=2),
        end_time=now - timedelta(days=1),
    )
    where: Annotation = {"trace_ids": [trace_id], "project_identifier": PROJECT}
    assert len(traces.get_trace_annotations(**where)) == 2
    traces.delete_trace_annotations(
        project_identifier=PROJECT,
        name="timed",
        start_time=now - timedelta(days=1),
        end_time=now + timedelta(days=1),
    )
    assert [each.name for each in traces.get_trace_annotations(**where)] == ["stays"]


def test_the_servers_gate_is_the_one_that_is_checked_here(server: PhoenixProcess) -> None:
    with Client(base_url=server.base_url) as ours, pytest.raises(AnnotationValidationError):
        ours.traces.delete_trace_annotations(project_identifier=PROJECT, name="x")


@both_modes
def test_notes_add_up_or_replace_each_other_and_are_no_annotations(
    server: PhoenixProcess, new_trace: Callable[[], str], mode: Mode
) -> None:
    traces = client(server, mode)
    trace_id = new_trace()
    first = traces.add_trace_note(trace_id=trace_id, note="one")
    traces.add_trace_note(trace_id=trace_id, note="one")
    replaced = traces.add_trace_note(trace_id=trace_id, note="two", identifier="mine")
    again = traces.add_trace_note(trace_id=trace_id, note="three", identifier="mine")
    assert again.id == replaced.id != first.id
    where: Annotation = {"trace_ids": [trace_id], "project_identifier": PROJECT}
    notes = traces.get_trace_notes(**where)
    assert [each.note for each in notes] == ["three", "one", "one"]
    assert traces.get_trace_annotations(**where) == []
    asked_for = traces.get_trace_annotations(include_annotation_names=["note"], **where)
    assert [each.result.explanation for each in asked_for] == ["three", "one", "one"]
    with pytest.raises(TraceNotFoundError):
        traces.add_trace_note(trace_id="no-such-trace", note="x")


@both_modes
def test_a_note_whose_answer_was_lost_is_there_once(
    server: PhoenixProcess, new_trace: Callable[[], str], mode: Mode
) -> None:
    trace_id = new_trace()
    with FaultProxy(server.port, script=[None, "reset_after", "cut"]) as proxy:
        traces = client_traces(mode, base_url=proxy.url)
        traces.add_trace_note(trace_id=trace_id, note="once")
        assert proxy.requests == 4
    notes = client(server, mode).get_trace_notes(trace_ids=[trace_id], project_identifier=PROJECT)
    assert [each.note for each in notes] == ["once"]
