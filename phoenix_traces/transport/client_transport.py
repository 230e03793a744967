"""The transport that `Client` and `AsyncClient` build: proxies, TLS, retries."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

import httpx

from phoenix_traces.transport.deadlines import DEFAULT_TOTAL_TIMEOUT
from phoenix_traces.transport.decoding import DEFAULT_MAX_RESPONSE_BYTES
from phoenix_traces.transport.pools import AsyncPoolTransport, PoolTransport
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers, WholeAnswers


def sync_transport(
    base_url: httpx.URL | None,
    *,
    max_retries: int,
    total_timeout: float = DEFAULT_TOTAL_TIMEOUT,
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
) -> httpx.BaseTransport:
    """Return the transport of a `Client`: TLS checked, the environment's proxies honoured."""
    pool = PoolTransport(scheme=_scheme(base_url), proxy=_proxy_for(base_url))
    return RepeatingTransport(
        WholeAnswers(pool, max_bytes=max_response_bytes),
        max_retries=max_retries,
        budget=total_timeout,
    )


def async_transport(
    base_url: httpx.URL | None,
    *,
    max_retries: int,
    total_timeout: float = DEFAULT_TOTAL_TIMEOUT,
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
) -> httpx.AsyncBaseTransport:
    """Return the transport of an `AsyncClient`, otherwise the same as `sync_transport`."""
    pool = AsyncPoolTransport(scheme=_scheme(base_url), proxy=_proxy_for(base_url))
    return RepeatingTransport(
        AsyncWholeAnswers(pool, max_bytes=max_response_bytes),
        max_retries=max_retries,
        budget=total_timeout,
    )


def _scheme(base_url: httpx.URL | None) -> str:
    return "https" if base_url is None else base_url.scheme


def _proxy_for(base_url: httpx.URL | None) -> str | None:
    # httpx reads the environment's proxies only for transports that it makes itself.
    if base_url is None or proxy_bypass(base_url.host):
        return None
    proxies = getproxies()
    return proxies.get(base_url.scheme) or proxies.get("all")
