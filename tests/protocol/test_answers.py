from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AuthenticationError,
    InsertedTraceAnnotation,
    PhoenixStatusError,
    ServerValidationError,
    TraceNotFoundError,
    UnexpectedResponseError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.protocol.answers import (
    inserted_annotations,
    status_error,
    transport_error,
)
from tests.support.annotations import TRACE_ID, annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes

REQUEST = httpx.Request("POST", "http://phoenix.test/v1/trace_annotations?sync=true")
HTML = {"content-type": "text/html; charset=utf-8"}


def _answer(status: int, text: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(status, text=text, headers=headers, request=REQUEST)


def _json(status: int, body: object) -> httpx.Response:
    return httpx.Response(status, json=body, request=REQUEST)


# Good answers


def test_ids_come_back_in_order_and_unknown_keys_are_ignored() -> None:
    body = {"data": [{"id": "b", "created_at": 1}, {"id": "a"}], "next_cursor": None}
    assert inserted_annotations(_json(200, body), 2) == [
        InsertedTraceAnnotation(id="b"),
        InsertedTraceAnnotation(id="a"),
    ]


UNEXPECTED: list[tuple[str, httpx.Response, str]] = [
    ("a web page", httpx.Response(200, html="<!doctype html><html></html>"), "not Phoenix's JSON"),
    ("no JSON", httpx.Response(200, text="OK"), "not Phoenix's JSON but text/plain"),
    ("nothing", httpx.Response(200), "not Phoenix's JSON but no content type: check base_url"),
    ("cut JSON", httpx.Response(200, content=b'{"data": [{"id"'), "not Phoenix's JSON"),
    ("another shape", httpx.Response(200, json=[{"id": "a"}]), "not Phoenix's JSON"),
    ("no data", httpx.Response(200, json={"ids": ["a"]}), "not Phoenix's JSON"),
    ("ids that are no text", httpx.Response(200, json={"data": [{"id": 1}]}), "not Phoenix's JSON"),
    ("too few ids", httpx.Response(200, json={"data": []}), "0 IDs for 1 annotation"),
    ("too many ids", httpx.Response(200, json={"data": [{"id": "a"}] * 3}), "3 IDs for 1"),
    ("no content", httpx.Response(204), "not Phoenix's JSON"),
]


@both_modes
@pytest.mark.parametrize(
    ("answer", "says"), [each[1:] for each in UNEXPECTED], ids=[each[0] for each in UNEXPECTED]
)
def test_an_answer_that_phoenix_would_not_give_is_an_error_that_carries_it(
    answer: httpx.Response, says: str, mode: Mode
) -> None:
    phoenix = AnyPhoenix(answers=[answer])
    with pytest.raises(UnexpectedResponseError, match=says) as caught:
        phoenix.traces(mode).log_trace_annotations(trace_annotations=[annotation()], sync=True)
    assert caught.value.response.content == answer.content
    assert caught.value.status_code == answer.status_code
    assert caught.value.report is not None
    assert caught.value.report.unknown == {0}


@both_modes
def test_without_sync_ids_mean_nothing(mode: Mode) -> None:
    phoenix = AnyPhoenix(answers=[httpx.Response(200, json={"data": [{"id": "a"}] * 3})])
    reports: list[UploadReport] = []
    options = UploadOptions(on_report=reports.append)
    phoenix.traces(mode).log_trace_annotations(trace_annotations=[annotation()], options=options)
    assert reports[0].queued == {0}
    assert not reports[0].inserted


# Errors


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (400, PhoenixStatusError, ""),
        (401, AuthenticationError, "check api_key, or PHOENIX_API_KEY"),
        (403, AuthenticationError, "the role is viewer, or the server is read-only"),
        (404, TraceNotFoundError, ""),
        (405, PhoenixStatusError, "check that base_url is its root"),
        (413, PhoenixStatusError, "lower max_batch_bytes"),
        (422, ServerValidationError, ""),
        (429, PhoenixStatusError, "a proxy limits requests"),
        (500, PhoenixStatusError, ""),
        (507, PhoenixStatusError, ""),
    ],
)
def test_a_status_is_an_error_with_the_servers_words_and_a_hint(
    status: int, kind: type[PhoenixStatusError], hint: str
) -> None:
    error = status_error(_answer(status, "the server's words"), trace_ids=["a"], positions=[0])
    assert type(error) is kind
    assert (error.status_code, error.detail) == (status, "the server's words")
    assert f"{status} " in str(error)
    assert "from POST http://phoenix.test/v1/trace_annotations?sync=true" in str(error)
    assert "the server's words" in str(error)
    assert hint in str(error)


