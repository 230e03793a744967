"""Headers that go with every request, and the key among them: checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast
from urllib.parse import unquote

from phoenix_traces.errors import ConfigurationError

AUTHORIZATION = "authorization"

# What describes the body and the connection: each request has its own, and one that contradicts it
# makes the server wait for a body that never comes, or read it wrongly.
_SET_FOR_EACH_REQUEST = frozenset(
    {
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
    }
)

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def checked_headers(headers: object, source: str) -> dict[str, str]:
    """Return headers with their names in lower case.

    Args:
        headers: What a caller gave.
        source: Where they come from, for the message.

    Raises:
        ConfigurationError: naming the header, or its place where the name itself is wrong: who
            mixes up name and value would find the value in the message.
    """
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise ConfigurationError(
            f"{source} must be a mapping of names to values, not {type(headers).__name__}"
        )
    given = cast("Mapping[object, object]", headers)
    checked: dict[str, str] = {}
    for place, (name, value) in enumerate(given.items(), start=1):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"{source}: the name of header {place} is not one that HTTP allows; it has "
                "letters, digits and hyphens"
            )
        if name.lower() in _SET_FOR_EACH_REQUEST:
            raise ConfigurationError(
                f"{source}: header {name!r} belongs to the body or the connection, and is set for "
                "each request; leave it out"
            )
        checked[name.lower()] = _checked_value(value, f"{source}: the value of header {name!r}")
    return checked


def _checked_value(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{what} must be text, not {type(value).__name__}")
    if not (value.isascii() and value.isprintable()):
        raise ConfigurationError(f"{what} holds a character that no HTTP header may hold")
    return value


def checked_key(key: object, source: str) -> str | None:
    """Return an API key without white space around it; None when there is none.

    Raises:
        ConfigurationError: which does not show it.
    """
    if key is None:
        return None
    if not isinstance(key, str):
        raise ConfigurationError(f"{source} must be text, not {type(key).__name__}")
    stripped = key.strip()
    if not (stripped.isascii() and stripped.isprintable() and " " not in stripped):
        raise ConfigurationError(
            f"{source} holds a space or a character that no HTTP header may hold; copy it again"
        )
    return stripped or None


def bearer(key: str) -> str:
    """Return the value of the authorization header for an API key."""
    return f"Bearer {key}"


def headers_in_text(text: str, source: str) -> dict[str, str]:
    """Read `name=value,name=value` with percent-encoded parts, as W3C Baggage writes it.

    Raises:
        ConfigurationError: naming the part by its place, since what is wrong may be a key.
    """
    parsed: dict[str, str] = {}
    for place, part in enumerate(filter(None, (each.strip() for each in text.split(","))), start=1):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise ConfigurationError(
                f"part {place} of {source} is not name=value; write it as name=value,name=value, "
                "with each part percent-encoded"
            )
        parsed[unquote(name).strip().lower()] = unquote(value).strip()
    return checked_headers(parsed, source)
