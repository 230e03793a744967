"""Where Phoenix is and how to be let in: arguments, then the environment, then `.env.phoenix`.

The address is that of the first of these that names one, and otherwise Phoenix on this machine.
Each header, the key among them, comes from the first that has it, with two rules about who may get
a key:

* What the file holds is for the file's own address. It is sent there, whoever names that address,
  and to the default one if nothing names an address; and nowhere else.
* What the environment holds is sent to the file's address only with a `ConfigurationWarning`.

The README shows all cases as a table, and tests/transport/test_tiers.py tries each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.log import logger
from phoenix_traces.transport.addresses import DEFAULT_BASE_URL, checked_url
from phoenix_traces.transport.headers import (
    AUTHORIZATION,
    checked_headers,
    checked_key,
    headers_in_text,
)
from phoenix_traces.transport.tiers import (
    HEADERS,
    KEY,
    Address,
    Tier,
    addresses_named,
    first_address,
    from_environment,
    from_file,
    notify,
    own_address,
    split_login,
)

_DEFAULT = Address(httpx.URL(DEFAULT_BASE_URL))

_log = logger(__name__)


@dataclass(frozen=True, repr=False)
class Settings:
    """What is needed to reach a server.

    Attributes:
        base_url: The root of Phoenix; None where an httpx client brings its own.
        headers: Sent with every request; may hold credentials.
    """

    base_url: httpx.URL | None
    headers: Mapping[str, str]

    @property
    def prefix(self) -> str:
        """What comes before a path: the base URL with a slash at its end, or nothing."""
        return "" if self.base_url is None else f"{str(self.base_url).rstrip('/')}/"


def resolve(
    base_url: object,
    api_key: object,
    headers: object,
    *,
    client_url: httpx.URL | None = None,
) -> Settings:
    """Return the settings that arguments, environment and file give together.

    Args:
        base_url: The root of Phoenix.
        api_key: Becomes a bearer token.
        headers: Sent with every request; before those of the environment.
        client_url: The base URL of the caller's own httpx client. With one, neither environment nor
            file has a say.

    Raises:
        ConfigurationError: when one of them cannot work; it says where it comes from, and never
            shows a key.
    """
    given = given_settings(base_url, api_key, headers)
    if client_url is not None and client_url.host:
        return given
    environment = from_environment()
    file = _file(environment, given)
    if given.base_url is not None:
        address = Address(given.base_url)
    else:
        address = first_address(addresses_named(environment, file)) or _DEFAULT
    of_environment = _headers_of(environment, address.login_of(environment), given.headers)
    known = {**of_environment, **given.headers}
    if file is None:
        return Settings(address.url, known)
    own = address if address.tier is file else own_address(file)
    if address is not _DEFAULT and (own is None or own.place != address.place):
        _say_what_is_kept_back(file, address, known)
        return Settings(address.url, known)
    of_file = _headers_of(file, None if own is None else own.login, known)
    if address.tier is file:
        _warn_of_what_the_file_gets(environment, of_environment, given, address)
    return Settings(address.url, {**of_file, **known})


def given_settings(base_url: object, api_key: object, headers: object) -> Settings:
    """Return the settings that arguments alone give.

    Args:
        base_url: The root of Phoenix; user and password in it become a header.
        api_key: Becomes a bearer token.
        headers: Sent with every request.

    Raises:
        ConfigurationError: naming the argument that cannot work.
    """
    url, login = _given_url(base_url)
    checked = checked_headers(headers, "headers (argument)")
    key = checked_key(api_key, "api_key (argument)")
    ways = {
        "api_key": key and f"Bearer {key}",
        "an authorization header": checked.get(AUTHORIZATION),
        "a user or password in base_url": login,
    }
    used = {way: value for way, value in ways.items() if value is not None}
    if len(used) > 1:
        raise ConfigurationError(
            f"{' and '.join(used)} are both given; keep one, since a request carries one of them"
        )
    for value in used.values():
        checked[AUTHORIZATION] = value
    return Settings(url, checked)


def _given_url(base_url: object) -> tuple[httpx.URL | None, str | None]:
    if base_url is None:
        return None, None
    if not isinstance(base_url, (str, httpx.URL)):
        raise ConfigurationError(
            f"base_url (argument) must be text or an httpx.URL, not {type(base_url).__name__}"
        )
    text = str(base_url)
    return split_login(checked_url(text, "base_url (argument)")) if text.strip() else (None, None)


def _file(environment: Tier, given: Settings) -> Tier | None:
    """Return what the settings file sets.

    A file that cannot be read is an error, unless everything that it could say is said already.
    """
    try:
        return from_file()
    except ConfigurationError as error:
        has_address = given.base_url is not None or environment.names_address
        has_key = AUTHORIZATION in given.headers or KEY in environment.values
        if not (has_address and has_key):
            raise
        _log.warning("%s; it is not used", error)
        return None


def _headers_of(tier: Tier, login: str | None, known: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a tier adds to those that are known already.

    Args:
        tier: The environment or the file.
        login: The authorization header that stands in the tier's address.
        known: The headers that win over those of the tier.
    """
    headers = headers_in_text(tier.values.get(HEADERS, ""), tier.source(HEADERS))
    if AUTHORIZATION not in known:
        key = checked_key(tier.values.get(KEY), tier.source(KEY))
        if login is not None and (key or AUTHORIZATION in headers):
            raise ConfigurationError(
                f"the address holds a user or password, and there is a key or an authorization "
                f"header too ({tier.where}); keep one, since a request carries one of them"
            )
        if login is not None:
            headers[AUTHORIZATION] = login
        elif key:
            headers.setdefault(AUTHORIZATION, f"Bearer {key}")
    return {name: value for name, value in headers.items() if name not in known}


def _say_what_is_kept_back(file: Tier, address: Address, known: Mapping[str, str]) -> None:
    kept = [name for name in (KEY, HEADERS) if name in file.values]
    if kept and AUTHORIZATION not in known:
        _log.warning(
            "%s of %s is not sent to %s, since the file names another address or none; "
            "pass api_key, or set PHOENIX_API_KEY",
            " and ".join(kept),
            file.where,
            address.url,
        )


def _warn_of_what_the_file_gets(
    environment: Tier, headers: Mapping[str, str], given: Settings, address: Address
) -> None:
    """Warn that what the environment holds is sent to an address that a file names."""
    file = address.tier
    if file is None or headers.keys() <= given.headers.keys():
        return
    sent = [
        name
        for name, value in environment.values.items()
        if name in (KEY, HEADERS) and value != file.values.get(name)
    ]
    if sent:
        notify(
            f"{' and '.join(sent)} (environment) is sent to {address.url}, which {file.where} names"
        )
