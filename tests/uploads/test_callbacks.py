"""Callbacks that raise: neither the failure nor the report is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import product
from typing import Any

import httpx
import pytest

from phoenix_traces import PhoenixStatusError, UploadOptions, UploadReport
from tests.support.annotations import numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes

ROWS = 6
KINDS: tuple[type[BaseException], ...] = (
    ValueError,
    httpx.ReadError,
    KeyboardInterrupt,
    SystemExit,
    GeneratorExit,
    asyncio.CancelledError,
)


def _is_chained(error: BaseException, other: BaseException) -> bool:
    """Tell whether a traceback of the one shows the other."""
    seen: list[BaseException | None] = [error]
    while (before := seen[-1]) is not None and len(seen) < 20:
        if before is other:
            return True
        seen.append(before.__cause__ or before.__context__)
    return False


class Run:
    """One upload of six rows in three batches, of which the second is refused where it fails."""

    def __init__(self, mode: Mode, *, fails: bool, on_error: str, concurrency: int) -> None:
        self.reports: list[UploadReport] = []
        self._mode = mode
        self._settings: dict[str, Any] = {
            "on_error": on_error,
            "max_concurrency": concurrency,
            "batch_size": 2,
        }
        self.phoenix = AnyPhoenix(missing=["trace-2"] if fails else [])

    def caught(self, **callbacks: Any) -> BaseException:
        """Run it, and return what it raised."""
        options = UploadOptions(**self._settings, **callbacks)
        arguments: dict[str, Any] = {"trace_annotations": numbered(ROWS), "sync": True}
        with pytest.raises((*KINDS, PhoenixStatusError)) as caught:
            self.phoenix.traces(self._mode).log_trace_annotations(**arguments, options=options)
        return caught.value


def _raises(error: BaseException) -> Callable[..., object]:
    def callback(*arguments: object) -> None:
        raise error

    return callback


# asyncio makes an exception of its own of these two, wherever in a program they are raised.
TAKEN_BY_ASYNCIO = (KeyboardInterrupt, SystemExit)


@both_modes
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_report_callback_raises_hides_neither_the_failure_nor_the_ids(
    kind: type[BaseException], mode: Mode
) -> None:
    cases = 0
    for fails, on_error, concurrency in product([False, True], ["raise", "continue"], [1, 3]):
        run = Run(mode, fails=fails, on_error=on_error, concurrency=concurrency)
        raised = kind("from the callback")
        error = run.caught(on_report=_raises(raised))
        assert _is_chained(error, raised)
        report = vars(raised)["report"]
        assert report.total == ROWS
        assert report.stored == set(report.inserted)
        assert bool(report.not_stored) is fails
        if not fails:
            assert len(report.inserted) == ROWS
        else:
            failure = raised.__context__
            assert isinstance(failure, PhoenixStatusError)
            assert failure.report == report
        cases += 1
    assert cases == 8


@both_modes
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_progress_callback_raises_carries_the_report(
    kind: type[BaseException], mode: Mode
) -> None:
    for concurrency in (1, 3):
        run = Run(mode, fails=False, on_error="raise", concurrency=concurrency)
        raised = kind("from the callback")
        error = run.caught(on_progress=_raises(raised), on_report=run.reports.append)
        assert _is_chained(error, raised)
        (report,) = run.reports
        assert vars(raised)["report"] == report
        assert len(report.inserted) == 2
        assert len(report.unknown) == 2 * (concurrency - 1)


@both_modes
@pytest.mark.parametrize("second", KINDS)
@pytest.mark.parametrize("first", KINDS)
def test_of_two_callbacks_that_raise_both_are_kept_and_interrupts_get_through(
    first: type[BaseException], second: type[BaseException], mode: Mode
) -> None:
    run = Run(mode, fails=False, on_error="raise", concurrency=1)
    before, after = first("progress"), second("report")
    error = run.caught(on_progress=_raises(before), on_report=_raises(after))
    assert vars(before)["report"] == vars(after)["report"]
    assert _is_chained(error, before)
    assert _is_chained(error, after)
    if not issubclass(first, Exception) and issubclass(second, Exception):
        outermost: BaseException = before
    else:
        outermost = after
    if mode is Mode.SYNC or not isinstance(outermost, TAKEN_BY_ASYNCIO):
        assert error is outermost
