"""Which proxy the environment names for a server.

httpx reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` for the transports that it makes
itself, and has no public way to ask for what it found. So its rules are here a second time, and
tests/transport/test_no_proxy.py asks both. Where httpx raises, this goes on: a proxy without its
scheme, an IPv6 address in brackets, a network such as `10.0.0.0/8`, an entry that is no host.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TypeAlias
from urllib.parse import unquote
from urllib.request import getproxies

import httpx

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.protocol.redaction import login_secrets
from phoenix_traces.transport.addresses import checked_url, is_ipv6

_Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

_VARIABLES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True, repr=False)
class _Rule:
    """For which URLs a proxy is used, or none.

    Attributes:
        pattern: As httpx writes it: "all" means every scheme, a host may begin with "*".
        proxy: Its address; None where the server is reached without.
    """

    pattern: httpx.URL
    proxy: str | None

    @property
    def rank(self) -> tuple[bool, int, int]:
        """What is sorted by: a rule with a port first, then by the length of host and scheme."""
        return self.pattern.port is None, -len(self._host), -len(self._scheme)

    @property
    def _scheme(self) -> str:
        return "" if self.pattern.scheme == "all" else self.pattern.scheme

    @property
    def _host(self) -> str:
        return "" if self.pattern.host == "*" else self.pattern.host

    def matches(self, url: httpx.URL) -> bool:
        if self._scheme not in ("", url.scheme) or self.pattern.port not in (None, url.port):
            return False
        host = self._host
        if host.startswith("*."):
            return url.host.endswith(host[1:]) and url.host != host[1:]
        if host.startswith("*"):
            return url.host == host[1:] or url.host.endswith(f".{host[1:]}")
        return host in ("", url.host)


def proxy_for(url: httpx.URL | None) -> str | None:
    """Return the address of the proxy for a server, or None if it is reached without one.

    Raises:
        ConfigurationError: when that proxy's address cannot work; it is not shown, since passwords
            stand in such addresses.
    """
    if url is None:
        return None
    proxies = getproxies()
    address = _address_for(url, proxies)
    return None if address is None else _checked(address, _source(address))


def proxy_secrets() -> tuple[str, ...]:
    """Return what must not be shown of the users and passwords in the environment's proxies."""
    secrets: list[str] = []
    for name, value in os.environ.items():
        login, at, _ = value.rpartition("@")
        if at and name.lower() in _VARIABLES:
            login = login.rpartition("://")[2]
            secrets += [login, *login_secrets(login), *login_secrets(unquote(login))]
    return tuple(secrets)


def _address_for(url: httpx.URL, proxies: Mapping[str, str]) -> str | None:
    without = [entry.strip() for entry in proxies.get("no", "").split(",")]
    if "*" in without or any(_is_in_network(url, entry) for entry in without):
        return None
    named = {f"{scheme}://": proxies.get(scheme) for scheme in ("http", "https", "all")}
    patterns = {pattern: proxy for pattern, proxy in named.items() if proxy}
    exceptions = dict.fromkeys(_pattern(entry) for entry in without if entry)
    for rule in sorted(_parsed({**patterns, **exceptions}), key=lambda rule: rule.rank):
        if rule.matches(url):
            return rule.proxy
    return None


def _parsed(patterns: Mapping[str, str | None]) -> list[_Rule]:
    rules: list[_Rule] = []
    for pattern, proxy in patterns.items():
        try:
            rules.append(_Rule(httpx.URL(pattern), proxy))
        except (httpx.InvalidURL, ValueError):
            continue  # httpx lets nobody through for an entry that it cannot read
    return rules


def _pattern(entry: str) -> str:
    """Return an entry of NO_PROXY as httpx writes it."""
    if "://" in entry:
        return entry
    if _is_ipv4(entry) or entry.lower() == "localhost":
        return f"all://{entry}"
    return f"all://[{entry}]" if is_ipv6(entry) else f"all://*{entry}"


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_in_network(url: httpx.URL, entry: str) -> bool:
    """Say whether an entry that httpx does not know, a network or [IPv6]:port, holds a server."""
    bracketed = re.fullmatch(r"\[([^\]/]*)\](?::(\d+))?", entry)
    if bracketed is None and "/" not in entry:
        return False
    if bracketed is not None and bracketed[2] and int(bracketed[2]) != _port(url):
        return False
    try:
        network: _Network = ipaddress.ip_network(bracketed[1] if bracketed else entry, strict=False)
        return ipaddress.ip_address(url.host) in network
    except ValueError:
        return False


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _source(address: str) -> str:
    names = [
        name
        for name, value in os.environ.items()
        if name.lower() in _VARIABLES and value == address
    ]
    return f"{names[0]} (environment)" if names else "the proxy in the system's settings"


def _checked(address: str, source: str) -> str:
    address = address if "://" in address else f"http://{address}"
    url = checked_url(
        address,
        source,
        schemes=_SCHEMES,
        example="http://proxy.example:3128",
    )
    if url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{source} names a SOCKS proxy, for which httpx needs the package socksio: "
            'pip install "httpx[socks]", or name the server in NO_PROXY'
        )
    try:
        httpx.Proxy(url)
    except ValueError:  # its message shows the address
        is_known = False
    else:
        is_known = True
    if not is_known:
        raise ConfigurationError(f"{source} names a kind of proxy that this httpx does not know")
    return address.strip()
