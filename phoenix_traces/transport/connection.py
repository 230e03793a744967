"""The connection to a Phoenix: an httpx client, and what goes with each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias

import httpx

from phoenix_traces.protocol.exchange import Call, Trail, with_trail
from phoenix_traces.protocol.redaction import SECRETS
from phoenix_traces.transport.clients import ClientSource, ClientT_co, Uncopied
from phoenix_traces.transport.proxies import proxy_secrets


@dataclass(frozen=True, repr=False)
class _Pattern:
    """What the requests of an upload have in common, and what it was made from."""

    url: httpx.URL
    headers: list[tuple[bytes, bytes]]
    base_url: httpx.URL
    client_headers: list[tuple[bytes, bytes]]


@dataclass(frozen=True, repr=False)
class Connection(Uncopied, Generic[ClientT_co]):
    """An httpx client, which stays as it is, and what each request needs beside it.

    Attributes:
        source: Gives the client to use.
        base_url: The root of Phoenix, ending in "/"; empty when the client has one.
        headers: Sent with every request; may hold credentials.
    """

    source: ClientSource[ClientT_co]
    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    _proxy_secrets: tuple[str, ...] = field(init=False, default_factory=proxy_secrets)
    _patterns: dict[str, _Pattern] = field(init=False, default_factory=dict[str, _Pattern])

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing can be sent any more."""
        return self.source.is_closed

    def client(self) -> ClientT_co:
        """Return the httpx client to use here and now.

        Raises:
            ClientStateError: when it cannot be used here.
        """
        return self.source.client()

    def request(self, call: Call, trail: Trail | None = None) -> httpx.Request:
        """Return the HTTP request of a call.

        Args:
            call: What to send.
            trail: What the transport is to know of it.
        """
        client = self.client()
        extensions = {**with_trail(trail or Trail(call.repeatable)), SECRETS: self._proxy_secrets}
        if call.content is None or client.cookies:
            return self._new_request(client, call, extensions)
        pattern: _Pattern = self._pattern(client, call)
        length = (b"Content-Length", str(len(call.content)).encode())
        request = httpx.Request(
            call.method,
            pattern.url,
            headers=[*pattern.headers, length],
            stream=httpx.ByteStream(call.content),
            extensions={**extensions, "timeout": client.timeout.as_dict()},
        )
        request.read()
        return request

    def _pattern(self, client: httpx.Client | httpx.AsyncClient, call: Call) -> _Pattern:
        # httpx takes as long to make a request as to send it, and an upload makes thousands that
        # differ in their bodies alone.
        key = f"{call.method} {call.path} {call.params}"
        base_url, client_headers = client.base_url, client.headers.raw
        known = self._patterns.get(key)
        if known and known.base_url is base_url and known.client_headers == client_headers:
            return known
        request = self._new_request(client, call, {})
        headers = [header for header in request.headers.raw if header[0] != b"Content-Length"]
        self._patterns[key] = _Pattern(request.url, headers, base_url, client_headers)
        return self._patterns[key]

    def _new_request(
        self,
        client: httpx.Client | httpx.AsyncClient,
        call: Call,
        extensions: Mapping[str, object],
    ) -> httpx.Request:
        headers = dict(self.headers)
        if call.content is not None:
            headers["content-type"] = "application/json"
        return client.build_request(
            call.method,
            f"{self.base_url}{call.path}",
            params=call.params or None,
            content=call.content,
            headers=headers,
            timeout=client.timeout if call.timeout is None else call.timeout,
            extensions=dict(extensions),
        )


SyncConnection: TypeAlias = Connection[httpx.Client]
AsyncConnection: TypeAlias = Connection[httpx.AsyncClient]
