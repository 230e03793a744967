"""The time for a request holds whatever a server does: over sockets, with short times."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator
from typing import Literal

import httpcore
import httpx
import pytest

from phoenix_traces import ConfigurationError, PhoenixTransportError
from phoenix_traces.transport.deadlines import (
    DEFAULT_TIMEOUT,
    DEFAULT_TOTAL_TIMEOUT,
    DeadlineBackend,
    DeadlineStream,
    deadline,
    seconds_in_all,
)
from tests.support.annotations import annotation
from tests.support.modes import Mode, both_modes, client_traces
from tests.support.rawserver import Play, RawServer, answer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ALWAYS = 60.0  # longer than any of these tests may take
SECONDS = 0.4


def _endless(part: bytes, pause: float) -> Iterator[bytes | float]:
    return itertools.chain.from_iterable(itertools.repeat((part, pause)))


def _attempts(*plays: Play) -> Callable[[str], Play]:
    left = list(plays)
    return lambda path: left.pop(0) if len(left) > 1 else left[0]


SLOW: dict[str, Callable[[], Callable[[str], Play]]] = {
    "silence": lambda: lambda path: [ALWAYS],
    "slow bytes of a body": lambda: (
        lambda path: itertools.chain([HEAD + b"\r\n"], _endless(b" ", 0.02))
    ),
    "slow bytes of a head": lambda: lambda path: itertools.chain([HEAD], _endless(b"x", 0.02)),
    "slow headers": lambda: lambda path: itertools.chain([HEAD], _endless(b"X-A: b\r\n", 0.02)),
    "slow interim answers": lambda: lambda path: _endless(b"HTTP/1.1 102 Wait\r\n\r\n", 0.02),
    "fast interim answers": lambda: lambda path: _endless(b"HTTP/1.1 103 Hints\r\n\r\n" * 100, 0.0),
    "slow chunks": lambda: (
        lambda path: itertools.chain(
            [HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], _endless(b"1\r\n \r\n", 0.02)
        )
    ),
    "no end of the body": lambda: lambda path: [HEAD + b"Content-Length: 99\r\n\r\n{", ALWAYS],
    "Retry-After and then silence": lambda: _attempts(
        [answer(503, b"", "Retry-After: 60")], [ALWAYS]
    ),
    "one answer cut off after another": lambda: (
        lambda path: [0.1, HEAD + b"Content-Length: 99\r\n\r\n{"]
    ),
}


@both_modes
@pytest.mark.parametrize("name", SLOW)
def test_a_request_ends_with_its_time_whatever_the_server_does(name: str, mode: Mode) -> None:
    with RawServer(SLOW[name]()) as server:
        traces = client_traces(mode, base_url=server.url, total_timeout=SECONDS)
        started = time.monotonic()
        with pytest.raises(PhoenixTransportError) as caught:
            traces.log_trace_annotations(trace_annotations=[annotation()], sync=True)
        taken = time.monotonic() - started
    # Not a measurement: without the deadline each of these would take a minute or more.
    assert taken < ALWAYS / 2
    assert caught.value.report is not None
    assert caught.value.report.unknown == {0}


@both_modes
@pytest.mark.parametrize("reads", ["slowly", "never"])
def test_a_server_that_does_not_read_the_request_is_left_in_time(
    reads: Literal["slowly", "never"], mode: Mode
) -> None:
    with RawServer(lambda path: [ALWAYS], reads=reads) as server:
        traces = client_traces(mode, base_url=server.url, total_timeout=SECONDS)
        large = annotation(result={"explanation": "x" * 40_000_000})
        with pytest.raises(PhoenixTransportError, match="seconds for a request"):
            traces.log_trace_annotations(trace_annotations=[large], sync=True)


@both_modes
def test_the_message_names_the_time_that_there_was(mode: Mode) -> None:
    with RawServer(lambda path: [ALWAYS]) as server:
        traces = client_traces(mode, base_url=server.url, total_timeout=0.25)
        with pytest.raises(PhoenixTransportError, match=r"ReadTimeout: the 0\.25 seconds for a"):
            traces.get_trace_annotations(trace_ids=["t1"])


@both_modes
def test_the_callers_own_timeout_is_waited_for(mode: Mode) -> None:
    with RawServer(lambda path: [0.3, answer(200, b'{"data": [], "next_cursor": null}')]) as server:
        traces = client_traces(mode, base_url=server.url, timeout=30.0, total_timeout=0.1)
        assert traces.get_trace_annotations(trace_ids=["t1"]) == []


@both_modes
def test_each_request_of_an_upload_has_its_own_time(mode: Mode) -> None:
    with RawServer(lambda path: [0.2, answer(200, b'{"data": []}')]) as server:
        traces = client_traces(mode, base_url=server.url, total_timeout=1.0)
        for _ in range(6):
            traces.log_trace_annotations(trace_annotations=[annotation()])
    assert len(server.requests) == 6


# How long it is


@pytest.mark.parametrize(
    ("total", "timeout", "seconds"),
    [
        (None, DEFAULT_TIMEOUT, DEFAULT_TOTAL_TIMEOUT),
        (None, 300.0, 300.0),
        (None, 5.0, DEFAULT_TOTAL_TIMEOUT),
        (None, None, math.inf),
        (None, httpx.Timeout(5.0, read=None), math.inf),
        (None, httpx.Timeout(5.0, read=900), 900),
        (2, DEFAULT_TIMEOUT, 2.0),
        (2.5, 1.0, 2.5),
        (2.5, 4.0, 4.0),
        (600.0, None, 600.0),
        (600.0, httpx.Timeout(5.0, read=None), 600.0),
        (math.inf, DEFAULT_TIMEOUT, math.inf),
        (10**400, DEFAULT_TIMEOUT, math.inf),
    ],
)
def test_the_time_is_two_minutes_unless_the_caller_asks_for_another(
    total: float | None, timeout: float | httpx.Timeout | None, seconds: float
) -> None:
    assert seconds_in_all(total, timeout) == seconds


@pytest.mark.parametrize("value", [0, -1, math.nan, True, "60", b"60", [60]])
@both_modes
def test_a_time_that_is_no_number_of_seconds_is_refused(mode: Mode, value: object) -> None:
    traces = client_traces(mode, base_url="http://phoenix.test", total_timeout=value)
    with pytest.raises(ConfigurationError, match="total_timeout must be a number of seconds"):
        traces.get_trace_annotations(trace_ids=["t1"])


# The network


@pytest.fixture
def no_deadline() -> Iterator[None]:
    """Steps taken outside a request, whatever a request that never ended has left here."""
    with deadline(math.inf, math.inf):
        yield


class ManyPieces(httpcore.NetworkStream):
    """A connection on which each write takes some time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.written: list[tuple[bytes, float | None]] = []

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        time.sleep(self._seconds)
        self.written.append((buffer, timeout))


