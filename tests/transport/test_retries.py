from __future__ import annotations

import asyncio
import datetime
import logging
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import httpx
import httpx_retries.retry
import pytest

from phoenix_traces import ClientStateError, testing
from phoenix_traces.protocol.exchange import Trail, trail_of, with_trail
from phoenix_traces.transport import client_transport, retries
from phoenix_traces.transport.deadlines import DEFAULT_TOTAL_TIMEOUT
from phoenix_traces.transport.retries import (
    LAST_ATTEMPT_SHARE,
    LONGEST_BACKOFF,
    LONGEST_RETRY_AFTER,
    RepeatingTransport,
)
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers, WholeAnswers
from tests.support.annotations import annotation
from tests.support.modes import Answer, AnyPhoenix, CutOff, Mode, both_modes, client_traces

NOW = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.timezone.utc)


class Clock:
    """Time that passes only in pauses and where a test says so; jitter takes nothing off."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class FixedDatetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> FixedDatetime:
        return cls.fromtimestamp(NOW.timestamp(), tz)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    stand_ins: dict[str, object] = {
        "time": made,
        "asyncio": SimpleNamespace(sleep=made.sleep_async),
        "random": SimpleNamespace(uniform=lambda low, high: high),
        "datetime": SimpleNamespace(datetime=FixedDatetime, timezone=datetime.timezone),
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(httpx_retries.retry, name, stand_in)
    monkeypatch.setattr(retries, "time", made)
    return made


def _send(
    mode: Mode,
    inner: AnyPhoenix,
    *,
    method: str = "POST",
    repeatable: bool = True,
    **policy: Any,
) -> tuple[httpx.Request, httpx.Response]:
    """Send one call through the retrying transport; return it with its answer, or raise."""
    request = httpx.Request(
        method, f"{inner.base_url}/v1/trace_annotations", extensions=with_trail(Trail(repeatable))
    )
    if mode is Mode.SYNC:
        sync = RepeatingTransport(WholeAnswers(inner.transport()), **policy)
        with httpx.Client(transport=sync) as client:
            return request, client.send(request)

    async def send_async() -> httpx.Response:
        wrapped = RepeatingTransport(AsyncWholeAnswers(inner.transport()), **policy)
        async with httpx.AsyncClient(transport=wrapped) as client:
            return await client.send(request)

    return request, asyncio.run(send_async())


def _ok() -> httpx.Response:
    return httpx.Response(200, json={"data": []})


def _statuses(*statuses: int, **headers: str) -> list[Answer]:
    return [httpx.Response(status, headers=headers) for status in statuses]


# What is sent again


@both_modes
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.CloseError("reset"),
        httpx.RemoteProtocolError("server disconnected"),
        httpx.Response(429),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        CutOff(200),
    ],
    ids=lambda failure: getattr(failure, "status_code", type(failure).__name__),
)
def test_what_may_help_is_sent_again(failure: Answer, mode: Mode, clock: Clock) -> None:
    inner = AnyPhoenix(answers=[failure, _ok()])
    _, response = _send(mode, inner)
    assert (response.status_code, response.json()) == (200, {"data": []})
    assert len(inner.requests) == 2


@both_modes
@pytest.mark.parametrize(
    "status", [200, 204, 307, 400, 401, 403, 404, 405, 408, 413, 422, 500, 507]
)
def test_other_answers_are_final(status: int, mode: Mode, clock: Clock) -> None:
    inner = AnyPhoenix(answers=_statuses(status))
    assert _send(mode, inner)[1].status_code == status
    assert (len(inner.requests), clock.pauses) == (1, [])


@both_modes
@pytest.mark.parametrize(
    "error", [httpx.UnsupportedProtocol("x"), httpx.LocalProtocolError("x"), httpx.ProxyError("x")]
)
def test_errors_that_would_come_again_are_final(
    error: httpx.TransportError, mode: Mode, clock: Clock
) -> None:
    inner = AnyPhoenix(answers=[error])
    with pytest.raises(type(error)):
        _send(mode, inner)
    assert len(inner.requests) == 1


@both_modes
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_only_what_is_marked_repeatable_is_sent_again(
    method: str, mode: Mode, clock: Clock
) -> None:
    once = AnyPhoenix(answers=_statuses(503, 200))
    assert _send(mode, once, method=method, repeatable=False)[1].status_code == 503
    twice = AnyPhoenix(answers=_statuses(503, 200))
    assert _send(mode, twice, method=method)[1].status_code == 200


@both_modes
def test_a_request_without_a_mark_is_sent_once(mode: Mode, clock: Clock) -> None:
    inner = AnyPhoenix(answers=_statuses(503, 200))
    assert _send(mode, inner, repeatable=False)[1].status_code == 503
    assert len(inner.requests) == 1


# How often, and after what pauses


@both_modes
def test_the_pauses_double_up_to_a_ceiling(mode: Mode, clock: Clock) -> None:
    inner = AnyPhoenix(answers=_statuses(*[503] * 20))
    assert _send(mode, inner)[1].status_code == 503
    assert clock.pauses == [0.25, 0.5, 1, 2, 4, *[LONGEST_BACKOFF] * 5]


@both_modes
def test_the_number_of_retries_is_the_callers(mode: Mode, clock: Clock) -> None:
    for times in (0, 1, 3):
        inner = AnyPhoenix(answers=_statuses(*[503] * 9))
        _send(mode, inner, max_retries=times)
        assert len(inner.requests) == times + 1


@both_modes
@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        ("3", 3.0),
        ("0", 0.25),
        ("100000", LONGEST_RETRY_AFTER),
        (format_datetime(NOW + datetime.timedelta(seconds=20), usegmt=True), 20.0),
        (format_datetime(NOW - datetime.timedelta(seconds=20), usegmt=True), 0.25),
        (format_datetime(NOW + datetime.timedelta(days=2), usegmt=True), LONGEST_RETRY_AFTER),
        ("soon", 0.25),
        ("Fri, 99 Foo 99999999999 00:00:00 GMT", 0.25),
        ("-5", 0.25),
    ],
)
def test_retry_after_is_followed_up_to_a_ceiling(
    retry_after: str, pause: float, mode: Mode, clock: Clock
) -> None:
    answers = [*_statuses(429, **{"retry-after": retry_after}), _ok()]
    _send(mode, AnyPhoenix(answers=answers))
    assert clock.pauses == [pause]


KEY = "Sk-planted0123456789"


@both_modes
@pytest.mark.parametrize(
    "retry_after",
    [
        KEY,
        f"Sun, 22 Nov 2026 12:00:20 ({KEY})",
        f"{KEY}, 22 Nov 2026 12:00:20",
        f"3 {KEY}",
        "\x1b[2J",
    ],
)
def test_no_log_repeats_a_retry_after(
    retry_after: str, mode: Mode, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [*_statuses(503, **{"retry-after": retry_after}), _ok()]
    _send(mode, AnyPhoenix(answers=answers))
    assert len(clock.pauses) == 1
    assert not [
        record
        for record in caplog.records
        if record.name == "httpx_retries.retry" and record.levelno > logging.DEBUG
    ]
    for secret in (KEY, "\x1b"):
        assert secret not in caplog.text


@both_modes
def test_the_last_pause_leaves_time_for_an_attempt(mode: Mode, clock: Clock) -> None:
    inner = AnyPhoenix(answers=_statuses(*[503] * 20, **{"retry-after": "50"}))
    started = clock.now
    assert _send(mode, inner)[1].status_code == 503
    assert clock.pauses == [50.0, 50.0, 8.0]
    assert clock.now - started == DEFAULT_TOTAL_TIMEOUT * (1 - LAST_ATTEMPT_SHARE)


@both_modes
def test_the_time_of_the_attempts_counts_towards_the_budget(mode: Mode, clock: Clock) -> None:
    class SlowPhoenix(AnyPhoenix):
        def answer(self, request: testing.Request) -> testing.Answer:
            clock.now += 30
            return super().answer(request)

    inner = SlowPhoenix(answers=[httpx.ReadTimeout("slow")] * 20)
    with pytest.raises(httpx.ReadTimeout):
        _send(mode, inner)
    assert len(inner.requests) == 4


def test_nobody_waiting_any_more_ends_the_attempts() -> None:
    inner = AnyPhoenix()
    request = httpx.Request(
        "POST", inner.base_url, extensions=with_trail(Trail(is_over=lambda: True))
    )
    with (
        httpx.Client(transport=WholeAnswers(inner.transport())) as client,
        pytest.raises(ClientStateError, match="tried again"),
    ):
        client.send(request)
    assert inner.requests == []


# What is in doubt afterwards


@both_modes
@pytest.mark.parametrize(
    ("answers", "in_doubt"),
    [
        (_statuses(401), False),
        (_statuses(429, 404), False),
        ([httpx.ConnectError("refused"), *_statuses(401)], False),
        ([httpx.PoolTimeout("busy"), *_statuses(404)], False),
        (_statuses(503, 404), True),
        (_statuses(500), True),
        ([httpx.ReadTimeout("slow"), *_statuses(404)], True),
        ([httpx.WriteError("reset"), *_statuses(401)], True),
        ([CutOff(200), *_statuses(404)], True),
        ([CutOff(404), *_statuses(404)], True),
    ],
)
def test_an_attempt_that_may_have_been_carried_out_is_noted(
    answers: list[Answer], in_doubt: bool, mode: Mode, clock: Clock
) -> None:
    request, _ = _send(mode, AnyPhoenix(answers=answers))
    assert trail_of(request).maybe_processed is in_doubt


@both_modes
def test_an_error_that_ends_the_attempts_is_noted_too(mode: Mode, clock: Clock) -> None:
    for error, in_doubt in ((httpx.ConnectError("refused"), False), (httpx.ReadError("x"), True)):
        with pytest.raises(httpx.TransportError) as caught:
            _send(mode, AnyPhoenix(answers=[error] * 20))
        assert trail_of(caught.value.request).maybe_processed is in_doubt


# What a client builds


@both_modes
def test_a_client_of_its_own_retries(
    mode: Mode, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    phoenix = AnyPhoenix(answers=[httpx.ReadError("reset"), *_statuses(503)])
    monkeypatch.setattr(client_transport, "PoolTransport", lambda **_: phoenix.transport())
    monkeypatch.setattr(client_transport, "AsyncPoolTransport", lambda **_: phoenix.transport())
    traces = client_traces(mode, base_url=phoenix.base_url, max_retries=2)
    assert traces.log_trace_annotations(trace_annotations=[annotation()], sync=True)
    assert (len(phoenix.requests), clock.pauses) == (3, [0.25, 0.5])
