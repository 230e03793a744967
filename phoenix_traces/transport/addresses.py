"""Addresses of servers and proxies: read, or refused without showing what may be a password."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import NoReturn

import httpx

from phoenix_traces.errors import ConfigurationError

DEFAULT_BASE_URL = "http://127.0.0.1:6006"
DEFAULT_PORT = "6006"
LARGEST_PORT = 65535

# What a server binds to; a client needs one address of it.
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here


def checked_url(
    value: str,
    source: str,
    *,
    schemes: Collection[str] = ("http", "https"),
    example: str = DEFAULT_BASE_URL,
) -> httpx.URL:
    """Return an address as a URL.

    Args:
        value: The address.
        source: Where it comes from, for the message.
        schemes: What it may start with.
        example: One that works, for the message.

    Raises:
        ConfigurationError: saying what is wrong. The address is not shown, nor what httpx says
            of it: a password may stand in it, at the wrong place too.
    """
    text = value.strip()
    parsed = _parsed(text)
    if parsed is None:
        _refuse(text, source, "is not a URL")
    url, host = parsed
    if url.scheme not in schemes or not host:
        allowed = " or ".join(f"{scheme}://" for scheme in schemes)
        _refuse(text, source, f"must start with {allowed} and name a host, such as {example}")
    if url.query or url.fragment:
        _refuse(text, source, "must end before any '?' or '#'")
    if "@" in url.path:
        _refuse(text, source, "has an '@' in its path")
    if "%" in host:
        _refuse(text, source, "has a character in its host that no host name holds")
    if url.port is not None and not 0 < url.port <= LARGEST_PORT:
        _refuse(text, source, f"has a port outside 1 to {LARGEST_PORT}")
    return url


def _parsed(text: str) -> tuple[httpx.URL, str] | None:
    """Return a URL and its host, or None."""
    # httpx lets errors of the text's encoding through as they are, and finds some in the name of
    # the host only when it is asked for it.
    try:
        url = httpx.URL(text)
        return url, url.host
    except (httpx.InvalidURL, ValueError):
        return None


def _refuse(text: str, source: str, problem: str) -> NoReturn:
    hint = ""
    if "@" in text:
        hint = "; in a user name or a password, write / ? # @ : as %2F %3F %23 %40 %3A"
    raise ConfigurationError(f"{source} {problem}{hint}")


def collector_url(value: str, source: str) -> httpx.URL:
    """Return the root of Phoenix from an address for traces, which may end in `/v1/traces`."""
    return checked_url(re.sub(r"/+v1/traces/*$", "", value.strip()), source)


def host_url(host: str, port: str | None, source: str, port_source: str) -> httpx.URL:
    """Return the URL of a server from its host and port.

    Args:
        host: A name or an address, alone or with a port; or a whole URL.
        port: Used where the host has none.
        source: Where the host comes from, for the message.
        port_source: Where the port comes from, for the message.
    """
    if "://" in host:
        return checked_url(host, source)
    name, own_port = _split(host)
    name = _EVERY_INTERFACE.get(name, name)
    if own_port is None:
        own_port = checked_port(port or DEFAULT_PORT, port_source)
    else:
        checked_port(own_port, source, "has a port that is not")
    bracketed = f"[{name}]" if ":" in name else name
    return checked_url(f"http://{bracketed}:{own_port}", source)


def brings_port(host: str) -> bool:
    """Say whether a host is given with its port, or as a whole URL."""
    return "://" in host or _split(host)[1] is not None


def _split(host: str) -> tuple[str, str | None]:
    """Return the name or address, without brackets, and the port that stands behind it."""
    bracketed = re.fullmatch(r"\[(.*)\](?::(.*))?", host)
    if bracketed:
        return bracketed[1], bracketed[2]
    if is_ipv6(host):
        return host, None
    name, colon, port = host.rpartition(":")
    return (name, port) if colon else (host, None)


def is_ipv6(text: str) -> bool:
    """Say whether a text is an IPv6 address."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def checked_port(port: str, source: str, problem: str = "must be") -> str:
    """Return a port, or raise a `ConfigurationError` that names where it comes from."""
    if not (port.isascii() and port.isdigit() and 0 < int(port[:9]) <= LARGEST_PORT):
        raise ConfigurationError(f"{source} {problem} a number from 1 to {LARGEST_PORT}")
    return port
