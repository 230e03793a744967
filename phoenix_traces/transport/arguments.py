"""What callers give a client beside its settings, checked when the client is made."""

from __future__ import annotations

import math
import operator
from numbers import Real
from typing import SupportsIndex, TypeVar

import httpx

from phoenix_traces.errors import ConfigurationError

_ClientT = TypeVar("_ClientT", httpx.Client, httpx.AsyncClient)

# Python's own waits overflow at 9.2e9 seconds, in the middle of a request.
_LONGEST = 1e9


def checked_client(client: object, kind: type[_ClientT], name: str) -> _ClientT:
    """Return an httpx client that a caller gave.

    Args:
        client: What the caller gave.
        kind: What it must be, since the other kind has the same methods and fails in the first.
        name: The argument, for the message.

    Raises:
        ConfigurationError: when it is no such client.
    """
    if not isinstance(client, kind):
        given = f"{type(client).__module__}.{type(client).__qualname__}"
        raise ConfigurationError(f"{name} must be an httpx.{kind.__name__}, not {given}")
    return client


def checked_timeout(timeout: object, name: str = "timeout") -> httpx.Timeout:
    """Return a timeout as httpx has it.

    Args:
        timeout: Seconds, or httpx's own kind.
        name: The argument, for the message.

    Raises:
        ConfigurationError: when it is no number of seconds that anything can wait for.
    """
    if not isinstance(timeout, httpx.Timeout):
        return httpx.Timeout(checked_seconds(timeout, name, hint=" or an httpx.Timeout"))
    for step, seconds in timeout.as_dict().items():
        if seconds is not None:
            checked_seconds(seconds, f"{name}.{step}", is_zero_allowed=step == "pool")
    return timeout


def checked_seconds(
    value: object, name: str, *, is_zero_allowed: bool = False, hint: str = ""
) -> float:
    """Return a number of seconds as a float.

    Args:
        value: What a caller gave.
        name: The argument, for the message.
        is_zero_allowed: Whether not to wait at all makes sense.
        hint: What else is possible, for the message.

    Raises:
        ConfigurationError: when it is no number, not finite, too large or not above zero.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ConfigurationError(
            f"{name} must be a number of seconds{hint}, not {type(value).__name__}"
        )
    seconds = _float(value)
    if not (0 < seconds <= _LONGEST or (seconds == 0 and is_zero_allowed)):
        least = "from 0" if is_zero_allowed else "above 0"
        raise ConfigurationError(
            f"{name} is {seconds:g}; seconds must be {least} and at most {_LONGEST:g}"
        )
    return seconds


def _float(value: Real) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def checked_count(value: object, name: str, *, least: int) -> int:
    """Return a whole number.

    Args:
        value: What a caller gave.
        name: The argument, for the message.
        least: The smallest that makes sense.

    Raises:
        ConfigurationError: when it is no whole number, or below the smallest.
    """
    number = _whole(value)
    if number is None:
        raise ConfigurationError(f"{name} must be a whole number, not {type(value).__name__}")
    if number < least:
        # Python refuses to print a number of thousands of digits.
        shown = f", not {number}" if number > -1_000_000 else ""
        raise ConfigurationError(f"{name} must be {least} or more{shown}")
    return number


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:  # such as an array
        return None
