from __future__ import annotations

import base64

import httpx
import pytest

from phoenix_traces import ConfigurationError
from phoenix_traces.transport.addresses import DEFAULT_BASE_URL
from phoenix_traces.transport.settings import Settings, resolve

KEY = "sk-very-secret-key-0123456789"

# In the order in which they win.
ENDPOINTS = {
    "PHOENIX_ENDPOINT": "http://endpoint.test",
    "PHOENIX_COLLECTOR_ENDPOINT": "http://collector.test",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel.test",
    "PHOENIX_BASE_URL": "http://base.test",
    "PHOENIX_HOST": "http://host.test",
}


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def _resolve(
    base_url: str | None = None, api_key: str | None = None, **headers: str
) -> tuple[str, dict[str, str]]:
    settings = resolve(base_url, api_key, headers)
    return str(settings.base_url), dict(settings.headers)


def _url(base_url: str | None = None) -> str:
    return _resolve(base_url)[0]


# The endpoint


def test_without_any_setting_it_is_phoenix_on_this_machine() -> None:
    assert _resolve() == (DEFAULT_BASE_URL, {})


@pytest.mark.parametrize("place", range(len(ENDPOINTS)))
def test_of_several_endpoints_the_first_of_the_documented_order_wins(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    remaining = dict(list(ENDPOINTS.items())[place:])
    _set(monkeypatch, **remaining)
    assert httpx.URL(_url()).host == httpx.URL(next(iter(remaining.values()))).host


def test_an_argument_wins_over_every_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **ENDPOINTS)
    assert _url("http://argument.test/phoenix") == "http://argument.test/phoenix"


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, PHOENIX_ENDPOINT="", PHOENIX_COLLECTOR_ENDPOINT=" ", PHOENIX_API_KEY="")
    _set(monkeypatch, PHOENIX_BASE_URL="http://base.test")
    assert _resolve("", "") == ("http://base.test", {})


@pytest.mark.parametrize("name", ["PHOENIX_COLLECTOR_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"])
@pytest.mark.parametrize("end", ["/v1/traces", "/v1/traces/", "//v1/traces"])
def test_the_path_for_traces_is_cut_off_a_collectors_endpoint(
    name: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f"http://collector.test/phoenix{end}")
    assert _url() == "http://collector.test/phoenix"


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("example.test", "", "http://example.test:6006"),
        ("example.test", "80", "http://example.test"),
        ("0.0.0.0", "7007", "http://127.0.0.1:7007"),  # noqa: S104 - it is turned into loopback
        ("::", "", "http://[::1]:6006"),
        ("fe80::1", "", "http://[fe80::1]:6006"),
        ("https://example.test", "9", "https://example.test"),
        ("", "7007", "http://127.0.0.1:7007"),
    ],
)
def test_host_and_port_make_an_endpoint(
    host: str, port: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, PHOENIX_HOST=host, PHOENIX_PORT=port)
    assert _url() == url


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("http://phoenix.test", "http://phoenix.test/"),
        ("http://phoenix.test/", "http://phoenix.test/"),
        ("https://phoenix.test:8443/a/b/", "https://phoenix.test:8443/a/b/"),
        ("https://phoenix.test/a/b", "https://phoenix.test/a/b/"),
    ],
)
def test_a_path_in_the_base_url_is_kept(url: str, prefix: str) -> None:
    assert resolve(url, None, None).prefix == prefix


@pytest.mark.parametrize(
    "url",
    [
        "phoenix.test:6006",
        "/v1",
        "ftp://phoenix.test",
        "http://",
        "http://phoenix.test?x=1",
        "http://phoenix.test#top",
        "http://phoenix.test:notaport",
        "http://pho\x00enix.test",
    ],
)
def test_a_url_that_cannot_work_is_refused_by_its_source(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=r"^base_url "):
        resolve(url, None, None)
    if "\x00" not in url:
        monkeypatch.setenv("PHOENIX_ENDPOINT", url)
        with pytest.raises(ConfigurationError, match=r"^PHOENIX_ENDPOINT "):
            resolve(None, None, None)


