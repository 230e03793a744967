"""What an upload goes by where no options are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from phoenix_traces.report import UploadReport

DEFAULT_FRAME_BATCH = 100

# Proxies in front of Phoenix commonly refuse bodies above 1 MB; their limit counts headers too.
DEFAULT_MAX_BATCH_BYTES = 900_000

ProgressCallback: TypeAlias = Callable[[int, int], object]
ReportCallback: TypeAlias = Callable[[UploadReport], object]


@dataclass(frozen=True)
class DefaultPlan:
    """The defaults of `UploadOptions`, as far as an upload without a guard asks for them.

    They stand apart from the options, which are a model of pydantic's: to import its models takes
    a third as long again as to import httpx and pydantic and to send a request.
    """

    max_batch_bytes: int = DEFAULT_MAX_BATCH_BYTES
    max_concurrency: int = 1
    on_error: Literal["raise", "continue"] = "raise"
    on_missing_trace: Literal["raise", "skip"] = "raise"
    wait_for_traces: float = 0.0
    on_progress: ProgressCallback | None = None
    on_report: ReportCallback | None = None

    def rows_in_batch(self, default: int | None) -> int | None:
        """Return the most rows in a request."""
        return default
