"""An interrupt may come at any line: the account is true wherever it does."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from typing_extensions import override

import phoenix_traces.uploads.account
import phoenix_traces.uploads.upload
from phoenix_traces.protocol.exchange import Call, Outcome, Step
from phoenix_traces.uploads.upload import Upload
from tests.simulation.clock import VirtualTime
from tests.simulation.play import play
from tests.simulation.rows import WireRow
from tests.simulation.run import Stopped

FILES = (phoenix_traces.uploads.account.__file__, phoenix_traces.uploads.upload.__file__)
SCRIPTS = 25


class Interruption:
    """Raise `Stopped` at the n-th line of the exchange that is run."""

    def __init__(self, line: int) -> None:
        self.lines_left = line

    @contextmanager
    def may_come(self) -> Generator[None, None, None]:
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(before)

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename not in FILES:
            return None
        if event == "line":
            self.lines_left -= 1
            if self.lines_left == 0:
                raise Stopped
        return self._trace


class InterruptedUpload(Upload[WireRow]):
    interruption: Interruption

    @override
    def next_call(self, now: float) -> Step:
        with self.interruption.may_come():
            return super().next_call(now)

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        with self.interruption.may_come():
            super().receive(call, outcome, now)


def interrupts_at(line: int, seed: int, time: VirtualTime) -> bool:
    """Play a script with an interrupt, and say whether it came before the end."""
    interruption = Interruption(line)

    def make_upload(*rows: Any, **options: Any) -> Upload[WireRow]:
        upload = InterruptedUpload(*rows, **options)
        upload.interruption = interruption
        return upload

    play(seed, time, make_upload=make_upload)
    return interruption.lines_left <= 0


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_the_account_is_true_wherever_an_interrupt_comes(seed: int) -> None:
    time = VirtualTime()
    lines = 0
    with time.for_retries(), warnings.catch_warnings():
        warnings.simplefilter("error")
        while interrupts_at(lines + 1, seed, time):
            lines += 1
    assert lines > 10
