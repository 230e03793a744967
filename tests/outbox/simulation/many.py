"""Play many stories, in several processes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.outbox.simulation.play import BrokenPromiseError, play

PROCESSES = 2
SEEDS_TOGETHER = 100


def play_some(seeds: Sequence[int]) -> list[str]:
    """Play stories one after another, and return how to tell alone each that failed."""
    logging.disable(logging.CRITICAL)  # the sender tells of every fault
    found: list[str] = []
    for seed in seeds:
        try:
            play(seed)
        except BrokenPromiseError as broken:
            found.append(f"{broken}: python -m tests.outbox.simulation {seed}")
        except BaseException as error:
            raise RuntimeError(f"python -m tests.outbox.simulation {seed}") from error
    return found


def play_many(scripts: int) -> list[str]:
    """Play stories in several processes, and return what `play_some` does."""
    parts = [
        range(start, min(start + SEEDS_TOGETHER, scripts))
        for start in range(0, scripts, SEEDS_TOGETHER)
    ]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        return [failure for failures in pool.map(play_some, parts) for failure in failures]
