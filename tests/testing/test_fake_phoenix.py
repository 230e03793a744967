"""The fake Phoenix through clients of both kinds, at a port, and asked by hand."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    AuthenticationError,
    Client,
    IncompleteUploadError,
    PhoenixStatusError,
    PhoenixTransportError,
    ServerTooOldError,
    ServerValidationError,
    TraceNotFoundError,
    UnexpectedResponseError,
    UploadOptions,
)
from phoenix_traces.testing import ConnectionDroppedError, FakePhoenix, Request
from phoenix_traces.testing.fake.context import Version
from tests.support.annotations import annotation, numbered
from tests.support.modes import AnyTraces, Mode, both_modes

Annotation = dict[str, Any]


def traces(phoenix: FakePhoenix, mode: Mode, **options: Any) -> AnyTraces:
    return AnyTraces(
        lambda: phoenix.client(**options), lambda: phoenix.async_client(**options), mode
    )


def post(phoenix: FakePhoenix, *rows: Annotation, sync: bool = True) -> None:
    client = phoenix.client()
    client.traces.log_trace_annotations(trace_annotations=rows, sync=sync)


def as_json(value: object) -> dict[str, Any]:
    """Return the arguments for a body that httpx would refuse to encode."""
    return {
        "content": json.dumps(value).encode(),
        "headers": {"content-type": "application/json"},
    }


# What it keeps


@both_modes
def test_what_is_logged_is_stored_and_read_back(mode: Mode) -> None:
    phoenix = FakePhoenix("a", "b")
    frame = pd.DataFrame({"trace_id": ["a", "b"], "score": [0.5, 1], "metadata": [{"n": 1}, None]})
    inserted = traces(phoenix, mode).log_trace_annotations_dataframe(
        dataframe=frame, annotation_name="tone", annotator_kind="CODE", sync=True
    )
    stored = phoenix.stored()
    assert [each.id for each in stored] == [each.id for each in inserted]
    assert [(each.trace_id, each.result.score, each.metadata) for each in stored] == [
        ("a", 0.5, {"n": 1}),
        ("b", 1.0, {}),
    ]
    found = traces(phoenix, mode).get_trace_annotations(trace_ids=["a", "b"])
    assert sorted(found, key=lambda each: each.trace_id) == stored


@both_modes
def test_what_is_logged_again_is_replaced_whole_and_keeps_its_id(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    for result in ({"label": "good", "explanation": "why"}, {"score": 1}):
        traces(phoenix, mode).log_trace_annotations(
            trace_annotations=[annotation("a", result=result)], sync=True
        )
    (stored,) = phoenix.stored("a")
    assert (stored.result.label, stored.result.score, stored.result.explanation) == (None, 1, None)


def test_what_is_stored_can_be_narrowed() -> None:
    phoenix = FakePhoenix("a", "b")
    post(phoenix, annotation("a"), annotation("b"), annotation("b", identifier="ana"))
    post(phoenix, annotation("b", name="other"))
    assert len(phoenix.stored()) == 4
    assert len(phoenix.stored("b")) == 3
    assert len(phoenix.stored("a", "b", name="other")) == 1
    assert len(phoenix.stored("b", identifier="")) == 2
    assert len(phoenix.stored("b", identifier="ana")) == 1


@both_modes
def test_notes_are_kept_apart_from_annotations(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    for _ in range(2):
        traces(phoenix, mode).add_trace_note(trace_id="a", note="seen", identifier="mine")
    traces(phoenix, mode).add_trace_note(trace_id="a", note="other")
    assert [each.note for each in phoenix.notes("a")] == ["seen", "other"]
    assert phoenix.stored() == []


@both_modes
def test_annotations_can_be_deleted(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    post(phoenix, annotation("a"), annotation("a", name="other"))
    traces(phoenix, mode).delete_trace_annotations(
        project_identifier="default", name="other", delete_all=True
    )
    assert [each.name for each in phoenix.stored()] == ["correctness"]


def test_a_trace_that_is_forgotten_takes_its_annotations_along() -> None:
    phoenix = FakePhoenix("a", "b")
    post(phoenix, annotation("a"), annotation("b"))
    phoenix.forgets_traces("a", "unknown")
    assert [each.trace_id for each in phoenix.stored()] == ["b"]
    with pytest.raises(TraceNotFoundError):
        post(phoenix, annotation("a"))


@both_modes
def test_missing_traces_are_named_and_nothing_is_stored(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    with pytest.raises(TraceNotFoundError) as caught:
        traces(phoenix, mode).log_trace_annotations(
            trace_annotations=[annotation("a"), annotation("x"), annotation("y")], sync=True
        )
    assert sorted(caught.value.missing_trace_ids) == ["x", "y"]
    assert phoenix.stored() == []


def test_requests_are_kept_in_order_with_their_rows() -> None:
    phoenix = FakePhoenix("a")
    post(phoenix, *[annotation("a", name=name) for name in "xyz"])
    (request,) = phoenix.requests
    assert (request.method, request.path) == ("POST", "/v1/trace_annotations")
    assert [row["name"] for row in request.rows] == ["x", "y", "z"]
    with pytest.raises(ValueError, match="does not write annotations"):
        _ = Request("GET", "/v1/projects").rows


def test_the_repr_of_a_request_shows_no_key() -> None:
    phoenix = FakePhoenix("a")
    phoenix.client(api_key="hush").traces.get_trace_annotations(trace_ids=["a"])
    assert phoenix.requests[0].headers["authorization"] == "Bearer hush"
    assert "hush" not in repr(phoenix.requests) + repr(phoenix)


# The queue


def test_what_is_queued_waits_for_its_trace_for_ten_minutes() -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    phoenix = FakePhoenix("a", now=lambda: now)
    post(phoenix, annotation("late"), annotation("never"), annotation("a"), sync=False)
    assert [each.trace_id for each in phoenix.stored()] == ["a"]
    assert phoenix.queued == 2
    phoenix.knows_traces("late")
    now += timedelta(seconds=9)
    assert phoenix.queued == 2
    now += timedelta(seconds=1)
    assert phoenix.queued == 1
    assert [each.trace_id for each in phoenix.stored()] == ["a", "late"]
    for _ in range(58):
        now += timedelta(seconds=10)
        assert phoenix.queued == 1
    now += timedelta(seconds=10)
    assert phoenix.queued == 0
    phoenix.knows_traces("never")
    assert len(phoenix.stored()) == 2


def test_what_is_queued_can_be_slow_and_is_lost_by_a_restart() -> None:
    phoenix = FakePhoenix("a", queue_seconds=5)
    post(phoenix, annotation("a"), sync=False)
    assert phoenix.stored() == []
    phoenix.pass_time(5)
    assert len(phoenix.stored()) == 1
    post(phoenix, annotation("a", name="other"), sync=False)
    phoenix.restart()
    phoenix.pass_time(5)
    assert len(phoenix.stored()) == 1


def test_a_queued_row_is_dropped_when_something_newer_is_stored() -> None:
    phoenix = FakePhoenix("a", queue_seconds=5)
    post(phoenix, annotation("a", result={"label": "queued"}), sync=False)
    phoenix.pass_time(2)
    post(phoenix, annotation("a", result={"label": "newer"}))
    phoenix.pass_time(5)
    assert [each.result.label for each in phoenix.stored()] == ["newer"]


@pytest.mark.parametrize("field", ["name", "trace_id", "identifier"])
def test_one_bad_key_in_the_queue_loses_the_whole_round(field: str) -> None:
    phoenix = FakePhoenix("a")
    http = httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport())
    rows = [annotation("a"), annotation("a") | {field: "\ud800"}]
    assert http.post("/v1/trace_annotations", **as_json({"data": rows})).json() == {"data": []}
    assert (phoenix.stored(), phoenix.queued) == ([], 0)


def test_one_bad_label_in_the_queue_is_tried_for_ever_and_alone() -> None:
    phoenix = FakePhoenix("a")
    http = httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport())
    rows = [annotation("a", name="bad", result={"label": "\ud800"}), annotation("a")]
    http.post("/v1/trace_annotations", **as_json({"data": rows}))
    for _ in range(100):
        assert [each.name for each in phoenix.stored()] == ["correctness"]
        assert phoenix.queued == 1
        phoenix.pass_time(10)


# What goes wrong


@both_modes
def test_a_busy_server_is_asked_again_without_waiting(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    phoenix.fail_next(503, times=2, retry_after=30)
    began = phoenix.now()
    traces(phoenix, mode).log_trace_annotations(trace_annotations=[annotation("a")], sync=True)
    assert len(phoenix.requests) == 3
    assert phoenix.pauses == [30, 30]
    assert phoenix.now() - began >= timedelta(seconds=60)
    assert len(phoenix.stored()) == 1


@both_modes
def test_a_server_that_stays_busy_is_given_up_after_the_budget(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    phoenix.fail_next(503, times=100, retry_after=50)
    with pytest.raises(PhoenixStatusError) as caught:
        traces(phoenix, mode).log_trace_annotations(trace_annotations=[annotation("a")], sync=True)
    assert caught.value.status_code == 503
    assert sum(phoenix.pauses) <= 121
    assert phoenix.failures_left == 100 - len(phoenix.requests)


@both_modes
def test_a_client_keeps_to_its_own_time_and_size(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    phoenix.fail_next(503, times=100, retry_after=10)
    with pytest.raises(PhoenixStatusError):
        traces(phoenix, mode, total_timeout=40).get_trace_annotations(trace_ids=["a"])
    assert 30 <= sum(phoenix.pauses) <= 41
    phoenix = FakePhoenix("a")
    with pytest.raises(UnexpectedResponseError, match="max_response_bytes"):
        traces(phoenix, mode, max_response_bytes=5).get_trace_annotations(trace_ids=["a"])


@both_modes
def test_without_retries_a_failure_is_an_error_at_once(mode: Mode) -> None:
    phoenix = FakePhoenix("a")
    phoenix.drop_next()
    with pytest.raises(PhoenixTransportError):
        traces(phoenix, mode, max_retries=0).get_trace_annotations(trace_ids=["a"])
    assert phoenix.pauses == []


@both_modes
@pytest.mark.parametrize(("moment", "stored"), [("before", 0), ("after", 1)])
def test_a_connection_breaks_before_or_after_the_request_is_carried_out(
    moment: Any, stored: int, mode: Mode
) -> None:
    phoenix = FakePhoenix("a")
    phoenix.drop_next(moment=moment)
    with pytest.raises(PhoenixTransportError):
        traces(phoenix, mode, max_retries=0).log_trace_annotations(
            trace_annotations=[annotation("a")], sync=True
        )
    assert len(phoenix.stored()) == stored


@both_modes
def test_a_422_names_the_first_row(mode: Mode) -> None:
    phoenix = FakePhoenix("a", "b")
    phoenix.fail_next(422)
    with pytest.raises(ServerValidationError, match="refused as the test asked for") as caught:
        traces(phoenix, mode).log_trace_annotations(
            trace_annotations=[annotation("a"), annotation("b")], sync=True
        )
    assert caught.value.positions == (0,)


def test_failures_can_be_for_one_path_and_have_any_body() -> None:
    phoenix = FakePhoenix("a")
    phoenix.fail_next(429, path="/trace_notes", body={"a": 1}, headers={"X-Proxy": "busy"})
    phoenix.fail_next(418, body="short and stout")
    phoenix.fail_next(599, body=b"\0")
    http = httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport())
    assert http.get("/healthz").text == "short and stout"
    assert http.get("/healthz").content == b"\0"
    answer = http.post("/v1/trace_notes")
    assert (answer.status_code, answer.json(), answer.headers["x-proxy"]) == (429, {"a": 1}, "busy")
    assert http.get("/healthz").text == "OK"


@pytest.mark.parametrize(
    "fail",
    [
        lambda phoenix: phoenix.fail_next(200),
        lambda phoenix: phoenix.fail_next(503, times=0),
        lambda phoenix: phoenix.drop_next(times=-1),
        lambda phoenix: phoenix.drop_next(moment="during"),
    ],
)
def test_failures_that_make_no_sense_are_refused(fail: Any) -> None:
    with pytest.raises(ValueError, match=r"must be|has one from"):
        fail(FakePhoenix())


def test_a_database_that_it_does_not_know_is_refused() -> None:
    database: Any = "mysql"
    with pytest.raises(ValueError, match="'sqlite' or 'postgresql'"):
        FakePhoenix(database=database)


@both_modes
def test_a_proxy_in_front_of_it_limits_bodies(mode: Mode) -> None:
    phoenix = FakePhoenix(*[f"trace-{number}" for number in range(20)], max_body_bytes=1_000)
    traces(phoenix, mode).log_trace_annotations(trace_annotations=numbered(20), sync=True)
    assert len(phoenix.stored()) == 20
    assert len(phoenix.requests) >= 3


def test_a_failure_of_the_server_itself_breaks_the_connection() -> None:
    phoenix = FakePhoenix("a")
    http = httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport())
    rows = [annotation("a", name="\ud800")]
    answer = http.post("/v1/trace_annotations?sync=true", **as_json({"data": rows}))
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    with pytest.raises(httpx.ReadError):
        http.get("/healthz")
    assert http.get("/healthz").text == "OK"


# Older servers


@both_modes
@pytest.mark.parametrize(
    ("version", "method", "arguments"),
    [
        ((15, 0, 9), "get_trace_annotations", {"identifiers": ["run-1"]}),
        ((14, 0, 0), "delete_trace_annotations", {"delete_all": True}),
        ((14, 12, 0), "add_trace_note", {"trace_id": "a", "note": "n"}),
        ((15, 6, 0), "add_trace_note", {"trace_id": "a", "note": "n", "identifier": "i"}),
    ],
)
def test_an_older_server_lacks_what_came_later(
    version: Version, method: str, arguments: dict[str, Any], mode: Mode
) -> None:
    if method != "add_trace_note":
        arguments = {"project_identifier": "default", **arguments}
    old, new = FakePhoenix("a", version=version), FakePhoenix("a")
    with pytest.raises(ServerTooOldError) as caught:
        getattr(traces(old, mode), method)(**arguments)
    assert caught.value.server_version == ".".join(map(str, version))
    getattr(traces(new, mode), method)(**arguments)


# Keys


@both_modes
def test_keys_open_it_and_roles_limit_what_they_may(mode: Mode) -> None:
    phoenix = FakePhoenix(
        "a", api_keys={"A": "admin", "M": "member", "N": "member", "V": "viewer", "E": "expired"}
    )
    for key, words in ((None, "Invalid token"), ("x", "Invalid token"), ("E", "Expired token")):
        with pytest.raises(AuthenticationError, match=words):
            traces(phoenix, mode, api_key=key).get_trace_annotations(trace_ids=["a"])
    assert traces(phoenix, mode, api_key="V").get_trace_annotations(trace_ids=["a"]) == []
    for key in "VAMN":
        arguments = {"trace_annotations": [annotation("a", name=key)], "sync": True}
        if key == "V":
            with pytest.raises(AuthenticationError, match="Viewers cannot perform this action"):
                traces(phoenix, mode, api_key=key).log_trace_annotations(**arguments)
        else:
            traces(phoenix, mode, api_key=key).log_trace_annotations(**arguments)
    everything: dict[str, Any] = {"project_identifier": "default", "delete_all": True}
    traces(phoenix, mode, api_key="M").delete_trace_annotations(**everything)
    assert [each.name for each in phoenix.stored()] == ["A", "N"]
    traces(phoenix, mode, api_key="A").delete_trace_annotations(**everything)
    assert phoenix.stored() == []


@both_modes
def test_a_server_that_is_read_only_answers_403(mode: Mode) -> None:
    phoenix = FakePhoenix("a", read_only=True)
    with pytest.raises(AuthenticationError, match="read-only mode"):
        traces(phoenix, mode).get_trace_annotations(trace_ids=["a"])


# Ways to reach it


def test_other_processes_reach_it_at_a_port() -> None:
    phoenix = FakePhoenix("a")
    program = """
