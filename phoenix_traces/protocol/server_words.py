"""What the words of an answer say; anything may have written them, so nothing is taken for granted.

Text is read as UTF-8, which Phoenix writes, whatever charset an answer names: Python knows charsets
that cannot be read at all (undefined), or not as text (hex, zlib).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast

import httpx
from pydantic_core import from_json

_MISSING_START, _MISSING_END = "Traces with IDs ", " do not exist."
_SEPARATOR = ", "

# A larger number is no place in a request.
_MOST_PLACES = 10**9


def text_of(response: httpx.Response) -> str:
    """Return an answer's body as text, without white space around it."""
    return response.content.decode("utf-8-sig", "replace").strip()


def validation_words(response: httpx.Response) -> str:
    """Return what a 422 says about each place, in a line; empty where it says nothing so."""
    return "; ".join(
        _said(entry["loc"][1:], entry["msg"])
        for entry in _entries(response)
        if isinstance(entry.get("msg"), str)
    )


def refused_rows(response: httpx.Response, count: int) -> dict[int, str]:
    """Return what a 422 says about each row that it points at, in order.

    A row is pointed at by `loc`, which is ["body", "data", its place in the request, ...].

    Args:
        response: The answer.
        count: How many rows were sent; other numbers are no rows.
    """
    words: dict[int, list[str]] = {}
    for entry in _entries(response):
        match entry["loc"]:
            case ["body", "data", int(place), *field] if _is_number(place) and 0 <= place < count:
                words.setdefault(place, []).append(_said(field, entry.get("msg")))
            case _:
                continue
    return {place: "; ".join(filter(None, words[place])) for place in sorted(words)}


def _said(place: Sequence[object], message: object) -> str:
    where = ".".join(map(_shown_step, place))
    return f"{where}: {message}" if isinstance(message, str) else where


def _entries(response: httpx.Response) -> Iterator[dict[str, Any]]:
    try:
        # It ends at a depth that Python's own parser would fail at.
        body: object = from_json(response.content)
    except ValueError:
        return
    detail = cast("dict[str, object]", body).get("detail") if isinstance(body, dict) else None
    for entry in cast("list[object]", detail) if isinstance(detail, list) else ():
        if isinstance(entry, dict):
            found = cast("dict[str, Any]", entry)
            if isinstance(found.get("loc"), list):
                yield found


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _shown_step(step: object) -> str:
    if isinstance(step, str):
        return step
    return str(step) if _is_number(step) and abs(cast("int", step)) < _MOST_PLACES else "?"


def missing_trace_ids(response: httpx.Response, trace_ids: Collection[str]) -> tuple[str, ...]:
    """Return the traces that a 404 names, in the order of the input.

    The server joins them with ", ", which an id may hold itself. So its list is believed only if
    there is just one way to read it as ids that were sent, each named once.

    Args:
        response: The answer.
        trace_ids: Those that were sent.
    """
    text = text_of(response)
    if not (text.startswith(_MISSING_START) and text.endswith(_MISSING_END)):
        return ()
    parts = text[len(_MISSING_START) : -len(_MISSING_END)].split(_SEPARATOR)
    sizes = {each: each.count(_SEPARATOR) + 1 for each in trace_ids}
    if len(parts) > sum(sizes.values()):
        return ()
    named = _only_reading(parts, sizes.keys(), longest=max(sizes.values(), default=0))
    names = frozenset(named)
    if len(names) < len(named):
        return ()
    return tuple(each for each in sizes if each in names)


def _only_reading(parts: Sequence[str], ids: Collection[str], *, longest: int) -> list[str]:
    """Return the ids that parts stand for, if there is one way to read them, and else none.

    Args:
        parts: Each a whole id or a piece of one.
        ids: What they may stand for.
        longest: Most pieces of an id.
    """
    end = len(parts)
    # For each part: in how many ways it and those after it can be read, 2 meaning several; and
    # how many parts belong to the id that begins there.
    ways = [0] * end + [1]
    sizes = [0] * end
    for start in reversed(range(end)):
        for size in range(1, min(longest, end - start) + 1):
            rest = ways[start + size]
            if rest and _SEPARATOR.join(parts[start : start + size]) in ids:
                ways[start] = min(ways[start] + rest, 2)
                sizes[start] = size
    found: list[str] = []
    at = 0
    while ways[0] == 1 and at < end:
        found.append(_SEPARATOR.join(parts[at : at + sizes[at]]))
        at += sizes[at]
    return found
