"""Requests and texts without the credentials that went with them.

Servers and proxies send back what they were sent, in any part of an answer, in any of the ways in
which text is escaped, and wrapped at any place. So escapes, blanks and breaks are taken out of a
text, secrets are looked for in what is left, plain and in base64 and hexadecimal, and hidden where
they stood.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

import httpx

from phoenix_traces.protocol.escapes import Unescaped, joined, lower, unescaped, verbatim

# What an account of secrets beside those in headers and URL is found by, in a request's extensions:
# a tuple of texts, such as the logins of proxies.
SECRETS = "phoenix_traces.secrets"

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
# The query parameters that requests of ours have; others come with an httpx client of the caller's,
# and some services take keys that way.
_OWN_PARAMETERS = frozenset(
    {
        "annotator_kind",
        "cursor",
        "delete_all",
        "end_time",
        "exclude_annotation_names",
        "identifier",
        "include_annotation_names",
        "limit",
        "name",
        "start_time",
        "sync",
        "trace_ids",
    }
)
_CREDENTIAL = re.compile(r"auth|cookie|credential|key|pass|secret|session|token")
_SCHEMES = frozenset({"apikey", "basic", "bearer", "digest", "negotiate", "token"})
_HIDDEN = "[secure]"

# A shorter text would blank out ordinary words. That of a credential is hidden too where it stands
# alone, unless it is so short that it says nothing.
_SHORTEST = 6
_SHORTEST_CREDENTIAL = 3

# Bytes of an answer's body that an error carries: an account may hold thousands of errors.
_MOST_KEPT = 200_000


def bare_request(request: httpx.Request) -> httpx.Request:
    """Return the request without credentials and without body.

    Which of a caller's headers is a secret cannot be known, so only harmless ones stay.
    """
    headers = {name: value for name, value in request.headers.items() if name in _HARMLESS_HEADERS}
    bare = httpx.Request(request.method, _bare_url(request.url))
    bare.headers = httpx.Headers(headers)
    return bare


def _bare_url(url: httpx.URL) -> httpx.URL:
    if url.userinfo:
        url = url.copy_with(username=None, password=None)
    items = url.params.multi_items()
    if all(name in _OWN_PARAMETERS for name, _ in items):
        return url
    shown = tuple((name, value if name in _OWN_PARAMETERS else _HIDDEN) for name, value in items)
    return url.copy_with(params=httpx.QueryParams(shown))


def bare_response(response: httpx.Response) -> httpx.Response:
    """Return the response, its body read, tied to the request without credentials.

    Some servers and proxies send back what they were sent, so credentials are hidden in it too.
    """
    request = response.request
    forms = _forms_of(request)
    # Latin-1 has a character for each byte, whatever the bytes mean. Cut last, so that no half of a
    # credential is left at the end.
    content = _hidden(response.content[: 2 * _MOST_KEPT].decode("latin-1"), forms)[:_MOST_KEPT]
    headers = [
        # A cookie lets in whoever has it.
        (_hidden(name, forms), _HIDDEN if name == "set-cookie" else _hidden(value, forms))
        for name, value in response.headers.multi_items()
        if name != "content-encoding"  # the content is decoded already
    ]
    bare = httpx.Response(
        response.status_code,
        headers=httpx.Headers(headers, encoding=response.headers.encoding),
        content=content.encode("latin-1"),
        request=bare_request(request),
    )
    # What Phoenix writes. Its `text` could raise with the charset that the answer names.
    bare.encoding = "utf-8"
    return bare


def without_secrets(text: str, request: httpx.Request) -> str:
    """Return a text with every credential of the request hidden, in case something echoed one."""
    return _hidden(text, _forms_of(request))


def _hidden(text: str, forms: Sequence[tuple[str, bool]]) -> str:
    """Return a text with every form of a secret replaced."""
    if not forms:
        return text
    raw = verbatim(text)
    plain = unescaped(raw)
    wrapped = joined(raw)
    # As it is too: a backslash or "%" before a secret makes an escape of its first characters. And
    # joined before too: lines are wrapped within escapes.
    views = (joined(plain), wrapped, joined(unescaped(wrapped)))
    alone = [form for form, is_alone in forms if is_alone]
    spans = [*_spans(plain, alone, True)] if alone else []  # these need the blanks around them
    for view in views:
        spans += _spans(view, [form for form, is_alone in forms if not is_alone], False)
    spans.sort()
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += [text[done:start], _HIDDEN]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _spans(view: Unescaped, forms: Sequence[str], alone: bool) -> Iterator[tuple[int, int]]:
    text = lower(view.text)
    for form in forms:
        for start in _places(text, form, alone):
            yield view.span(start, start + len(form))


def _places(text: str, form: str, alone: bool) -> Iterator[int]:
    start = text.find(form)
    while start >= 0:
        end = start + len(form)
        if not alone or not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            yield start
        start = text.find(form, end)


def _forms_of(request: httpx.Request) -> tuple[tuple[str, bool], ...]:
    return _forms(frozenset(_secrets(request)))


def _secrets(request: httpx.Request) -> Iterator[tuple[str, bool]]:
    """Yield each secret text of a request, and whether it is one for certain."""
    for name, value in request.headers.items():
        if name in _HARMLESS_HEADERS:
            continue
        if _CREDENTIAL.search(name):
            yield from ((part, True) for part in _parts_of_credential(value))
        else:
            yield from ((word, False) for word in (value.strip(), *value.split()))
    url = request.url
    if url.userinfo:
        raw = url.userinfo.decode("ascii", "replace")
        yield from ((part, True) for part in (raw, *_parts_of_login(url.username, url.password)))
    for name, value in url.params.multi_items():
        if name not in _OWN_PARAMETERS:
            yield value, bool(_CREDENTIAL.search(name))
    yield from ((secret, True) for secret in request.extensions.get(SECRETS, ()))


def _parts_of_credential(value: str) -> Iterator[str]:
    yield value.strip()
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() in _SCHEMES:
        yield rest.strip()
    for word in re.split(r"[\s;,]+", value):
        if word.lower() in _SCHEMES:
            continue
        yield word
        # A cookie, or a parameter; what ends in "=" is base64.
        name, _, inner = word.partition("=")
        if name and inner.strip("="):
            yield inner.strip("\"'")
        if value.lower().startswith("basic "):
            yield from login_secrets(_decoded(word))


def _decoded(word: str) -> str:
    try:
        return b64decode(word + "=" * (-len(word) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""


def login_secrets(login: str) -> Iterator[str]:
    """Yield what must not be shown of "user:password"."""
    user, _, password = login.partition(":")
    yield from _parts_of_login(user, password)


def _parts_of_login(user: str, password: str) -> Iterator[str]:
    yield f"{user}:{password}"
    yield password
    # Some services take a token as the user.
    if not password or len(user) >= _SHORTEST:
        yield user


@lru_cache(maxsize=8)  # an account may hold thousands of errors of one client
def _forms(secrets: frozenset[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Return what to look for in unescaped text, and whether it is hidden only standing alone."""
    forms: dict[str, bool] = {}
    for secret, is_credential in secrets:
        if len(secret) >= _SHORTEST:
            forms |= dict.fromkeys(_ways_to_write(secret), False)
        elif is_credential and len(secret) >= _SHORTEST_CREDENTIAL:
            forms.setdefault(lower(unescaped(verbatim(secret)).text), True)
    return tuple((form, alone) for form, alone in forms.items() if form)


def _ways_to_write(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "replace")
    for plain in (verbatim(secret), verbatim(raw.decode("latin-1"))):
        yield lower(joined(unescaped(plain)).text)
        yield lower(joined(plain).text)
    yield raw.hex()
    for before in range(3):  # where in a group of three bytes it may begin
        encoded = b64encode(bytes(before) + raw).decode()
        # Only characters all of whose bits are the secret's.
        inner = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6].lower()
        yield inner
        yield inner.replace("+", "-").replace("/", "_")
