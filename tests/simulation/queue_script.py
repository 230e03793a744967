"""What one simulated upload through the queue meets besides the network, drawn from its seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal

from tests.simulation.script import Script, script_of

WITHIN = (0.0, 2.0, 10.0, 30.0)


@dataclass(frozen=True)
class Event:
    """Something that happens to the server while the upload runs.

    Attributes:
        what: A restart, which loses the queue; a round of the queue that fails, which loses it too;
            or what someone else does to the row of a key.
        row: What someone else writes.
    """

    at: float
    what: Literal["restart", "spoilt round", "written", "queued", "deleted"]
    row: dict[str, Any] | None = None


@dataclass(frozen=True)
class World:
    """The server that a script meets.

    Attributes:
        project: Its name; the upload asks for "default".
        elsewhere: Traces of another project.
        slowness: Seconds that a round of the queue takes, for each row.
        dates: What the `Date` of its answers is like.
    """

    project: str
    elsewhere: frozenset[str]
    slowness: float
    dates: Literal["right", "none", "behind", "ahead"]
    events: tuple[Event, ...]


def queue_script_of(seed: int) -> tuple[Script, World]:
    """Return the script of a seed and its world."""
    script = script_of(seed)
    random = Random(f"queue {seed}")
    options = {**script.options, "via": "queue", "confirm_within": random.choice(WITHIN)}
    script = replace(
        script,
        sync=True,
        options=options,
        # Mostly a better network than elsewhere, so that what the queue does comes to bear.
        fault_rate=script.fault_rate * random.choice([0, 0, 0.3, 1]),
    )
    share = random.choice([0, 0, 0, 0.3, 1])
    world = World(
        project=random.choice(["default"] * 9 + ["another"]),
        elsewhere=frozenset(each for each in script.arrivals if random.random() < share),
        slowness=random.choice([0.0, 0.01, 0.2, 3.0]),
        dates=random.choice(["right", "right", "right", "none", "behind", "ahead"]),
        events=tuple(_event(random, script) for _ in range(random.choice([0, 0, 1, 2, 5]))),
    )
    return script, world


def _event(random: Random, script: Script) -> Event:
    at = random.choice([random.uniform(0, 5), random.uniform(0, 60)])
    what: Literal["restart", "spoilt round", "written", "queued", "deleted"] = random.choice(
        ["restart", "spoilt round", "written", "written", "queued", "deleted"]
    )
    row = dict(random.choice(script.rows))
    row |= {"annotator_kind": "HUMAN", "result": {"score": -1_000 - random.randrange(1_000)}}
    return Event(at, what, row)
