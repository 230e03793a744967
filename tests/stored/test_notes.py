"""Notes on traces: written once, however often the request is sent."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AnnotationValidationError,
    InsertedTraceAnnotation,
    ServerTooOldError,
    TraceNotFoundError,
    UnexpectedResponseError,
)
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.steps import StepByStep
from phoenix_traces.stored.notes import new_note
from tests.support.project import play, response_to

ID = {"data": {"id": "note-1"}}


class NoteServer:
    """Answer about its version, and take a note."""

    def __init__(self, version: str | None = "20.26.1", status: int = 200, **content: Any) -> None:
        self.calls: list[Call] = []
        self._version = version
        self._status = status
        self._content = content or {"data": ID}

    def __call__(self, call: Call) -> httpx.Response:
        self.calls.append(call)
        if call.method == "GET":
            return response_to(call, data={"data": []}, version=self._version)
        return response_to(call, self._status, version=self._version, **self._content)

    @property
    def written(self) -> Call:
        (call,) = (call for call in self.calls if call.method == "POST")
        return call

    @property
    def note(self) -> Any:
        return json.loads(self.written.content or b"")["data"]


def add(server: NoteServer, **arguments: Any) -> InsertedTraceAnnotation:
    given = {"trace_id": "t1", "note": "look here", "identifier": None} | arguments
    return play(StepByStep(new_note(**given)), server)


def test_the_servers_id_comes_back() -> None:
    server = NoteServer()
    assert add(server, identifier="mine").id == "note-1"
    assert server.note == {"trace_id": "t1", "note": "look here", "identifier": "mine"}


def test_a_note_without_an_identifier_gets_one_and_may_be_repeated() -> None:
    one, other = NoteServer(), NoteServer()
    add(one)
    add(other)
    assert one.written.repeatable
    assert one.note["identifier"] != other.note["identifier"]
    assert one.note["identifier"].startswith("phoenix-traces:")


@pytest.mark.parametrize("version", ["14.13.0", "15.4.0", None])
def test_where_the_server_may_not_look_at_identifiers_a_note_is_not_repeated(
    version: str | None,
) -> None:
    server = NoteServer(version)
    add(server)
    assert not server.written.repeatable


def test_a_server_without_notes_is_too_old_and_is_sent_none() -> None:
    server = NoteServer("14.12.9")
    with pytest.raises(ServerTooOldError, match=r"notes on traces needs Phoenix 14\.13\.0"):
        add(server)
    assert [call.method for call in server.calls] == ["GET"]


def test_a_server_that_would_ignore_the_callers_identifier_is_too_old() -> None:
    with pytest.raises(ServerTooOldError, match=r"a note an identifier needs Phoenix 15\.7\.0"):
        add(NoteServer("15.4.0"), identifier="mine")


def test_a_trace_that_does_not_exist_is_named_with_what_may_be_wrong_about_it() -> None:
    server = NoteServer(status=404, text="Trace with ID 00F067AA0BA902B7 not found")
    with pytest.raises(TraceNotFoundError, match="looks like a span id") as caught:
        add(server, trace_id="00F067AA0BA902B7")
    assert caught.value.missing_trace_ids == ("00F067AA0BA902B7",)


def test_an_answer_that_is_not_phoenixs_is_an_error() -> None:
    with pytest.raises(UnexpectedResponseError):
        add(NoteServer(text="hello"))


@pytest.mark.parametrize(
    "arguments",
    [
        {"trace_id": " "},
        {"note": ""},
        {"note": "a\x00b"},
        {"note": 5},
        {"identifier": " "},
        {"identifier": "x" * 3_000},
    ],
)
def test_what_the_server_could_not_store_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(AnnotationValidationError, match=next(iter(arguments))):
        add(NoteServer(), **arguments)
