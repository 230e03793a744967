"""The thread that sends: a daemon, so that it never keeps a process alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Event, Lock, Thread

_NAME = "phoenix_traces.outbox"


class Background:
    """A thread that works in rounds, with pauses in between; it begins when it is first called.

    Args:
        work: Does one round, and returns the seconds until the next; never raises.
        at_the_end: What is left to do when the last round is over.
    """

    def __init__(self, work: Callable[[], float], at_the_end: Callable[[], None]) -> None:
        self._work = work
        self._at_the_end = at_the_end
        self._is_ending = Event()
        self._called = Event()
        self._round_ended = Condition()
        self._thread: Thread | None = None
        self._turn = Lock()

    def call(self) -> None:
        """Let the next round begin, unless there is a reason to pause."""
        self._called.set()
        with self._turn:
            if self._thread is None and not self._is_ending.is_set():
                self._thread = Thread(target=self._run, name=_NAME, daemon=True)
                self._thread.start()

    def wait_for_round(self, seconds: float) -> None:
        """Wait until a round has ended, or for some seconds.

        Args:
            seconds: At most.
        """
        with self._round_ended:
            self._round_ended.wait(seconds)

    def end(self, seconds: float) -> bool:
        """Let no round follow the present one; tell whether that has ended too.

        Args:
            seconds: How long to wait for it.
        """
        self._is_ending.set()
        self._called.set()
        with self._turn:
            thread = self._thread
        if thread is None:
            self._at_the_end()
            return True
        thread.join(seconds)
        return not thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._is_ending.is_set():
                pause = self._work()
                with self._round_ended:
                    self._round_ended.notify_all()
                self._called.wait(pause)
                self._called.clear()
        finally:
            self._at_the_end()


class Deadline:
    """A time that is up at some moment, or never.

    Args:
        seconds: Until then; None for never.
    """

    def __init__(self, seconds: float | None) -> None:
        self._moment = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Return the seconds until then."""
        return float("inf") if self._moment is None else max(0.0, self._moment - time.monotonic())
