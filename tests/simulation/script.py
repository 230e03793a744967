"""What one simulated upload is like, all of it drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from tests.simulation.server import NEVER

INTERRUPTED_SHARE = 0.15
STOPPED_BY_PROGRESS_SHARE = 0.03


@dataclass(frozen=True)
class Script:
    """An upload: its rows, its options, the network and the server that it meets.

    Attributes:
        rows: As they go over the wire; the score is the row's position.
        arrivals: When each trace is there.
        earlier: Rows that the server has from before.
        fault_rate: Share of the attempts that something happens to.
        body_limit: Largest body that the proxy in front of the server lets through.
        interrupt_after: Steps after which the upload is interrupted.
        abandons: Whether an interrupt leaves the attempts under way to themselves, as with threads.
        progress_fails_at: Call of `on_progress` that raises.
    """

    seed: int
    rows: list[dict[str, Any]]
    arrivals: dict[str, float]
    earlier: list[dict[str, Any]]
    sync: bool
    options: dict[str, Any]
    max_retries: int
    budget: float
    fault_rate: float
    body_limit: int | None
    interrupt_after: int | None
    abandons: bool
    progress_fails_at: int | None
    random: Random = field(repr=False)


def script_of(seed: int) -> Script:
    """Return the script of a seed."""
    random = Random(seed)
    traces = [f"t{number}" for number in range(random.randint(1, 6))]
    names = [f"n{number}" for number in range(random.choice([1, 2, 4]))]
    count = random.choice([1, 2, 4, 7, 10, 10, 14])
    refused_share = random.choice([0, 0, 0, 0.15])
    rows = [_row(random, traces, names, at, refused_share) for at in range(count)]
    earlier = [_row(random, traces, names, -at, 0) for at in range(1, random.choice([1, 1, 4]))]
    return Script(
        seed=seed,
        rows=rows,
        arrivals=_arrivals(random, traces),
        earlier=earlier,
        sync=random.random() < 0.75,
        options=_options(random),
        max_retries=random.choice([0, 1, 2, 4, 10]),
        budget=random.choice([3.0, 20.0, 120.0]),
        fault_rate=random.choice([0.0, 0.1, 0.3, 0.6, 0.9]),
        body_limit=random.choice([None, None, None, 150, 300]),
        interrupt_after=random.randint(0, 30) if random.random() < INTERRUPTED_SHARE else None,
        abandons=random.random() < 0.5,
        progress_fails_at=(
            random.randint(1, 4) if random.random() < STOPPED_BY_PROGRESS_SHARE else None
        ),
        random=random,
    )


def _row(
    random: Random, traces: list[str], names: list[str], at: int, refused_share: float
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "trace_id": random.choice(traces),
        "name": random.choice(names),
        "annotator_kind": "ROBOT" if random.random() < refused_share else "HUMAN",
        "result": {"score": at},
    }
    if random.random() < 0.3:
        row["identifier"] = random.choice(["ana", "ben"])
    return row


def _arrivals(random: Random, traces: list[str]) -> dict[str, float]:
    late = random.choice([0, 0, 0.2, 0.5])
    return {
        each: random.choice([random.uniform(0, 5), random.uniform(0, 60), NEVER])
        if random.random() < late
        else 0.0
        for each in traces
    }


def _options(random: Random) -> dict[str, Any]:
    on_error: Literal["raise", "continue"] = random.choice(["raise", "continue"])
    on_missing: Literal["raise", "skip"] = random.choice(["raise", "skip"])
    return {
        "batch_size": random.choice([None, 1, 2, 3, 5]),
        "max_batch_bytes": random.choice([900_000, 900_000, 1, 200, 400]),
        "max_concurrency": random.choice([1, 1, 2, 3, 8]),
        "on_error": on_error,
        "on_missing_trace": on_missing,
        "wait_for_traces": random.choice([0.0, 0.0, 3.0, 40.0]),
    }
