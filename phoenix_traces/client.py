"""Clients that own their connection, with retries, and reach the resources by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

import httpx
from typing_extensions import Self

from phoenix_traces.transport.arguments import checked_client, checked_count, checked_timeout
from phoenix_traces.transport.client_transport import async_transport, sync_transport
from phoenix_traces.transport.clients import (
    CallersAsyncClient,
    CallersClient,
    ClientSource,
    OwnAsyncClient,
    OwnClient,
)
from phoenix_traces.transport.connection import AsyncConnection, Connection, SyncConnection
from phoenix_traces.transport.deadlines import DEFAULT_TIMEOUT, seconds_in_all
from phoenix_traces.transport.decoding import ACCEPTED, DEFAULT_MAX_RESPONSE_BYTES
from phoenix_traces.transport.retries import DEFAULT_MAX_RETRIES
from phoenix_traces.transport.settings import resolve

if TYPE_CHECKING:
    from phoenix_traces.resources.annotation_configs import (
        AnnotationConfigs,
        AsyncAnnotationConfigs,
    )
    from phoenix_traces.resources.async_traces import AsyncTraces
    from phoenix_traces.resources.traces import Traces


class Client:
    """A connection to a Phoenix server, and what it offers by name: traces, annotation configs.

    Use it in `with`, or close it with `close`.

    What is not given comes from the environment, or from the nearest `.env.phoenix` at or above the
    working directory. The address is the first of `PHOENIX_ENDPOINT`, `PHOENIX_COLLECTOR_ENDPOINT`,
    `OTEL_EXPORTER_OTLP_ENDPOINT`, `PHOENIX_BASE_URL`, and `PHOENIX_HOST` with `PHOENIX_PORT`; the
    key is `PHOENIX_API_KEY`, and headers are `PHOENIX_CLIENT_HEADERS`. What the file holds is sent
    to the file's own address, or to the default one if nothing names an address.

    Args:
        base_url: The root of Phoenix; a path in it is kept, and a user and password become a
            header.
        api_key: Sent as a bearer token, and never shown.
        headers: Sent with every request.
        http_client: An `httpx.Client` of yours, used as it is and never closed, without
            retries of ours. When it has a base URL, neither environment nor file is read;
            base_url, api_key and headers apply to each request of ours.
        timeout: Seconds for each step of a request, or httpx's own kind of timeout.
        max_retries: Attempts after the first, for requests that may be repeated.
        total_timeout: Seconds for one request with all its repetitions and pauses, whatever the
            server does; 120 unless given, and never less than `timeout` asks for. An upload of
            many requests may take longer. A name's look-up in the network is not stopped by it.
        max_response_bytes: Most bytes of an answer, decoded. To a larger one, reading asks for
            smaller pages, and everything else is an `UnexpectedResponseError`.

    Raises:
        ConfigurationError: when an argument or a setting cannot work; it names the argument, the
            variable or the file.

    Examples:
        >>> from phoenix_traces import Client
        >>> with Client(base_url="http://127.0.0.1:6006") as client:
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
        steps = checked_timeout(timeout)
        retries = checked_count(max_retries, "max_retries", least=0)
        in_all = seconds_in_all(total_timeout, steps)
        most_bytes = checked_count(max_response_bytes, "max_response_bytes", least=1)
        if http_client is not None:
            checked_client(http_client, httpx.Client, "http_client")
        client_url = None if http_client is None else http_client.base_url
        settings = resolve(base_url, api_key, headers, client_url=client_url)

        def connect() -> httpx.Client:
            transport = sync_transport(
                settings.base_url,
                max_retries=retries,
                total_timeout=in_all,
                max_response_bytes=most_bytes,
            )
            return httpx.Client(
                transport=transport, timeout=steps, headers={"accept-encoding": ACCEPTED}
            )

        self._own: OwnClient | None = None
        if http_client is not None:
            source: ClientSource[httpx.Client] = CallersClient(http_client)
        else:
            source = self._own = OwnClient(connect)
        self._url = settings.base_url or client_url
        self._connection: SyncConnection = Connection(source, settings.prefix, settings.headers)

    @property
    def base_url(self) -> str:
        """The root of Phoenix, without credentials."""
        return _shown(self._url)

    @property
    def connection(self) -> SyncConnection:
        """What requests go over, for what is built on this client, such as an outbox."""
        return self._connection

    @cached_property
    def traces(self) -> Traces:
        """Annotations of traces."""
        from phoenix_traces.resources.traces import Traces

        return Traces.over(self._connection)

    @cached_property
    def annotation_configs(self) -> AnnotationConfigs:
        """What the server's teams agreed that annotations may hold."""
        from phoenix_traces.resources.annotation_configs import AnnotationConfigs

        return AnnotationConfigs(self._connection)

    def close(self) -> None:
        """Close the connections, unless they belong to a client that was passed in."""
        if self._own is not None:
            self._own.close()

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
        if "_url" not in vars(self):  # a debugger may ask before __init__ is through
            return "<Client that is not set up>"
        return f"<Client of {_shown(self._url)}>"