import sys, asyncio
from phoenix_traces import AsyncClient, Client
with Client(base_url=sys.argv[1]) as client:
    client.traces.add_trace_annotation(
        trace_id="a", annotation_name="sync", label="x", sync=True
    )
async def main():
    async with AsyncClient(base_url=sys.argv[1]) as client:
        await client.traces.add_trace_annotation(
            trace_id="a", annotation_name="async", label="x", sync=True
        )
asyncio.run(main())
"""
    phoenix.fail_next(503, retry_after=0)
    phoenix.drop_next(moment="after")
    with phoenix.serve() as url:
        subprocess.run([sys.executable, "-c", program, url], check=True, timeout=60)
    assert [each.name for each in phoenix.stored()] == ["sync", "async"]
    assert len(phoenix.requests) == 4


def test_it_answers_the_same_at_a_port_as_over_its_transport() -> None:
    requests: list[tuple[str, str, Any]] = [
        ("GET", "/healthz", None),
        ("GET", "/arize_phoenix_version", None),
        ("GET", "/v1/nope", None),
        ("HEAD", "/v1/projects", None),
        ("POST", "/v1/nope", {}),
        ("PATCH", "/v1/projects", {}),
        ("OPTIONS", "/v1/projects", None),
        ("POST", "/v1/trace_annotations?sync=true", {"data": [annotation("ä b")]}),
        ("POST", "/v1/trace_annotations?sync=true", {"data": [annotation("x")]}),
        ("POST", "/v1/trace_annotations?sync=true", {"data": [{}]}),
        ("POST", "/v1/trace_annotations?sync=true", {"data": [annotation("ä b", name="\ud800")]}),
        ("GET", "/v1/projects/a%20b/trace_annotations?trace_ids=%C3%A4+b&limit=", None),
        ("GET", "/v1/projects/a%20b/trace_annotations?trace_ids=%C3%A4+b", None),
        ("PUT", "/v1/projects/a%20b/annotation_configs", {"annotation_config_ids": []}),
        ("DELETE", "/v1/projects/a%20b/trace_annotations?delete_all=true", None),
    ]
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)

    def answers(connect: Callable[[], httpx.Client]) -> list[tuple[int, dict[str, str], bytes]]:
        found: list[tuple[int, dict[str, str], bytes]] = []
        for method, path, body in requests:
            with connect() as http:  # after a 500 the connection is broken
                content = {} if body is None else as_json(body)
                answer = http.request(method, path, **content)
                found.append((answer.status_code, dict(answer.headers), answer.content))
        for _, headers, _ in found:
            headers.pop("content-length", None)
        return found

    one, other = (FakePhoenix("ä b", project="a b", now=lambda: now) for _ in range(2))
    with one.serve() as url:
        at_port = answers(lambda: httpx.Client(base_url=url))
    assert at_port == answers(
        lambda: httpx.Client(base_url=other.base_url, transport=other.transport())
    )
    assert [each.content for each in one.requests] == [each.content for each in other.requests]


def test_a_body_in_chunks_arrives_whole_at_a_port() -> None:
    phoenix = FakePhoenix()
    parts = [b'{"data"', b": [", b"]}" + b" " * 100_000]
    with phoenix.serve() as url, httpx.Client(base_url=url) as http:
        headers = {"content-type": "application/json"}
        answer = http.post("/v1/trace_annotations", content=iter(parts), headers=headers)
    assert answer.json() == {"data": []}
    assert phoenix.requests[0].content == b"".join(parts)


def test_a_base_url_can_have_a_path() -> None:
    phoenix = FakePhoenix("a", base_url="https://host/phoenix/")
    client = phoenix.client()
    client.traces.add_trace_annotation(trace_id="a", annotation_name="n", label="x", sync=True)
    assert "https://host/phoenix" in repr(client)
    assert phoenix.requests[0].path == "/v1/trace_annotations"


def test_threads_and_tasks_may_share_it() -> None:
    phoenix = FakePhoenix(*[f"trace-{number}" for number in range(400)])
    options = UploadOptions(batch_size=7, max_concurrency=8)

    def upload() -> None:
        phoenix.client().traces.log_trace_annotations(
            trace_annotations=numbered(400), sync=True, options=options
        )

    async def upload_async() -> None:
        async with phoenix.async_client() as client:
            await client.traces.log_trace_annotations(
                trace_annotations=numbered(400), sync=True, options=options
            )

    threads = [threading.Thread(target=upload) for _ in range(3)]
    for thread in threads:
        thread.start()
    asyncio.run(upload_async())
    for thread in threads:
        thread.join()
    assert len(phoenix.stored()) == 400
    assert len({each.id for each in phoenix.stored()}) == 400


def test_a_request_can_be_answered_by_hand() -> None:
    phoenix = FakePhoenix()
    answer = phoenix.answer(Request("GET", "/healthz"))
    assert (answer.status, answer.content) == (200, b"OK")
    phoenix.drop_next()
    with pytest.raises(ConnectionDroppedError):
        phoenix.answer(Request("GET", "/healthz"))


def test_confirming_what_was_queued_works_on_it() -> None:
    phoenix = FakePhoenix("a", "b")
    rows = [annotation("a"), annotation("b"), annotation("x")]
    post(phoenix, *rows, sync=False)
    confirmation = phoenix.client().traces.confirm_trace_annotations(
        trace_annotations=rows, project_identifier="default", timeout=0
    )
    assert confirmation.incomplete == (2,)
    with pytest.raises(IncompleteUploadError):
        confirmation.raise_if_incomplete()


@both_modes
def test_a_program_needs_nothing_but_its_name(mode: Mode) -> None:
    phoenix = FakePhoenix()
    with phoenix.serve(port=0) as url, Client(base_url=url) as client:
        assert client.annotation_configs.list() == []
