"""The connection that a client opens itself: the environment's proxies, and TLS checked."""

from __future__ import annotations

import pickle
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from phoenix_traces import AsyncClient, Client, ConfigurationError
from phoenix_traces.transport import client_transport
from phoenix_traces.transport.proxies import proxy_for
from tests.support.modes import AnyPhoenix

PROXIED = "http://phoenix.test:6006"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("environment", "base_url", "proxy"),
    [
        ({}, PROXIED, None),
        ({"http_proxy": "http://proxy.test:8080"}, PROXIED, "http://proxy.test:8080"),
        ({"http_proxy": "http://proxy.test:8080"}, "https://phoenix.test", None),
        (
            {"https_proxy": "http://proxy.test:8080"},
            "https://phoenix.test",
            "http://proxy.test:8080",
        ),
        ({"all_proxy": "http://proxy.test:8080"}, PROXIED, "http://proxy.test:8080"),
        ({"http_proxy": "http://proxy.test:8080", "no_proxy": "phoenix.test"}, PROXIED, None),
    ],
)
def test_a_client_of_its_own_uses_the_environments_proxy(
    environment: dict[str, str],
    base_url: str,
    proxy: str | None,
    kind: type[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    name = "PoolTransport" if kind is Client else "AsyncPoolTransport"
    made: list[dict[str, Any]] = []

    def record(**arguments: Any) -> httpx.MockTransport:
        made.append(arguments)
        return AnyPhoenix().transport()

    monkeypatch.setattr(client_transport, name, record)
    kind(base_url=base_url)
    assert made == [{"scheme": base_url.partition(":")[0], "proxy": proxy}]


PASSWORD = "S3cretOfTheProxy"

BAD_PROXIES = {
    "a slash in the password": (f"http://u:{PASSWORD}/@proxy.test", "is not a URL; in a user name"),
    "a slash after digits": (f"http://u:12/{PASSWORD}@proxy.test", "has an '@' in its path"),
    "a hash in the password": (f"u:{PASSWORD}#x@proxy.test:1", "is not a URL"),
    "a question mark": (f"http://u:1?{PASSWORD}@proxy.test:1", "must end before any"),
    "no host": (f"http://u:{PASSWORD}@", "name a host, such as http://proxy.example:3128"),
    "an unknown scheme": (f"ftp://u:{PASSWORD}@proxy.test", "must start with http:// or https://"),
    "SOCKS without its package": (f"socks5://u:{PASSWORD}@proxy.test:1080", "the package socksio"),
    "SOCKS with names": (f"socks5h://u:{PASSWORD}@proxy.test:1080", "the package socksio"),
    "a port too large": (f"u:{PASSWORD}@proxy.test:99999", "has a port outside"),
    "a port of letters": (f"u:{PASSWORD}@proxy.test:port", "is not a URL"),
    "a space": (f"http://u:{PASSWORD}@pro xy.test", "has a character in its host"),
    "a surrogate": (f"http://u:{PASSWORD}\udcff@proxy.test", "is not a URL"),
    "an address too long": (f"http://u:{PASSWORD}@{'x' * 70_000}", "is not a URL"),
}


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(("value", "words"), BAD_PROXIES.values(), ids=BAD_PROXIES)
def test_a_proxy_that_cannot_work_is_refused_by_its_variable_without_its_password(
    value: str, words: str, name: str, kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("phoenix_traces.transport.proxies.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError) as caught:
        kind(base_url=PROXIED)
    assert str(caught.value).startswith(f"{name} (environment) ")
    assert words in str(caught.value)
    assert caught.value.__context__ is None
    shown = [*traceback.format_exception(caught.value), repr(vars(caught.value))]
    assert PASSWORD not in "".join(shown) + pickle.dumps(caught.value).decode("latin-1")
    monkeypatch.setenv("NO_PROXY", "phoenix.test")
    assert kind(base_url=PROXIED)


@pytest.mark.usefixtures("no_tls")
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_proxy_that_cannot_work_stops_nobody_who_does_not_use_it(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy.test")
    assert kind(base_url=PROXIED)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("proxy.local:3128", "http://proxy.local:3128"),
        ("u:pw@proxy.local:3128", "http://u:pw@proxy.local:3128"),
        ("//proxy.local:3128", None),
        ("proxy.local", "http://proxy.local"),
        ("http://u:p%2Fw@proxy.local:3128/", "http://u:p%2Fw@proxy.local:3128/"),
    ],
)
def test_a_proxy_without_its_scheme_is_one_for_http(
    value: str, address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", value)
    if address is None:
        with pytest.raises(ConfigurationError, match="name a host"):
            proxy_for(httpx.URL(PROXIED))
    else:
        assert proxy_for(httpx.URL(PROXIED)) == address


def test_a_proxy_of_the_system_is_refused_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"http": "ftp://proxy.test"}
    monkeypatch.setattr("phoenix_traces.transport.proxies.getproxies", lambda: settings)
    with pytest.raises(ConfigurationError, match=r"^the proxy in the system's settings must start"):
        proxy_for(httpx.URL(PROXIED))


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_are_not_there_are_an_error_of_ours(
    name: str, kind: type[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no certificate")
    monkeypatch.setenv(name, str(tmp_path / "missing"))
    if name == "SSL_CERT_DIR":  # OpenSSL looks into it when it needs one
        assert kind(base_url="https://phoenix.test")
        return
    with pytest.raises(ConfigurationError, match="No such file or directory"):
        kind(base_url="https://phoenix.test")
    monkeypatch.setenv(name, str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match="look at SSL_CERT_FILE") as caught:
        kind(base_url="https://phoenix.test")
    assert caught.value.__context__ is None
