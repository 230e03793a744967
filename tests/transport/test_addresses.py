from __future__ import annotations

import pickle
import traceback
from itertools import product
from typing import Any

import httpx
import pytest

from phoenix_traces import AsyncClient, Client, ConfigurationError, ConfigurationWarning
from phoenix_traces.transport.settings import resolve

SECRET = "S3cretPassword"

# Where a password stands that was not percent-encoded, or was put into the wrong place.
PASSWORDS = [
    f"{start}{SECRET}{end}"
    for start, end in product(
        ["", "1/", "12#", "1?", "a/", "#", "?", "/", "a@", "\\", "%"], ["", "/x"]
    )
]
URLS = [
    template.format(password=password)
    for template, password in product(
        [
            "http://user:{password}@host",
            "http://user:{password}@host:99999",
            "http://user:{password}@host?x=1",
            "http://user:{password}@host#x",
            "http://user:{password}@",
            "ftp://user:{password}@host",
            "user:{password}@host",
            "http://user:{password}@ho st",
            "http://user:{password}@host:port",
            "http://user:{password}@[::1",
            "http://user:{password}@host\x00",
            "http://user:{password}@host/\udcff",
            "http://user:{password}@xn--a",
        ],
        PASSWORDS,
    )
]


def _everything_in(error: BaseException) -> str:
    parts = [*traceback.format_exception(error), repr(error), repr(vars(error))]
    parts += [pickle.dumps(error).decode("latin-1"), repr(error.__context__)]
    return "\n".join(parts)


def _shown_of(kind: type[Any], url: str) -> tuple[str, ConfigurationError | None]:
    try:
        client = kind(base_url=url)
    except ConfigurationError as error:
        return _everything_in(error), error
    return repr(client) + repr(vars(client)), None


@pytest.mark.usefixtures("no_tls")
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_password_at_the_wrong_place_shows_nowhere(kind: type[Any]) -> None:
    assert len(URLS) == 286
    refused = 0
    for url in URLS:
        shown, error = _shown_of(kind, url)
        assert SECRET.lower() not in shown.lower()
        if error is not None:
            refused += 1
            assert error.__context__ is None
            assert str(error).startswith("base_url (argument) ")
    assert refused >= 230


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:S3cret/x@host", "is not a URL; in a user name or a password, write /"),
        ("http://user:12/x@host", "has an '@' in its path"),
        ("http://host:0", "port outside 1 to 65535"),
        ("http://host:65536", "port outside 1 to 65535"),
        ("http://ho st", "has a character in its host"),
        ("http://host/\udcff", "is not a URL"),
        ("http://xn--a", "is not a URL"),
        ("phoenix.test", "must start with http:// or https:// and name a host"),
    ],
)
def test_a_message_says_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(url, None, None)
    assert words in str(caught.value)
    assert url not in str(caught.value)


@pytest.mark.parametrize("url", ["http://host:1", "http://host:65535", "http://host"])
def test_the_ports_that_there_are_are_taken(url: str) -> None:
    assert str(resolve(url, None, None).base_url) == url


@pytest.mark.parametrize("value", [b"http://a.test", 7, ["http://a.test"], object()])
def test_an_address_that_is_no_text_is_refused_by_its_type(value: object) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^base_url \(argument\) must be text or an httpx"
    ):
        resolve(value, None, None)


def test_an_httpx_url_is_taken() -> None:
    assert resolve(httpx.URL("http://a.test/b"), None, None).prefix == "http://a.test/b/"


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("myhost:1234", "", "http://myhost:1234"),
        ("myhost:1234", "99", "http://myhost:1234"),
        ("myhost:1234", "tcp://10.0.0.1:6006", "http://myhost:1234"),
        ("myhost:80", "99", "http://myhost"),
        ("0.0.0.0:7007", "", "http://127.0.0.1:7007"),
        ("[::1]:7007", "", "http://[::1]:7007"),
        ("[::1]", "7007", "http://[::1]:7007"),
        ("[::]:7007", "", "http://[::1]:7007"),
        ("myhost", "tcp://10.0.0.1:6006", "http://myhost:6006"),
        ("", "tcp://10.0.0.1:6006", "http://127.0.0.1:6006"),
    ],
)
def test_a_host_may_bring_its_port_and_that_of_kubernetes_is_none(
    host: str,
    port: str,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("PHOENIX_HOST", host)
    monkeypatch.setenv("PHOENIX_PORT", port)
    assert str(resolve(None, None, None).base_url) == url
    is_looked_at = "tcp" in port and ":" not in host
    assert ("PHOENIX_PORT (environment) is not used" in caplog.text) is is_looked_at


@pytest.mark.parametrize(
    ("host", "port", "name"),
    [
        ("", "0", "PHOENIX_PORT"),
        ("", "65536", "PHOENIX_PORT"),
        ("myhost", "x", "PHOENIX_PORT"),
        ("myhost", "9" * 5000, "PHOENIX_PORT"),
        ("myhost", "\u0661\u0662", "PHOENIX_PORT"),
        ("myhost:0", "", "PHOENIX_HOST"),
        ("myhost:x", "", "PHOENIX_HOST"),
        ("myhost:", "", "PHOENIX_HOST"),
        ("[::1", "", "PHOENIX_HOST"),
        ("user:secret@myhost", "", "PHOENIX_HOST"),
    ],
)
def test_a_host_or_port_that_cannot_work_is_refused_by_its_name(
    host: str, port: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOENIX_HOST", host)
    monkeypatch.setenv("PHOENIX_PORT", port)
    with pytest.raises(ConfigurationError, match=rf"^{name} \(environment\) ") as caught:
        resolve(None, None, None)
    assert "secret" not in str(caught.value)
    assert "; " not in str(caught.value)  # each problem is told once


def test_a_variable_that_holds_no_url_is_passed_over_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", "phoenix.test:6006")
    monkeypatch.setenv("PHOENIX_COLLECTOR_ENDPOINT", "http://user:S3cret/x@host")
    with pytest.raises(
        ConfigurationError, match=r"PHOENIX_ENDPOINT .*; PHOENIX_COLLECTOR_ENDPOINT"
    ):
        resolve(None, None, None)
    monkeypatch.setenv("PHOENIX_HOST", "host.test")
    with pytest.warns(ConfigurationWarning) as caught:
        settings = resolve(None, None, None)
    assert str(settings.base_url) == "http://host.test:6006"
    assert "S3cret" not in str(caught[0].message)
    assert str(caught[0].message).endswith("PHOENIX_HOST (environment) is used instead")
    assert caught[0].filename == __file__
