"""The progress bar of an upload: when there is one, what it is told, and that it never matters."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from itertools import product
from types import SimpleNamespace
from typing import Any, Literal

import pandas as pd
import pytest

from phoenix_traces import (
    Client,
    ClientStateError,
    ConfigurationError,
    PhoenixStatusError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.testing import FakePhoenix
from phoenix_traces.uploads import progress as progress_module
from tests.support.annotations import numbered
from tests.support.modes import AnyTraces, Mode, both_modes

ROWS = 6


class Drawn:
    """A bar that is drawn nowhere, and everything that it was told.

    Args:
        fails_in: The method that raises, if any does.
    """

    def __init__(self, fails_in: str = "") -> None:
        self.shown: list[tuple[int, int]] = []
        self.begun: list[int] = []
        self.closed = 0
        self._fails_in = fails_in

    def begin(self, total: int) -> Drawn:
        self.begun.append(total)
        self._fail("begin")
        return self

    def show(self, done: int, retries: int) -> None:
        self.shown.append((done, retries))
        self._fail("show")

    def close(self) -> None:
        self.closed += 1
        self._fail("close")

    def _fail(self, method: str) -> None:
        if method == self._fails_in:
            raise OSError("the stream was closed")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    return _drawn_by(Drawn(), monkeypatch)


def _drawn_by(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> Drawn:
    monkeypatch.setattr(progress_module, "DRAWINGS", {"tqdm": drawn.begin})
    return drawn


def _phoenix() -> FakePhoenix:
    return FakePhoenix(*(f"trace-{number}" for number in range(ROWS)))


def _traces(phoenix: FakePhoenix, mode: Mode) -> AnyTraces:
    return AnyTraces(phoenix.client, phoenix.async_client, mode)


def _upload(phoenix: FakePhoenix, mode: Mode, **arguments: Any) -> Any:
    arguments = {"options": UploadOptions(batch_size=2), "sync": True} | arguments
    return _traces(phoenix, mode).log_trace_annotations(
        trace_annotations=numbered(ROWS), progress="always", **arguments
    )


# What it is told


@both_modes
def test_it_is_told_the_rows_done_after_each_answer_and_closed_once(
    mode: Mode, drawn: Drawn
) -> None:
    assert len(_upload(_phoenix(), mode)) == ROWS
    assert drawn.begun == [ROWS]
    assert drawn.shown == [(2, 0), (4, 0), (6, 0)]
    assert drawn.closed == 1


@both_modes
def test_a_frame_has_a_bar_too(mode: Mode, drawn: Drawn) -> None:
    frame = pd.DataFrame({"trace_id": [f"trace-{number}" for number in range(ROWS)], "score": 1})
    _traces(_phoenix(), mode).log_trace_annotations_dataframe(
        dataframe=frame, annotation_name="n", annotator_kind="CODE", progress="always"
    )
    assert drawn.begun == [ROWS]
    assert drawn.shown == [(ROWS, 0)]  # 100 rows to a request, as without a bar


@both_modes
@pytest.mark.parametrize("concurrency", [1, 3])
def test_retries_are_told_before_they_are_made(mode: Mode, concurrency: int, drawn: Drawn) -> None:
    phoenix = _phoenix()
    phoenix.fail_next(503, times=2)
    _upload(phoenix, mode, options=UploadOptions(batch_size=2, max_concurrency=concurrency))
    assert (0, 1) in drawn.shown
    assert drawn.shown[-1] == (ROWS, 2)


@both_modes
def test_rows_that_a_guard_leaves_out_are_done_and_the_callers_own_callback_is_called(
    mode: Mode, drawn: Drawn
) -> None:
    phoenix = _phoenix()
    _upload(phoenix, mode)
    drawn.shown.clear()
    heard: list[tuple[int, int]] = []
    options = UploadOptions(skip_unchanged=True, on_progress=lambda *each: heard.append(each))
    _upload(phoenix, mode, options=options)
    assert drawn.shown == [(ROWS, 0)]
    assert heard == [(ROWS, ROWS)]


# That it never matters


@both_modes
@pytest.mark.parametrize("fails_in", ["begin", "show", "close"])
def test_a_bar_that_cannot_be_drawn_is_given_up_and_nothing_else_is(
    mode: Mode,
    fails_in: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    drawn = _drawn_by(Drawn(fails_in), monkeypatch)
    with caplog.at_level(logging.WARNING, "phoenix_traces"):
        for concurrency in (1, 3):
            phoenix = _phoenix()
            phoenix.fail_next(503)
            options = UploadOptions(batch_size=2, max_concurrency=concurrency)
            assert len(_upload(phoenix, mode, options=options)) == ROWS
    assert len(drawn.begun) == 2
    given_up = [each for each in caplog.messages if "progress bar" in each]
    assert given_up == ["the progress bar is given up (OSError)"] * 2
    # After a failure it is left alone.
    assert len(drawn.shown) == {"begin": 0, "show": 2}.get(fails_in, len(drawn.shown))


def _outcome(mode: Mode, **arguments: Any) -> tuple[Any, ...]:
    phoenix = _phoenix()
    phoenix.fail_next(503)
    phoenix.forgets_traces("trace-3")
    reports: list[UploadReport] = []
    options = UploadOptions(batch_size=2, on_report=reports.append, **arguments.pop("options"))
    try:
        result: object = _traces(phoenix, mode).log_trace_annotations(
            trace_annotations=numbered(ROWS), options=options, **arguments
        )
    except PhoenixStatusError as error:
        result = str(error)
    (report,) = reports
    return result, report.states, report.inserted, len(phoenix.requests)


@both_modes
def test_with_a_bar_an_upload_comes_to_the_same(mode: Mode, drawn: Drawn) -> None:
    cases = 0
    for sync, on_error, overwrite in product(
        [True, False], ["raise", "continue"], ["always", "never"]
    ):
        options = {"on_error": on_error, "overwrite": overwrite}
        without = _outcome(mode, sync=sync, options=options)
        assert _outcome(mode, sync=sync, options=options, progress="always") == without
        cases += 1
    assert drawn.closed == len(drawn.begun) == cases == 8


KINDS: tuple[type[BaseException], ...] = (
    ValueError,
    KeyboardInterrupt,
    SystemExit,
    asyncio.CancelledError,
)


@both_modes
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_closed_before_anybody_hears_of_what_stopped_the_upload(
    mode: Mode, kind: type[BaseException], drawn: Drawn
) -> None:
    closed: list[int] = []

    def stop(done: int, total: int) -> None:
        raise kind

    options = UploadOptions(
        batch_size=2, on_progress=stop, on_report=lambda _: closed.append(drawn.closed)
    )
    with pytest.raises(kind):
        _upload(_phoenix(), mode, options=options)
    assert drawn.shown == [(2, 0)]
    assert closed == [1]


@both_modes
def test_it_is_closed_before_a_report_is_handed_over(mode: Mode, drawn: Drawn) -> None:
    closed: list[int] = []
    options = UploadOptions(on_report=lambda _: closed.append(drawn.closed))
    _upload(_phoenix(), mode, options=options)
    assert closed == [1]


def test_nothing_is_shown_where_the_client_is_closed(drawn: Drawn) -> None:
    client = Client(base_url="http://127.0.0.1:1")
    client.close()
    with pytest.raises(ClientStateError, match="closed"):
        client.traces.log_trace_annotations(trace_annotations=numbered(1), progress="always")
    assert drawn.begun == []


# When there is one


class Stream:
    """Standard error, as a terminal or something else."""

    def __init__(self, is_terminal: Callable[[], bool]) -> None:
        self.isatty = is_terminal


def _closed() -> bool:
    raise ValueError("I/O operation on closed file")


@pytest.mark.parametrize(
    ("stream", "is_shown"),
    [
        (Stream(lambda: True), True),
        (Stream(lambda: False), False),
        (Stream(_closed), False),
        (None, False),
    ],
    ids=["terminal", "file", "closed", "none"],
)
def test_true_shows_it_in_a_terminal_only_and_always_shows_it_anywhere(
    stream: Stream | None, is_shown: bool, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with _phoenix().client() as client:
        wishes: tuple[bool | Literal["always"], ...] = (False, True, "always")
        for progress in wishes:
            client.traces.log_trace_annotations(trace_annotations=numbered(ROWS), progress=progress)
    assert len(drawn.begun) == 1 + is_shown


@pytest.mark.parametrize("has_kernel", [True, False])
def test_true_shows_it_in_a_notebook(
    has_kernel: bool, drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(kernel=object()) if has_kernel else SimpleNamespace()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(sys, "stderr", Stream(lambda: False))
    with _phoenix().client() as client:
        client.traces.log_trace_annotations(trace_annotations=numbered(ROWS), progress=True)
    assert len(drawn.begun) == has_kernel


@both_modes
@pytest.mark.parametrize("progress", [True, "always"])
def test_where_nothing_draws_it_nothing_is_sent_and_the_error_says_what_to_install(
    mode: Mode, progress: bool | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("tqdm", "rich"):
        monkeypatch.setitem(sys.modules, library, None)
    phoenix = _phoenix()
    traces = _traces(phoenix, mode)
    words = "needs tqdm or rich, and neither is installed: pip install tqdm$"
    with pytest.raises(ConfigurationError, match=words):
        traces.log_trace_annotations(trace_annotations=numbered(ROWS), progress=progress)
    with pytest.raises(ConfigurationError, match=words):
        traces.log_trace_annotations_dataframe(dataframe=pd.DataFrame(), progress=progress)
    assert phoenix.requests == []


@both_modes
@pytest.mark.parametrize("progress", [None, 1, "yes", "Always", "x" * 1_000, [], 0])
def test_what_is_no_such_wish_is_refused(mode: Mode, progress: object) -> None:
    phoenix = _phoenix()
    with pytest.raises(TypeError, match=r'^progress must be True, False or "always", not .{3,30}$'):
        _traces(phoenix, mode).log_trace_annotations(
            trace_annotations=numbered(ROWS), progress=progress
        )
    assert phoenix.requests == []
