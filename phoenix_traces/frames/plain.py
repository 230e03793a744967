"""Cells of the plainest form, recognised many at a time.

Each test here holds only for cells that the models accept and leave as they are, which a property
test proves. It need not hold for all of those: what fails it is looked at one by one, by the
models. So a test may go by the exact type and by all cells joined, at the speed of C.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain
from types import NoneType
from typing import TypeGuard, cast

from phoenix_traces.metadata import MAX_INTEGER, MAX_NESTING, MIN_INTEGER, text_problem
from phoenix_traces.models import MAX_KEY_BYTES, RESERVED_NAME

_MOST_BYTES_PER_CHARACTER = 4
_KINDS = frozenset({"LLM", "CODE", "HUMAN"})
_JSON_TYPES = frozenset({str, int, float, bool, NoneType, dict, list})


def are_required_texts(values: Sequence[object]) -> bool:
    """Tell that all are text that the server can store, without white space around it."""
    return _are_texts(values) and _are_stripped(values)


def are_optional_texts(values: Sequence[object]) -> bool:
    """Tell the same of those that are not missing."""
    return are_required_texts(_present(values))


def are_names(values: Sequence[object]) -> bool:
    """Tell that all are such text, and none is the name that the server keeps for notes."""
    return are_required_texts(values) and RESERVED_NAME not in values


def are_kinds(values: Sequence[object]) -> bool:
    """Tell that all are LLM, CODE or HUMAN."""
    return _are_texts(values) and _KINDS.issuperset(values)


def are_scores(values: Sequence[object]) -> bool:
    """Tell that all are missing, or finite floats."""
    numbers = _present(values)
    return _are_of(float, numbers) and all(map(math.isfinite, cast("list[float]", numbers)))


def are_metadata(values: Sequence[object]) -> bool:
    """Tell that all are missing, or dicts of nothing but JSON that the server can store."""
    level = _present(values)
    if not _are_of(dict, level):
        return False
    for _ in range(MAX_NESTING):
        inside = _inside(level)
        if inside is None or not inside:
            return inside is not None
        level = inside
    return False


def have_results(*columns: Sequence[object]) -> bool:
    """Tell that each row has one that is not missing, where all are plain."""
    if any(NoneType not in set(map(type, values)) for values in columns):
        return True
    return (None,) * len(columns) not in zip(*columns, strict=True)


def are_keys_short(names: Sequence[object], identifiers: Sequence[object]) -> bool:
    """Tell that no name and identifier, where all are plain, are too long together."""
    longest = _longest(names) + _longest(identifiers)
    return longest * _MOST_BYTES_PER_CHARACTER <= MAX_KEY_BYTES


def _inside(level: Sequence[object]) -> list[object] | None:
    """Return the containers inside of containers whose other items are plain; None if any is not."""
    dicts = [each for each in level if type(each) is dict]
    lists = [each for each in level if type(each) is list]
    if not _are_storable(list(chain.from_iterable(dicts))):
        return None
    items = list(chain(chain.from_iterable(map(dict.values, dicts)), chain.from_iterable(lists)))
    kinds = set(map(type, items))
    if not kinds <= _JSON_TYPES:
        return None
    if str in kinds and not _are_storable([each for each in items if type(each) is str]):
        return None
    if float in kinds and not all(map(math.isfinite, (x for x in items if type(x) is float))):
        return None
    if int in kinds and not _are_in_range([each for each in items if type(each) is int]):
        return None
    if not kinds & {dict, list}:
        return []
    return [each for each in items if type(each) is dict or type(each) is list]


def _present(values: Sequence[object]) -> Sequence[object]:
    if NoneType in set(map(type, values)):
        return [value for value in values if value is not None]
    return values
