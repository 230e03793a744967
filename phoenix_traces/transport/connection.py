"""The connection to a Phoenix: an httpx client, and what goes with each request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Generic, TypeAlias, TypeVar

import httpx

from phoenix_traces.protocol.exchange import ABANDONED, REPEATABLE, Call

ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)


@dataclass(frozen=True, repr=False)
class _Pattern:
    """Hold what the requests of an upload have in common, and what it was made from."""

    url: httpx.URL
    headers: list[tuple[bytes, bytes]]
    base_url: httpx.URL
    client_headers: list[tuple[bytes, bytes]]


@dataclass(frozen=True, repr=False)
class Connection(Generic[ClientT]):
    """Hold an httpx client and what each request needs beside it, so that it stays as it is.

    Attributes:
        base_url: The root of Phoenix, ending in "/"; empty when the client has one.
        headers: Sent with every request; may hold credentials.
    """

    client: ClientT
    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    _patterns: dict[str, _Pattern] = field(init=False, default_factory=dict[str, _Pattern])

    def request(self, call: Call, abandoned: Event | None = None) -> httpx.Request:
        """Return the HTTP request of a call.

        Args:
            call: What to send.
            abandoned: Set when nobody waits for the answer any more, and no attempt may follow.
        """
        extensions = {REPEATABLE: call.repeatable, ABANDONED: abandoned}
        if call.content is None or self.client.cookies:
            return self._new_request(call, extensions)
        pattern: _Pattern = self._pattern(call)
        length = (b"Content-Length", str(len(call.content)).encode())
        request = httpx.Request(
            call.method,
            pattern.url,
            headers=[*pattern.headers, length],
            stream=httpx.ByteStream(call.content),
            extensions={**extensions, "timeout": self.client.timeout.as_dict()},
        )
        request.read()
        return request

    def _pattern(self, call: Call) -> _Pattern:
        # httpx takes as long to make a request as to send it, and an upload makes thousands that
        # differ in their bodies alone.
        key = f"{call.method} {call.path} {call.params}"
        base_url, client_headers = self.client.base_url, self.client.headers.raw
        known = self._patterns.get(key)
        if known and known.base_url is base_url and known.client_headers == client_headers:
            return known
        request = self._new_request(call, {})
        headers = [header for header in request.headers.raw if header[0] != b"Content-Length"]
        self._patterns[key] = _Pattern(request.url, headers, base_url, client_headers)
        return self._patterns[key]

    def _new_request(self, call: Call, extensions: Mapping[str, object]) -> httpx.Request:
        headers = dict(self.headers)
        if call.content is not None:
            headers["content-type"] = "application/json"
        return self.client.build_request(
            call.method,
            f"{self.base_url}{call.path}",
            params=call.params or None,
            content=call.content,
            headers=headers,
            extensions=dict(extensions),
        )


SyncConnection: TypeAlias = Connection[httpx.Client]
AsyncConnection: TypeAlias = Connection[httpx.AsyncClient]
