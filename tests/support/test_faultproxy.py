"""The fault-injecting proxy does what its faults promise, and the same again for the same seed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.support.faultproxy import HOST, FaultKind, FaultProxy

ANSWER = b'{"data": [{"id": "VHJhY2U="}]}'


class Upstream(ThreadingHTTPServer):
    """A server that remembers what it processed: path and body.

    Closing it waits for its connections to end, so the proxy must not leave any open.
    """

    daemon_threads = False
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__((HOST, 0), Handler)
        self.processed: list[tuple[str, bytes]] = []


class Handler(BaseHTTPRequestHandler):
    """Answers by path: `/none`, `/chunked`, `/until-closed`, `/large-and-last`, else `ANSWER`."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.read_body()
        assert isinstance(self.server, Upstream)
        self.server.processed.append((self.path, body))
        content = ANSWER
        self.send_response_only(204 if self.path == "/none" else 200)
        if self.path == "/none":
            content = b""
        elif self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            content = b"%x;kind=all\r\n%b\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(ANSWER), ANSWER)
        elif self.path == "/until-closed":
            self.close_connection = True
        elif self.path == "/large-and-last":
            content = ANSWER * 500_000
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = answer

    def read_body(self) -> bytes:
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def serving() -> Generator[Upstream, None, None]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_goes_wrong_unseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Look at the log, because an event loop only logs what its tasks and callbacks raise."""
    yield
    assert [record for record in caplog.get_records("call") if record.levelname == "ERROR"] == []


@contextmanager
def client_of(proxy: FaultProxy) -> Generator[httpx.Client, None, None]:
    # No limits: with more threads than idle connections to keep, httpcore now and then closes the
    # connection that another thread was just given.
    limits = httpx.Limits()
    with httpx.Client(base_url=proxy.url, timeout=30, verify=False, limits=limits) as client:
        yield client


def connected(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=30)


def talk(port: int, request: bytes) -> bytes:
    """Send raw bytes, say that no more come, and return everything that is answered."""
    with connected(port) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def accepts(port: int) -> bool:
    try:
        connected(port).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never happened")


def decisions(proxy: FaultProxy) -> list[FaultKind | None]:
    return [entry.fault for entry in proxy.log]


@pytest.mark.parametrize("path", ["/plain", "/chunked", "/until-closed", "/none"])
@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
def test_the_answer_passes_byte_for_byte(upstream: Upstream, method: str, path: str) -> None:
    request = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi".encode()
    with FaultProxy(upstream.server_port) as proxy:
        assert talk(proxy.port, request) == talk(upstream.server_port, request) != b""
    assert upstream.processed == [(path, b"hi")] * 2


def test_a_connection_carries_several_requests_and_ends_when_asked(upstream: Upstream) -> None:
    one = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with FaultProxy(upstream.server_port) as proxy:
        assert talk(proxy.port, one + one + last + one).count(ANSWER) == 3
    assert proxy.requests == 3


@pytest.mark.parametrize(("path", "times"), [("/until-closed", 1), ("/large-and-last", 500_000)])
def test_an_answer_that_ends_its_connection_arrives_whole_and_is_the_last(
    upstream: Upstream, path: str, times: int
) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with FaultProxy(upstream.server_port) as proxy:
        head, _, body = talk(proxy.port, request + request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert body == ANSWER * times
    assert proxy.requests == 1


def test_a_chunked_request_passes_and_is_logged_with_the_length_of_its_content(
    upstream: Upstream,
) -> None:
    with FaultProxy(upstream.server_port) as proxy, client_of(proxy) as client:
        assert client.post("/rows", content=iter([b"one", b"two" * 50_000])).content == ANSWER
    assert upstream.processed == [("/rows", b"one" + b"two" * 50_000)]
    assert proxy.log == [(0, None, "POST", "/rows", 150_003)]


BROKEN: list[tuple[FaultKind, type[httpx.TransportError], bool]] = [
    ("refused", httpx.RemoteProtocolError, False),
    ("reset_before", httpx.ReadError, False),
    ("reset_after", httpx.ReadError, True),
    ("stalled_before", httpx.ReadTimeout, False),
    ("stalled", httpx.ReadTimeout, True),
    ("cut", httpx.RemoteProtocolError, True),
]


@pytest.mark.parametrize(("kind", "error", "is_processed"), BROKEN)
def test_a_broken_connection_fails_one_request_which_was_processed_or_not(
    upstream: Upstream, kind: FaultKind, error: type[httpx.TransportError], is_processed: bool
) -> None:
    proxy = FaultProxy(upstream.server_port, script=[None, kind])
    with proxy, client_of(proxy) as client:
        client.post("/before", content=b"1")
        with pytest.raises(error):
            client.post("/broken", content=b"22", timeout=0.3 if kind.startswith("stall") else 30)
        assert client.post("/after", content=b"333").content == ANSWER
    paths = ["/before", "/broken", "/after"] if is_processed else ["/before", "/after"]
    assert [path for path, _ in upstream.processed] == paths
    assert proxy.requests == 3
    assert proxy.faults == {kind: 1}
    assert proxy.log == [
        (0, None, "POST", "/before", 1),
        (1, kind, "POST", "/broken", 2),
        (2, None, "POST", "/after", 3),
    ]


def test_a_cut_answer_ends_half_way_through_its_body(upstream: Upstream) -> None:
    with FaultProxy(upstream.server_port, script=["cut"]) as proxy:
        answer = talk(proxy.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n" + ANSWER[: len(ANSWER) // 2])


def test_a_cut_answer_without_a_body_ends_within_its_head(upstream: Upstream) -> None:
    with FaultProxy(upstream.server_port, script=["cut"]) as proxy:
        answer = talk(proxy.port, b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"HTTP/1.1 204 No Content\r\n\r\n".startswith(answer)
    assert answer


@pytest.mark.parametrize("kind", ["stalled", "stalled_before"])
def test_a_stalled_connection_is_closed_after_a_while(upstream: Upstream, kind: FaultKind) -> None:
    proxy = FaultProxy(upstream.server_port, script=[kind], stall_seconds=0.05)
    with proxy, client_of(proxy) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


def test_refused_can_keep_the_port_closed_for_a_while(upstream: Upstream) -> None:
    proxy = FaultProxy(upstream.server_port, script=["refused", "refused"], refuse_seconds=0.2)
    with proxy, client_of(proxy) as client:
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get("/")
            with pytest.raises(httpx.ConnectError):
                client.get("/")
            wait_until(lambda: accepts(proxy.port))
        assert client.get("/").content == ANSWER
    assert proxy.faults == {"refused": 2}


def test_after_requests_refused_together_the_port_opens_again(upstream: Upstream) -> None:
    proxy = FaultProxy(upstream.server_port, script=["refused", "refused"], refuse_seconds=0.2)
    with proxy, client_of(proxy) as client:
        with connected(proxy.port) as first, connected(proxy.port) as second:
            for connection in (first, second):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert first.recv(1) == second.recv(1) == b""
        wait_until(lambda: accepts(proxy.port))
        assert client.get("/").content == ANSWER
    assert proxy.faults == {"refused": 2}


def test_a_proxy_can_be_left_while_its_port_is_closed(upstream: Upstream) -> None:
    proxy = FaultProxy(upstream.server_port, script=["refused"], refuse_seconds=60)
    with proxy, client_of(proxy) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/")


@pytest.mark.parametrize("status", [413, 429, 502, 503, 504])
def test_a_status_is_answered_in_place_of_the_upstream(upstream: Upstream, status: int) -> None:
    kinds: dict[int, FaultKind] = {
        413: "status_413",
        429: "status_429",
        502: "status_502",
        503: "status_503",
        504: "status_504",
    }
    proxy = FaultProxy(upstream.server_port, script=[kinds[status]])
    with proxy, client_of(proxy) as client:
        assert client.post("/", content=b"1").status_code == status
        assert upstream.processed == []
        assert client.post("/", content=b"2").status_code == 200


@pytest.mark.parametrize(("kind", "may_lack_it"), [("status_429", False), ("status_503", True)])
def test_retry_after_comes_as_seconds_and_as_a_date_and_with_503_sometimes_not_at_all(
    upstream: Upstream, kind: FaultKind, may_lack_it: bool
) -> None:
    proxy = FaultProxy(upstream.server_port, rate=1, kinds=[kind], retry_after=(0, 7))
    with proxy, client_of(proxy) as client:
        fields = {client.get("/").headers.get("Retry-After") for _ in range(60)}
    assert {"0", "7"} < fields
    assert (None in fields) == may_lack_it
    dates = fields - {"0", "7", None}
    assert dates
    assert all(parsedate_to_datetime(date).tzinfo for date in dates)


def test_a_request_above_the_size_limit_gets_413_whatever_was_decided(upstream: Upstream) -> None:
    proxy = FaultProxy(upstream.server_port, script=[None, "cut"], max_body_bytes=10)
    with proxy, client_of(proxy) as client:
        sizes = [11, 500_000, 10]
        statuses = [client.post("/", content=b"x" * size).status_code for size in sizes]
    assert statuses == [413, 413, 200]
    assert proxy.faults == {"status_413": 2}


QUICK_KINDS: list[FaultKind] = ["refused", "reset_before", "reset_after", "cut", "status_503"]


def faulty(upstream: Upstream, *, seed: int, rate: float = 0.3) -> FaultProxy:
    return FaultProxy(upstream.server_port, seed=seed, rate=rate, kinds=QUICK_KINDS)


def succeeds(client: httpx.Client) -> bool:
    try:
        return client.post("/", content=b"x").is_success
    except httpx.TransportError:
        return False


def test_the_nth_request_gets_the_nth_decision_however_many_run_at_once(
    upstream: Upstream,
) -> None:
    with faulty(upstream, seed=5) as alone, client_of(alone) as client:
        one_by_one = [succeeds(client) for _ in range(200)]
    with (
        faulty(upstream, seed=5) as crowded,
        client_of(crowded) as client,
        ThreadPoolExecutor(40) as pool,
    ):
        at_once = list(pool.map(succeeds, [client] * 200))
    assert decisions(crowded) == decisions(alone)
    assert crowded.faults == alone.faults
    assert sum(at_once) == sum(one_by_one) == 200 - alone.faults.total()
    assert crowded.faults.keys() == set(QUICK_KINDS)
    assert 40 <= crowded.faults.total() <= 80


def test_another_seed_gives_other_decisions(upstream: Upstream) -> None:
    logs: list[list[FaultKind | None]] = []
    for seed in (1, 2):
        with faulty(upstream, seed=seed) as proxy, client_of(proxy) as client:
            for _ in range(50):
                succeeds(client)
        logs.append(decisions(proxy))
    assert logs[0] != logs[1]


@pytest.mark.parametrize(("rate", "broken"), [(0.0, 0), (1.0, 20)])
def test_rate_0_breaks_nothing_and_rate_1_everything(
    upstream: Upstream, rate: float, broken: int
) -> None:
    with faulty(upstream, seed=3, rate=rate) as proxy, client_of(proxy) as client:
        assert [succeeds(client) for _ in range(20)].count(False) == broken
    assert proxy.faults.total() == broken


def test_forty_requests_are_held_at_once_and_leaving_ends_them(upstream: Upstream) -> None:
    proxy = FaultProxy(upstream.server_port, rate=1, kinds=["stalled_before", "stalled"])
    with ThreadPoolExecutor(40) as pool, httpx.Client(timeout=None) as client:
        with proxy:
            held = [pool.submit(client.get, proxy.url) for _ in range(40)]
            wait_until(lambda: proxy.requests == 40)
        assert all(isinstance(request.exception(), httpx.TransportError) for request in held)


def test_another_upstream_serves_the_requests_that_follow(upstream: Upstream) -> None:
    with (
        serving() as second,
        FaultProxy(upstream.server_port) as proxy,
        client_of(proxy) as client,
    ):
        client.get("/first")
        proxy.set_upstream(second.server_port)
        client.get("/second")
    assert upstream.processed == [("/first", b"")]
    assert second.processed == [("/second", b"")]


def test_with_the_upstream_down_the_connection_is_closed_until_it_is_back(
    upstream: Upstream,
) -> None:
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        with FaultProxy(nobody.getsockname()[1]) as proxy, client_of(proxy) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                client.get("/")
            proxy.set_upstream(upstream.server_port)
            assert client.get("/").content == ANSWER
    assert proxy.faults == {}


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"\r\n\r\n",
        b"no-http\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"x" * 100_000,
    ],
)
def test_what_is_not_a_whole_request_closes_the_connection_uncounted(
    upstream: Upstream, noise: bytes
) -> None:
    with FaultProxy(upstream.server_port) as proxy, client_of(proxy) as client:
        assert talk(proxy.port, noise) == b""
        assert client.get("/").content == ANSWER
    assert proxy.requests == 1


def test_connections_made_at_the_last_moment_are_closed_too(upstream: Upstream) -> None:
    for _ in range(50):
        with ExitStack() as connections:
            with FaultProxy(upstream.server_port) as proxy:
                late = [connections.enter_context(connected(proxy.port)) for _ in range(4)]
            for connection in late:
                with suppress(ConnectionResetError):
                    assert connection.recv(1) == b""


def test_after_leaving_nothing_listens_on_the_port(upstream: Upstream) -> None:
    with FaultProxy(upstream.server_port) as proxy, client_of(proxy) as client:
        client.get("/")
    assert not accepts(proxy.port)
