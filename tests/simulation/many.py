"""Play many scripts, in several processes."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from typing import Any, TypeAlias

from tests.simulation.clock import VirtualTime
from tests.simulation.play import play
from tests.simulation.watch import BrokenPromiseError

Play: TypeAlias = Callable[..., None]

PROCESSES = 2
SEEDS_TOGETHER = 1_000


def play_some(seeds: Sequence[int], play_one: Play = play, **changes: Any) -> list[str]:
    """Play scripts one after another, and return how to run alone each that failed."""
    time = VirtualTime()
    # The library tells of every Retry-After that makes no sense.
    logging.getLogger("httpx_retries").setLevel(logging.ERROR)
    with time.for_retries(), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [_failure(seed, time, play_one, **changes) for seed in seeds]
    return [failure for failure in found if failure is not None]


def _failure(seed: int, time: VirtualTime, play_one: Play, **changes: Any) -> str | None:
    alone = f"python -m tests.simulation {'--queued ' if play_one is not play else ''}{seed}"
    try:
        play_one(seed, time, **changes)
    except BrokenPromiseError as broken:
        return f"{broken}: {alone}"
    except Exception as error:
        raise RuntimeError(alone) from error
    return None


def play_many(seeds: range, play_one: Play = play) -> list[str]:
    """Play scripts in several processes, and return what `play_some` does."""
    parts = [
        seeds[start : start + SEEDS_TOGETHER] for start in range(0, len(seeds), SEEDS_TOGETHER)
    ]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        return [
            failure
            for failures in pool.map(play_some, parts, repeat(play_one))
            for failure in failures
        ]
