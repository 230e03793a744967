"""What an upload tells the log: how it begins, what it gives up, and what it came to."""

from __future__ import annotations

from phoenix_traces.errors import PhoenixHTTPError, PhoenixStatusError
from phoenix_traces.log import logger
from phoenix_traces.report import UploadReport

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
                "upload of %d annotations begins (sync=%s, %d superseded)",
                self._total,
                self._sync,
                superseded,
            )

    def wait(self, rows: int, seconds: float) -> None:
        """Tell that rows wait for their traces."""
        _log.info("%d rows wait %.1f s for traces that are not there yet", rows, seconds)

    def skip(self, rows: int) -> None:
        """Tell that rows are left out, since their traces do not exist."""
        _log.warning("%d rows are skipped: their traces do not exist", rows)

    def give_up(self, rows: int, error: PhoenixHTTPError) -> None:
        """Tell that nothing more is tried for some rows."""
        _log.warning("%d rows are given up: %s", rows, _kind(error))

    def end(self, report: UploadReport) -> None:
        """Tell what became of the rows."""
        if self._total > 1:
            _log.info("upload of %d annotations ends: %s", self._total, report.summary())

    def end_well(self, stored: int) -> None:
        """Tell that nothing went wrong, without a report: of many rows it is large."""
        if self._total > 1:
            fate = "stored" if self._sync else "taken by the server's queue"
            _log.info("upload of %d annotations ends: %d %s", self._total, stored, fate)


def _kind(error: PhoenixHTTPError) -> str:
    """Return what went wrong without the server's words, which may repeat cells and credentials."""
    if isinstance(error, PhoenixStatusError):
        return f"{type(error).__name__} ({error.status_code})"
    return type(error).__name__
