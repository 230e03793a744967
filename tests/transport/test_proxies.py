"""The connection that a client opens itself: the environment's proxies, and TLS checked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from phoenix_traces import AsyncClient, Client
from phoenix_traces.transport import client_transport
from tests.support.colours import FakePhoenix

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
        return FakePhoenix().transport()

    monkeypatch.setattr(client_transport, name, record)
    kind(base_url=base_url)
    assert made == [{"scheme": base_url.partition(":")[0], "proxy": proxy}]
