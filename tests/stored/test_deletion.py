"""The deletion of annotations: the server's gate is checked first."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest

from phoenix_traces import (
    AnnotationValidationError,
    AuthenticationError,
    PhoenixStatusError,
    ProjectNotFoundError,
    ServerTooOldError,
    UnexpectedResponseError,
)
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.steps import StepByStep
from phoenix_traces.stored.deletion import deletion
from tests.support.project import play, response_to

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
NOTHING: dict[str, Any] = {
    "project_identifier": "default",
    "name": None,
    "identifier": None,
    "annotator_kind": None,
    "start_time": None,
    "end_time": None,
    "delete_all": False,
}


def delete(status: int = 204, text: str = "", version: str = "20.26.1", **arguments: Any) -> Call:
    """Carry out a deletion that gets this answer, and return its one request."""
    calls: list[Call] = []

    def answer(call: Call) -> Any:
        calls.append(call)
        return response_to(call, status, text=text, version=version)

    play(StepByStep(deletion(**NOTHING | arguments)), answer)
    (call,) = calls
    return call


def test_everything_that_narrows_is_sent() -> None:
    call = delete(
        name=" tone ",
        identifier="run-7",
        annotator_kind="LLM",
        start_time=NOON,
        end_time=NOON + timedelta(hours=1),
    )
    assert (call.method, call.path) == ("DELETE", "v1/projects/default/trace_annotations")
    assert call.params == {
        "name": "tone",
        "identifier": "run-7",
        "annotator_kind": "LLM",
        "start_time": "2026-11-22T12:00:00+00:00",
        "end_time": "2026-11-22T13:00:00+00:00",
    }


def test_everything_of_a_project_can_be_deleted_when_it_is_said() -> None:
    assert delete(delete_all=True).params == {"delete_all": "true"}


def test_times_are_sent_as_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    call = delete(start_time=NOON.astimezone(berlin), end_time=pd.Timestamp("2026-11-23", tz="UTC"))
    assert call.params["start_time"] == "2026-11-22T12:00:00+00:00"
    assert call.params["end_time"] == "2026-11-23T00:00:00+00:00"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"name": "tone"},
        {"identifier": "run-7"},
        {"start_time": NOON},
        {"end_time": NOON},
    ],
)
def test_the_servers_gate_is_checked_here(arguments: dict[str, Any]) -> None:
    with pytest.raises(AnnotationValidationError, match="both start_time and end_time, or delete"):
        delete(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": " "},
        {"identifier": ""},
        {"annotator_kind": "ROBOT"},
        {"project_identifier": ""},
        {"start_time": NOON, "end_time": NOON},
    ],
)
def test_what_would_delete_more_or_something_else_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(AnnotationValidationError, match=next(iter(arguments))):
        delete(**{"delete_all": True} | arguments)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(AnnotationValidationError, match=r"start_time: datetime.* has no time zone"):
        delete(start_time=datetime(2026, 11, 22), end_time=NOON)


def test_text_is_no_time() -> None:
    with pytest.raises(TypeError, match="end_time must be a datetime, not str"):
        delete(start_time=NOON, end_time="2026-11-22")


def test_a_server_that_cannot_delete_is_too_old() -> None:
    with pytest.raises(ServerTooOldError, match=r"deleting annotations needs Phoenix 15\.4\.0"):
        delete(405, "Method Not Allowed", "12.0.0", delete_all=True)


def test_a_wrong_base_url_is_not_taken_for_an_old_server() -> None:
    with pytest.raises(PhoenixStatusError, match="check that base_url is its root"):
        delete(405, "Method Not Allowed", delete_all=True)


def test_a_project_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ProjectNotFoundError, match=r"default not found.*project_identifier"):
        delete(404, "Project with name default not found", delete_all=True)


def test_a_key_that_may_not_delete_is_an_error() -> None:
    with pytest.raises(AuthenticationError):
        delete(403, "Forbidden", delete_all=True)


@pytest.mark.parametrize("status", [200, 201, 202, 203, 205, 206])
@pytest.mark.parametrize("text", ["", "{}", "<html>Sign in</html>"])
def test_an_answer_that_is_not_phoenixs_is_not_taken_for_a_deletion(status: int, text: str) -> None:
    with pytest.raises(UnexpectedResponseError, match="not the 204 that Phoenix gives"):
        delete(status, text, delete_all=True)
