"""What an upload tells the log: how it begins, what it gives up, and what it came to."""

from __future__ import annotations

from collections.abc import Callable

from phoenix_traces.errors import PhoenixHTTPError, PhoenixStatusError
from phoenix_traces.log import logger
from phoenix_traces.report import UploadReport
from phoenix_traces.rules.text import counted

_log = logger("phoenix_traces.uploads")


class UploadLog:
    """The log of one upload; of a single annotation only trouble is told.

    Args:
        total: Rows in the caller's input.
        sync: Whether the server answers once they are stored.
    """

    def __init__(self, total: int, *, sync: bool) -> None:
        self._total = total
        self._sync = sync
        self._has_begun = False

    def begin(self, superseded: int) -> None:
        """Tell that the first request is about to be made."""
        if self._has_begun:
            return
        self._has_begun = True
        if self._total > 1:
            _log.info(
                "upload of %s begins (sync=%s, %d superseded)",
                counted(self._total, "annotation"),
                self._sync,
                superseded,
            )

    def wait(self, rows: int, seconds: float) -> None:
        """Tell that rows wait for their traces."""
        verb = "waits" if rows == 1 else "wait"
        _log.info(
            "%s %s %.1f s for traces that are not there yet", counted(rows, "row"), verb, seconds
        )

    def skip(self, rows: int) -> None:
        """Tell that rows are left out, since their traces do not exist."""
        their = "is skipped: its trace does" if rows == 1 else "are skipped: their traces do"
        _log.warning("%s %s not exist", counted(rows, "row"), their)

    def give_up(self, rows: int, error: PhoenixHTTPError) -> None:
        """Tell that nothing more is tried for some rows."""
        verb = "is" if rows == 1 else "are"
        _log.warning("%s %s given up: %s", counted(rows, "row"), verb, _kind(error))

    def send_again(self, rows: int) -> None:
        """Tell that rows go out once more, which the queue took."""
        were = (
            "was not seen to be stored, and is"
            if rows == 1
            else "were not seen to be stored, and are"
        )
        _log.info("%s %s sent again by request", counted(rows, "row"), were)

    def leave_queue(self, error: PhoenixHTTPError) -> None:
        """Tell that nothing more goes to the queue, since nothing can be read back."""
        _log.warning(
            "nothing can be read back, so the upload goes on without the queue: %s", _kind(error)
        )

    def end(self, report: UploadReport) -> None:
        """Tell what became of the rows."""
        if self._total > 1:
            what = counted(self._total, "annotation")
            _log.info("upload of %s ends: %s", what, report.summary())

    def end_well(self, summary: Callable[[], str]) -> None:
        """Tell that nothing went wrong, without a report: of many rows it is large."""
        if self._total > 1:
            what = counted(self._total, "annotation")
            _log.info("upload of %s ends: %s", what, summary())


def _kind(error: PhoenixHTTPError) -> str:
    """Return what went wrong without the server's words, which may repeat cells and credentials."""
    if isinstance(error, PhoenixStatusError):
        return f"{type(error).__name__} ({error.status_code})"
    return type(error).__name__
