"""Bars as tqdm and rich draw them on standard error: rows, rows a second, time left, retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

# tqdm's own, but for a slow rate, which it would turn into seconds for a row.
_FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}, {rate_noinv_fmt}{postfix}]"


class Drawing(Protocol):
    """A bar on the screen."""

    def show(self, done: int, retries: int) -> None:
        """Draw it anew."""
        ...

    def close(self) -> None:
        """Leave it as it is, and end its line."""
        ...


class TqdmDrawing:
    """A bar of tqdm's, which is a widget in a notebook.

    Args:
        total: Rows in all.
    """

    def __init__(self, total: int) -> None:
        # By name, because tqdm has no types of its own.
        tqdm: Any = import_module("tqdm.auto").tqdm
        self._bar: Any = tqdm(
            total=total,
            unit="rows",
            dynamic_ncols=True,
            leave=None,  # unless it stands below a bar of the program's own
            bar_format=_FORMAT,
        )
        self._retries = 0

    def show(self, done: int, retries: int) -> None:
        """Draw it anew, as often as tqdm does; retries at once."""
        self._bar.update(done - self._bar.n)
        if retries != self._retries:
            self._retries = retries
            self._bar.set_postfix_str(_retries_text(retries))

    def close(self) -> None:
        """Leave it as it is, and end its line."""
        self._bar.close()


class RichDrawing:
    """A bar of rich's.

    Args:
        total: Rows in all.
    """

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TaskProgressColumn(),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("rows"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[retries]}"),
            console=Console(stderr=True),
            expand=True,
            # What the program prints stays the program's own.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=total, rate="", retries="")
        self._progress.start()

    def show(self, done: int, retries: int) -> None:
        """Draw it anew, ten times a second."""
        seconds = self._progress.tasks[0].elapsed or 0.0
        self._progress.update(
            self._task,
            completed=done,
            rate=f"{done / seconds:.0f} rows/s" if done and seconds else "",
            retries=_retries_text(retries),
        )

    def close(self) -> None:
        """Leave it as it is, and end its line."""
        self._progress.stop()


def _retries_text(retries: int) -> str:
    return f"retries={retries}" if retries else ""


# By the package that draws them; the first that is installed is taken.
DRAWINGS: Mapping[str, Callable[[int], Drawing]] = {"tqdm": TqdmDrawing, "rich": RichDrawing}
