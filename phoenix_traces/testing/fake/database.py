"""What the server's database can store, and what it gives back: SQLite's rules and PostgreSQL's.

Each rule was seen on a running Phoenix 20.26.1; the tests of congruence repeat them.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Literal, TypeAlias

from phoenix_traces.testing import arguments
from phoenix_traces.testing.fake.json_values import is_array, is_object
from phoenix_traces.testing.fake.messages import CrashedError

DatabaseName: TypeAlias = Literal["sqlite", "postgresql"]

# The server writes and reads metadata with orjson, which has these limits.
_SMALLEST_INTEGER = -(2**63)
_LARGEST_INTEGER = 2**64 - 1
_DEEPEST = 254

# What PostgreSQL's index has room for: a page takes three entries. Texts that compress well may be
# longer, which is not modelled.
_LONGEST_KEY = 2_670

# From here on a float is written with an exponent, as 1e16, which PostgreSQL's numbers do not keep.
_EXPONENT_FROM = 1e16


class Database:
    """The server's database.

    Args:
        name: Which of the two.

    Raises:
        ValueError: It is neither.
    """

    def __init__(self, name: DatabaseName) -> None:
        arguments.choice(name, "database", ("sqlite", "postgresql"))
        self.name: DatabaseName = name
        self._is_sqlite = name == "sqlite"

    @property
    def reuses_row_numbers(self) -> bool:
        """Whether a new row gets the number after the largest there is, used before or not."""
        return self._is_sqlite

    def check_text(self, *texts: str | None) -> None:
        """Refuse what the database cannot store or compare.

        Raises:
            CrashedError: One of them has half a character, or on PostgreSQL a NUL.
        """
        if not all(text is None or self.takes_text(text) for text in texts):
            raise CrashedError("a text that the database does not take")

    def takes_text(self, text: str) -> bool:
        """Tell whether the database can store a text."""
        if not self._is_sqlite and "\0" in text:
            return False
        return text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text)

    def check_key(self, name: str, identifier: str) -> None:
        """Refuse a name and an identifier that are too long for the index together.

        Raises:
            CrashedError: They are.
        """
        if not self._is_sqlite and len(name.encode()) + len(identifier.encode()) > _LONGEST_KEY:
            raise CrashedError("a key that does not fit into the index")

    def stored_score(self, score: float | None) -> float | None:
        """Return a score as it will be read back."""
        if score is None or not self._is_sqlite:
            return score
        # SQLite has no NaN, and keeps a whole number as an integer.
        return None if math.isnan(score) else score or 0.0

    def stored_metadata(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """Return metadata as the database has them after writing.

        Raises:
            CrashedError: They cannot be written.
        """
        written: dict[str, Any] = self._written(metadata, 1)
        return written

    def _written(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            self.check_text(value)
        elif isinstance(value, float):
            return self._written_float(value)
        elif isinstance(value, int):
            if not _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER:
                raise CrashedError("an integer of more than 64 bits")
        elif value is not None:
            if depth > _DEEPEST:
                raise CrashedError("metadata that are nested too deeply")
            if is_array(value):
                return [self._written(each, depth + 1) for each in value]
            self.check_text(*value)
            return {key: self._written(each, depth + 1) for key, each in value.items()}
        return value

    def _written_float(self, value: float) -> float | int | None:
        if not math.isfinite(value):
            return None
        if self._is_sqlite:
            return value
        # Its numbers are decimal: there is no -0.0, and 1e16 comes back as an integer.
        return int(value) if abs(value) >= _EXPONENT_FROM else value or 0.0

    def read_metadata(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """Return metadata as the server reads them.

        Raises:
            CrashedError: There is an integer that it cannot read again, made of a float.
        """
        if not self._is_sqlite and not _is_readable(metadata):
            raise CrashedError("an integer of more than 64 bits in the database")
        return metadata

    def stamp(self, now: datetime) -> datetime:
        """Return the time of a row that the database writes by itself: whole seconds on SQLite."""
        return now.replace(microsecond=0) if self._is_sqlite else now

    def is_before(self, stamp: datetime, bound: datetime) -> bool:
        """Tell whether a row's time is before a bound, as the database compares them.

        SQLite compares texts, and those of its own times have no fraction: "12:00:00" comes before
        "12:00:00.000000". So a row of just that second is before it.
        """
        if self._is_sqlite and not stamp.microsecond:
            return stamp <= bound
        return stamp < bound


def _is_readable(value: Any) -> bool:
    if is_object(value):
        return all(map(_is_readable, value.values()))
    if is_array(value):
        return all(map(_is_readable, value))
    return not isinstance(value, int) or _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER
