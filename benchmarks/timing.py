"""Contestants measured in turns, so that what disturbs one of them disturbs all."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeAlias, TypeVar

# Does the work once and returns what it cost.
Measure: TypeAlias = Callable[[], float]
Runs: TypeAlias = "tuple[float, ...]"

NameT = TypeVar("NameT", bound=Hashable)


def cpu(work: Callable[[], object], *, per: float = 1.0) -> Measure:
    """Measure seconds of processor time, all threads together, which other programs barely change.

    Args:
        work: What to measure.
        per: Divide by this, such as the number of rows.
    """
    return _measured(work, time.process_time, per)


def wall(work: Callable[[], object], *, per: float = 1.0) -> Measure:
    """Measure seconds that pass, for work that waits.

    Args:
        work: What to measure.
        per: Divide by this, such as the number of rows.
    """
    return _measured(work, time.perf_counter, per)


def _measured(work: Callable[[], object], clock: Callable[[], float], per: float) -> Measure:
    def measure() -> float:
        began = clock()
        work()
        return (clock() - began) / per

    return measure


def contest(
    measures: Mapping[NameT, Measure], *, rounds: int, warm_up: bool = True
) -> dict[NameT, Runs]:
    """Run contestants in turns; each round begins with another one.

    Args:
        measures: The contestants by name.
        rounds: How often each of them runs.
        warm_up: Whether each runs once before, uncounted.
    """
    names = list(measures)
    if warm_up:
        for name in names:
            measures[name]()
    runs: dict[NameT, list[float]] = {name: [] for name in names}
    gc.collect()
    # The garbage collector stays on, as in a user's program, but skips the data of all contestants:
    # otherwise one of them would pay for walking through what another one needs.
    gc.freeze()
    try:
        for number in range(rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                runs[name].append(measures[name]())
    finally:
        gc.unfreeze()
    return {name: tuple(each) for name, each in runs.items()}


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """Return the median of the ratios of runs of the same round."""
    return statistics.median(this / that for this, that in zip(these, those, strict=True))
