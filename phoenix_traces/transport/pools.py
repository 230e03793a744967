"""What sends one attempt: httpcore's pools of connections, over a network that keeps deadlines.

httpx's own transports make their pools themselves, and take no network for them. These do the rest
as those do: TLS is checked, with the certificates that SSL_CERT_FILE and SSL_CERT_DIR name; http,
https and SOCKS proxies; and errors come as httpx's.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, cast

import httpcore
import httpx
from typing_extensions import override

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.transport.deadlines import (
    AsyncDeadlineBackend,
    DeadlineBackend,
    current_deadline,
)

# As many idle connections as can be in use, because httpcore may close an idle one too many just
# when it is taken.
_MOST_CONNECTIONS = 100
_KEEP_IDLE_SECONDS = 5.0  # as httpx does

_ERRORS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    # TLS in an async client lets some of its errors through as they are.
    OSError: httpx.ReadError,
}


@contextmanager
def _errors_of_httpx() -> Generator[None, None, None]:
    try:
        yield
    except tuple(_ERRORS) as error:
        kind = next(_ERRORS[each] for each in type(error).__mro__ if each in _ERRORS)
        raise kind(str(error)) from error


def _core_request(request: httpx.Request) -> httpcore.Request:
    """Return a request as httpcore takes it, whose wait for a connection has an end too."""
    left = max(current_deadline().left, 0.0)
    timeout: dict[str, float | None] = dict(request.extensions.get("timeout", {}))
    if left < math.inf:
        pool = timeout.get("pool")
        timeout["pool"] = left if pool is None else min(pool, left)
    return httpcore.Request(
        method=request.method,
        url=_core_url(request.url),
        headers=request.headers.raw,
        content=request.stream,
        extensions={**request.extensions, "timeout": timeout},
    )


class _Body(httpx.SyncByteStream):
    """The body of an answer on its way."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    @override
    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._answer.iter_stream()

    @override
    def close(self) -> None:
        self._answer.close()


class _AsyncBody(httpx.AsyncByteStream):
    """The body of an answer on its way, for an async client."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for part in self._answer.aiter_stream():
                yield part

    @override
    async def aclose(self) -> None:
        await self._answer.aclose()


class PoolTransport(httpx.BaseTransport):
    """A pool of connections that keep to the time for the request.

    Args:
        scheme: Of the server's URL. Without TLS no certificates are loaded, which takes a while.
        proxy: The URL of what to send through, with its credentials.

    Raises:
        ConfigurationError: when a package is missing that the proxy needs.
    """

    def __init__(self, *, scheme: str, proxy: str | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(scheme),
            proxy=_core_proxy(proxy),
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_IDLE_SECONDS,
            network_backend=DeadlineBackend(),
        )

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _errors_of_httpx():
            answer = self._pool.handle_request(_core_request(request))
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=_extensions(answer),
        )

    @override
    def close(self) -> None:
        self._pool.close()


class AsyncPoolTransport(httpx.AsyncBaseTransport):
    """A pool of connections that keep to the time for the request; `PoolTransport`, but async.

    Args:
        scheme: Of the server's URL. Without TLS no certificates are loaded, which takes a while.
        proxy: The URL of what to send through, with its credentials.

    Raises:
        ConfigurationError: when a package is missing that the proxy needs.
    """

    def __init__(self, *, scheme: str, proxy: str | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_ssl_context(scheme),
            proxy=_core_proxy(proxy),
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_IDLE_SECONDS,
            network_backend=AsyncDeadlineBackend(),
        )

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with _errors_of_httpx():
            answer = await self._pool.handle_async_request(_core_request(request))
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_AsyncBody(answer),
            extensions=_extensions(answer),
        )

    @override
    async def aclose(self) -> None:
        await self._pool.aclose()


def _extensions(answer: httpcore.Response) -> dict[str, Any]:
    # httpcore gives them no type.
    return dict(cast("Any", answer).extensions)


def _ssl_context(scheme: str) -> ssl.SSLContext | None:
    return httpx.create_ssl_context() if scheme == "https" else None


def _core_proxy(url: str | None) -> httpcore.Proxy | None:
    if url is None:
        return None
    proxy = httpx.Proxy(url)
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError("a SOCKS proxy needs another package: pip install 'httpx[socks]'")
    return httpcore.Proxy(
        url=_core_url(proxy.url),
        auth=proxy.raw_auth,
        headers=proxy.headers.raw,
        ssl_context=proxy.ssl_context,
    )


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
