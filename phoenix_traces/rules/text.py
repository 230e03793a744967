"""What counts as white space around text: Unicode's White_Space, as the models strip it.

Python's own `str.strip()` takes away four control characters more, so it cannot stand in.
"""

from __future__ import annotations

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