def test_a_redirect_is_not_followed_and_says_where_it_points() -> None:
    error = status_error(_answer(307, location="http://other.test/"))
    assert type(error) is PhoenixStatusError
    assert "redirects are not followed" in str(error)
    assert "set base_url to http://other.test/ if that is right" in str(error)


def test_a_web_page_is_not_printed() -> None:
    error = status_error(_answer(502, "<!doctype html><html><body>Bad gateway</body></html>"))
    assert error.detail == "a web page"
    assert "<body>" not in str(error)
    assert "<body>" in error.response.text


def test_endless_words_are_cut() -> None:
    assert len(status_error(_answer(500, "x" * 100_000)).detail) == 2000


def test_an_answer_without_words_is_told_by_its_status() -> None:
    assert str(status_error(_answer(503))).startswith("503 Service Unavailable from POST")


# 404


@both_modes
def test_missing_traces_come_in_input_order_with_a_hint(mode: Mode) -> None:
    upper = TRACE_ID.upper()
    phoenix = AnyPhoenix(missing=["trace-3", upper, "trace-1"])
    given = [*numbered(5), annotation(upper)]
    with pytest.raises(TraceNotFoundError) as caught:
        phoenix.traces(mode).log_trace_annotations(trace_annotations=given, sync=True)
    assert caught.value.missing_trace_ids == ("trace-1", "trace-3", upper)
    assert f"has capitals: Phoenix stores it as '{TRACE_ID}'" in str(caught.value)


# 422


def _detail(*locations: list[Any]) -> dict[str, Any]:
    return {"detail": [{"loc": location, "msg": "is wrong"} for location in locations]}


def test_refused_places_of_plain_text_are_unknown() -> None:
    error = status_error(_answer(422, "Invalid request"), positions=[0, 1])
    assert isinstance(error, ServerValidationError)
    assert error.positions == ()
    assert "Invalid request" in str(error)


@both_modes
def test_refused_rows_are_mapped_back_to_the_callers_positions(mode: Mode) -> None:
    body = json.dumps(_detail(["body", "data", 1, "result", "score"], ["body", "data", 9, "x"]))
    answer = httpx.Response(422, content=body, headers={"content-type": "application/json"})
    phoenix = AnyPhoenix(answers=[answer])
    given = [annotation("a"), annotation("a"), annotation("b"), annotation("c")]
    with (
        pytest.warns(UserWarning, match="row 0 by 1"),
        pytest.raises(ServerValidationError) as caught,
    ):
        phoenix.traces(mode).log_trace_annotations(trace_annotations=given)
    assert caught.value.positions == (2,)
    assert caught.value.detail == "data.1.result.score: is wrong; data.9.x: is wrong"
    assert "row 2 of the input" in str(caught.value)


# No answer


def test_a_transport_error_names_the_url_and_keeps_its_cause() -> None:
    cause = httpx.ReadTimeout("timed out", request=REQUEST)
    error = transport_error(cause)
    assert str(error) == f"No answer from Phoenix at {REQUEST.url}: ReadTimeout: timed out"
    assert error.__cause__ is cause


def test_a_transport_error_without_words_or_request_is_told_by_its_kind() -> None:
    error = transport_error(httpx.ConnectError(""))
    assert str(error) == "No answer from Phoenix: ConnectError: ConnectError"
