"""Annotations in an outbox: what a sender takes out of the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from phoenix_traces.inputs.rows import Key, Rows
from phoenix_traces.outbox.moments import Moment

# Where an annotation can be while it is in the file, in the words of every account.
Place: TypeAlias = Literal["waiting", "missing_trace", "rejected"]


class NewEntry(NamedTuple):
    """An annotation to be put.

    Attributes:
        key: (trace_id, name, identifier or "").
        body: It as JSON, as it goes over the wire.
    """

    key: Key
    body: bytes


class Entry(NamedTuple):
    """An annotation that waits to be sent.

    Attributes:
        id: Its number in the file, which no other ever has.
        key: (trace_id, name, identifier or "").
        body: It as JSON, as it goes over the wire.
        put: When it was put.
        waited: Seconds of pauses for its trace so far.
        aside: Seconds for which it stood aside so far, because it failed alone.
        reason: What became of it the last time, in words.
    """

    id: int
    key: Key
    body: bytes
    put: Moment
    waited: float = 0.0
    aside: float = 0.0
    reason: str = ""


def parsed(body: bytes) -> Mapping[str, Any]:
    """Return an annotation as it goes over the wire."""
    annotation: Mapping[str, Any] = json.loads(body)
    return annotation


def encoded(entries: Sequence[Entry]) -> bytes:
    """Return entries as a JSON array."""
    return b"[" + b",".join([entry.body for entry in entries]) + b"]"


def _key(entry: Entry) -> Key:
    return entry.key


def as_rows(entries: Iterable[tuple[int, Entry]], total: int) -> Rows[Entry]:
    """Return entries as the rows of an upload.

    Args:
        entries: Each beside its position.
        total: How many positions there are.
    """
    return Rows(total=total, items=entries, encode=encoded, key=_key)
