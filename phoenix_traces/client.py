"""Clients that own their connection, with retries, and reach the resources by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import TracebackType

import httpx
from typing_extensions import Self

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.resources.annotation_configs import AnnotationConfigs, AsyncAnnotationConfigs
from phoenix_traces.resources.async_traces import AsyncTraces
from phoenix_traces.resources.traces import Traces
from phoenix_traces.transport.client_transport import async_transport, sync_transport
from phoenix_traces.transport.connection import Connection
from phoenix_traces.transport.deadlines import DEFAULT_TIMEOUT, seconds_in_all
from phoenix_traces.transport.decoding import (
    ACCEPTED,
    DEFAULT_MAX_RESPONSE_BYTES,
    checked_max_bytes,
)
from phoenix_traces.transport.retries import DEFAULT_MAX_RETRIES
from phoenix_traces.transport.settings import Settings, resolve


class Client:
    """Reach a Phoenix server.

    What is not given comes from `PHOENIX_ENDPOINT`, `PHOENIX_COLLECTOR_ENDPOINT`,
    `OTEL_EXPORTER_OTLP_ENDPOINT`, `PHOENIX_BASE_URL`, or `PHOENIX_HOST` and `PHOENIX_PORT`, in this
    order, and from `PHOENIX_API_KEY` and `PHOENIX_CLIENT_HEADERS`; or from the nearest
    `.env.phoenix`, when the environment sets none of the `PHOENIX_` names.

    Args:
        base_url: The root of Phoenix; a path in it is kept.
        api_key: Sent as a bearer token, and never shown.
        headers: Sent with every request.
        http_client: Used as it is and never closed, without retries of ours. When it has a base
            URL, the environment is not read; the other arguments apply to each request of ours.
        timeout: Seconds for each step of a request, or httpx's own kind of timeout.
        max_retries: Attempts after the first, for requests that may be repeated.
        total_timeout: Seconds for one request with all its repetitions and pauses, whatever the
            server does; 120 unless given, and never less than `timeout` asks for. An upload of
            many requests may take longer. A name's look-up in the network is not stopped by it.
        max_response_bytes: Most bytes of an answer, decoded. To a larger one, reading asks for
            smaller pages, and everything else is an `UnexpectedResponseError`.

    Raises:
        ConfigurationError: when an argument or a setting cannot work.

    Example:
        >>> from phoenix_traces import Client
        >>> with Client(base_url="http://127.0.0.1:6006") as client:  # doctest: +SKIP
        ...     client.traces.add_trace_annotation(
        ...         trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...         annotation_name="correctness",
        ...         label="correct",
        ...     )
    """

    def __init__(
        self,
        *,
        base_url: str | httpx.URL | None = None,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.Client | None = None,
        timeout: float | httpx.Timeout = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        total_timeout: float | None = None,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
    ) -> None:
        _check_retries(max_retries)
        client_url = None if http_client is None else http_client.base_url
        self._settings = resolve(base_url, api_key, headers, client_url=client_url)
        self._is_own = http_client is None
        self._http = http_client or httpx.Client(
            transport=sync_transport(
                self._settings.base_url,
                max_retries=max_retries,
                total_timeout=seconds_in_all(total_timeout, timeout),
                max_response_bytes=checked_max_bytes(max_response_bytes),
            ),
            timeout=timeout,
            headers={"accept-encoding": ACCEPTED},
        )

    @cached_property
    def traces(self) -> Traces:
        """Annotations of traces."""
        return Traces(self._http, base_url=self._settings.prefix, headers=self._settings.headers)

    @cached_property
    def annotation_configs(self) -> AnnotationConfigs:
        """What the server's teams agreed that annotations may hold."""
        return AnnotationConfigs(
            Connection(self._http, self._settings.prefix, self._settings.headers)
        )

    def close(self) -> None:
        """Close the connections, unless they belong to a client that was passed in."""
        if self._is_own:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {_shown(self._settings, self._http.base_url)}>"


class AsyncClient:
    """Reach a Phoenix server, the same as `Client`, but async.

    Args:
        base_url: As in `Client`, and so are the others.
        api_key: See there.
        headers: See there.
        http_client: See there.
        timeout: See there.
        max_retries: See there.
        total_timeout: Seconds for one request with all its repetitions and pauses, whatever the
            server does; 120 unless given, and never less than `timeout` asks for. An upload of
            many requests may take longer.
        max_response_bytes: Most bytes of an answer, decoded. To a larger one, reading asks for
            smaller pages, and everything else is an `UnexpectedResponseError`.

    Raises:
        ConfigurationError: when an argument or a setting cannot work.

    Example:
        >>> import asyncio
        >>> from phoenix_traces import AsyncClient
        >>> async def main() -> None:
        ...     async with AsyncClient(base_url="http://127.0.0.1:6006") as client:
        ...         await client.traces.add_trace_annotation(
        ...             trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
        ...             annotation_name="correctness",
        ...             label="correct",
        ...         )
        >>> asyncio.run(main())  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        base_url: str | httpx.URL | None = None,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
        timeout: float | httpx.Timeout = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        total_timeout: float | None = None,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
    ) -> None:
        _check_retries(max_retries)
        client_url = None if http_client is None else http_client.base_url
        self._settings = resolve(base_url, api_key, headers, client_url=client_url)
        self._is_own = http_client is None
        self._http = http_client or httpx.AsyncClient(
            transport=async_transport(
                self._settings.base_url,
                max_retries=max_retries,
                total_timeout=seconds_in_all(total_timeout, timeout),
                max_response_bytes=checked_max_bytes(max_response_bytes),
            ),
            timeout=timeout,
            headers={"accept-encoding": ACCEPTED},
        )

    @cached_property
    def traces(self) -> AsyncTraces:
        """Annotations of traces."""
        return AsyncTraces(
            self._http, base_url=self._settings.prefix, headers=self._settings.headers
        )

    @cached_property
    def annotation_configs(self) -> AsyncAnnotationConfigs:
        """What the server's teams agreed that annotations may hold."""
        return AsyncAnnotationConfigs(
            Connection(self._http, self._settings.prefix, self._settings.headers)
        )

    async def aclose(self) -> None:
        """Close the connections, unless they belong to a client that was passed in."""
        if self._is_own:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncClient of {_shown(self._settings, self._http.base_url)}>"


def _check_retries(max_retries: int) -> None:
    if max_retries < 0:
        raise ConfigurationError(f"max_retries is {max_retries}; it must be 0 or more")


def _shown(settings: Settings, client_url: httpx.URL) -> str:
    url = settings.base_url or client_url
    return str(url.copy_with(username=None, password=None) if url.userinfo else url)


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
Client.__module__ = "phoenix_traces"
AsyncClient.__module__ = "phoenix_traces"
