"""Arguments that are True or False."""

from __future__ import annotations


def checked_flag(value: object, name: str) -> bool:
    """Return True or False as it was given.

    Args:
        value: What a caller gave; a text such as "false" would count as True.
        name: The argument, for the message.

    Raises:
        TypeError: when it is anything else.
    """
    if isinstance(value, bool):
        return value
    raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
