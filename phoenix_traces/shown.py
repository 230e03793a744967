"""What a message shows of a caller's value: never more than fits, however large the value is.

A value's own `repr` is asked for only where it cannot become large: a cell may hold a text of
100 MB, or 24 dicts each of which holds the next one twice.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, cast

from pydantic import BaseModel

MOST_CHARACTERS_SHOWN = 80

# What is below both is small: its repr takes microseconds.
_MOST_PARTS = 1_000
_MOST_CHARACTERS = 100_000

# Python writes out no integer of more than 4,300 digits.
_MOST_BITS = 1_000

_NAME_OF_TYPE: Any = type.__dict__["__name__"]

_MAPPINGS = (dict, MappingProxyType)
_COLLECTIONS = (list, tuple, set, frozenset, deque)
_BRACKETS: Mapping[type, tuple[str, str]] = {
    dict: ("{", "}"),
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
}


def shown(value: object) -> str:
    """Return a value's repr, cut to a length that fits a message."""
    try:
        return _printable(cut(_start_of_repr(value)))
    except Exception:  # noqa: BLE001 - a caller's own class may raise anything here
        return f"<{type_name(value)} without a repr>"


def text_of(value: object) -> str:
    """Return a value's text, cut to a length that fits a message."""
    try:
        return _printable(cut(str(value)))
    except Exception:  # noqa: BLE001 - as above
        return f"<{type_name(value)} without a text>"


def cut(text: str, most: int = MOST_CHARACTERS_SHOWN) -> str:
    """Return a text, or its beginning and three dots where it is longer than it may be."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _printable(text: str) -> str:
    # Of a repr that a caller's class has made: a line of a log stays one line, and can be written.
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def type_name(value: object) -> str:
    """Return the name of a value's type."""
    # As `type` itself has it: a metaclass of the caller's may say anything, or raise.
    return cut(_NAME_OF_TYPE.__get__(type(value)))


def is_large(value: object) -> bool:
    """Tell that a value has so many parts, or so long ones, that its repr would be long."""
    parts: list[object] = [value]
    seen = characters = 0
    while parts:
        part = parts.pop()
        seen += 1
        if isinstance(part, (str, bytes, bytearray)):
            characters += len(part)
        elif isinstance(part, int):
            characters += part.bit_length() // 3
        else:
            parts += islice(_inside(part), _MOST_PARTS)
        if seen + len(parts) > _MOST_PARTS or characters > _MOST_CHARACTERS:
            return True
    return False


def _inside(value: object) -> Iterator[object]:
    """Yield what a value's repr would show of what it holds."""
    if isinstance(value, _MAPPINGS):
        for item in cast("Mapping[object, object]", value).items():
            yield from item
    elif isinstance(value, _COLLECTIONS):
        yield from cast("Iterable[object]", value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, each.name) for each in dataclasses.fields(value) if each.repr)
    elif isinstance(value, BaseModel):
        yield from (value.__dict__, value.model_extra)
    elif isinstance(value, Mapping):
        yield from vars(value).values()


def _start_of_repr(value: object) -> str:
    """Return a value's repr, or as much of it as is shown."""
    if not is_large(value):
        return repr(value)
    start = ""
    for piece in _pieces(value, frozenset()):
        start += piece
        if len(start) > MOST_CHARACTERS_SHOWN:
            break
    return start


def _pieces(value: object, around: frozenset[int]) -> Iterator[str]:
    """Yield the pieces of a large value's repr, each of them short.

    Args:
        value: What to show.
        around: By id, what it stands in.
    """
    kind = type(value)
    if isinstance(value, (str, bytes, bytearray)):
        yield _start_of_text(value)
    elif kind is int and cast("int", value).bit_length() > _MOST_BITS:
        yield f"<int of {cast('int', value).bit_length()} bits>"
    elif kind in _BRACKETS and id(value) in around:
        yield "...".join(_BRACKETS[kind])
    elif kind in _BRACKETS:
        yield from _pieces_of_items(cast("Collection[object]", value), around | {id(value)})
    elif is_large(value):
        yield f"<{type_name(value)} too large to show>"
    else:
        yield repr(value)


def _start_of_text(value: str | bytes | bytearray) -> str:
    # The quotes around a text depend on those in all of it.
    quotes: Any = "'\"" if isinstance(value, str) else b"'\""
    head: Any = value[: MOST_CHARACTERS_SHOWN + 1]
    for quote in (quotes[:1], quotes[1:]):
        if quote in value:
            head += quote
    return repr(head)


def _pieces_of_items(value: Collection[object], around: frozenset[int]) -> Iterator[str]:
    kind = type(value)
    before, after = _BRACKETS[kind]
    yield before
    for at, item in enumerate(value):
        yield ", " if at else ""
        yield from _pieces(item, around)
        if kind is dict:
            yield ": "
            yield from _pieces(cast("dict[object, object]", value)[item], around)
    yield f",{after}" if kind is tuple and len(value) == 1 else after
