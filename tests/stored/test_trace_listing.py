"""The listing of traces, page after page, without a network."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from phoenix_traces import (
    AnnotationValidationError,
    AuthenticationError,
    Client,
    PhoenixTransportError,
    ProjectNotFoundError,
    ServerTooOldError,
    Trace,
    TraceSpan,
    UnexpectedResponseError,
)
from phoenix_traces.protocol.exchange import TOO_LARGE, Call
from phoenix_traces.stored.trace_listing import TraceListing, select_traces
from phoenix_traces.testing import FakePhoenix
from tests.support.project import play, response_to
from tests.testing.congruence.pool import POOL, START, fill_fake

ASKED: dict[str, Any] = {"project_identifier": "default"}


def item(number: int, **changes: Any) -> dict[str, Any]:
    """Return a trace as Phoenix gives it."""
    return {
        "id": f"id-{number}",
        "trace_id": f"t{number}",
        "project_id": "p",
        "start_time": "2026-11-24T00:00:00+00:00",
        "end_time": "2026-11-24T00:00:01",
        "spans": None,
        **changes,
    }


def project_of(count: int, calls: list[Call], **settings: Any) -> Callable[[Call], httpx.Response]:
    """Answer as a project of so many traces."""

    def answer(call: Call) -> httpx.Response:
        calls.append(call)
        first, size = int(str(call.params.get("cursor", 0))), int(str(call.params["limit"]))
        page = [item(number) for number in range(count)][first : first + size]
        cursor = str(first + size) if first + size < count else None
        return response_to(call, data={"data": page, "next_cursor": cursor}, **settings)

    return answer


def listing(**arguments: Any) -> TraceListing:
    return TraceListing(select_traces(**ASKED | arguments))


def test_pages_are_followed_to_the_end() -> None:
    calls: list[Call] = []
    found = play(listing(), project_of(2_500, calls))
    assert [each.trace_id for each in found] == [f"t{number}" for number in range(2_500)]
    assert [call.params.get("cursor") for call in calls] == [None, "1000", "2000"]
    assert all(call.repeatable for call in calls)


@pytest.mark.parametrize(
    ("limit", "spans", "sizes"),
    [
        (None, False, ["1000"]),
        (120, False, ["120"]),
        (120, True, ["100", "20"]),
        (np.int64(7), False, ["7"]),
    ],
)
def test_no_more_than_the_limit_is_asked_for(limit: Any, spans: bool, sizes: list[str]) -> None:
    calls: list[Call] = []
    found = play(listing(limit=limit, include_spans=spans), project_of(500, calls))
    assert len(found) == (500 if limit is None else limit)
    assert [call.params["limit"] for call in calls] == sizes


def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones() -> None:
    calls: list[Call] = []
    answer = project_of(900, calls)

    def largest(call: Call) -> httpx.Response:
        found = answer(call)
        if int(str(call.params["limit"])) > 300:
            found.extensions[TOO_LARGE] = 1
        return found

    assert len(play(listing(), largest)) == 900
    assert [call.params["limit"] for call in calls] == ["1000", "500", "250", "250", "250", "250"]


def test_a_timeout_is_that_of_each_request() -> None:
    calls: list[Call] = []
    play(listing(timeout=7), project_of(3, calls))
    assert [call.timeout for call in calls] == [7.0]
    seen: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"data": [], "next_cursor": None})

    with httpx.Client(
        transport=httpx.MockTransport(handle), base_url="http://phoenix.test", timeout=3
    ) as http:
        client = Client(http_client=http)
        client.traces.get_traces(project_identifier="p", timeout=7)
        client.traces.get_traces(project_identifier="p")
    assert [set(each.values()) for each in seen] == [{7.0}, {3.0}]


def test_no_session_at_all_asks_for_nothing() -> None:
    calls: list[Call] = []
    assert play(listing(session_id=[]), project_of(3, calls)) == []
    assert not calls


@pytest.mark.parametrize(
    ("arguments", "version", "needed"),
    [
        ({}, "13.14.0", r"listing .* needs Phoenix 13\.15\.0"),
        ({"error": False}, "20.7.0", r"by error or latency needs Phoenix 20\.8\.0"),
        ({"min_latency_ms": 0}, "20.7.9", r"20\.8\.0"),
        ({"max_latency_ms": 1}, "20.7.9", r"20\.8\.0"),
        ({"filter_condition": "error_count > 0"}, "20.11.0", r"20\.12\.0"),
        ({"filter_condition": "x", "error": True}, "12.0.0", r"20\.12\.0"),
    ],
)
def test_a_server_that_would_answer_with_something_else_is_too_old(
    arguments: dict[str, Any], version: str, needed: str
) -> None:
    with pytest.raises(ServerTooOldError, match=needed):
        play(listing(**arguments), project_of(3, [], version=version))


@pytest.mark.parametrize("version", ["13.15.0", None])
def test_a_server_that_may_know_it_is_asked(version: str | None) -> None:
    assert len(play(listing(sort="latency_ms"), project_of(3, [], version=version))) == 3


@pytest.mark.parametrize("version", [(12, 0, 0), (13, 14, 0)])
def test_the_old_server_itself_is_named_as_too_old(version: tuple[int, int, int]) -> None:
    with pytest.raises(ServerTooOldError, match=r"13\.15\.0"):
        FakePhoenix(version=version).client().traces.get_traces(project_identifier="default")


def test_errors_are_of_ours() -> None:
    with pytest.raises(ProjectNotFoundError, match="nope"):
        FakePhoenix().client().traces.get_traces(project_identifier="nope")
    with pytest.raises(AuthenticationError):
        play(listing(), lambda call: response_to(call, 401, text="Invalid token"))
    with pytest.raises(UnexpectedResponseError, match="check base_url"):
        play(listing(), lambda call: response_to(call, data={"data": [{}], "next_cursor": None}))
    with pytest.raises(PhoenixTransportError):
        play(listing(), lambda call: httpx.ConnectError("no"))


def test_pages_without_an_end_are_refused() -> None:
    def endless(call: Call) -> httpx.Response:
        return response_to(call, data={"data": [item(1)], "next_cursor": "again"})

    with pytest.raises(UnexpectedResponseError, match=r"leads nowhere|came before"):
        play(listing(), endless)


NAIVE = datetime(2026, 11, 24)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"start_time": NAIVE}, "start_time: .*add one, such as timezone.utc"),
        ({"end_time": pd.Timestamp("2026-11-24")}, "end_time: .*has no time zone"),
        ({"start_time": pd.NaT}, "start_time: is NaT"),
        ({"start_time": datetime.max.replace(tzinfo=timezone(-timedelta(hours=5)))}, "years 1"),
        ({"start_time": START, "end_time": START - timedelta(1)}, "must not be after end_time"),
        ({"sort": "name"}, "sort: 'name' must be one of start_time, latency_ms"),
        ({"order": np.array(["asc"])}, "order: .*must be one of asc, desc"),
        ({"session_id": " "}, "session_id: .*blank"),
        ({"session_id": ["a", "x" * 20_000]}, "session_id: .*at most"),
        ({"session_id": [f"{n:04}" for n in range(5_000)]}, "session_id: .*at most"),
        ({"min_latency_ms": -1}, "min_latency_ms: -1 must be non-negative"),
        ({"max_latency_ms": math.nan}, "max_latency_ms: nan must be finite"),
        ({"max_latency_ms": 10**400}, "max_latency_ms: .*must be finite"),
        ({"min_latency_ms": 2, "max_latency_ms": 1}, r"must not exceed max_latency_ms \(1\)"),
        ({"filter_condition": ""}, "filter_condition: .*blank"),
        ({"filter_condition": "x" * 20_000}, "filter_condition: .*at most"),
        ({"limit": 0}, "limit: 0 must be 1 or more, or None for no limit"),
        ({"timeout": 0}, "timeout: 0 must be above 0"),
        ({"timeout": 1e10}, "timeout: .* at most 1e"),
        ({"project_identifier": ""}, "project_identifier: .*blank"),
        ({"project_identifier": "a/b"}, "use the ID"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(AnnotationValidationError, match=words):
        listing(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"start_time": "2026-11-24"},
        {"include_spans": "false"},
        {"error": 1},
        {"min_latency_ms": "1"},
        {"max_latency_ms": True},
        {"session_id": 5},
        {"session_id": {"s": 1}},
        {"limit": "3"},
        {"timeout": "5"},
    ],
)
def test_an_argument_of_a_wrong_kind_is_a_type_error(arguments: dict[str, Any]) -> None:
    (name,) = arguments
    with pytest.raises(TypeError, match=name):
        listing(**arguments)


def test_a_kind_or_code_of_a_newer_server_comes_as_its_text() -> None:
    span = {
        "id": "s",
        "span_id": "1",
        "parent_id": None,
        "name": "x",
        "span_kind": "TELEPATH",
        "status_code": "MAYBE",
        "start_time": "2026-11-24T00:00:00Z",
        "end_time": "2026-11-24T00:00:00Z",
        "new": 1,
    }
    trace = Trace.model_validate(item(1, spans=[span], new=2))
    assert trace.spans is not None
    assert (trace.spans[0].span_kind, trace.spans[0].status_code) == ("TELEPATH", "MAYBE")
    assert trace.end_time.utcoffset() == timedelta(0)


def test_a_trace_reads_as_a_mapping_too() -> None:
    trace = Trace.model_validate(item(1))
    assert trace["trace_id"] == trace.trace_id == trace.get("trace_id") == "t1"
    assert dict(trace) == {**trace} == {name: trace[name] for name in Trace.model_fields}
    assert len(trace) == len(Trace.model_fields)
    assert "spans" in trace
    assert "model_config" not in trace
    with pytest.raises(KeyError):
        trace["nope"]
    assert pd.DataFrame([trace])["trace_id"].tolist() == ["t1"]
    assert repr(TraceSpan.__module__) == "'phoenix_traces'"


def test_the_frame_can_be_judged_and_uploaded_as_it_is() -> None:
    phoenix = FakePhoenix()
    fill_fake(phoenix)
    client = phoenix.client()
    frame = client.traces.get_traces_dataframe(project_identifier="alpha", order="asc")
    assert set(frame.index) == {each.trace_id for each in POOL if each.project == "alpha"}
    frame["label"] = "seen"
    client.traces.log_trace_annotations_dataframe(
        dataframe=frame, annotation_name="seen", annotator_kind="CODE", sync=True
    )
    assert len(phoenix.stored()) == len(frame)
    empty = client.traces.get_traces_dataframe(project_identifier="gamma")
    assert empty.dtypes.equals(frame.drop(columns="label").dtypes)
    assert len(empty) == 0
