"""`NO_PROXY`: the same answer as a plain `httpx.Client()` gives, and one where that one fails."""

from __future__ import annotations

import random
from typing import Any

import httpx
import pytest

from phoenix_traces.transport.proxies import proxy_for
from tests.support.sizes import in_ci, some_of

URLS = [
    httpx.URL(f"{scheme}://{host}{port}")
    for scheme in ("http", "https")
    for host in (
        "example.com",
        "www.example.com",
        "a.b.example.com",
        "notexample.com",
        "example.org",
        "localhost",
        "phoenix",
        "phoenix.svc.cluster.local",
        "127.0.0.1",
        "127.0.0.2",
        "10.1.2.3",
        "192.168.0.1",
        "[::1]",
        "[fe80::1]",
        "[2001:db8::7]",
        "b\u00fccher.example",
    )
    for port in ("", ":80", ":443", ":6006", ":8443")
]

# All forms in which such an entry is written, and some that nobody means.
HOSTS = [
    *(
        "example.com",
        ".example.com",
        "*.example.com",
        "EXAMPLE.com",
        "www.example.com",
        "com",
        ".com",
    ),
    *("localhost", "LocalHost", ".localhost", "phoenix", ".svc.cluster.local", "cluster.local"),
    *("127.0.0.1", "10.1.2.3", "127.0.0.0", "192.168.0.1", "1.2.3", "127"),
    *("::1", "fe80::1", "2001:db8::7", "0:0:0:0:0:0:0:1", "::"),
    *("b\u00fccher.example", "xn--bcher-kva.example", "*", "**", "*.*", ".", "a..b", "ex*le.com"),
    *("http://example.com", "https://example.com", "all://example.com", "http://www.example.com"),
    *(
        "http://",
        "https://",
        "all://",
        "://",
        "*://",
        "*://example.com",
        "http://*",
        "http://*.example.com",
    ),
    *(
        "http://127.0.0.1",
        "http://[::1]",
        "http://localhost",
        "ftp://example.com",
        "HTTP://example.com",
    ),
    *("example.com/path", "http://example.com/path", "user@example.com", "ex ample.com", "", " "),
]
PORTS = ["", "", "", ":80", ":443", ":6006", ":8443", ":99999", ":x", ":"]
PROXIES = [
    {"http_proxy": "http://proxy.test:3128"},
    {"https_proxy": "http://proxy.test:3129"},
    {"all_proxy": "http://proxy.test:3130"},
    {"HTTP_PROXY": "proxy.test:3128", "HTTPS_PROXY": "https://proxy.test:3129"},
    {"http_proxy": "http://proxy.test:3128", "ALL_PROXY": "http://u:p@proxy.test:3130"},
    {"http_proxy": "", "all_proxy": "proxy.test:3130"},
]


class _Recorded(httpx.BaseTransport):
    """A transport that remembers its proxy."""

    def __init__(self, **arguments: Any) -> None:
        self.proxy: httpx.Proxy | None = arguments.get("proxy")


@pytest.fixture
def _recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    # A plain client makes its transports of this class; to make real ones takes a second.
    monkeypatch.setattr("httpx._client.HTTPTransport", _Recorded)


def _as_httpx_does(urls: list[httpx.URL]) -> list[str | None] | None:
    """Return the proxy of each URL, as a plain client has it; None where making one fails."""
    try:
        client = httpx.Client()
    except (httpx.InvalidURL, ValueError):
        return None
    # httpx has no public way to ask which proxy it would take.
    transports = [client._transport_for_url(url) for url in urls]  # noqa: SLF001
    proxies = [each.proxy if isinstance(each, _Recorded) else None for each in transports]
    return [None if proxy is None else str(proxy.url) for proxy in proxies]


def _as_we_do(urls: list[httpx.URL]) -> list[str | None]:
    addresses = [proxy_for(url) for url in urls]
    # httpx takes the user and password out of the address that it shows.
    proxies = [None if each is None else httpx.Proxy(each) for each in addresses]
    return [None if each is None else str(each.url) for each in proxies]


def _entries(rng: random.Random) -> str:
    hosts = rng.choices(HOSTS, k=rng.choice((1, 1, 1, 2, 3)))
    return rng.choice((",", ", ")).join(f"{host}{rng.choice(PORTS)}" for host in hosts)


@pytest.mark.usefixtures("_recorded")
def test_the_proxy_is_that_of_a_plain_client(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(20261124)
    every_host = [f"{host}{port}" for host in HOSTS for port in dict.fromkeys(PORTS)]
    lists = some_of(every_host + [_entries(rng) for _ in range(150)], 120)
    compared = failed = without = 0
    for number, no_proxy in enumerate(lists):
        urls = rng.sample(URLS, 16)
        with monkeypatch.context() as patch:
            for name, value in PROXIES[number % len(PROXIES)].items():
                patch.setenv(name, value)
            patch.setenv("no_proxy" if number % 2 else "NO_PROXY", no_proxy)
            expected = _as_httpx_does(urls)
            found = _as_we_do(urls)  # which never fails
        if expected is None:
            failed += 1
            continue
        assert found == expected, no_proxy
        compared += len(urls)
        without += found.count(None)
    assert compared > in_ci(7_000, 1_500)
    assert failed > in_ci(50, 10)
    assert 0.2 < without / compared < 0.9


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_used"),
    [
        ("[::1]", "http://[::1]:6006", False),
        ("[::1]:6006", "http://[::1]:6006", False),
        ("[::1]:6006", "http://[::1]:7007", True),
        ("[::1]:80", "http://[::1]", False),
        ("[::1]:443", "https://[::1]", False),
        ("[0:0:0:0:0:0:0:1]", "http://[::1]", False),
        ("[::2]", "http://[::1]", True),
        ("[fe80::/10]", "http://[fe80::1]", True),
        ("fe80::/10", "http://[fe80::1]", False),
        ("fe80::/10", "http://[2001:db8::7]", True),
        ("10.0.0.0/8", "http://10.1.2.3", False),
        ("10.0.0.0/8", "http://11.1.2.3", True),
        ("10.1.2.9/8", "http://10.200.2.3", False),
        ("192.168.0.0/16,10.0.0.0/8", "https://10.1.2.3:8443", False),
        ("10.0.0.0/8", "http://example.com", True),
        ("10.0.0.0/99", "http://10.1.2.3", True),
        ("a b,[,[::1],\u00fc\u2028", "http://[::1]", False),
        ("\udcff", "http://example.com", True),
        ("x" * 70_000, "http://example.com", True),
    ],
)
def test_it_works_where_a_plain_client_fails_or_knows_no_networks(
    no_proxy: str, url: str, is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxy_for(httpx.URL(url)) is not None) is is_used


def test_without_an_address_there_is_no_proxy() -> None:
    assert proxy_for(None) is None
