"""Hooks of the caller's httpx client that raise for a status, as httpx's documentation shows."""

from __future__ import annotations

import asyncio
import pickle
import traceback
from typing import Any

import httpx
import pytest

from phoenix_traces import AsyncTraces, PhoenixStatusError, TraceNotFoundError, Traces
from tests.support.modes import Mode, both_modes

KEY = "Sk-planted0123456789"
ROWS: list[dict[str, Any]] = [
    {"trace_id": each, "name": "tone", "annotator_kind": "CODE", "result": {"score": 1}}
    for each in ("t1", "t2")
]


def _upload(mode: Mode, answer: Any, *, reads: bool = False) -> None:
    arguments: dict[str, Any] = {
        "transport": httpx.MockTransport(answer),
        "base_url": "http://phoenix.test",
        "headers": {"authorization": f"Bearer {KEY}"},
    }

    def check(response: httpx.Response) -> None:
        if reads:
            response.read()
        response.raise_for_status()

    async def check_async(response: httpx.Response) -> None:
        if reads:
            await response.aread()
        response.raise_for_status()

    async def upload() -> None:
        async with httpx.AsyncClient(
            **arguments, event_hooks={"response": [check_async]}
        ) as client:
            await AsyncTraces(client).log_trace_annotations(trace_annotations=ROWS, sync=True)

    if mode is Mode.ASYNC:
        asyncio.run(upload())
        return
    with httpx.Client(**arguments, event_hooks={"response": [check]}) as client:
        Traces(client).log_trace_annotations(trace_annotations=ROWS, sync=True)


@both_modes
@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("encoding", [{}, {"content-encoding": "gzip"}])
@pytest.mark.parametrize("status", [302, 400, 401, 404, 413, 422, 429, 500, 503])
def test_a_hook_that_raises_for_a_status_is_the_answer_it_was_about(
    status: int, encoding: dict[str, str], reads: bool, mode: Mode
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"x-echo": KEY, **encoding}
        stream = None if reads and encoding else httpx.ByteStream(b"" if encoding else b"no t1")
        extensions = {"reason_phrase": f"No {KEY}".encode()}
        return httpx.Response(status, headers=headers, stream=stream, extensions=extensions)

    with pytest.raises(PhoenixStatusError) as caught:
        _upload(mode, answer, reads=reads)
    error = caught.value
    assert error.status_code == status
    assert (error.detail == "no t1") == (reads and not encoding)
    assert error.report is not None
    # As without a hook: a request that was refused is not in doubt.
    assert len(error.report.unknown) == (2 if status >= 500 else 0)
    assert error.__context__ is None
    shown = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.request)
    assert KEY not in shown + repr(error.response.headers)
    assert KEY.encode() not in pickle.dumps(error)


@both_modes
def test_a_hook_that_read_the_answer_leaves_its_words(mode: Mode) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, text="Traces with IDs t2 do not exist.")

    with pytest.raises(TraceNotFoundError) as caught:
        _upload(mode, answer, reads=True)
    assert caught.value.missing_trace_ids == ("t2",)


@both_modes
def test_an_error_about_another_request_is_the_hooks_own(mode: Mode) -> None:
    other = httpx.Response(500, request=httpx.Request("GET", "http://login.test"))

    def answer(request: httpx.Request) -> httpx.Response:
        other.raise_for_status()
        raise AssertionError

    with pytest.raises(httpx.HTTPStatusError, match=r"login\.test") as caught:
        _upload(mode, answer)
    assert not isinstance(caught.value, PhoenixStatusError)
