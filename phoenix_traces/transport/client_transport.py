"""The transport that `Client` and `AsyncClient` build: proxies, TLS, retries."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

import httpx

from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers, WholeAnswers

# As many idle connections as can be in use, because httpcore may close an idle one too many just
# when it is taken.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100)


def sync_transport(base_url: httpx.URL | None, *, max_retries: int) -> httpx.BaseTransport:
    """Return the transport of a `Client`: TLS checked, the environment's proxies honoured."""
    sending = httpx.HTTPTransport(proxy=_proxy_for(base_url), limits=_LIMITS)
    return RepeatingTransport(WholeAnswers(sending), max_retries=max_retries)


def async_transport(base_url: httpx.URL | None, *, max_retries: int) -> httpx.AsyncBaseTransport:
    """Return the transport of an `AsyncClient`, otherwise the same as `sync_transport`."""
    sending = httpx.AsyncHTTPTransport(proxy=_proxy_for(base_url), limits=_LIMITS)
    return RepeatingTransport(AsyncWholeAnswers(sending), max_retries=max_retries)


def _proxy_for(base_url: httpx.URL | None) -> str | None:
    # httpx reads the environment's proxies only for transports that it makes itself.
    if base_url is None or proxy_bypass(base_url.host):
        return None
    proxies = getproxies()
    return proxies.get(base_url.scheme) or proxies.get("all")
