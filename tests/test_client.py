from __future__ import annotations

import asyncio
import base64
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    AsyncClient,
    AsyncTraces,
    Client,
    ClientStateError,
    ConfigurationError,
    Traces,
)
from tests.support.annotations import annotation
from tests.support.modes import AnyPhoenix, Mode, both_modes

KEY = "sk-very-secret-key-0123456789"


def _sent(mode: Mode, phoenix: AnyPhoenix, **settings: Any) -> httpx.Request:
    """Return the request of a client with these settings."""
    phoenix.client_traces(mode, **settings).log_trace_annotations(trace_annotations=[annotation()])
    return phoenix.sent[-1]


@both_modes
@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://phoenix.test", "http://phoenix.test/v1/trace_annotations"),
        ("http://phoenix.test/", "http://phoenix.test/v1/trace_annotations"),
        ("https://host.test:8443/phoenix", "https://host.test:8443/phoenix/v1/trace_annotations"),
        ("https://host.test/a/b/", "https://host.test/a/b/v1/trace_annotations"),
        (httpx.URL("http://host.test/a%20b"), "http://host.test/a%20b/v1/trace_annotations"),
    ],
)
def test_a_base_url_keeps_its_path(base_url: str, url: str, mode: Mode) -> None:
    assert _sent(mode, AnyPhoenix(), base_url=base_url).url == url


@both_modes
def test_the_key_and_headers_go_with_every_request(mode: Mode) -> None:
    request = _sent(mode, AnyPhoenix(), api_key=KEY, headers={"X-Team": "a"})
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-team"] == "a"
    assert request.headers["content-type"] == "application/json"


