"""What a case found: figures, and which targets they meet."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

EXISTING = "existing client"
FLOOR = "floor"
OURS = "ours"
CEILING = "ceiling"


@dataclass(frozen=True)
class Figure:
    """One contestant's cost of one thing.

    Attributes:
        subject: What was done.
        contestant: Who did it.
        median: Of all runs, in the unit of the case, and so are the quartiles.
        low: First quartile.
        high: Third quartile.
        runs: How many there were.
    """

    subject: str
    contestant: str
    median: float
    low: float
    high: float
    runs: int


def figure(subject: str, contestant: str, runs: Sequence[float], *, scale: float = 1.0) -> Figure:
    """Return the figure of some runs.

    Args:
        subject: What was done.
        contestant: Who did it.
        runs: What each run cost.
        scale: Makes it the unit of the case, such as 1e6 for microseconds.
    """
    scaled = [run * scale for run in runs]
    low, median, high = (
        statistics.quantiles(scaled, n=4, method="inclusive")
        if len(scaled) > 1
        else (scaled[0],) * 3
    )
    return Figure(subject, contestant, median, low, high, len(scaled))


def figures(subject: str, runs: Mapping[str, Sequence[float]], *, scale: float) -> list[Figure]:
    """Return the figures of some contestants; arguments as in `figure`."""
    return [figure(subject, contestant, each, scale=scale) for contestant, each in runs.items()]


@dataclass(frozen=True)
class Target:
    """A ratio that was promised, and what it came to."""

    what: str
    value: float
    kind: Literal["at most", "at least"]
    limit: float

    @property
    def met(self) -> bool:
        """Tell whether the promise is kept."""
        return self.value <= self.limit if self.kind == "at most" else self.value >= self.limit


@dataclass(frozen=True)
class Result:
    """What a case found.

    Attributes:
        case: Its short name.
        title: What it is about.
        unit: Of its figures.
        how: How it was measured, in whole sentences.
        remarks: Whatever else was found.
    """

    case: str
    title: str
    unit: str
    how: str
    figures: Sequence[Figure]
    targets: Sequence[Target] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """A run of some cases: where and when, and what they found."""

    machine: Mapping[str, str]
    quick: bool
    results: Sequence[Result] = field(default_factory=list[Result])

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        return {
            "machine": dict(self.machine),
            "quick": self.quick,
            "results": [
                {
                    **asdict(result),
                    "targets": [{**asdict(each), "met": each.met} for each in result.targets],
                }
                for result in self.results
            ],
        }
