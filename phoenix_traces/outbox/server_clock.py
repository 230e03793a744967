"""The server's clock, as far as its answers tell it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from phoenix_traces.outbox.moments import Moment, age


class ServerClock:
    """How far the server's clock is ahead of ours at least, by the `Date` of its answers.

    An answer's `Date` is never later than the moment at which the answer comes, on the server's own
    clock. It is earlier by its way through the network, and by up to two seconds: it counts whole
    seconds, and a server may renew it once a second. So the latest `Date` in relation to its coming
    says the most.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    def hear(self, date: str | None, answered: Moment) -> None:
        """Take the `Date` of an answer.

        Args:
            date: The header, if there is one.
            answered: When the answer came.
        """
        said = _seconds(date)
        if said is None:
            return
        ahead = said - answered.steady
        self._ahead = ahead if self._ahead is None else max(self._ahead, ahead)

    def earliest(self, then: Moment, now: Moment) -> float:
        """Return how early a moment may have been on the server's clock, in seconds since 1970.

        Without a `Date` in any answer the two clocks count as equal.

        Args:
            then: The moment.
            now: The present one.
        """
        server_now = now.wall if self._ahead is None else now.steady + self._ahead
        return server_now - age(then, now)


def _seconds(date: str | None) -> float | None:
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
