"""How many cases a generated family has: all of them in CI, and a sample elsewhere."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

IS_CI = os.environ.get("HYPOTHESIS_PROFILE") == "ci"


def in_ci(full: T, sample: T) -> T:
    """Return the first in CI, and the second elsewhere."""
    return full if IS_CI else sample


def some_of(cases: Iterable[T], number: int, *, seed: object = "") -> list[T]:
    """Return all cases in CI, and elsewhere this number of them, in their order.

    Args:
        seed: Tests with seeds of their own see other cases. The same test always sees the same.
    """
    every = list(cases)
    if IS_CI or number >= len(every):
        return every
    chosen = random.Random(f"{seed}").sample(range(len(every)), number)
    return [every[at] for at in sorted(chosen)]
