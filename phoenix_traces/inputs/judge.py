"""What the models have against rows that are given as columns: asked about cells, and not rows.

A million bad rows are mostly bad in the same few ways. So the models are asked about the cells of
one column together, each in an annotation that is otherwise right; and about one cell only where
others are decided in the same way, such as all numbers that are given as text. What the models say
is the truth: property tests compare it with what they say about whole rows.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from typing import TypeAlias, TypeVar, cast

from phoenix_traces.failures import Found, Trouble
from phoenix_traces.inputs.explain import Explainer, refusals
from phoenix_traces.inputs.wire_row import FIELDS, RESULT_NAMES
from phoenix_traces.rules import fast_path
from phoenix_traces.rules.annotation import (
    AnnotationResult,
    TraceAnnotationData,
)
from phoenix_traces.rules.fields import (
    ANNOTATOR_KINDS,
    MAX_KEY_BYTES,
    MOST_BYTES_PER_CHARACTER,
    NO_TRACE_IDS,
    RESERVED_NAME,
)
from phoenix_traces.rules.metadata import Problem, path_text, problems_in
from phoenix_traces.rules.metadata_shape import Fault, Shape, first_fault, shape_of
from phoenix_traces.rules.text import WHITE_SPACE, is_unicode
from phoenix_traces.rules.trace_ids import not_text

_KeyT = TypeVar("_KeyT")
_ValueT = TypeVar("_ValueT")

Cells: TypeAlias = Mapping[str, Sequence[object]]

# Where something in a column is not plain, the cells around it are looked at more closely.
_CELLS_IN_PART = 50

_TEXTS = frozenset({"trace_id", "name", "label", "explanation", "identifier"})
_BEFORE_RESULT = ("trace_id", "name", "annotator_kind")
_AFTER_RESULT = ("metadata", "identifier")

_RIGHT = {"trace_id": "any", "name": "any", "annotator_kind": "HUMAN", "result": {"score": 0}}


class _Absent:
    """The type of the cell that stands for a missing key."""


ABSENT = _Absent()

# By what decides about cells of a field.
_Known: TypeAlias = "dict[object, tuple[Trouble, ...]]"

# By shape of metadata: each trouble, and which of the parts at fault it is about.
_KnownMetadata: TypeAlias = "dict[Shape, tuple[tuple[Trouble, int], ...]]"

# Where keys differ from row to row, hardly any shape comes again.
_MOST_SHAPES = 1_000

# No value of these types is a kind of annotator or a result; and none of those is a number.
_CHOICES = frozenset({"annotator_kind", "result"})
_NO_CHOICE = frozenset({_Absent, type(None), bool, int, float, bytes, list, tuple})
_NO_NUMBER = frozenset(
    {type(None), str, bytes, bytearray, list, tuple, set, dict, complex, date, datetime}
)

# Methods by which a class may say that its values are numbers, or that they are something else.
_MAKING_NUMBERS = frozenset({"__float__", "__index__", "__int__", "__class__"})


@dataclass(frozen=True)
class Oddities:
    """What is odd in the shape of some rows.

    Attributes:
        results: By place, what stands where a result should; the cells of such a result are None.
        unknown_in_results: Keys that no result has.
        unknown: Keys that no annotation has.
    """

    results: Mapping[int, object] = field(default_factory=dict[int, object])
    unknown_in_results: Sequence[Found] = ()
    unknown: Sequence[Found] = ()


class Judge:
    """What the models say about columns, with a memory for cells that come again.

    Args:
        explainer: Says it in our words.

    Attributes:
        is_brief: Whether to look in each piece of metadata for its first trouble alone: a million
            pieces may hold a hundred troubles each.
    """

    def __init__(self, explainer: Explainer) -> None:
        self.is_brief = False
        self._explainer = explainer
        self._known: dict[str, _Known] = {}
        self._known_metadata: _KnownMetadata = {}
        self._known_faults: dict[tuple[object, object], Trouble] = {}
        self._words_by_reason: dict[object, str] = {}
        self._known_wholes: dict[object, tuple[Trouble, ...]] = {}

    def found(
        self, cells: Cells, fields: Collection[str] = FIELDS, oddities: Oddities | None = None
    ) -> list[Found]:
        """Return what is wrong with some rows, in their order and in that of the models' fields.

        Args:
            cells: By field; `ABSENT` where there is no key.
            fields: Those that need to be looked at; the others are the same in every row, and
                right.
            oddities: What is odd in the rows' shape, if anything.
        """
        odd = oddities or Oddities()
        columns = {
            name: list(self._in_column(name, cells[name])) for name in FIELDS if name in fields
        }
        results = [
            *self._in_cells("result", list(odd.results), list(odd.results.values())),
            *_of(columns, RESULT_NAMES),
            *odd.unknown_in_results,
        ]
        results += self._without_result(cells, _places(results))
        found = [
            *_of(columns, _BEFORE_RESULT),
            *results,
            *_of(columns, _AFTER_RESULT),
            *odd.unknown,
        ]
        found += self._with_long_keys(cells, _places(found))
        return sorted(found, key=itemgetter(0))

    def _in_column(self, name: str, cells: Sequence[object]) -> Iterator[Found]:
        if fast_path.are_plain(name, cells):
            return iter(())
        places = [
            place
            for start in range(0, len(cells), _CELLS_IN_PART)
            if not fast_path.are_plain(name, cells[start : start + _CELLS_IN_PART])
            for place in range(start, min(start + _CELLS_IN_PART, len(cells)))
        ]
        return self._in_cells(name, places, [cells[place] for place in places])

    def _in_cells(
        self, name: str, places: Sequence[int], cells: Sequence[object]
    ) -> Iterator[Found]:
        if name == "metadata":
            yield from self._in_metadata(places, cells)
            return
        keys = [_what_decides(name, cell) for cell in cells]
        known = self._learned(name, dict(zip(keys, cells, strict=True)))
        for place, key, cell in zip(places, keys, cells, strict=True):
            for trouble in known.get(key, ()):
                yield Found(place, trouble, None if cell is ABSENT else cell)
        others = [at for at, key in enumerate(keys) if key is None]
        yield from self._asked(name, [places[at] for at in others], [cells[at] for at in others])

    def _learned(self, name: str, examples: Mapping[object, object]) -> _Known:
        """Return what is wrong with cells of a field, by what decides about them."""
        known = self._known.setdefault(name, {})
        new = [key for key in examples if key is not None and key not in known]
        known.update((key, ()) for key in new)
        cells = [examples[key] for key in new]
        for place, trouble, _ in self._asked(name, range(len(new)), cells):
            known[new[place]] += (trouble,)
        return known

    def _asked(self, name: str, places: Sequence[int], cells: Sequence[object]) -> Iterator[Found]:
        """Ask the models about cells, each of them in an annotation that is otherwise right."""
        if name in RESULT_NAMES:
            # Of the result alone, which takes half the time.
            return self._found(AnnotationResult, [{name: cell} for cell in cells], places, (name,))
        rows = [
            {key: value for key, value in {**_RIGHT, name: cell}.items() if value is not ABSENT}
            for cell in cells
        ]
        return self._found(TraceAnnotationData, rows, places, (name,))

    def _in_metadata(self, places: Sequence[int], cells: Sequence[object]) -> Iterator[Found]:
        look = self._first_in if self.is_brief else self._all_in
        for place, cell in zip(places, cells, strict=True):
            if cell is not None:
                for trouble, value in look(cell):
                    yield Found(place, trouble, value)

    def _all_in(self, metadata: object) -> Iterable[tuple[Trouble, object]]:
        if (looked := shape_of(metadata)) is None:
            return self._within(problems_in(metadata))
        shape, at_fault = looked
        known = self._known_metadata.get(shape)
        if known is None:
            known = self._learned_of_metadata(shape, metadata)
        return [(trouble, at_fault[at]) for trouble, at in known]

    def _learned_of_metadata(self, shape: Shape, cell: object) -> tuple[tuple[Trouble, int], ...]:
        known = tuple(
            (trouble, at) for at, (trouble, _) in enumerate(self._within(problems_in(cell)))
        )
        _remember(self._known_metadata, shape, known)
        return known

    def _within(self, problems: Iterable[Problem]) -> Iterable[tuple[Trouble, object]]:
        return self._explainer.within_metadata(problems)

    def _first_in(self, metadata: object) -> Iterable[tuple[Trouble, object]]:
        kind: type[object] = type(metadata)
        if kind is not dict:
            return islice(self._all_in(metadata), 1)
        fault = first_fault(metadata)
        if fault is True:
            return ()
        if fault is False:
            return self._within(problems_in(metadata, only_first=True))
        trouble = self._known_faults.get((fault.steps, fault.reason))
        if trouble is None:
            trouble = self._learned_of_fault(fault, metadata)
        return ((trouble, fault.part),)

    def _learned_of_fault(self, fault: Fault, metadata: object) -> Trouble:
        words = self._words_by_reason.get(fault.reason)
        if words is None:
            ((_, _, words),) = problems_in(metadata, only_first=True)
            _remember(self._words_by_reason, fault.reason, words)
        trouble = Trouble.short(path_text(("metadata", *fault.steps)), words)
        _remember(self._known_faults, (fault.steps, fault.reason), trouble)
        return trouble

    def _found(
        self,
        model: type[AnnotationResult | TraceAnnotationData],
        rows: Sequence[object],
        places: Sequence[int],
        about: tuple[str, ...],
    ) -> Iterator[Found]:
        """Yield what a model has against one field of some rows, or against no field in particular.

        Args:
            model: Who is asked.
            rows: In its form.
            places: Of the rows.
            about: The beginning of the paths that count; empty for rules about several fields.
        """
        above = ("result",) if model is AnnotationResult else ()
        for details in refusals(model, rows):
            at, *path = details["loc"]
            if tuple(path[:1]) == about:
                for trouble, value in self._explainer.troubles(details, (*above, *path)):
                    yield Found(places[int(at)], trouble, value)

    def _without_result(self, cells: Cells, known_bad: Collection[int]) -> Iterator[Found]:
        columns = [cells[name] for name in RESULT_NAMES]
        if any(all(map(_has_content, column)) for column in columns):
            return iter(())
        empty = [
            place
            for place, row in enumerate(zip(*columns, strict=True))
            if place not in known_bad and not any(map(_has_content, row))
        ]
        # All that is missing is missing in the same words.
        return self._about_the_whole(AnnotationResult, dict.fromkeys(empty, "none"), {"none": {}})

    def _with_long_keys(self, cells: Cells, known_bad: Collection[int]) -> Iterator[Found]:
        names, identifiers = cells["name"], cells["identifier"]
        if (_longest(names) + _longest(identifiers)) * MOST_BYTES_PER_CHARACTER <= MAX_KEY_BYTES:
            return iter(())
        long = {
            place: size
            for place, key in enumerate(zip(names, identifiers, strict=True))
            if place not in known_bad and (size := sum(map(_bytes_of, key))) > MAX_KEY_BYTES
        }
        # Their size is all that is said of them.
        examples: dict[object, object] = {
            size: {**_RIGHT, "name": "n" * size} for size in long.values()
        }
        return self._about_the_whole(TraceAnnotationData, long, examples)

    def _about_the_whole(
        self,
        model: type[AnnotationResult | TraceAnnotationData],
        decided: Mapping[int, object],
        examples: Mapping[object, object],
    ) -> Iterator[Found]:
        """Yield what a model has against rows as a whole.

        Args:
            model: Who is asked.
            decided: By place of the rows, what decides about the words.
            examples: By what decides, a row for which the same is said.
        """
        for place, key in decided.items():
            troubles = self._known_wholes.get((model, key))
            if troubles is None:
                found = self._found(model, [examples[key]], [place], ())
                troubles = tuple(each.trouble for each in found)
                _remember(self._known_wholes, (model, key), troubles)
            for trouble in troubles:
                yield Found(place, trouble, None)


def _remember(known: dict[_KeyT, _ValueT], key: _KeyT, value: _ValueT) -> None:
    if len(known) >= _MOST_SHAPES:
        known.clear()
    known[key] = value


def _what_decides(name: str, cell: object) -> object:
    """Return what decides whether a cell is refused, and why; None when only the models know.

    Cells that are the same in this are refused in the same words, apart from their own values.
    """
    kind = type(cell)
    if name in _TEXTS:
        if kind is str:
            return _what_decides_about_text(cast("str", cell))
        if issubclass(kind, str):
            return None
        # Of an integer, its size decides too.
        return (kind, not_text(cell)) if name == "trace_id" and kind is not _Absent else kind
    if name == "score":
        return _what_decides_about_score(kind, cell)
    if name == "annotator_kind" and kind is str:
        return cell if cell in ANNOTATOR_KINDS else kind
    return kind if name in _CHOICES and kind in _NO_CHOICE else None


def _what_decides_about_score(kind: type[object], cell: object) -> object:
    if kind is float:
        return math.isfinite(cast("float", cell))
    if kind in _NO_NUMBER or issubclass(kind, (str, bytes, bytearray)):
        return kind
    if kind is Decimal:
        return kind, cast("Decimal", cell).is_finite()
    if kind is int:
        # Python itself knows how far floats go.
        return kind, cast("int", cell).bit_length() < sys.float_info.max_exp
    return kind if _is_no_number(cast("Hashable", kind)) else None


@lru_cache(maxsize=128)
def _is_no_number(kind: type[object]) -> bool:
    """Tell of plain classes that no value of theirs becomes a float."""
    return (
        type(kind) is type
        and kind.__module__ != "numpy"
        and kind.__getattribute__ is object.__getattribute__
        and not any(vars(base).keys() & _MAKING_NUMBERS for base in kind.__mro__[:-1])
    )


def _what_decides_about_text(text: str) -> object:
    stripped = str.strip(text, WHITE_SPACE)
    is_special = stripped == RESERVED_NAME, stripped in NO_TRACE_IDS
    return "\x00" in text, is_unicode(text), bool(stripped), *is_special


def _of(columns: Mapping[str, list[Found]], names: Iterable[str]) -> Iterator[Found]:
    return chain.from_iterable(columns.get(name, ()) for name in names)


def _places(found: Iterable[Found]) -> set[int]:
    return {each.place for each in found}


def _has_content(cell: object) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(str.strip(cell, WHITE_SPACE)))


def _longest(cells: Iterable[object]) -> int:
    return max((str.__len__(cell) for cell in cells if isinstance(cell, str)), default=0)


def _bytes_of(cell: object) -> int:
    text = str.strip(cell, WHITE_SPACE) if isinstance(cell, str) else ""
    return len(text.encode("utf-8", "surrogatepass"))
