"""How long to go on asking for what is not there yet, and how often."""

from __future__ import annotations


class Patience:
    """The time to go on asking, and the pauses in between, each twice as long as the last.

    Args:
        until: When to give up, on the clock of `next_look`.
        first_pause: Seconds.
        longest_pause: Seconds.
    """

    def __init__(self, *, until: float, first_pause: float, longest_pause: float) -> None:
        self._until = until
        self._pause = first_pause
        self._longest_pause = longest_pause

    def next_look(self, now: float) -> float | None:
        """Return when to look again, the last time when the time is up; None after that."""
        if now >= self._until:
            return None
        moment = min(now + self._pause, self._until)
        self._pause = min(self._pause * 2, self._longest_pause)
        return moment
