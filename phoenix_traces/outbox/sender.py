"""The sender of an outbox: one round after another, and how long to wait between them.

A round is an operation like those of the public methods (see `resources/operations`): it yields the
exchange to be carried out, and both kinds of outbox carry it out with their own driver.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias

from phoenix_traces.errors import OutboxFileError
from phoenix_traces.log import logger
from phoenix_traces.outbox.delivery import Delivered, Delivery, Round, Trouble
from phoenix_traces.outbox.dispatch import Dispatch
from phoenix_traces.outbox.entries import Entry
from phoenix_traces.outbox.lock import SenderLock
from phoenix_traces.outbox.metrics import Metrics
from phoenix_traces.outbox.moments import Clock, Moment, age
from phoenix_traces.outbox.pace import LONGEST_PAUSE, Pace
from phoenix_traces.outbox.settings import OutboxSettings
from phoenix_traces.outbox.settlement import settle
from phoenix_traces.rules.text import counted

_log = logger("phoenix_traces.outbox")

# How soon a put of another process is noticed, and the death of one that sent. A look takes some
# ten microseconds.
_LOOK_AGAIN = 0.5

# How often old fingerprints and rejected annotations are looked for.
_TIDY_AFTER = 60.0

# Yields what to carry out, and returns the seconds until the next round.
RoundOfSending: TypeAlias = Generator[Delivery, Delivered, float]


class Sender:
    """Whoever sends what is in an outbox, if it is elected.

    Args:
        dispatch: The way out of the file.
        lock: What elects.
        settings: Of the outbox.
        metrics: Of the outbox.
        clock: Tells the time.
        random: Gives numbers from 0 to 1.

    Attributes:
        is_elected: Whether this is the one that sends.
        is_refused: Whether the server refuses the key, so that sending has stopped.
        is_idle: Whether there was nothing to send at the last look.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        lock: SenderLock,
        settings: OutboxSettings,
        *,
        metrics: Metrics,
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._dispatch = dispatch
        self._lock = lock
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._pace = Pace(settings.batch_size, random)
        self._paused_until = 0.0  # on the steady clock
        self._tidied_at: Moment | None = None
        self._has_words_to_forget = True
        self.is_elected: bool = False
        self.is_refused: bool = False
        self.is_idle: bool = False

    def hurry(self) -> None:
        """Let the next round begin at once."""
        self.is_idle = self.is_refused = False
        self._paused_until = 0.0
        self._pace.hurry()

    def resign(self) -> None:
        """Let somebody else send."""
        self.is_elected = False
        self._lock.release()

    def round(self) -> RoundOfSending:
        """Send once what is due, if this is the one that sends."""
        was_elected, self.is_elected = self.is_elected, self._lock.acquire()
        if not self.is_elected:
            return _LOOK_AGAIN
        if not was_elected:
            _log.info("this process sends what is in the outbox")
        now = self._clock()
        pause = self._paused_until - now.steady
        if pause > 0:
            return min(pause, LONGEST_PAUSE)
        try:
            self._tidy(now)
            entries = self._dispatch.take(self._pace.size, self._settings.max_batch_bytes, now)
            if not entries:
                return self._idle(now)
            ours = self._dispatch.begin(entries, now)
            delivered = yield self._delivery(Round(entries, ours))
            return self._take(entries, delivered, began=now)
        except OutboxFileError as error:
            _log.error("the outbox cannot go on: %s", error)
            return self._pause()

    def _delivery(self, sent: Round) -> Delivery:
        return Delivery(
            sent,
            guard=self._settings.guard,
            max_batch_bytes=self._settings.max_batch_bytes,
            clock=self._clock,
        )

    def _take(self, entries: Sequence[Entry], delivered: Delivered, *, began: Moment) -> float:
        now = self._clock()
        settlement = settle(entries, delivered, max_wait=self._settings.max_wait)
        counts = self._dispatch.settle(settlement, now)
        self._has_words_to_forget = True
        self._metrics.count(counts)
        self._metrics.took(age(began, now))
        _log.debug("sent %s: %s", counted(len(entries), "annotation"), counts)
        for status in ("rejected", "missing_trace", "kept_out"):
            if rows := counts.get(status):
                _log.warning("%s: %s", counted(rows, "annotation"), status)
        return self._pause_after(delivered.trouble, len(entries))

    def _pause_after(self, trouble: Trouble | None, rows: int) -> float:
        self._dispatch.note_trouble(trouble.words if trouble else "")
        self.is_refused = trouble is not None and trouble.kind == "access"
        if trouble is None:
            self._pace.succeed()
            return 0.0
        if self.is_refused:
            return self._paused_for(LONGEST_PAUSE)
        self._pace.split(rows)
        if trouble.kind == "body":
            return 0.0
        pause = self._pace.fail()
        return self._paused_for(pause)

    def fail(self, error: Exception) -> float:
        """Take what broke a round off, and return the seconds until the next.

        Args:
            error: Of a client that was closed, or of a hook of the caller's.
        """
        name = type(error).__name__
        _log.error("sending broke off (%s)", name)
        try:
            self._dispatch.note_trouble(f"sending broke off: {name}: {error}"[:500])
        except OutboxFileError as also:
            _log.error("the outbox cannot go on: %s", also)
        return self._pause()

    def _pause(self) -> float:
        return self._paused_for(self._pace.fail())

    def _paused_for(self, seconds: float) -> float:
        # Without the reason's words, which may repeat cells: `status()` has them.
        why = "the key may not write" if self.is_refused else "it failed"
        _log.warning("sending goes on after %.0f s, because %s", seconds, why)
        self._paused_until = self._clock().steady + seconds
        return seconds

    def _idle(self, now: Moment) -> float:
        due = self._dispatch.next_due(now)
        self.is_idle = due is None or due > 0
        if due is None and self._has_words_to_forget:
            self._has_words_to_forget = False
            self._dispatch.forget_words()
        return _LOOK_AGAIN if due is None else min(due, _LOOK_AGAIN)

    def _tidy(self, now: Moment) -> None:
        if self._tidied_at is not None and age(self._tidied_at, now) < _TIDY_AFTER:
            return
        self._tidied_at = now
        dropped = self._dispatch.tidy(now, keep_rejected=self._settings.keep_rejected)
        if dropped:
            _log.warning("%s older than keep_rejected: forgotten", counted(dropped, "annotation"))
