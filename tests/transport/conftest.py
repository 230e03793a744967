from __future__ import annotations

from typing import Any

import httpx
import pytest

from phoenix_traces.transport import client_transport


@pytest.fixture
def no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make clients without what takes a client its time: to load the certificates for TLS."""

    def transport(**arguments: Any) -> httpx.MockTransport:
        return httpx.MockTransport(lambda request: httpx.Response(500))

    monkeypatch.setattr(client_transport, "PoolTransport", transport)
    monkeypatch.setattr(client_transport, "AsyncPoolTransport", transport)
