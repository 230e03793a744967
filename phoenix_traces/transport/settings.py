"""Where Phoenix is and how to be let in: arguments, then the environment, then `.env.phoenix`.

The environment and the file are never mixed: if the environment sets any of the `PHOENIX_` names
below, the file is not used, so that a key from one cannot reach an endpoint from the other.
"""

from __future__ import annotations

import logging
import os
import re
import stat
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx

from phoenix_traces.errors import ConfigurationError

DEFAULT_BASE_URL = "http://127.0.0.1:6006"
ENV_FILE_NAME = ".env.phoenix"

_ENDPOINT_NAMES = (
    "PHOENIX_ENDPOINT",
    "PHOENIX_COLLECTOR_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "PHOENIX_BASE_URL",
)
_COLLECTOR_NAMES = frozenset({"PHOENIX_COLLECTOR_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"})
_PHOENIX_NAMES = (
    *(name for name in _ENDPOINT_NAMES if name.startswith("PHOENIX_")),
    "PHOENIX_HOST",
    "PHOENIX_PORT",
    "PHOENIX_API_KEY",
    "PHOENIX_CLIENT_HEADERS",
)
# What a server binds to; a client needs one address of it.
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_log = logging.getLogger("phoenix_traces")


@dataclass(frozen=True, repr=False)
class Settings:
    """Hold what is needed to reach a server.

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
    base_url: str | httpx.URL | None,
    api_key: str | None,
    headers: Mapping[str, str] | None,
    *,
    client_url: httpx.URL | None = None,
) -> Settings:
    """Return the settings that arguments, environment and file give together.

    Args:
        base_url: The root of Phoenix.
        api_key: Becomes a bearer token.
        headers: Sent with every request; before those of the environment.
        client_url: The base URL of the caller's own httpx client. With one, the environment has no
            say.

    Raises:
        ConfigurationError: when one of them cannot work; a key is never shown.
    """
    has_own_url = client_url is not None and bool(client_url.host)
    found: Mapping[str, str] = {} if has_own_url else _environment()
    if base_url:
        url: httpx.URL | None = _checked_url(str(base_url), "base_url")
    else:
        url = None if has_own_url else _endpoint(found)
    merged = _resolve_headers(api_key, headers, found)
    if url is not None and url.userinfo:
        url, merged["authorization"] = _without_userinfo(url, merged)
    return Settings(url, merged)


def _without_userinfo(url: httpx.URL, headers: Mapping[str, str]) -> tuple[httpx.URL, str]:
    """Return a URL without user and password, which httpx would log, and the header they become."""
    if "authorization" in headers:
        raise ConfigurationError(
            "the base URL holds a user or password, and there is an API key or authorization "
            "header too; a request carries one of them"
        )
    pair = f"{url.username}:{url.password}".encode()
    return url.copy_with(username=None, password=None), f"Basic {b64encode(pair).decode()}"


def _resolve_headers(
    api_key: str | None, headers: Mapping[str, str] | None, found: Mapping[str, str]
) -> dict[str, str]:
    given = {name.lower(): value for name, value in (headers or {}).items()}
    if api_key and "authorization" in given:
        raise ConfigurationError("api_key and an authorization header are both given; keep one")
    merged = _parsed_headers(found.get("PHOENIX_CLIENT_HEADERS", ""))
    if key := api_key or (None if "authorization" in merged else found.get("PHOENIX_API_KEY")):
        merged["authorization"] = f"Bearer {_checked_key(key)}"
    merged.update(given)
    for name, value in merged.items():
        _check_header(name, value)
    return merged


def _environment() -> Mapping[str, str]:
    process = {name: value for name in os.environ if (value := os.environ[name].strip())}
    claimed = [name for name in _PHOENIX_NAMES if name in process]
    if process.get("PHOENIX_DISCOVER_CONFIG", "").lower() in ("false", "0", "no", "off"):
        return process
    path = _nearest_file(Path.cwd())
    if path is None:
        return process
    in_file = _file_values(path)
    if not claimed:
        return in_file or process
    if ignored := [name for name in in_file if in_file[name] != process.get(name)]:
        _log.warning(
            "%s is not used for %s, because the environment sets %s",
            path,
            ", ".join(ignored),
            ", ".join(claimed),
        )
    return process


def _nearest_file(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        path = folder / ENV_FILE_NAME
        try:
            status = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and _is_own(status):
            return path
        _log.warning("%s is not used: it must be a regular file that you own", path)
    return None


def _is_own(status: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def _file_values(path: Path) -> dict[str, str]:
    from dotenv import dotenv_values

    values = dotenv_values(path, interpolate=False)
    stripped = {name: (values.get(name) or "").strip() for name in _PHOENIX_NAMES}
    return {name: value for name, value in stripped.items() if value}


def _endpoint(found: Mapping[str, str]) -> httpx.URL:
    for name in _ENDPOINT_NAMES:
        if value := found.get(name):
            if name in _COLLECTOR_NAMES:
                value = re.sub(r"/+v1/traces/*$", "", value)
            return _checked_url(value, name)
    if "PHOENIX_HOST" in found or "PHOENIX_PORT" in found:
        return _host_url(found.get("PHOENIX_HOST", "127.0.0.1"), found.get("PHOENIX_PORT", "6006"))
    return httpx.URL(DEFAULT_BASE_URL)


def _host_url(host: str, port: str) -> httpx.URL:
    if "://" in host:
        return _checked_url(host, "PHOENIX_HOST")
    host = _EVERY_INTERFACE.get(host, host)
    bracketed = f"[{host}]" if ":" in host else host
    return _checked_url(f"http://{bracketed}:{port}", "PHOENIX_HOST and PHOENIX_PORT")


def _checked_url(value: str, source: str) -> httpx.URL:
    # The value is not shown: it may hold a password.
    try:
        url = httpx.URL(value.strip())
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"{source} is not a URL: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError(
            f"{source} must start with http:// or https:// and name a host, "
            f"such as {DEFAULT_BASE_URL}"
        )
    if url.query or url.fragment:
        raise ConfigurationError(f"{source} must end before any '?' or '#'")
    return url


def _checked_key(key: str) -> str:
    stripped = key.strip()
    if not (stripped.isascii() and stripped.isprintable() and " " not in stripped):
        raise ConfigurationError(
            "the API key holds a space or a character that no HTTP header may hold; copy it again"
        )
    return stripped


def _check_header(name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise ConfigurationError(f"{name!r} is not an HTTP header's name")
    if not (value.isascii() and value.isprintable()):
        raise ConfigurationError(
            f"the value of header {name!r} holds a character that no HTTP header may hold"
        )


def _parsed_headers(text: str) -> dict[str, str]:
    """Read `k=v,k=v` with percent-encoded parts, as W3C Baggage writes it."""
    parsed: dict[str, str] = {}
    for place, part in enumerate(filter(None, (each.strip() for each in text.split(",")))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise ConfigurationError(
                f"part {place + 1} of PHOENIX_CLIENT_HEADERS is not name=value; write it as "
                "name=value,name=value, with each part percent-encoded"
            )
        parsed[unquote(name).strip().lower()] = unquote(value).strip()
    return parsed
