"""What a test hands to a fake Phoenix, checked at once, so that no mistake looks like a server's.

Keys are not shown, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TypeVar, cast

from phoenix_traces.shown import shown, type_name

_T = TypeVar("_T")
_FunctionT = TypeVar("_FunctionT", bound=Callable[..., object])

OLDEST_KNOWN = (12, 0, 0)
_LARGEST_PORT = 65_535
_LONGEST = 1e9  # seconds; dates end before much more has passed


def _of_type(value: object, name: str, kind: type[_T], words: str) -> _T:
    # True is an int too, and never a number of something.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{name} must be {words}, not {type_name(value)}")
    return value


def _mapping(value: object, name: str) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, not {type_name(value)}")
    return cast("Mapping[object, object]", value)


def text(value: object, name: str) -> str:
    """Return a text.

    Raises:
        TypeError: It is none.
    """
    return _of_type(value, name, str, "a text")


def text_or_none(value: object, name: str) -> str | None:
    """Return a text, or None.

    Raises:
        TypeError: It is neither.
    """
    return None if value is None else text(value, name)


def texts(values: Collection[object], name: str) -> None:
    """Refuse what is no text.

    Raises:
        TypeError: One of them is none. A list of texts must be unpacked.
    """
    for value in values:
        if not isinstance(value, str):
            found = type_name(value)
            hint = "; unpack it with *" if isinstance(value, Iterable) else ""
            raise TypeError(f"{name} must be texts, not {found}{hint}")


def flag(value: object, name: str) -> bool:
    """Return True or False.

    Raises:
        TypeError: It is anything else.
    """
    return _of_type(value, name, bool, "True or False")


def count(value: object, name: str, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number.

    Raises:
        TypeError: It is none.
        ValueError: It is too small or too large.
    """
    number = _of_type(value, name, int, "a whole number")
    if number < least or (most is not None and number > most):
        allowed = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be {allowed}, not {shown(number)}")
    return number


def seconds(value: object, name: str) -> float:
    """Return a number of seconds as it was given.

    Raises:
        TypeError: It is no number.
        ValueError: It is negative, NaN or more than anything lasts.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type_name(value)}")
    if not 0 <= value <= _LONGEST:
        raise ValueError(f"{name} must be from 0 to {_LONGEST:g} seconds, not {shown(value)}")
    return value


def choice(value: object, name: str, choices: tuple[str, ...]) -> None:
    """Refuse what is none of a few texts.

    Raises:
        ValueError: It is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be {_either(choices)}, not {shown(value)}")


def _either(choices: tuple[str, ...]) -> str:
    *first, last = map(repr, choices)
    return f"{', '.join(first)} or {last}"


def version(value: object) -> tuple[int, int, int]:
    """Return a version that the fake can be.

    Raises:
        TypeError: It is not made of three whole numbers.
        ValueError: It is older than what the fake knows.
    """
    as_told = shown(value)
    numbers = cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()
    if len(numbers) != 3 or not all(type(each) is int and each >= 0 for each in numbers):
        raise TypeError(f"version must be three numbers such as (14, 0, 0), not {as_told}")
    parts = cast("tuple[int, int, int]", numbers)
    if parts < OLDEST_KNOWN:
        raise ValueError(f"version must be {OLDEST_KNOWN} or newer, not {as_told}")
    return parts


def roles(api_keys: object, allowed: tuple[str, ...]) -> None:
    """Refuse what does not say what each key may do; neither keys nor roles are shown.

    Raises:
        TypeError: It is no mapping of texts.
        ValueError: A key is empty, or there is no such role.
    """
    for place, (key, role) in enumerate(_mapping(api_keys, "api_keys").items(), start=1):
        if not isinstance(key, str):
            raise TypeError(f"api_keys: key {place} must be a text, not {type_name(key)}")
        if not key or key.split() != [key]:
            raise ValueError(f"api_keys: key {place} is empty or has white space in it")
        if not isinstance(role, str) or role not in allowed:
            raise ValueError(f"api_keys: the role of key {place} must be {_either(allowed)}")


def headers(value: object) -> Mapping[str, str]:
    """Return headers that an answer may have.

    Raises:
        TypeError: They are no mapping of texts.
        ValueError: One of them cannot stand in an answer.
    """
    for name, words in _mapping(value, "headers").items():
        if not isinstance(name, str) or not isinstance(words, str):
            raise TypeError("headers must be a mapping of names to texts")
        if not name or not name.isascii() or not name.isprintable() or set(name) & set(" :"):
            raise ValueError(f"headers: {shown(name)} cannot be the name of a header")
        _check_header(words, f"headers: the value of {shown(name)}")
    return cast("Mapping[str, str]", value)


def retry_after(value: object) -> str | None:
    """Return the value of a header `Retry-After`.

    Raises:
        TypeError: It is neither a number nor a text.
        ValueError: It cannot be sent.
    """
    if value is None:
        return None
    if isinstance(value, str):
        _check_header(value, "retry_after")
        return value
    return f"{seconds(value, 'retry_after'):.15g}"


def _check_header(value: str, name: str) -> None:
    # Other control characters cannot be sent by the book, and a hostile server's answer has them.
    if set(value) & set("\r\n\0") or any(ord(each) > 255 for each in value):
        raise ValueError(f"{name} holds a character that no header may hold")


def moment(value: object, name: str) -> datetime | None:
    """Return a time with its zone, or None.

    Raises:
        TypeError: It is no datetime.
        ValueError: It has no time zone.
    """
    if value is None:
        return None
    time = _of_type(value, name, datetime, "a datetime")
    if time.utcoffset() is None:
        raise ValueError(f"{name} must have a time zone, such as timezone.utc")
    return time


def function(value: _FunctionT, name: str) -> _FunctionT:
    """Return what can be called.

    Raises:
        TypeError: It cannot.
    """
    if not callable(value):
        raise TypeError(f"{name} must be a function, not {type_name(value)}")
    return value


def exception(value: object, name: str) -> Exception:
    """Return an exception that can be raised.

    Raises:
        TypeError: It is none; a class must be called first.
    """
    return _of_type(value, name, Exception, "an exception, such as httpx.ReadTimeout('slow')")


def address(value: object) -> str:
    """Return a base URL without a slash at its end.

    Raises:
        TypeError: It is no text.
        ValueError: It is no URL of a server.
    """
    url = text(value, "base_url")
    scheme, _, rest = url.partition("://")
    if scheme not in ("http", "https") or not rest.strip("/") or set(rest) & set("?# \t\n"):
        raise ValueError(f"base_url must be one such as http://phoenix.test, not {shown(url)}")
    return url.rstrip("/")


def port(value: object) -> int:
    """Return a port; 0 for one that is free.

    Raises:
        TypeError: It is no whole number.
        ValueError: There is none of that number.
    """
    return count(value, "port", most=_LARGEST_PORT)
