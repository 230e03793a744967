"""What is wrong with the input: one record for each thing, made when it is looked at.

A refusal of a million rows keeps a few numbers and references for each failure, and no text. The
values are the caller's own objects, as they were when they were checked.
"""

from __future__ import annotations

import difflib
import pickle
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from operator import eq
from typing import Any, Literal, NamedTuple, TypeAlias, cast, overload

from phoenix_traces.shown import cut, is_large, shown, text_of

# A path into metadata may be long, and so may the words of a rubric's own validator.
_MOST_CHARACTERS_OF_FIELD = 300
_MOST_CHARACTERS_OF_WORDS = 1_000

_MOST_BYTES_OF_VALUE = 1_000
_MOST_VALUES_PICKLED = 1_000
_MOST_TROUBLES_PICKLED = 1_000

_MANY = 1_000

_MOST_IN_REPR = 3
_LONGEST_KEY_TO_GUESS = 40

_INPUT_AS_A_WHOLE = -1


@dataclass(frozen=True, repr=False)
class AnnotationFailure:
    """One thing that is wrong with the input.

    Its `str`, its `repr` and its pickle stay short, however large the value is. A pickle holds the
    value itself where that takes at most 1,000 bytes, and the beginning of its repr otherwise.

    Attributes:
        position: Zero-based position in the input; None when the input as a whole is wrong.
        index: Label of the row in the DataFrame's index; None outside DataFrames.
        field: The column, key or argument.
        value: The value as it was given.
        message: What is wrong and what to do.
    """

    position: int | None
    index: Any
    field: str | None
    value: Any
    message: str

    def __str__(self) -> str:
        if self.position is None:
            return self.message
        label = "" if self.index is None else f" (index {shown(self.index)})"
        place = f", {self.field}" if self.field else ""
        given = "" if self.value is None else f" {shown(self.value)}:"
        return f"row {self.position}{label}{place}:{given} {self.message}"

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(position={self.position!r}, index={shown(self.index)}, "
            f"field={self.field!r}, value={shown(self.value)}, message={self.message!r})"
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "index": _to_pickle(self.index), "value": _to_pickle(self.value)}


# What of a value stands in the words about it: its repr; its text; its text, or the repr of what
# is no text; or, of an unknown key, the known one that may have been meant.
Mention: TypeAlias = Literal["repr", "text", "text or repr", "known key"]


class Trouble(NamedTuple):
    """What is wrong with any number of values.

    Attributes:
        field: The column, key or argument.
        text: What is wrong and what to do; "{}" stands for what is mentioned.
        mention: What of the value is mentioned, if anything.
        known_keys: Those that may have been meant.
    """

    field: str | None
    text: str
    mention: Mention | None = None
    known_keys: tuple[str, ...] = ()

    @classmethod
    def short(cls, field: str | None, text: str) -> Trouble:
        """Return trouble whose field or text may have grown with the input."""
        if field is not None:
            field = cut(field, _MOST_CHARACTERS_OF_FIELD)
        return cls(field, cut(text, _MOST_CHARACTERS_OF_WORDS))

    def words(self, value: object) -> str:
        """Return what is wrong with one value, and what to do."""
        if self.mention is None:
            return self.text
        return self.text.replace("{}", self._mentioned(value), 1)

    def _mentioned(self, value: object) -> str:
        if self.mention == "known key":
            return self._guess()
        if self.mention == "repr":
            return shown(value)
        if self.mention == "text" or isinstance(value, str):
            return text_of(value)
        return shown(value)

    def _guess(self) -> str:
        key = (self.field or "").rpartition(".")[2]
        # The time that a comparison takes grows with the square of the length.
        close = len(key) <= _LONGEST_KEY_TO_GUESS and difflib.get_close_matches(
            key, self.known_keys, n=1
        )
        return f"; did you mean {close[0]!r}?" if close else ""


class Found(NamedTuple):
    """Trouble with a value, and the place of its row among those that were looked at."""

    place: int
    trouble: Trouble
    value: object


