r"""Text without the escapes of URLs, JSON, Python and HTML, which remembers where it stood.

Escapes stand inside of escapes (``%26%2383%3B``, ``\u0026#83;``), so each pass takes out what the
pass before laid open.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5

# Each may have been escaped again by another of its own kind: %2541, &amp;#65;
_ESCAPE = re.compile(
    r"""%(?:25)*(?:u(?P<wide>[0-9a-f]{4}) | (?P<hex>[0-9a-f]{2}))
    | \\+(?:
        (?:u|x|U0000)(?P<code>[0-9a-f]{4}|[0-9a-f]{2}) | [ux]\{0*(?P<braced>[0-9a-f]{1,6})\}
        | (?P<octal>[0-3][0-7]{2}) | (?P<blank>[bfnrtv])
      )
    | &(?:amp;)*(?:
        \#0*(?P<decimal>[0-9]{1,7}) | \#x0*(?P<reference>[0-9a-f]{1,6})
        | (?P<name>quot|amp|lt|gt|apos|[a-z][a-z0-9]{1,24}(?=;))
      );?""",
    re.IGNORECASE | re.VERBOSE,
)
# Backslashes escape whatever follows; NULs are what UTF-16 is full of.
_FILLING = re.compile(r"[\\\x00]+")
# What wraps a long text: blanks of every kind, and breaks of HTML.
_WRAPPING = re.compile(r"(?:[\s\x1c-\x1f\xad]|<w?br\s*/?>)+", re.IGNORECASE)

# A text escaped more often is nobody's echo, and each pass costs another look at all of it.
_MOST_PASSES = 6


@dataclass(frozen=True)
class Unescaped:
    """A text made of another by leaving out and replacing pieces, and where its parts stood.

    Attributes:
        text: What was made.
        starts: Where each part begins in it.
        origins: Where that part began, and the same part ended, in the text that it was made of.
        source: That text, if it was made of another too.
    """

    text: str
    starts: list[int]
    origins: list[tuple[int, int]]
    source: Unescaped | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece of it stood at the very first."""
        first, last = bisect(self.starts, start) - 1, bisect(self.starts, end - 1) - 1
        begin, past = self._origin(first, start, 0), self._origin(last, end - 1, 1)
        return self.source.span(begin, past) if self.source else (begin, past)

    def _origin(self, part: int, place: int, past: int) -> int:
        begin, end = self.origins[part]
        length = (self.starts[part + 1 : part + 2] or [len(self.text)])[0] - self.starts[part]
        if length != end - begin:  # an escape, which goes as a whole
            return end if past else begin
        return begin + place - self.starts[part] + past


def verbatim(text: str) -> Unescaped:
    """Return a text as it is."""
    return Unescaped(text, [0], [(0, len(text))])


def lower(text: str) -> str:
    """Return a text in lower case, unless that has more characters, as of some letters."""
    low = text.lower()
    return low if len(low) == len(text) else text


def unescaped(view: Unescaped) -> Unescaped:
    """Return a text without its escapes, each replaced by what it stands for."""
    for _ in range(_MOST_PASSES):
        if not _ESCAPE.search(view.text):
            break
        view = _replaced(view, _ESCAPE, _meaning)
    return _replaced(view, _FILLING, _nothing)


def joined(view: Unescaped) -> Unescaped:
    """Return a text without the blanks and breaks by which long words are wrapped."""
    return _replaced(view, _WRAPPING, _nothing)


def _replaced(
    view: Unescaped, pattern: re.Pattern[str], meaning: Callable[[re.Match[str]], str]
) -> Unescaped:
    text = view.text
    parts: list[str] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    place = done = 0
    for found in (*pattern.finditer(text), None):
        begin, end = found.span() if found else (len(text), len(text))
        pieces = [(text[done:begin], (done, begin))]
        if found:
            pieces.append((meaning(found), (begin, end)))
        for piece, origin in pieces:
            if piece:
                parts.append(piece)
                starts.append(place)
                origins.append(origin)
                place += len(piece)
        done = end
    return Unescaped("".join(parts), starts, origins, view)


def _nothing(_: re.Match[str]) -> str:
    return ""


def _meaning(escape: re.Match[str]) -> str:
    if escape["blank"]:
        return " "
    if name := escape["name"]:
        # Names that nobody knows stay; case counts, except for the five that all markup has.
        return html5.get(f"{name};") or html5.get(f"{name.lower()};") or escape[0]
    if digits := escape["decimal"]:
        code = int(digits)
    elif digits := escape["octal"]:
        code = int(digits, 8)
    else:
        digits = (
            escape["wide"]
            or escape["hex"]
            or escape["code"]
            or escape["braced"]
            or escape["reference"]
        )
        code = int(digits, 16)
    return "" if code > sys.maxunicode else chr(code)
