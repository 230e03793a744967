"""Headers that a caller may give, and those that belong to each request."""

from __future__ import annotations

import pytest

from phoenix_traces import AsyncClient, Client, ConfigurationError

OURS = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
]
CALLERS = ["authorization", "api_key", "cookie", "host", "traceparent", "user-agent", "x-tenant"]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", [*OURS, *map(str.title, OURS)])
def test_a_header_of_the_body_or_the_connection_is_refused_by_name(
    name: str, kind: type[Client | AsyncClient]
) -> None:
    with pytest.raises(ConfigurationError, match=f"'{name}' belongs to the body") as caught:
        kind(base_url="http://phoenix.test", headers={name: "S3cret-value"})
    assert "S3cret" not in repr(caught.value)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", CALLERS)
def test_other_headers_are_taken(name: str, kind: type[Client | AsyncClient]) -> None:
    kind(base_url="http://phoenix.test", headers={name: "value"})
