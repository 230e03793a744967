"""Mappings of a caller's own classes, which may have more keys than they say, or no end of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class TooManyKeysError(Exception):
    """A mapping that has more keys than may be."""


def bounded_dict(mapping: Mapping[KeyT, ValueT], most: int) -> dict[KeyT, ValueT]:
    """Return a mapping as a dict.

    Args:
        mapping: Of any class; of a dict's subclass, what the dict itself holds counts, and not what
            methods of the subclass say.
        most: Most keys that it may have.

    Raises:
        TooManyKeysError: when there are more.
    """
    if isinstance(mapping, dict):
        held: dict[KeyT, ValueT] = dict(dict[KeyT, ValueT].items(mapping))
        if len(held) > most:
            raise TooManyKeysError
        return held
    keys = list(islice(mapping, most + 1))
    if len(keys) > most:
        raise TooManyKeysError
    return {key: mapping[key] for key in keys}
