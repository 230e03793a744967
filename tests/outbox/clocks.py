"""A clock for tests: it goes as far as a test lets it, and can be set like a real one."""

from __future__ import annotations

from datetime import datetime, timezone

from phoenix_traces.outbox.moments import Moment

_START = datetime(2026, 11, 24, 12, tzinfo=timezone.utc).timestamp()


class HandClock:
    """A system's clock beside one that only goes on."""

    def __init__(self, wall: float = _START, boot: str = "boot") -> None:
        self.wall = wall
        self.steady = 1_000.0
        self.boot = boot

    def __call__(self) -> Moment:
        return Moment(self.wall, self.steady, self.boot)

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def jump(self, seconds: float) -> None:
        """Set the system's clock, forward or back; no time passes."""
        self.wall += seconds

    def as_datetime(self) -> datetime:
        return datetime.fromtimestamp(self.wall, tz=timezone.utc)
