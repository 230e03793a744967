"""How long an outbox waits, and how many annotations it sends at a time."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_PAUSE = 60.0
_FIRST_PAUSE = 1.0


def next_pause(waited: float) -> float:
    """Return the seconds to wait after all those already waited: as many again, up to a minute."""
    return min(max(waited, _FIRST_PAUSE), LONGEST_PAUSE)


class Pace:
    """The pauses between rounds of sending, and the size of the next round.

    A round that failed as a whole is followed by a smaller one: if one annotation among many makes
    the server fail, it is soon alone, and stands aside while the others are sent.

    Args:
        most: The most annotations in a round.
        random: Gives numbers from 0 to 1, so that many machines do not come back together.
    """

    def __init__(self, most: int, random: Callable[[], float]) -> None:
        self._most = most
        self._random = random
        self._waited = 0.0
        self.size: int = most

    def succeed(self) -> None:
        """Note that a round came through: the next may follow at once, and be larger."""
        self._waited = 0.0
        self.size = min(self.size * 2, self._most)

    def split(self, rows: int) -> None:
        """Note that a round was refused as a whole, so that the next is to be smaller.

        Args:
            rows: The annotations in it.
        """
        self.size = max(min(self.size, rows) // 2, 1)

    def fail(self) -> float:
        """Note that a round failed, and return the seconds to wait before the next.

        Each pause is about twice the last one, and at most a minute.
        """
        pause = next_pause(self._waited)
        self._waited += pause
        return pause * (0.5 + self._random() / 2)

    def hurry(self) -> None:
        """Forget the pauses so far."""
        self._waited = 0.0
