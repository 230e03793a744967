"""The progress bar of an upload: whether there is one, and what it is told.

It watches from outside: the exchange of the upload knows nothing of it. tqdm and rich, which draw,
are imported when a bar begins.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from threading import Lock
from typing import Literal, TypeAlias

from typing_extensions import override

from phoenix_traces.errors import ConfigurationError
from phoenix_traces.log import logger
from phoenix_traces.protocol.exchange import Call, Exchange, Outcome, ResultT_co, Step
from phoenix_traces.uploads.drawings import DRAWINGS, Drawing
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.plan import ProgressCallback

_log = logger(__name__)

Progress: TypeAlias = "bool | Literal['always']"


def refuse_wrong_progress(progress: object) -> None:
    """Refuse a wish for a bar that cannot be granted, whether anybody would see the bar or not.

    Raises:
        TypeError: when it is no such wish.
        ConfigurationError: when nothing that draws bars is installed.
    """
    if not isinstance(progress, bool) and not (isinstance(progress, str) and progress == "always"):
        given = repr(progress[:20]) if isinstance(progress, str) else type(progress).__name__
        raise TypeError(f'progress must be True, False or "always", not {given}')
    if progress and _library() is None:
        raise ConfigurationError(
            f"progress={progress!r} needs tqdm or rich, and neither is installed: pip install tqdm"
        )


def _library() -> str | None:
    """Return what is to draw: the first that is installed."""
    return next((name for name in DRAWINGS if find_spec(name)), None)


def _is_seen() -> bool:
    """Tell whether standard error is a terminal, or the program runs in a notebook."""
    try:
        if sys.stderr.isatty():
            return True
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False
    # The shell of a notebook has a kernel, which has imported IPython before any cell runs.
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return hasattr(get_shell(), "kernel")


class Bar:
    """The bar of one upload, which never stops it: what drawing raises ends the bar alone.

    Args:
        total: Rows in the caller's input.
        draw: Begins to draw a bar of so many rows.
    """

    def __init__(self, total: int, draw: Callable[[int], Drawing]) -> None:
        self._total = total
        self._draw: Callable[[int], Drawing] | None = draw
        self._drawing: Drawing | None = None
        self._done = 0
        self._retries = 0
        # Retries are told by the threads that send.
        self._lock = Lock()

    def open(self) -> None:
        """Show the bar, unless it was shown before."""
        with self._lock:
            if self._draw is not None:
                self._attempt(self._begin)

    def show(self, done: int) -> None:
        """Show how many rows are done."""
        with self._lock:
            self._done = done
            self._attempt(self._show)

    def retried(self) -> None:
        """Show that a request is about to be sent again."""
        with self._lock:
            self._retries += 1
            self._attempt(self._show)

    def close(self) -> None:
        """Leave the bar as it is, and the line below it to others."""
        with self._lock:
            self._draw = None
            drawing, self._drawing = self._drawing, None
            if drawing is not None:
                self._attempt(drawing.close)

    def _begin(self) -> None:
        draw, self._draw = self._draw, None
        if draw is not None:
            self._drawing = draw(self._total)

    def _show(self) -> None:
        if self._drawing is not None:
            self._drawing.show(self._done, self._retries)

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a closed stream is no reason to end an upload
            self._drawing = None
            _log.warning("the progress bar is given up (%s)", type(error).__name__)


def progress_bar(progress: Progress, total: int) -> Bar | None:
    """Return the bar that a caller wishes for, if anybody would see it.

    Args:
        progress: Checked already.
        total: Rows in the caller's input.
    """
    library = _library()
    if library is None or not (progress == "always" or (progress and _is_seen())):
        return None
    return Bar(total, DRAWINGS[library])


def watched_by(bar: Bar, options: UploadOptions | None) -> UploadOptions:
    """Return options by which the bar hears of progress before the caller does."""
    options = options or UploadOptions()
    own: ProgressCallback | None = options.on_progress

    def on_progress(done: int, total: int) -> None:
        bar.show(done)
        if own is not None:
            own(done, total)

    return options.model_copy(update={"on_progress": on_progress})


class ShownUpload(Exchange[ResultT_co]):
    """An upload with a bar, which is gone before its result is told or raised.

    Args:
        exchange: The upload, with options from `watched_by`.
        bar: Its bar.
    """

    def __init__(self, exchange: Exchange[ResultT_co], bar: Bar) -> None:
        self.max_concurrency: int = exchange.max_concurrency
        self._exchange = exchange
        self._bar = bar
        self._own_calls: dict[Call, Call] = {}

    @override
    def next_call(self, now: float) -> Step:
        """Return the upload's own step; a call tells the bar of its retries."""
        self._bar.open()
        step = self._exchange.next_call(now)
        if not isinstance(step, Call):
            return step
        call = replace(step, on_retry=self._bar.retried)
        self._own_calls[call] = step
        return call

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take what came of a call."""
        self._exchange.receive(self._own_calls.pop(call), outcome, now)

    @override
    def result(self) -> ResultT_co:
        """Return or raise what the upload came to."""
        self._bar.close()
        return self._exchange.result()

    @override
    def interrupted(self, error: BaseException) -> None:
        """Tell the upload what stopped it."""
        self._bar.close()
        self._exchange.interrupted(error)
