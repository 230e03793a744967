"""The places that settings come from, and the address that each of them names."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx

from phoenix_traces.errors import ConfigurationError, ConfigurationWarning
from phoenix_traces.log import logger
from phoenix_traces.transport.addresses import brings_port, checked_url, collector_url, host_url
from phoenix_traces.transport.env_file import read_env_file
from phoenix_traces.warn import warn_caller

KEY = "PHOENIX_API_KEY"
HEADERS = "PHOENIX_CLIENT_HEADERS"
_HOST = "PHOENIX_HOST"
_PORT = "PHOENIX_PORT"
_OTEL = "OTEL_EXPORTER_OTLP_ENDPOINT"

# The names of addresses, in the order in which they win.
_ADDRESSES = (
    "PHOENIX_ENDPOINT",
    "PHOENIX_COLLECTOR_ENDPOINT",
    _OTEL,
    "PHOENIX_BASE_URL",
    _HOST,
)
_COLLECTORS = frozenset({"PHOENIX_COLLECTOR_ENDPOINT", _OTEL})
_ENVIRONMENT_NAMES = (*_ADDRESSES, _PORT, KEY, HEADERS)
_FILE_NAMES = tuple(name for name in _ENVIRONMENT_NAMES if name.startswith("PHOENIX_"))

_log = logger(__name__)


@dataclass(frozen=True, repr=False)
class Tier:
    """A place that settings come from, with what it sets.

    Attributes:
        where: "environment", or the path of a file.
        values: By name; nothing empty.
    """

    where: str
    values: Mapping[str, str]

    @property
    def names_address(self) -> bool:
        """Whether it says where Phoenix is; a port alone does not."""
        return any(name in self.values for name in _ADDRESSES)

    def source(self, name: str) -> str:
        """Return a name and where it is set, for a message."""
        return f"{name} ({self.where})"


@dataclass(frozen=True, repr=False)
class Address:
    """Where Phoenix is, according to one tier.

    Attributes:
        url: Without user and password.
        login: The authorization header that user and password become.
        tier: Which names it; None for an argument and for the default.
    """

    url: httpx.URL
    login: str | None = None
    tier: Tier | None = None

    @property
    def place(self) -> tuple[str, str, int | None, str]:
        """What two ways to write the same address have in common."""
        return self.url.scheme, self.url.host, self.url.port, self.url.path.rstrip("/")

    def login_of(self, tier: Tier) -> str | None:
        """Return the login in the address, if it is of a tier."""
        return self.login if self.tier is tier else None


def from_environment() -> Tier:
    """Return what the environment sets; empty means unset."""
    found = {name: os.environ.get(name, "").strip() for name in _ENVIRONMENT_NAMES}
    return Tier("environment", {name: value for name, value in found.items() if value})


def from_file() -> Tier | None:
    """Return what the nearest settings file sets, if there is one and it may be used.

    Raises:
        ConfigurationError: when it cannot be read.
    """
    if os.environ.get("PHOENIX_DISCOVER_CONFIG", "").strip().lower() in ("false", "0", "no", "off"):
        return None
    found = read_env_file(_FILE_NAMES)
    return None if found is None else Tier(str(found.path), found.values)


def addresses_named(environment: Tier, file: Tier | None) -> Iterator[tuple[Tier, str]]:
    """Yield the names of addresses that are set, the first to win first.

    The environment comes before the file, except for what is not said of Phoenix, or no address:
    an endpoint that all of OpenTelemetry shares, and a port alone.
    """
    named = [(environment, name) for name in _ADDRESSES if name in environment.values]
    is_of_phoenix = any(name != _OTEL for _, name in named)
    if is_of_phoenix:
        yield from named
    if file is not None:
        yield from ((file, name) for name in (*_ADDRESSES, _PORT) if name in file.values)
    if not is_of_phoenix:
        yield from named
        if _PORT in environment.values:
            yield environment, _PORT


def first_address(named: Iterator[tuple[Tier, str]]) -> Address | None:
    """Return the first address that can work, or None if nothing names one."""
    problems: list[str] = []
    for tier, name in named:
        try:
            address = _address(tier, name)
        except ConfigurationError as error:
            if (problem := str(error)) not in problems:  # PHOENIX_PORT is looked at twice
                problems.append(problem)
            continue
        if address is None:
            continue
        if problems:
            notify(f"{'; '.join(problems)}. {tier.source(name)} is used instead")
        return address
    if problems:
        raise ConfigurationError("; ".join(problems))
    return None


def _address(tier: Tier, name: str) -> Address | None:
    source = tier.source(name)
    value = tier.values[name]
    if name in _COLLECTORS:
        url = collector_url(value, source)
    elif name in (_HOST, _PORT):
        host = tier.values.get(_HOST, "127.0.0.1")
        port = None if brings_port(host) else _port(tier)
        if name == _PORT and port is None:
            return None
        url = host_url(host, port, source, tier.source(_PORT))
    else:
        url = checked_url(value, source)
    url, login = split_login(url)
    return Address(url, login, tier)


def _port(tier: Tier) -> str | None:
    port = tier.values.get(_PORT)
    if port is None or "://" not in port:
        return port
    _log.warning(
        "%s is not used: it is no port, but what Kubernetes sets for a service with the name "
        "phoenix; PHOENIX_ENDPOINT takes a URL",
        tier.source(_PORT),
    )
    return None


def own_address(file: Tier) -> Address | None:
    """Return the file's own address, for a comparison with one that wins over it."""
    for name in (*_ADDRESSES, _PORT):
        try:
            if name in file.values and (address := _address(file, name)):
                return address
        except ConfigurationError:
            continue
    return None


def split_login(url: httpx.URL) -> tuple[httpx.URL, str | None]:
    """Return a URL without user and password, which httpx would log, and the header they become."""
    if not url.userinfo:
        return url, None
    pair = f"{url.username}:{url.password}".encode()
    return url.copy_with(username=None, password=None), f"Basic {b64encode(pair).decode()}"


def notify(message: str) -> None:
    """Say in the log, and by a warning to the caller, that something goes where few expect it."""
    # Python's warning is seen where nobody set up logging.
    _log.warning("%s", message)
    warn_caller(ConfigurationWarning(message))
