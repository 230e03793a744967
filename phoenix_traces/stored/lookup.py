"""What the server has for the rows of an upload: found by their keys, and compared with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, cast

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.inputs.rows import Key, Rows, RowT
from phoenix_traces.protocol.exchange import Call, Outcome
from phoenix_traces.stored.annotations import TraceAnnotation
from phoenix_traces.stored.reading import AbsentTraces, Reading
from phoenix_traces.stored.selection import Selection, annotations_path

# More names or identifiers than these are not worth their room in the URL.
_MOST_NAMES = 20
_MOST_BYTES_OF_NAMES = 500

# What differs: the field, what the server has and what was given.
Differences: TypeAlias = Mapping[str, tuple[object, object]]

_Wire: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Wanted(Generic[RowT]):
    """A row beside its position and its key: (trace_id, name, identifier or "")."""

    position: int
    row: RowT
    key: Key

    @property
    def trace_id(self) -> str:
        """Return the row's trace."""
        return self.key[0]


@dataclass(frozen=True)
class Match:
    """An annotation that the server has under a row's key, and how it differs."""

    annotation_id: str
    annotator_kind: str
    updated_at: datetime
    differences: Differences


class Lookup(Generic[RowT]):
    """The part of an exchange that finds out what the server has for rows.

    Args:
        rows: Checked already; those that others replace are not among them.
        project_identifier: Where their traces are.
        narrow: Whether to leave out what others wrote under other identifiers, where the rows have
            few of them. The server (15.1.0) then says of no trace that it is absent.

    Attributes:
        wanted: The rows, in order.
        matches: What was found, by position.
        error: What went wrong, if anything.
        absent: Traces known not to be in the project.

    Raises:
        AnnotationValidationError: when the project cannot be asked for.
    """

    def __init__(self, rows: Rows[RowT], *, project_identifier: str, narrow: bool = False) -> None:
        self._path = annotations_path(project_identifier)
        self._rows = rows
        self.wanted: list[Wanted[RowT]] = [
            Wanted(position, row, rows.key(row)) for position, row in rows.items
        ]
        self._by_key = {each.key: each for each in self.wanted}
        self._names = _few_enough({each.key[1] for each in self.wanted})
        self._identifiers = self._all_identifiers() if narrow else None
        self._seen: set[str] = set()
        self.matches: dict[int, Match] = {}
        self.absent: list[AbsentTraces] = []
        self._reading = self._read(each.trace_id for each in self.wanted)

    def _all_identifiers(self) -> tuple[str, ...] | None:
        identifiers = {each.key[2] for each in self.wanted}
        # The server cannot be asked for what has none.
        return None if "" in identifiers else _few_enough(identifiers)

    def _read(self, trace_ids: Iterable[str], *, all_names: bool = False) -> Reading:
        include = None if all_names else self._names
        distinct = tuple(dict.fromkeys(trace_ids))
        return Reading(
            Selection(
                self._path, trace_ids=distinct, identifiers=self._identifiers, include=include
            )
        )

    def ask_again(self, wanted: Iterable[Wanted[RowT]]) -> None:
        """Begin to look up some of the rows once more."""
        self.absent = []
        self._reading = self._read(each.trace_id for each in wanted)

    def ask_for_traces(self) -> None:
        """Begin to look for the traces of which nothing was seen.

        The server says that traces are absent only when it has none of those asked for together,
        so those that are in doubt are asked for without the others.
        """
        if self.error is not None:
            return
        known = {trace_id for each in self.absent for trace_id in each.trace_ids} | self._seen
        doubtful = (each.trace_id for each in self.wanted if each.position not in self.matches)
        self._reading = self._read((each for each in doubtful if each not in known), all_names=True)

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing more to ask or to wait for."""
        return self._reading.is_over

    @property
    def error(self) -> PhoenixHTTPError | None:
        """Return what went wrong, if anything."""
        return self._reading.error

    def next_call(self, now: float) -> Call | None:
        """Return the next request."""
        return self._reading.next_call(now)

    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take a page, and keep what belongs to the rows."""
        self._reading.receive(call, outcome, now)
        self.absent += self._reading.take_absent()
        for annotation in self._reading.take():
            self._seen.add(annotation.trace_id)
            wanted = self._by_key.get((annotation.trace_id, annotation.name, annotation.identifier))
            if wanted is not None:
                self.matches[wanted.position] = self._match(wanted, annotation)

    def _match(self, wanted: Wanted[RowT], annotation: TraceAnnotation) -> Match:
        # As JSON, because the server gives back what became of numbers and dates in it.
        (given,) = json.loads(self._rows.encode([wanted.row]))
        return Match(
            annotation.id,
            annotation.annotator_kind,
            annotation.updated_at,
            differences(annotation, given),
        )


def _few_enough(names: set[str]) -> tuple[str, ...] | None:
    size = sum(len(name.encode()) for name in names)
    few = len(names) <= _MOST_NAMES and size <= _MOST_BYTES_OF_NAMES
    return tuple(sorted(names)) if few else None


def differences(stored: TraceAnnotation, given: _Wire) -> Differences:
    """Return how an annotation that the server has differs from one as it goes over the wire.

    The server stores absent metadata as {}.
    """
    result: _Wire = given["result"]
    pairs: dict[str, tuple[object, object]] = {
        "annotator_kind": (stored.annotator_kind, given["annotator_kind"]),
        "label": (stored.result.label, result.get("label")),
        "score": (stored.result.score, result.get("score")),
        "explanation": (stored.result.explanation, result.get("explanation")),
        "metadata": (stored.metadata, given.get("metadata") or {}),
    }
    return {field: pair for field, pair in pairs.items() if not same_json(*pair)}


def same_json(one: object, other: object) -> bool:
    """Tell whether two JSON values are the same.

    A float is the same as any number that it is as float64: PostgreSQL gives back 1e19 as an
    integer. True is not 1, although Python says so.
    """
    if _is_number(one) and _is_number(other):
        return _same_number(cast("float", one), cast("float", other))
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        left, right = cast("_Wire", one), cast("_Wire", other)
        return left.keys() == right.keys() and all(same_json(left[k], right[k]) for k in left)
    if isinstance(one, list):
        items, others = cast("list[object]", one), cast("list[object]", other)
        return len(items) == len(others) and all(map(same_json, items, others))
    return one == other


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same_number(one: float, other: float) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    try:
        return float(one) == float(other)
    except OverflowError:  # an integer that no float64 comes near
        return False
