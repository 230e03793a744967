"""Text: what counts as white space around it, what the server cannot store, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_ROWS_NAMED = 10

# Unicode's White_Space, as the models strip it. Python's own `str.strip()` takes away four control
# characters more, so it cannot stand in.
WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)


def is_unicode(text: str) -> bool:
    """Tell that a text has a UTF-8 form: that no half of a surrogate pair stands alone in it."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, such as "1 row" and "2 rows"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def named_rows(positions: Sequence[int]) -> str:
    """Return the rows of some positions in words, the first ten of them."""
    shown = ", ".join(map(str, positions[:_MOST_ROWS_NAMED]))
    more = ", ..." if len(positions) > _MOST_ROWS_NAMED else ""
    return f"{'row' if len(positions) == 1 else 'rows'} {shown}{more}"


def text_problem(value: str) -> str | None:
    """Say why the server could not store a text, or return None.

    PostgreSQL has no NUL in text, and a lone surrogate has no UTF-8 form: the server answers 500,
    or drops every annotation queued beside it.
    """
    if "\x00" in value:
        return "holds a NUL character (\\x00), which PostgreSQL cannot store; remove it"
    if not is_unicode(value):
        return "holds a lone surrogate, which is not valid Unicode; remove or replace it"
    return None
