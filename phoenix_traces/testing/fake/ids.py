"""The IDs that the server shows: the kind of a thing and its number, in base64."""

from __future__ import annotations

from base64 import b64decode, b64encode

_INT64 = 2**63


def global_id(kind: str, rowid: int) -> str:
    """Return the ID of a thing.

    Examples:
        >>> global_id("TraceAnnotation", 7)
        'VHJhY2VBbm5vdGF0aW9uOjc='
    """
    return b64encode(f"{kind}:{rowid}".encode()).decode()


def parse_id(text: str) -> tuple[str, int]:
    """Return the kind and the number of an ID.

    Raises:
        ValueError: It is no ID.

    Examples:
        >>> parse_id("VHJhY2VBbm5vdGF0aW9uOjc=")
        ('TraceAnnotation', 7)
    """
    kind, number = split_id(text)
    return kind, int(number)


def split_id(text: str) -> tuple[str, str]:
    """Return the two parts of an ID, of which the second should be a number.

    Raises:
        ValueError: It does not have two parts.
    """
    kind, colon, number = b64decode(text.encode()).decode().partition(":")
    if not colon:
        raise ValueError("an ID has two parts")
    return kind, number


def row_number(text: str, kind: str) -> int:
    """Return the number of an ID of a kind.

    Raises:
        ValueError: It is no ID, or one of another kind.
    """
    found, number = parse_id(text)
    if found != kind:
        raise ValueError(f"an ID of {found}, not of {kind}")
    return number


def fits_column(number: int) -> bool:
    """Tell whether a database can compare a row's number with this one."""
    return -_INT64 <= number < _INT64
