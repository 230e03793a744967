"""The reading of annotations, page after page, without a network."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AuthenticationError,
    PhoenixTransportError,
    ProjectNotFoundError,
    ServerTooOldError,
    UnexpectedResponseError,
)
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.stored.reading import Reading
from phoenix_traces.stored.selection import select
from tests.support.annotations import annotation
from tests.support.project import Project, play, response_to


def reading(*, page_size: int = 1_000, project: str = "default", **arguments: Any) -> Reading:
    return Reading(select(project_identifier=project, **arguments), page_size=page_size)


def project_of(count: int, **settings: Any) -> Project:
    """Return a project with one annotation on each of so many traces."""
    project = Project([f"t{number}" for number in range(count)], **settings)
    for number in range(count):
        project.store(annotation(f"t{number}", identifier=f"run-{number % 2}"))
    return project


def test_pages_are_followed_to_the_end() -> None:
    project = project_of(7)
    found = play(reading(trace_ids=project.trace_ids, page_size=3), project)
    assert [each.trace_id for each in found] == ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
    assert [call.params.get("cursor") for call in project.calls] == [None, "3", "6"]


def test_every_request_may_be_repeated() -> None:
    project = project_of(3)
    play(reading(trace_ids=["t0"]), project)
    assert all(call.repeatable for call in project.calls)


def test_no_more_than_the_limit_is_asked_for() -> None:
    project = project_of(300)
    found = play(reading(trace_ids=[f"t{n}" for n in range(300)], limit=120), project)
    assert len(found) == 120
    assert [call.params["limit"] for call in project.calls] == ["120", "20"]


def test_traces_that_are_not_there_yield_nothing() -> None:
    project = project_of(2)
    assert play(reading(trace_ids=["x", "y"]), project) == []
    assert len(play(reading(trace_ids=["x", "t1"]), project)) == 1


def test_the_absent_traces_that_the_server_names_can_be_taken() -> None:
    exchange = reading(trace_ids=["x", "y"])
    play(exchange, Project())
    (absent,) = exchange.take_absent()
    assert absent.trace_ids == ("x", "y")
    assert exchange.take_absent() == []
    assert "None of the supplied trace_ids exist" in str(absent.error())


def test_what_was_taken_is_not_in_the_result() -> None:
    exchange = reading(trace_ids=["t0", "t1"], page_size=1)
    project = project_of(2)
    call = exchange.next_call(0)
    assert isinstance(call, Call)
    exchange.receive(call, project(call), 0)
    assert [each.trace_id for each in exchange.take()] == ["t1"]
    assert [each.trace_id for each in play(exchange, project)] == ["t0"]


def test_identifiers_narrow_what_is_read() -> None:
    found = play(reading(identifiers=["run-1"]), project_of(4))
    assert [each.trace_id for each in found] == ["t3", "t1"]


def test_a_server_that_would_ignore_identifiers_is_too_old() -> None:
    with pytest.raises(ServerTooOldError, match=r"needs Phoenix 15\.1\.0 .* is 12\.0\.0"):
        play(reading(trace_ids=["t0"], identifiers=["a"]), project_of(1, version="12.0.0"))


def test_an_old_server_can_be_read_by_trace_ids() -> None:
    assert len(play(reading(trace_ids=["t0"]), project_of(1, version="12.0.0"))) == 1


def test_a_project_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ProjectNotFoundError, match="Project with name nope"):
        play(reading(trace_ids=["t0"], project="nope"), project_of(1))


def test_another_404_is_not_taken_for_no_annotations() -> None:
    with pytest.raises(ProjectNotFoundError, match="nginx"):
        play(reading(trace_ids=["t0"]), lambda call: response_to(call, 404, text="nginx"))


def test_a_web_page_is_not_taken_for_an_answer() -> None:
    def web_app(call: Call) -> httpx.Response:
        answer = response_to(call, text="<!DOCTYPE html><html></html>")
        answer.headers["content-type"] = "text/html"
        return answer

    with pytest.raises(UnexpectedResponseError, match="text/html: check base_url"):
        play(reading(trace_ids=["t0"]), web_app)


def test_nothing_is_asked_after_an_error() -> None:
    calls: list[Call] = []

    def refuse(call: Call) -> httpx.Response:
        calls.append(call)
        return response_to(call, 401, text="Invalid token")

    with pytest.raises(AuthenticationError, match="Invalid token"):
        play(reading(trace_ids=[f"t{number}" for number in range(500)]), refuse)
    assert len(calls) == 1


def test_a_message_does_not_drown_in_trace_ids() -> None:
    ids = [f"{number:032x}" for number in range(1, 101)]
    with pytest.raises(AuthenticationError) as caught:
        play(reading(trace_ids=ids), lambda call: response_to(call, 401, text="Invalid token"))
    assert len(str(caught.value)) < 300


def test_a_lost_connection_is_an_error_of_ours() -> None:
    def lose(call: Call) -> httpx.RequestError:
        return httpx.ReadError("reset", request=response_to(call).request)

    with pytest.raises(PhoenixTransportError, match="reset"):
        play(reading(trace_ids=["t0"]), lose)


# Servers that are not Phoenix


ITEM = {
    "id": "1",
    "trace_id": "t0",
    "name": "correctness",
    "annotator_kind": "HUMAN",
    "created_at": "2026-11-24T00:00:00Z",
    "updated_at": "2026-11-24T00:00:00Z",
    "source": "API",
}


@pytest.mark.parametrize(
    ("count", "cursors"),
    [(1, "a"), (1, "ab"), (1, ["x" * 70_000]), (0, "abcdefgh")],
    ids=["the same again", "in a circle", "too long for a URL", "nothing on them"],
)
def test_pages_without_an_end_are_refused(count: int, cursors: Sequence[str]) -> None:
    endless = itertools.cycle(cursors)
    asked: list[Call] = []

    def answer(call: Call) -> httpx.Response:
        asked.append(call)
        items = [ITEM | {"id": str(len(asked))}] * count
        return response_to(call, data={"data": items, "next_cursor": next(endless)})

    with pytest.raises(UnexpectedResponseError, match="next_cursor leads nowhere"):
        play(reading(trace_ids=["t0"]), answer)
    assert len(asked) <= 3


def test_pages_that_repeat_under_new_cursors_are_refused() -> None:
    items = [ITEM | {"id": each} for each in "abc"]
    pages = itertools.count()

    def answer(call: Call) -> httpx.Response:
        number = next(pages)
        page = [items[number % 3], ITEM | {"id": f"new-{number}"}]
        return response_to(call, data={"data": page, "next_cursor": f"c{number}"})

    with pytest.raises(UnexpectedResponseError, match="a page that came before"):
        play(reading(trace_ids=["t0"]), answer)
    assert next(pages) == 4


def test_a_cursor_may_come_again_in_another_question() -> None:
    def answer(call: Call) -> httpx.Response:
        cursor = None if "cursor" in call.params else "a"
        return response_to(call, data={"data": [ITEM], "next_cursor": cursor})

    assert len(play(reading(trace_ids=[f"t{number}" for number in range(300)]), answer)) == 6


def test_more_than_was_asked_for_is_left_out() -> None:
    def answer(call: Call) -> httpx.Response:
        return response_to(call, data={"data": [ITEM] * 5, "next_cursor": "a"})

    assert len(play(reading(trace_ids=["t0"], limit=2), answer)) == 2


def test_absent_traces_are_no_answer_to_a_question_without_traces() -> None:
    with pytest.raises(ProjectNotFoundError):
        play(
            reading(identifiers=["run-1"]),
            lambda call: response_to(call, 404, text="None of the supplied trace_ids exist"),
        )
