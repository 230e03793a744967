"""Text without the escapes of URLs, JSON, Python and HTML, which remembers where it stood."""

from __future__ import annotations

import re
import sys
from bisect import bisect
from dataclasses import dataclass

# Each may have been escaped again by another: %2541, &amp;#65;
_ESCAPE = re.compile(
    r"""%(?:25)*(?P<hex>[0-9a-f]{2})
    | \\+(?:(?:u|x|U0000)(?P<code>[0-9a-f]{4}|[0-9a-f]{2}))?
    | &(?:amp;)*(?:
        \#(?P<decimal>[0-9]{1,7}) | \#x(?P<reference>[0-9a-f]{1,6}) | (?P<name>quot|amp|lt|gt|apos)
      );?
    | \x00""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMED = {"quot": '"', "amp": "&", "lt": "<", "gt": ">", "apos": "'"}


@dataclass(frozen=True)
class Unescaped:
    """A text without escapes, in lower case, and where its parts stood before.

    Attributes:
        text: Without backslashes and NULs too, which escapes and UTF-16 are full of.
        starts: Where each part begins in it.
        origins: Where that part began, and the same part ended.
    """

    text: str
    starts: list[int]
    origins: list[tuple[int, int]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a piece of it stood."""
        first, last = bisect(self.starts, start) - 1, bisect(self.starts, end - 1) - 1
        return self._origin(first, start, 0), self._origin(last, end - 1, 1)

    def _origin(self, part: int, place: int, past: int) -> int:
        begin, end = self.origins[part]
        length = (self.starts[part + 1 : part + 2] or [len(self.text)])[0] - self.starts[part]
        if length != end - begin:  # an escape, which goes as a whole
            return end if past else begin
        return begin + place - self.starts[part] + past


def unescaped(text: str) -> Unescaped:
    """Return a text without its escapes, each replaced by what it stands for."""
    parts: list[str] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    place = done = 0
    for found in (*_ESCAPE.finditer(text), None):
        begin, end = found.span() if found else (len(text), len(text))
        pieces = [(text[done:begin], (done, begin))]
        if found:
            pieces.append((_meaning(found), (begin, end)))
        for piece, origin in pieces:
            if piece:
                parts.append(piece)
                starts.append(place)
                origins.append(origin)
                place += len(piece)
        done = end
    plain = "".join(parts)
    lower = plain.lower()
    # Some letters have a lower case of two characters.
    return Unescaped(lower if len(lower) == len(plain) else plain, starts, origins)


def _meaning(escape: re.Match[str]) -> str:
    if name := escape["name"]:
        return _NAMED[name.lower()]
    digits = escape["hex"] or escape["code"] or escape["reference"] or "0"
    code = int(escape["decimal"]) if escape["decimal"] else int(digits, 16)
    return "" if code in (0, ord("\\")) or code > sys.maxunicode else chr(code)
