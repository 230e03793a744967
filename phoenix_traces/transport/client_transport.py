"""The transport that `Client` and `AsyncClient` build: proxies, TLS, retries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import httpx

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.transport.deadlines import DEFAULT_TOTAL_TIMEOUT
from phoenix_traces.transport.decoding import DEFAULT_MAX_RESPONSE_BYTES
from phoenix_traces.transport.pools import AsyncPoolTransport, PoolTransport
from phoenix_traces.transport.proxies import proxy_for
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.transport.whole_answers import AsyncWholeAnswers, WholeAnswers

_PoolT = TypeVar("_PoolT", PoolTransport, AsyncPoolTransport)


def sync_transport(
    base_url: httpx.URL | None,
    *,
    max_retries: int,
    total_timeout: float = DEFAULT_TOTAL_TIMEOUT,
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
) -> httpx.BaseTransport:
    """Return the transport of a `Client`: TLS checked, the environment's proxies honoured."""
    pool = _made(PoolTransport, base_url)
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
    pool = _made(AsyncPoolTransport, base_url)
    return RepeatingTransport(
        AsyncWholeAnswers(pool, max_bytes=max_response_bytes),
        max_retries=max_retries,
        budget=total_timeout,
    )


def _made(kind: Callable[..., _PoolT], base_url: httpx.URL | None) -> _PoolT:
    proxy = proxy_for(base_url)
    try:
        return kind(scheme="https" if base_url is None else base_url.scheme, proxy=proxy)
    except OSError as error:  # Python's errors of TLS are OSErrors too
        problem = error.strerror or type(error).__name__
    raise ConfigurationError(
        "the certificates for TLS cannot be loaded; look at SSL_CERT_FILE, SSL_CERT_DIR and "
        f"SSLKEYLOGFILE in the environment: {problem}"
    )