@both_modes
def test_the_environment_is_used(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", "http://environment.test/phoenix")
    monkeypatch.setenv("PHOENIX_API_KEY", KEY)
    monkeypatch.setenv("PHOENIX_CLIENT_HEADERS", "x-team=a")
    request = _sent(mode, AnyPhoenix(), base_url=None)
    assert request.url == "http://environment.test/phoenix/v1/trace_annotations"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-team"] == "a"


@both_modes
def test_a_user_in_the_url_is_sent_as_a_header_only(mode: Mode) -> None:
    request = _sent(mode, AnyPhoenix(), base_url="http://user:pass@phoenix.test")
    assert request.url == "http://phoenix.test/v1/trace_annotations"
    assert request.headers["authorization"] == f"Basic {base64.b64encode(b'user:pass').decode()}"


# A client that was passed in


def _state(client: httpx.Client | httpx.AsyncClient) -> dict[str, object]:
    return {
        "base_url": client.base_url,
        "headers": client.headers.multi_items(),
        "params": str(client.params),
        "timeout": client.timeout,
        "follow_redirects": client.follow_redirects,
        "event_hooks": client.event_hooks,
        "cookies": dict(client.cookies),
        "is_closed": client.is_closed,
    }


def _own_settings(phoenix: AnyPhoenix) -> dict[str, Any]:
    return {
        "transport": phoenix.transport(),
        "base_url": "http://own.test/phoenix",
        "headers": {"x-own": "1", "authorization": "Bearer own"},
        "params": {"tenant": "7"},
        "timeout": 3.0,
    }


def test_a_client_that_was_passed_in_is_used_as_it_is_and_never_closed() -> None:
    phoenix = AnyPhoenix()
    with httpx.Client(**_own_settings(phoenix)) as own:
        before = _state(own)
        with Client(http_client=own, headers={"x-more": "2"}) as client:
            client.traces.log_trace_annotations(trace_annotations=[annotation()])
        client.close()
        assert _state(own) == before
    _check_own_request(phoenix)


def test_an_async_client_that_was_passed_in_is_used_as_it_is_and_never_closed() -> None:
    phoenix = AnyPhoenix()

    async def upload() -> None:
        async with httpx.AsyncClient(**_own_settings(phoenix)) as own:
            before = _state(own)
            async with AsyncClient(http_client=own, headers={"x-more": "2"}) as client:
                await client.traces.log_trace_annotations(trace_annotations=[annotation()])
            await client.aclose()
            assert _state(own) == before

    asyncio.run(upload())
    _check_own_request(phoenix)


def _check_own_request(phoenix: AnyPhoenix) -> None:
    (request,) = phoenix.sent
    assert request.url == "http://own.test/phoenix/v1/trace_annotations?tenant=7"
    assert request.headers["authorization"] == "Bearer own"
    assert (request.headers["x-own"], request.headers["x-more"]) == ("1", "2")
    assert request.extensions["timeout"]["read"] == 3.0


@both_modes
def test_arguments_win_over_those_of_a_client_that_was_passed_in(mode: Mode) -> None:
    request = _sent(mode, AnyPhoenix(), base_url="http://given.test/a", api_key=KEY)
    assert request.url == "http://given.test/a/v1/trace_annotations"
    assert request.headers["authorization"] == f"Bearer {KEY}"


@both_modes
def test_a_client_that_was_passed_in_gets_no_retries_of_ours(mode: Mode) -> None:
    phoenix = AnyPhoenix(answers=[httpx.ConnectError("refused")])
    with pytest.raises(httpx.TransportError):
        phoenix.client_traces(mode).log_trace_annotations(trace_annotations=[annotation()])
    assert len(phoenix.sent) == 1


def test_traces_alone_neither_close_nor_change_their_client() -> None:
    phoenix = AnyPhoenix()
    with httpx.Client(**_own_settings(phoenix)) as own:
        before = _state(own)
        Traces(own).log_trace_annotations(trace_annotations=[annotation()])
        assert _state(own) == before
        assert phoenix.sent[0].url == "http://own.test/phoenix/v1/trace_annotations?tenant=7"


def test_async_traces_alone_neither_close_nor_change_their_client() -> None:
    phoenix = AnyPhoenix()

    async def upload() -> None:
        async with httpx.AsyncClient(**_own_settings(phoenix)) as own:
            before = _state(own)
            await AsyncTraces(own).log_trace_annotations(trace_annotations=[annotation()])
            assert _state(own) == before

    asyncio.run(upload())
    assert phoenix.sent[0].url == "http://own.test/phoenix/v1/trace_annotations?tenant=7"


# A client of its own


def test_closing_ends_the_connections_it_opened_and_may_be_repeated() -> None:
    client = Client()
    client.close()
    client.close()
    with pytest.raises(ClientStateError, match="is closed"):
        client.traces.log_trace_annotations(trace_annotations=[annotation()])


def test_closing_the_async_client_ends_the_connections_and_may_be_repeated() -> None:
    async def use_after_closing() -> None:
        client = AsyncClient()
        await client.aclose()
        await client.aclose()
        await client.traces.log_trace_annotations(trace_annotations=[annotation()])

    with pytest.raises(ClientStateError, match="is closed"):
        asyncio.run(use_after_closing())


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_timeouts_fit_the_server_unless_they_are_given(kind: type[Any]) -> None:
    made: list[dict[str, Any]] = []
    http_kind = httpx.Client if kind is Client else httpx.AsyncClient

    def record(*args: object, **arguments: Any) -> Any:
        made.append(arguments)
        return http_kind(**arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, http_kind.__name__, record)
        kind()
        kind(timeout=5.0)
    assert made[0]["timeout"].read == 30.0
    assert made[1]["timeout"] == httpx.Timeout(5.0)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_traces_are_made_once(kind: type[Any]) -> None:
    client = kind()
    assert client.traces is client.traces


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_repr_names_the_server_without_a_password(kind: type[Any]) -> None:
    assert (
        repr(kind(base_url="http://phoenix.test/a"))
        == f"<{kind.__name__} of http://phoenix.test/a>"
    )
    own_kind = httpx.Client if kind is Client else httpx.AsyncClient
    own = own_kind(base_url="http://user:pass@own.test")
    assert repr(kind(http_client=own)) == f"<{kind.__name__} of http://own.test>"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    "arguments",
    [
        {"max_retries": -1},
        {"base_url": "phoenix.test"},
        {"api_key": "two words"},
        {"headers": {"a b": "c"}},
        {"api_key": "a", "headers": {"Authorization": "b"}},
    ],
)
def test_arguments_that_cannot_work_are_refused(kind: type[Any], arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        kind(**arguments)
