"""Moments that two processes can compare, on a clock that people set and on one that only runs on.

How long ago something was put must be right even when the system's clock was set in between. People
set it, and so do programs that follow a time server. So a moment is kept on both clocks. The steady
one begins anew when the machine does; after that, and on another machine, only the other counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_BOOT_CHARACTERS = 8  # of the 36; two starts of a machine hardly ever have the same


class Moment(NamedTuple):
    """A moment.

    Attributes:
        wall: Seconds since 1970, as the system's clock says.
        steady: Seconds on a clock that never goes back, shared by all processes of the machine.
        boot: Which start of which machine the steady clock counts from; empty where it is not
            known.
    """

    wall: float
    steady: float
    boot: str


Clock: TypeAlias = Callable[[], Moment]


def present() -> Moment:
    """Return the present moment."""
    return Moment(time.time(), _steady(), _boot())


def age(then: Moment, now: Moment) -> float:
    """Return the seconds from one moment to a later one; 0 when the clock says that it is earlier.

    Args:
        then: The earlier one.
        now: The later one, of this machine.
    """
    is_comparable = then.boot == now.boot and now.boot
    seconds = now.steady - then.steady if is_comparable else now.wall - then.wall
    return max(0.0, seconds)


def _steady() -> float:
    # On Linux this clock, and not that of `time.monotonic`, goes on while the machine sleeps.
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()[:_BOOT_CHARACTERS]
    except OSError:  # no Linux
        return ""