class Failures(Sequence[AnnotationFailure]):
    """The failures of an input, in its order: reads like a list of `AnnotationFailure`.

    Every row that is refused is among them. From the thousand rows on in which the thousandth
    failure was found, only the first trouble of each piece of metadata is: a million pieces may
    hold a hundred troubles each.

    A pickle holds the position and the trouble of every failure, in 6 bytes for each, and the
    values and index labels of the first 1,000. Of the others these are None after loading, and
    "..." in the words. Of troubles it holds the first 1,000 that differ.

    Args:
        label_of: Tells the index label of a row by its position.
    """

    def __init__(self, label_of: Callable[[int], object] | None = None) -> None:
        self._label_of = label_of or _NO_LABELS.get
        self._positions = array("i")
        self._troubles: list[Trouble] = []
        self._values: list[object] = []

    def add(self, found: Iterable[Found], positions: Sequence[int]) -> None:
        """Add what was found in some rows.

        Args:
            found: In order of the rows.
            positions: Of these rows.
        """
        for place, trouble, value in found:
            self._positions.append(positions[place])
            self._troubles.append(trouble)
            self._values.append(value)

    def found(self) -> Iterator[Found]:
        """Yield what was found, by position."""
        return map(Found, self._positions, self._troubles, self._values)

    @property
    def are_many(self) -> bool:
        """Tell that there are so many that more words about the same row help nobody."""
        return len(self) >= _MANY

    def __len__(self) -> int:
        return len(self._troubles)

    @overload
    def __getitem__(self, place: int) -> AnnotationFailure: ...
    @overload
    def __getitem__(self, place: slice) -> Failures: ...
    def __getitem__(self, place: int | slice) -> AnnotationFailure | Failures:
        if isinstance(place, int):
            return self._record(self._positions[place], self._troubles[place], self._values[place])
        if place == slice(None):
            return self
        part = Failures(self._label_of)
        part._positions = self._positions[place]
        part._troubles = self._troubles[place]
        part._values = self._values[place]
        return part

    def __iter__(self) -> Iterator[AnnotationFailure]:
        return map(self._record, self._positions, self._troubles, self._values)

    def _record(self, position: int, trouble: Trouble, value: object) -> AnnotationFailure:
        return AnnotationFailure(
            position,
            self._label_of(position),
            trouble.field,
            None if value is _LEFT_OUT else value,
            trouble.words(value),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (list, Failures)):
            return NotImplemented
        others = cast("Sequence[object]", other)
        return len(self) == len(others) and all(map(eq, self, others))

    def __hash__(self) -> int:
        raise TypeError(f"unhashable type: {type(self).__name__!r}")

    def __repr__(self) -> str:
        first = ", ".join(map(repr, self[:_MOST_IN_REPR]))
        more = f", ... and {len(self) - _MOST_IN_REPR} more" if len(self) > _MOST_IN_REPR else ""
        return f"[{first}{more}]"

    def __copy__(self) -> Failures:
        return self

    def __deepcopy__(self, memo: object) -> Failures:
        return self

    def __getstate__(self) -> dict[str, Any]:
        first = self._positions[:_MOST_VALUES_PICKLED]
        table, places = _table(self._troubles)
        return {
            "positions": self._positions,
            "table": table,
            "troubles": places,
            "values": list(map(_to_pickle, self._values[: len(first)])),
            "labels": {position: _to_pickle(self._label_of(position)) for position in first},
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._positions = state["positions"]
        self._troubles = [state["table"][place] for place in state["troubles"]]
        left_out = len(self._positions) - len(state["values"])
        self._values = [*state["values"], *[_LEFT_OUT] * left_out]
        self._label_of = state["labels"].get


_NO_LABELS: dict[int, object] = {}


class _LeftOut:
    """What a pickle left out."""

    def __repr__(self) -> str:
        return "..."

    def __reduce__(self) -> str:
        return "_LEFT_OUT"


_LEFT_OUT = _LeftOut()


def _table(troubles: Sequence[Trouble]) -> tuple[list[Trouble], array[int]]:
    """Return the troubles that differ, not too many of them, and the place of each trouble."""
    places: dict[Trouble, int] = {}
    found = array("H")
    for trouble in troubles:
        is_kept = trouble in places or len(places) < _MOST_TROUBLES_PICKLED
        found.append(places.setdefault(trouble if is_kept else _OTHER_TROUBLE, len(places)))
    return list(places), found


_OTHER_TROUBLE = Trouble(None, "what is wrong was left out when the error was pickled")


class _TooManyBytesError(Exception):
    """A pickle grew longer than it may be."""


class _ShortFile(BytesIO):
    """A file that takes only a few bytes."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > _MOST_BYTES_OF_VALUE:
            raise _TooManyBytesError
        return super().write(data)


def _to_pickle(value: object) -> object:
    """Return a value where its pickle is short; else the beginning of its repr."""
    return value if _has_short_pickle(value) else shown(value)


def _has_short_pickle(value: object) -> bool:
    # What a caller put into a cell may not pickle, or not come back; the error that names it must.
    try:
        if is_large(value):
            return False
        file = _ShortFile()
        pickle.Pickler(file).dump(value)
        pickle.loads(file.getvalue())  # noqa: S301 - it was made just above
    except Exception:  # noqa: BLE001 - a caller's own class may raise anything here
        return False
    return True


AnnotationFailure.__module__ = "phoenix_traces"
