"""An API key is sent as a header and shows nowhere else."""

from __future__ import annotations

import logging
import pickle
import traceback

import httpx
import pytest

from phoenix_traces import (
    AuthenticationError,
    Client,
    PhoenixHTTPError,
    PhoenixStatusError,
    PhoenixTransportError,
    UploadOptions,
    testing,
)
from tests.support.annotations import annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes, client_traces

KEY = "sk-very-secret-key-0123456789"


def _everything_in(error: BaseException) -> str:
    """Return all that a person or a program may print of an error."""
    parts = [
        *traceback.format_exception(error),
        str(error),
        repr(error),
        repr(error.args),
        repr(vars(error)),
        pickle.dumps(error).decode("latin-1"),
    ]
    if error.__cause__ is not None:
        parts += [repr(error.__cause__), repr(vars(error.__cause__))]
    if isinstance(error, PhoenixStatusError):
        parts += [error.response.text, str(error.response.headers.multi_items())]
    if isinstance(error, PhoenixHTTPError):
        parts += [repr(error.report), str(error.report and error.report.failures)]
    return "\n".join(parts)


ECHOES: dict[str, httpx.Response | Exception] = {
    "in text": httpx.Response(401, text=f"Invalid token {KEY}"),
    "in JSON": httpx.Response(422, json={"detail": [{"loc": ["body", KEY], "msg": KEY}]}),
    "in a header": httpx.Response(403, headers={"x-echo": f"Bearer {KEY}"}),
    "in a redirect": httpx.Response(307, headers={"location": f"http://other.test/?key={KEY}"}),
    "in a good answer": httpx.Response(200, text=f"authorization: Bearer {KEY}"),
    "across the cut": httpx.Response(500, text="x" * 1990 + KEY),
    "in a page": httpx.Response(502, html=f"<html>{KEY}</html>"),
    "by the transport": httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'"),
    "not at all": httpx.ConnectError("refused"),
}


@both_modes
@pytest.mark.parametrize("answer", ECHOES.values(), ids=ECHOES)
def test_no_error_shows_the_key_even_if_the_server_echoes_it(
    answer: httpx.Response | Exception, mode: Mode
) -> None:
    phoenix = AnyPhoenix(answers=[answer])
    with pytest.raises(PhoenixHTTPError) as caught:
        phoenix.client_traces(mode, api_key=KEY).log_trace_annotations(
            trace_annotations=numbered(2), sync=True
        )
    assert phoenix.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in _everything_in(caught.value)
    assert isinstance(caught.value, (PhoenixStatusError, PhoenixTransportError))
    assert "authorization" not in caught.value.request.headers


@both_modes
def test_no_failure_in_a_report_shows_the_key(mode: Mode) -> None:
    phoenix = AnyPhoenix(
        answers=[
            httpx.Response(500, text=KEY),
            httpx.ReadError(KEY),
            httpx.Response(200, text=KEY),
        ]
    )
    options = UploadOptions(batch_size=1, on_error="continue")
    with pytest.raises(PhoenixHTTPError) as caught:
        phoenix.client_traces(mode, api_key=KEY).log_trace_annotations(
            trace_annotations=numbered(3), options=options
        )
    assert caught.value.report is not None
    assert len(caught.value.report.failures) == 3
    for failure in caught.value.report.failures:
        assert KEY not in _everything_in(failure.error)


@both_modes
def test_a_redirect_is_not_followed_so_no_other_host_sees_the_key(mode: Mode) -> None:
    redirect = httpx.Response(308, headers={"location": "http://other.test/v1/trace_annotations"})
    phoenix = AnyPhoenix(answers=[redirect])
    with pytest.raises(PhoenixStatusError, match="redirects are not followed"):
        phoenix.client_traces(mode, api_key=KEY).log_trace_annotations(
            trace_annotations=[annotation()]
        )
    assert [request.url.host for request in phoenix.sent] == ["phoenix.test"]


@both_modes
def test_no_log_line_shows_the_key(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpx_retries", "phoenix_traces"):
        caplog.set_level(logging.DEBUG, logger=name)
    server = testing.FakePhoenix()
    server.fail_next(503)
    with server.serve() as url:
        traces = client_traces(mode, base_url=url, api_key=KEY)
        traces.log_trace_annotations(trace_annotations=[annotation()])
        server.fail_next(401)
        with pytest.raises(AuthenticationError):
            traces.log_trace_annotations(trace_annotations=[annotation()])
        assert {request.headers["authorization"] for request in server.requests} == {
            f"Bearer {KEY}"
        }
    assert len(caplog.records) > 10
    for record in caplog.records:
        assert KEY not in record.getMessage()
        assert KEY not in repr(vars(record))


def test_no_repr_shows_a_credential() -> None:
    with_key = Client(api_key=KEY, base_url="http://phoenix.test/a")
    with_password = Client(base_url=f"http://user:{KEY}@phoenix.test/a")
    for client in (with_key, with_password):
        with client:
            shown = [*map(repr, (client, client.traces, vars(client), vars(client.traces)))]
        assert shown[0] == "<Client of http://phoenix.test/a>"
        assert not [text for text in shown if KEY in text]
