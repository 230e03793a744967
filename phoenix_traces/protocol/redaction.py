"""Requests and texts without the credentials that went with them."""

from __future__ import annotations

import httpx

_HARMLESS_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)
_HIDDEN = "[secure]"


def bare_request(request: httpx.Request) -> httpx.Request:
    """Return the request without credentials and without body.

    Which of a caller's headers is a secret cannot be known, so only harmless ones stay.
    """
    headers = {name: value for name, value in request.headers.items() if name in _HARMLESS_HEADERS}
    url = (
        request.url.copy_with(username=None, password=None) if request.url.userinfo else request.url
    )
    bare = httpx.Request(request.method, url)
    bare.headers = httpx.Headers(headers)
    return bare


def bare_response(response: httpx.Response) -> httpx.Response:
    """Return the response, its body read, tied to the request without credentials.

    Some servers and proxies send back what they were sent, so credentials are hidden in it too.
    """
    request = response.request
    content = response.content
    for secret in _secrets(request):
        content = content.replace(secret.encode(), _HIDDEN.encode())
    headers = [
        (name, without_secrets(value, request))
        for name, value in response.headers.multi_items()
        if name != "content-encoding"  # the content is decoded already
    ]
    bare = httpx.Response(
        response.status_code,
        headers=httpx.Headers(headers, encoding=response.headers.encoding),
        content=content,
        request=bare_request(request),
    )
    # What Phoenix writes. Its `text` could raise with the charset that the answer names.
    bare.encoding = "utf-8"
    return bare


def without_secrets(text: str, request: httpx.Request) -> str:
    """Return a text with every credential of the request hidden, in case something echoed one."""
    for secret in _secrets(request):
        text = text.replace(secret, _HIDDEN)
    return text


def _secrets(request: httpx.Request) -> list[str]:
    values = [value for name, value in request.headers.items() if name not in _HARMLESS_HEADERS]
    words = {word for value in values for word in (value.strip(), *value.split())}
    words |= {request.url.password, request.url.userinfo.decode("ascii", "replace")}
    # A short word would blank out ordinary text; longest first, so that no part is left over.
    return sorted(
        (word for word in words if len(word) >= 6 and word != "Bearer"), key=len, reverse=True
    )
