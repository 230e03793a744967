"""The drivers, with an exchange that knows nothing of Phoenix."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from phoenix_traces.protocol.exchange import Call, Outcome, Step, WaitUntil, trail_of
from phoenix_traces.transport.clients import CallersAsyncClient, CallersClient
from phoenix_traces.transport.connection import Connection
from phoenix_traces.transport.drivers import run, run_async
from tests.support.modes import Mode, both_modes

URL = "http://server.test/"


class Countdown:
    """Ask for `/0`, `/1` ... and keep what came; after that, wait as often as it is told to."""

    def __init__(self, calls: int, *, max_concurrency: int = 1, waits: int = 0) -> None:
        self.max_concurrency = max_concurrency
        self.calls = [Call("GET", str(number)) for number in range(calls)]
        self.waits = waits
        self.outcomes: dict[str, Outcome] = {}
        self.under_way = 0
        self.most_under_way = 0
        self.stopped_by: BaseException | None = None
        self.thread = threading.get_ident()

    def next_call(self, now: float) -> Step:
        assert threading.get_ident() == self.thread
        if self.calls:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            return self.calls.pop(0)
        if self.waits:
            self.waits -= 1
            return WaitUntil(now + 0.001)
        return None

    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        assert threading.get_ident() == self.thread
        self.under_way -= 1
        self.outcomes[call.path] = outcome

    def result(self) -> list[str]:
        assert self.under_way == 0
        return sorted(self.outcomes, key=int)

    def interrupted(self, error: BaseException) -> None:
        self.stopped_by = error


def _run(
    mode: Mode,
    exchange: Countdown,
    handler: Callable[[httpx.Request], httpx.Response],
    **settings: Any,
) -> list[str]:
    transport = httpx.MockTransport(handler)
    if mode is Mode.SYNC:
        with httpx.Client(transport=transport, **settings) as client:
            return run(Connection(CallersClient(client), URL, {"x-team": "a"}), exchange)

    async def run_to_its_end() -> list[str]:
        async with httpx.AsyncClient(transport=transport, **settings) as client:
            return await run_async(
                Connection(CallersAsyncClient(client), URL, {"x-team": "a"}), exchange
            )

    return asyncio.run(run_to_its_end())


def _ok(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text=request.url.path)


room = pytest.mark.parametrize("max_concurrency", [1, 4])


@both_modes
@room
def test_every_call_is_sent_and_its_answer_handed_over(max_concurrency: int, mode: Mode) -> None:
    exchange = Countdown(20, max_concurrency=max_concurrency)
    assert _run(mode, exchange, _ok) == [str(number) for number in range(20)]
    for path, outcome in exchange.outcomes.items():
        assert isinstance(outcome, httpx.Response)
        assert outcome.text == f"/{path}"
    assert exchange.most_under_way <= max_concurrency


@both_modes
@room
def test_an_exchange_without_calls_ends_at_once(max_concurrency: int, mode: Mode) -> None:
    assert _run(mode, Countdown(0, max_concurrency=max_concurrency), _ok) == []


@both_modes
@room
def test_an_exchange_is_asked_again_after_the_time_it_named(
    max_concurrency: int, mode: Mode
) -> None:
    exchange = Countdown(2, max_concurrency=max_concurrency, waits=3)
    assert _run(mode, exchange, _ok) == ["0", "1"]
    assert exchange.waits == 0


@both_modes
@room
def test_an_error_on_the_way_is_an_outcome(max_concurrency: int, mode: Mode) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/1":
            raise httpx.ReadError("reset", request=request)
        return _ok(request)

    exchange = Countdown(3, max_concurrency=max_concurrency)
    assert _run(mode, exchange, fail) == ["0", "1", "2"]
    assert isinstance(exchange.outcomes["1"], httpx.ReadError)
    assert exchange.stopped_by is None


@both_modes
@room
def test_any_other_error_is_told_to_the_exchange_and_raised(
    max_concurrency: int, mode: Mode
) -> None:
    def break_down(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError("a bug in a hook")

    exchange = Countdown(3, max_concurrency=max_concurrency)
    with pytest.raises(ZeroDivisionError) as caught:
        _run(mode, exchange, break_down)
    assert exchange.stopped_by is caught.value


@both_modes
@room
def test_an_error_of_the_exchange_itself_ends_the_run(max_concurrency: int, mode: Mode) -> None:
    class Unhappy(Countdown):
        def receive(self, call: Call, outcome: Outcome, now: float) -> None:
            raise ValueError("from a callback")

    exchange = Unhappy(9, max_concurrency=max_concurrency)
    with pytest.raises(ValueError, match="from a callback") as caught:
        _run(mode, exchange, _ok)
    assert exchange.stopped_by is caught.value


def test_a_cancelled_task_tells_the_exchange() -> None:
    exchange = Countdown(1, max_concurrency=2)

    async def cancel_it() -> None:
        arrived = asyncio.Event()

        async def answer_never(request: httpx.Request) -> httpx.Response:
            arrived.set()
            await asyncio.Event().wait()
            return _ok(request)

        transport = httpx.MockTransport(answer_never)
        async with httpx.AsyncClient(transport=transport) as client:
            task = asyncio.create_task(
                run_async(Connection(CallersAsyncClient(client), URL), exchange)
            )
            await arrived.wait()
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel_it())
    assert isinstance(exchange.stopped_by, asyncio.CancelledError)


def test_threads_end_with_the_run() -> None:
    before = set(threading.enumerate())
    _run(Mode.SYNC, Countdown(20, max_concurrency=8), _ok)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


# Requests


@both_modes
def test_a_request_goes_below_the_base_url_with_its_headers(mode: Mode) -> None:
    requests: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return _ok(request)

    exchange = Countdown(1)
    exchange.calls = [
        Call("POST", "v1/a", {"x": "1", "y": ["2", "3"]}, b"{}"),
        Call("GET", "v1/b", repeatable=False),
    ]
    exchange.result = list  # type: ignore[method-assign]  # the paths are no numbers here
    _run(mode, exchange, keep, params={"tenant": "7"})
    post, get = requests
    assert str(post.url) == "http://server.test/v1/a?tenant=7&x=1&y=2&y=3"
    assert (post.headers["x-team"], post.headers["content-type"]) == ("a", "application/json")
    assert (post.content, trail_of(post).repeatable) == (b"{}", True)
    assert str(get.url) == "http://server.test/v1/b?tenant=7"
    assert "content-type" not in get.headers
    assert trail_of(get).repeatable is False


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_all_requests_of_an_upload_are_as_httpx_makes_them(kind: Any) -> None:
    client = kind(headers={"x-team": "a", "accept": "x"}, params={"tenant": "7"}, timeout=3)
    connection = Connection(CallersClient(client), f"{URL}below/", {"authorization": "Bearer k"})
    for body in (b"{}", b"[1, 2]", b""):
        made = connection.request(Call("POST", "v1/a", {"sync": "true"}, body))
        wanted = client.build_request(
            "POST",
            f"{URL}below/v1/a",
            params={"sync": "true"},
            content=body,
            headers={"authorization": "Bearer k", "content-type": "application/json"},
        )
        assert (made.method, made.url, made.content) == (wanted.method, wanted.url, body)
        assert sorted(made.headers.raw) == sorted(wanted.headers.raw)
        assert made.extensions["timeout"] == wanted.extensions["timeout"]


def test_httpx_makes_one_request_and_the_others_of_an_upload_copy_it() -> None:
    with (
        httpx.Client(base_url=URL) as client,
        patch.object(client, "build_request", wraps=client.build_request) as build,
    ):
        connection = Connection(CallersClient(client))
        for number in range(5):
            connection.request(Call("POST", "v1/a", {}, b"%d" % number))
        assert build.call_count == 1


def test_what_the_owner_changes_on_the_client_shows_in_the_next_request() -> None:
    call = Call("POST", "v1/a", {}, b"{}")
    with httpx.Client(base_url=URL, headers={"x-key": "old"}) as client:
        connection = Connection(CallersClient(client))
        connection.request(call)
        client.headers["x-key"] = "new"
        assert connection.request(call).headers["x-key"] == "new"
        client.base_url = httpx.URL("http://other.test/")
        assert connection.request(call).url == "http://other.test/v1/a"
        client.timeout = httpx.Timeout(7)
        assert connection.request(call).extensions["timeout"]["read"] == 7
        client.cookies.set("session", "s1")
        assert connection.request(call).headers["cookie"] == "session=s1"


def test_only_calls_on_threads_can_be_abandoned() -> None:
    requests: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return _ok(request)

    with httpx.Client(transport=httpx.MockTransport(keep)) as client:
        connection = Connection(CallersClient(client), URL)
        run(connection, Countdown(1))
        run(connection, Countdown(1, max_concurrency=2))
        in_place, on_a_thread = requests
        assert not trail_of(in_place).is_over()
        assert trail_of(on_a_thread).is_over()


def test_a_connection_shows_no_headers_in_its_repr() -> None:
    with httpx.Client() as client:
        assert "secret" not in repr(
            Connection(CallersClient(client), URL, {"authorization": "secret"})
        )