def test_what_is_written_arrives_whole_and_each_piece_has_less_time_left() -> None:
    inner = ManyPieces(0.01)
    data = bytes(range(256)) * 300
    with deadline(time.monotonic() + 30, 30):
        DeadlineStream(inner).write(data, timeout=60)
    assert b"".join(part for part, _ in inner.written) == data
    timeouts = [timeout or math.inf for _, timeout in inner.written]
    assert len(timeouts) > 1
    assert timeouts == sorted(timeouts, reverse=True)
    assert timeouts[0] <= 30


def test_a_write_that_takes_too_long_ends_between_two_pieces() -> None:
    inner = ManyPieces(0.02)
    with (
        deadline(time.monotonic() + 0.01, 0.01),
        pytest.raises(httpcore.WriteTimeout, match="seconds for a request"),
    ):
        DeadlineStream(inner).write(bytes(100_000))
    assert len(inner.written) == 1


class FewAddresses(httpcore.NetworkBackend):
    """A network in which only some addresses answer."""

    def __init__(self, *good: str) -> None:
        self._good = good
        self.tried: list[str] = []

    def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.NetworkStream:
        self.tried.append(host)
        if host in self._good:
            return httpcore.MockStream([])
        raise httpcore.ConnectError(f"{host} refuses")


def _found(*addresses: tuple[object, ...]) -> Callable[..., list[tuple[object, ...]]]:
    return lambda *_, **__: [(0, 0, 0, "", address) for address in addresses]


V6, V4 = ("fe80::1", 80, 0, 3), ("192.0.2.1", 80)


@pytest.mark.usefixtures("no_deadline")
def test_all_addresses_of_a_name_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", _found(V6, V4))
    network = FewAddresses("192.0.2.1")
    DeadlineBackend(network).connect_tcp("phoenix.test", 80, 1.0)
    assert network.tried == ["fe80::1%3", "192.0.2.1"]


@pytest.mark.usefixtures("no_deadline")
def test_the_last_address_gives_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", _found(V6, V4))
    with pytest.raises(httpcore.ConnectError, match=r"192\.0\.2\.1 refuses"):
        DeadlineBackend(FewAddresses()).connect_tcp("phoenix.test", 80, 1.0)


@pytest.mark.parametrize("host", ["x" * 70 + ".test", "no-such-name.invalid", "a..test"])
def test_a_name_without_an_address_is_no_connection(host: str) -> None:
    with pytest.raises(httpcore.ConnectError):
        DeadlineBackend().connect_tcp(host, 80, 1.0)
