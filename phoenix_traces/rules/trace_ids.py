"""What is wrong with a trace id, and how a value that is no text becomes the right one."""

from __future__ import annotations

from decimal import Decimal
from operator import index
from typing import SupportsIndex, cast
from uuid import UUID

from phoenix_traces.shown import type_name

_BITS = 128

NO_TRACE = (
    "is the id of no trace: no span was active where it was read; read it inside the span, or "
    "leave the annotation out"
)


def integer_problem(number: int) -> str | None:
    """Return why an integer other than 0 is no trace id, or None where it can be one."""
    if number < 0:
        return "no trace id: that is never negative"
    if number.bit_length() > _BITS:
        return f"no trace id: it has more than {_BITS} bits"
    return None


def not_text(value: object) -> str:
    """Return what is wrong with a trace id that is no text, and how it becomes the right text.

    `str()` would make an id that no trace has: Phoenix shows the 128 bits as 32 hex digits.
    """
    wrong = f"must be text, not {type_name(value)}"
    try:
        return _not_text(value, wrong)
    except Exception:  # noqa: BLE001 - a caller's own class may raise anything here
        return f"{wrong}: 32 hex digits, as Phoenix shows it"


def _not_text(value: object, wrong: str) -> str:
    # Not by `SupportsIndex`, which takes microseconds, and a million cells may be asked about.
    if not isinstance(value, bool) and hasattr(type(value), "__index__"):
        return _not_text_but_integer(wrong, cast("SupportsIndex", value))
    if isinstance(value, (bytes, bytearray)):
        return f"{wrong}: use {'hex' if len(value) == _BITS // 8 else 'decode'}()"
    if isinstance(value, UUID):
        return f"{wrong}: use its .hex"
    if isinstance(value, Decimal) and value.is_finite():
        return f'{wrong}: use format(int(trace_id), "032x"), as Phoenix shows it'
    if "float" in wrong and value == value:
        return f"{wrong}, which has lost digits of the id: keep ids as text"
    return f"{wrong}: 32 hex digits, as Phoenix shows it"


def _not_text_but_integer(wrong: str, value: SupportsIndex) -> str:
    try:
        number = index(value)
    except TypeError:  # numpy's arrays have the method, and no integer
        return f"{wrong}: 32 hex digits, as Phoenix shows it"
    if number == 0:
        return NO_TRACE
    if problem := integer_problem(number):
        return f"{wrong}, and {problem}"
    return f'{wrong}: use format(trace_id, "032x"), as Phoenix shows it'