# Key and headers


def test_the_key_is_a_bearer_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _resolve(None, f" {KEY}\n")[1] == {"authorization": f"Bearer {KEY}"}
    monkeypatch.setenv("PHOENIX_API_KEY", "from-environment")
    assert _resolve()[1] == {"authorization": "Bearer from-environment"}
    assert _resolve(None, KEY)[1] == {"authorization": f"Bearer {KEY}"}


def test_headers_of_the_environment_are_read_percent_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHOENIX_CLIENT_HEADERS", "X-Team=a%20b , x-empty=,x-equals=k=v,%58-Y=%2C,")
    assert _resolve()[1] == {"x-team": "a b", "x-empty": "", "x-equals": "k=v", "x-y": ","}


def test_given_headers_win_over_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, PHOENIX_CLIENT_HEADERS="x-team=a,x-other=b", PHOENIX_API_KEY=KEY)
    assert _resolve(None, None, **{"X-Team": "c", "Authorization": "Basic abc"})[1] == {
        "x-team": "c",
        "x-other": "b",
        "authorization": "Basic abc",
    }


def test_an_authorization_header_of_the_environment_wins_over_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(monkeypatch, PHOENIX_CLIENT_HEADERS="Authorization=Basic%20abc", PHOENIX_API_KEY=KEY)
    assert _resolve()[1] == {"authorization": "Basic abc"}


def test_a_user_and_password_in_the_url_become_a_header() -> None:
    url, headers = _resolve("http://us%40er:p:w@phoenix.test/a")
    assert url == "http://phoenix.test/a"
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"us@er:p:w"


def test_two_credentials_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="both given; keep one"):
        resolve(None, KEY, {"Authorization": "Basic abc"})
    with pytest.raises(ConfigurationError, match="a request carries one of them"):
        resolve("http://user:password@phoenix.test", KEY, None)


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "früh", "nul\x00", "tab\tbed"])
def test_a_key_that_no_header_may_hold_is_refused_without_showing_it(bad: str) -> None:
    with pytest.raises(ConfigurationError, match="copy it again") as caught:
        resolve(None, f"{KEY}{bad}", None)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "headers", [{"x team": "a"}, {"": "a"}, {"x-team": "a\r\nb: c"}, {"x": "ü"}]
)
def test_headers_that_cannot_be_sent_are_refused_without_showing_the_value(
    headers: dict[str, str],
) -> None:
    with pytest.raises(ConfigurationError, match="header") as caught:
        resolve(None, None, headers)
    assert not any(value in str(caught.value) for value in headers.values() if len(value) > 1)


def test_headers_of_the_environment_in_another_form_are_refused_without_showing_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PHOENIX_CLIENT_HEADERS", f"x-a=b,{KEY}")
    with pytest.raises(ConfigurationError, match="part 2 of PHOENIX_CLIENT_HEADERS") as caught:
        resolve(None, None, None)
    assert KEY not in str(caught.value)


def test_the_settings_show_neither_key_nor_url_in_their_repr() -> None:
    assert KEY not in repr(resolve(None, KEY, None))


# A client of the caller's own


def test_a_client_with_a_base_url_leaves_the_environment_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(monkeypatch, PHOENIX_ENDPOINT="http://environment.test", PHOENIX_API_KEY=KEY)
    settings = resolve(None, None, {"x-a": "b"}, client_url=httpx.URL("http://own.test"))
    assert (settings.base_url, dict(settings.headers), settings.prefix) == (None, {"x-a": "b"}, "")
    given = resolve("http://given.test", None, None, client_url=httpx.URL("http://own.test"))
    assert str(given.base_url) == "http://given.test"


def test_a_client_without_a_base_url_takes_the_environments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(monkeypatch, PHOENIX_ENDPOINT="http://environment.test")
    settings = resolve(None, None, None, client_url=httpx.URL(""))
    assert str(settings.base_url) == "http://environment.test"
    assert isinstance(settings, Settings)
