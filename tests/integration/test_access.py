"""A Phoenix with authentication, and what unknown traces are answered."""

from __future__ import annotations

import logging
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_traces import AuthenticationError, Client, TraceNotFoundError
from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.support.annotations import annotation
from tests.support.live import (
    PATH,
    PROJECT,
    START_SECONDS,
    annotations_of,
    make_traces,
    plain_client,
)
from tests.support.modes import Mode, both_modes, client_traces

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMIN_KEY = "admin-0123456789-abcdefghijklmnopqrstuvwxyz"
WRONG_KEY = "wrong-0123456789-abcdefghijklmnopqrstuvwxyz"
SETTINGS = {
    "PHOENIX_ENABLE_AUTH": "true",
    "PHOENIX_SECRET": "secret-0123456789-abcdefghijklmnopqrstuvwxyz",
    "PHOENIX_ADMIN_SECRET": ADMIN_KEY,
}
BEARER = {"authorization": f"Bearer {ADMIN_KEY}"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[PhoenixProcess]:
    with PhoenixProcess(env=SETTINGS, start_timeout=START_SECONDS) as server:
        yield server


@pytest.fixture(scope="module")
def trace_id(guarded: PhoenixProcess) -> str:
    (trace_id,) = make_traces(guarded, 1, headers=BEARER)
    return trace_id


@pytest.fixture(scope="module")
def viewer_key(guarded: PhoenixProcess) -> str:
    """Make a user who may only look, and an API key of hers."""
    password = "Viewer-0123456789"
    user = {
        "email": "viewer@example.com",
        "username": "viewer",
        "role": "VIEWER",
        "auth_method": "LOCAL",
        "password": password,
    }
    with plain_client(guarded, headers=BEARER) as admin:
        made = admin.post("/v1/users", json={"user": user, "send_welcome_email": False})
        made.raise_for_status()
    with plain_client(guarded) as viewer:
        login = {"email": user["email"], "password": password}
        viewer.post("/auth/login", json=login).raise_for_status()
        question = 'mutation { createUserApiKey(input: {name: "test"}) { jwt } }'
        answer = viewer.post("/graphql", json={"query": question}).raise_for_status().json()
    return str(answer["data"]["createUserApiKey"]["jwt"])


def refusal(mode: Mode, trace_id: str, **settings: Any) -> AuthenticationError:
    with pytest.raises(AuthenticationError) as caught:
        client_traces(mode, **settings).add_trace_annotation(
            trace_id=trace_id, annotation_name="a", score=1, sync=True
        )
    return caught.value


@both_modes
def test_without_a_key_the_server_answers_401(
    guarded: PhoenixProcess, trace_id: str, mode: Mode
) -> None:
    error = refusal(mode, trace_id, base_url=guarded.base_url)
    assert error.status_code == 401
    assert "PHOENIX_API_KEY" in str(error)


def test_the_server_looks_at_the_key_before_the_body_and_knows_only_bearer_tokens(
    guarded: PhoenixProcess,
) -> None:
    with plain_client(guarded, headers={"api_key": ADMIN_KEY}) as client:
        assert client.post(PATH, content="{").status_code == 401
    with plain_client(guarded, headers=BEARER) as client:
        assert client.post(PATH, content="{").status_code == 422


@both_modes
def test_a_wrong_key_is_answered_401_and_shown_nowhere(
    guarded: PhoenixProcess, trace_id: str, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = refusal(mode, trace_id, base_url=guarded.base_url, api_key=WRONG_KEY)
    assert error.status_code == 401
    assert error.detail == "Invalid token"
    shown = [str(error), repr(error), repr(vars(error)), caplog.text, repr(pickle.dumps(error))]
    assert not any(WRONG_KEY in text for text in shown)
    assert WRONG_KEY not in repr(Client(base_url=guarded.base_url, api_key=WRONG_KEY))


@both_modes
def test_the_key_of_the_environment_opens_the_server(
    guarded: PhoenixProcess, trace_id: str, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", guarded.base_url)
    monkeypatch.setenv("PHOENIX_API_KEY", ADMIN_KEY)
    inserted = client_traces(mode).add_trace_annotation(
        trace_id=trace_id, annotation_name=f"opened {mode.value}", score=1, sync=True
    )
    ids = {each["id"] for each in annotations_of(guarded, [trace_id], headers=BEARER)}
    assert inserted.id in ids


@both_modes
def test_a_viewer_may_not_annotate(
    guarded: PhoenixProcess, trace_id: str, viewer_key: str, mode: Mode
) -> None:
    error = refusal(mode, trace_id, base_url=guarded.base_url, api_key=viewer_key)
    assert error.status_code == 403
    assert "viewer" in str(error)
    assert viewer_key not in str(error)


EVERYTHING: dict[str, dict[str, Any]] = {
    "get_trace_annotations": {"trace_ids": ["t"]},
    "iter_trace_annotations": {"trace_ids": ["t"]},
    "get_trace_notes": {"trace_ids": ["t"]},
    "compare_trace_annotations": {"trace_annotations": [annotation("t")]},
    "confirm_trace_annotations": {"trace_annotations": [annotation("t")], "timeout": 0},
    "delete_trace_annotations": {"project_identifier": "default", "delete_all": True},
    "add_trace_note": {"trace_id": "t", "note": "n"},
}


@both_modes
@pytest.mark.parametrize("method", EVERYTHING)
def test_a_wrong_key_opens_nothing(guarded: PhoenixProcess, mode: Mode, method: str) -> None:
    traces = client_traces(mode, base_url=guarded.base_url, api_key=WRONG_KEY)
    with pytest.raises(AuthenticationError, match="Invalid token") as caught:
        getattr(traces, method)(**EVERYTHING[method])
    assert caught.value.status_code == 401


@both_modes
def test_a_viewer_may_read_but_neither_note_nor_delete(
    guarded: PhoenixProcess, trace_id: str, viewer_key: str, mode: Mode
) -> None:
    viewer = client_traces(mode, base_url=guarded.base_url, api_key=viewer_key)
    viewer.get_trace_annotations(trace_ids=[trace_id], project_identifier=PROJECT)
    with pytest.raises(AuthenticationError) as caught:
        viewer.add_trace_note(trace_id=trace_id, note="n")
    assert caught.value.status_code == 403
    with pytest.raises(AuthenticationError) as caught:
        viewer.delete_trace_annotations(project_identifier=PROJECT, delete_all=True)
    assert caught.value.status_code == 403


@both_modes
def test_unknown_traces_are_named_in_the_order_of_the_input_and_nothing_is_stored(
    server: PhoenixProcess, mode: Mode
) -> None:
    (known,) = make_traces(server, 1)
    unknown = [f"unknown, {number}" for number in (3, 1, 2)]
    rows = [annotation(trace_id) for trace_id in (unknown[0], known, *unknown[1:])]
    with pytest.raises(TraceNotFoundError) as caught:
        client_traces(mode, base_url=server.base_url).log_trace_annotations(
            trace_annotations=rows, sync=True
        )
    error = caught.value
    assert list(error.missing_trace_ids) == unknown
    assert all(trace_id in error.detail for trace_id in unknown)
    assert error.report is not None
    assert error.report.not_stored == {0, 1, 2, 3}
    assert annotations_of(server, [known]) == []


@both_modes
def test_a_trace_id_in_another_form_is_explained(server: PhoenixProcess, mode: Mode) -> None:
    (trace_id,) = make_traces(server, 1)
    with pytest.raises(TraceNotFoundError, match=re.escape(repr(trace_id))):
        client_traces(mode, base_url=server.base_url).add_trace_annotation(
            trace_id=f"0x{trace_id}", annotation_name="a", score=1, sync=True
        )
