"""Checked annotations, ready to be encoded, from a list or a frame alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

RowT = TypeVar("RowT")

# (trace_id, name, identifier); no identifier is "".
Key: TypeAlias = "tuple[str, str, str]"

# Returns the rows as a JSON array.
Encode: TypeAlias = Callable[[Sequence[RowT]], bytes]


@dataclass(frozen=True)
class Rows(Generic[RowT]):
    """Checked annotations, ready to be encoded.

    A row is a `WireRow`, or an entry of the outbox, which holds its own JSON.

    Attributes:
        total: Rows in the caller's input.
        items: (position in the caller's input, row), in order, without the superseded ones; read
            once.
        encode: Makes rows a JSON array.
        key: Tells what the server keeps a row under; two rows of one key replace each other.
        superseded: Position of each row that a later one with the same key replaces, and the
            position of that later one. Such rows are not sent, so that no retry, delay or second
            request can ever put an earlier row in a later one's place.
        left_out: Position of each row that has no judgement and is not sent, and what there is to
            say about it.
        judgements_per_row: How many of these rows each row of the caller's input makes.
        keys: The key of each row, those not sent included, in order. It is read only when somebody
            asks an account for them, and then from what the caller gave.
    """

    total: int
    items: Iterable[tuple[int, RowT]]
    encode: Encode[RowT]
    key: Callable[[RowT], Key]
    superseded: Mapping[int, int] = field(default_factory=dict[int, int])
    left_out: Mapping[int, str] = field(default_factory=dict[int, str])
    judgements_per_row: int = 1
    keys: Iterable[Key] = ()
