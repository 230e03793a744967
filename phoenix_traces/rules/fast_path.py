"""Cells of the plainest form, recognised many at a time.

Each test here holds only for cells that the models accept and leave as they are, which a property
test proves. It need not hold for all of those: what fails it is looked at one by one, by the
models. So a test may go by exact types and by all cells joined, at the speed of C.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from phoenix_traces.rules.fields import (
    ANNOTATOR_KINDS,
    MAX_INTEGER,
    MAX_KEY_BYTES,
    MAX_NESTING,
    MIN_INTEGER,
    MOST_BYTES_PER_CHARACTER,
    NO_TRACE_IDS,
    RESERVED_NAME,
    RESULT_NAMES,
    may_be_too_large,
)
from phoenix_traces.rules.text import text_problem

if TYPE_CHECKING:
    Types: TypeAlias = set[type[Any]]

Column: TypeAlias = Sequence[object]
JsonObject: TypeAlias = dict[object, object]
_Container: TypeAlias = "JsonObject | list[object]"

_MISSING = type(None)
_TEXT: Types = {str}
_NUMBERS: Types = {float, int}
_SCORES: Types = {float, int, bool}
_CONTAINERS: Types = {dict, list}
_JSON: Types = {str, float, int, bool, _MISSING, dict, list}

_KINDS = frozenset[object](ANNOTATOR_KINDS)

# Containers that are met more often than this, on average, are shared on purpose to be huge.
_MOST_TIMES_SHARED = 4


def are_present_texts(values: Column) -> bool:
    """Tell that all are text that can be stored, without white space around it."""
    return _types(values) <= _TEXT and _are_clean(cast("Sequence[str]", values))


def are_trace_ids(values: Column) -> bool:
    """Tell that all are such text, and none is the id of no trace."""
    return are_present_texts(values) and NO_TRACE_IDS.isdisjoint(values)


def are_names(values: Column) -> bool:
    """Tell that all are such text, and none is the name that the server keeps for notes."""
    return are_present_texts(values) and RESERVED_NAME not in values


def are_texts(values: Column) -> bool:
    """Tell that all are such text, or missing."""
    present, types = _present(values)
    return types <= _TEXT and _are_clean(cast("Sequence[str]", present))


def are_annotator_kinds(values: Column) -> bool:
    """Tell that all are LLM, CODE or HUMAN."""
    return _types(values) <= _TEXT and _KINDS.issuperset(values)


def are_scores(values: Column) -> bool:
    """Tell that all are finite numbers, or missing."""
    present, types = _present(values)
    try:
        return types <= _SCORES and all(map(math.isfinite, cast("Sequence[float]", present)))
    except OverflowError:  # an integer beyond every float
        return False


def are_metadata(values: Column) -> bool:
    """Tell that all are dicts of nothing but JSON that can be stored, or missing."""
    present, types = _present(values)
    if not types <= {dict}:
        return False
    level = cast("Sequence[_Container]", present)
    counted = characters = 0
    # The containers of one depth together, so that the steps are few and long.
    for _ in range(MAX_NESTING):
        # Before it is written out: what is shared, or holds itself, would grow without end.
        counted += sum(map(len, level))
        if may_be_too_large(counted, characters):
            return _are_metadata_alone(present, level)
        dicts = [each for each in level if type(each) is dict]
        lists = [each for each in level if type(each) is list]
        items = [*chain.from_iterable(map(JsonObject.values, dicts)), *chain.from_iterable(lists)]
        keys = set[object]().union(*dicts)
        types = _types(items)
        if not (types <= _JSON and _types(keys) <= _TEXT):
            return False
        texts = [*cast("set[str]", keys), *[item for item in items if type(item) is str]]
        longest_key = max(map(len, cast("set[str]", keys)), default=0)
        characters += sum(map(len, texts)) + longest_key * sum(map(len, dicts))
        if may_be_too_large(counted, characters):
            return _are_metadata_alone(present, level)
        if text_problem("".join(texts)) or not _are_storable_numbers(items):
            return False
        if types.isdisjoint(_CONTAINERS):
            return True
        level = [cast("_Container", item) for item in items if type(item) in _CONTAINERS]
    return False


def _are_metadata_alone(rows: Column, level: Sequence[_Container]) -> bool:
    """Tell of rows that are large together that each of them alone is small.

    Args:
        rows: None of them missing.
        level: The containers at the depth where they became too large.
    """
    distinct = list({id(row): row for row in rows}.values())
    if len(distinct) < len(rows):
        return are_metadata(distinct)
    shared = len(level) > _MOST_TIMES_SHARED * len(set(map(id, level)))
    return len(rows) > 1 and not shared and all(are_metadata([row]) for row in rows)


def have_results(columns: Sequence[Column]) -> bool:
    """Tell of plain results that each row has one that is not missing."""
    if any(_MISSING not in _types(values) for values in columns):
        return True
    return (None,) * len(columns) not in zip(*columns, strict=True)


def are_keys_short(columns: Sequence[Column]) -> bool:
    """Tell of plain names and identifiers that those of a row are short enough together."""
    longest = sum(
        max((len(value) for value in set(values) if isinstance(value, str)), default=0)
        for values in columns
    )
    return longest * MOST_BYTES_PER_CHARACTER <= MAX_KEY_BYTES


_TESTS = {
    "trace_id": are_trace_ids,
    "name": are_names,
    "annotator_kind": are_annotator_kinds,
    "label": are_texts,
    "score": are_scores,
    "explanation": are_texts,
    "metadata": are_metadata,
    "identifier": are_texts,
}


def are_plain(field: str, values: Column) -> bool:
    """Tell that all cells of a field are as the models would leave them."""
    return _TESTS[field](values)


def are_rows(cells: Mapping[str, Column], fields: Collection[str]) -> bool:
    """Tell that every cell of some rows, and every row of them, is as the models would leave it.

    Args:
        cells: By field.
        fields: Those that need to be looked at; the others are the same in every row, and checked.
    """
    return (
        all(_TESTS[field](cells[field]) for field in fields)
        and have_results([cells[name] for name in RESULT_NAMES if name in fields])
        and are_keys_short([cells["name"], cells["identifier"]])
    )


def _types(values: Iterable[object]) -> Types:
    return set(map(type, values))


def _present(values: Column) -> tuple[Column, Types]:
    """Return what is not missing, and of which types it is."""
    types = _types(values)
    if _MISSING not in types:
        return values, types
    return [value for value in values if value is not None], types - {_MISSING}


def _are_clean(texts: Sequence[str]) -> bool:
    # str.strip takes away what the models do, and a little more.
    return (
        all(texts)
        and list(map(str.strip, texts)) == list(texts)
        and not text_problem("".join(texts))
    )


def _are_storable_numbers(items: Column) -> bool:
    numbers = cast("list[float]", [item for item in items if type(item) in _NUMBERS])
    return (
        min(numbers, default=0) > MIN_INTEGER
        and max(numbers, default=0) < MAX_INTEGER
        # NaN escapes a comparison, and no sum.
        and math.isfinite(sum(numbers))
    )