class AsyncClient:
    """A connection to a Phoenix server, and what it offers by name: traces, annotation configs.

    Use it in `async with`, or close it with `aclose`.

    What is not given comes from the environment, or from the nearest `.env.phoenix` at or above the
    working directory. The address is the first of `PHOENIX_ENDPOINT`, `PHOENIX_COLLECTOR_ENDPOINT`,
    `OTEL_EXPORTER_OTLP_ENDPOINT`, `PHOENIX_BASE_URL`, and `PHOENIX_HOST` with `PHOENIX_PORT`; the
    key is `PHOENIX_API_KEY`, and headers are `PHOENIX_CLIENT_HEADERS`. What the file holds is sent
    to the file's own address, or to the default one if nothing names an address.

    Args:
        base_url: The root of Phoenix; a path in it is kept, and a user and password become a
            header.
        api_key: Sent as a bearer token, and never shown.
        headers: Sent with every request.
        http_client: An `httpx.AsyncClient` of yours, used as it is and never closed, without
            retries of ours. When it has a base URL, neither environment nor file is read;
            base_url, api_key and headers apply to each request of ours.
        timeout: Seconds for each step of a request, or httpx's own kind of timeout.
        max_retries: Attempts after the first, for requests that may be repeated.
        total_timeout: Seconds for one request with all its repetitions and pauses, whatever the
            server does; 120 unless given, and never less than `timeout` asks for. An upload of
            many requests may take longer. A name's look-up in the network is not stopped by it.
        max_response_bytes: Most bytes of an answer, decoded. To a larger one, reading asks for
            smaller pages, and everything else is an `UnexpectedResponseError`.

    Raises:
        ConfigurationError: when an argument or a setting cannot work; it names the argument, the
            variable or the file.

    Examples:
        >>> from phoenix_traces import AsyncClient
        >>> async with AsyncClient(base_url="http://127.0.0.1:6006") as client:
        ...     await client.traces.add_trace_annotation(
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
        http_client: httpx.AsyncClient | None = None,
        timeout: float | httpx.Timeout = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        total_timeout: float | None = None,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
    ) -> None:
        steps = checked_timeout(timeout)
        retries = checked_count(max_retries, "max_retries", least=0)
        in_all = seconds_in_all(total_timeout, steps)
        most_bytes = checked_count(max_response_bytes, "max_response_bytes", least=1)
        if http_client is not None:
            checked_client(http_client, httpx.AsyncClient, "http_client")
        client_url = None if http_client is None else http_client.base_url
        settings = resolve(base_url, api_key, headers, client_url=client_url)

        def connect() -> httpx.AsyncClient:
            transport = async_transport(
                settings.base_url,
                max_retries=retries,
                total_timeout=in_all,
                max_response_bytes=most_bytes,
            )
            return httpx.AsyncClient(
                transport=transport, timeout=steps, headers={"accept-encoding": ACCEPTED}
            )

        self._own: OwnAsyncClient | None = None
        if http_client is not None:
            source: ClientSource[httpx.AsyncClient] = CallersAsyncClient(http_client)
        else:
            source = self._own = OwnAsyncClient(connect)
        self._url = settings.base_url or client_url
        self._connection: AsyncConnection = Connection(source, settings.prefix, settings.headers)

    @property
    def base_url(self) -> str:
        """The root of Phoenix, without credentials."""
        return _shown(self._url)

    @property
    def connection(self) -> AsyncConnection:
        """What requests go over, for what is built on this client, such as an outbox."""
        return self._connection

    @cached_property
    def traces(self) -> AsyncTraces:
        """Annotations of traces."""
        from phoenix_traces.resources.async_traces import AsyncTraces

        return AsyncTraces.over(self._connection)

    @cached_property
    def annotation_configs(self) -> AsyncAnnotationConfigs:
        """What the server's teams agreed that annotations may hold."""
        from phoenix_traces.resources.annotation_configs import AsyncAnnotationConfigs

        return AsyncAnnotationConfigs(self._connection)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to a client that was passed in."""
        if self._own is not None:
            await self._own.close()

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
        if "_url" not in vars(self):  # a debugger may ask before __init__ is through
            return "<AsyncClient that is not set up>"
        return f"<AsyncClient of {_shown(self._url)}>"


def _shown(url: httpx.URL | None) -> str:
    # There is one: the settings go without only where the caller's httpx client has its own.
    return "" if url is None else str(url.copy_with(username=None, password=None))


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
Client.__module__ = "phoenix_traces"
AsyncClient.__module__ = "phoenix_traces"
