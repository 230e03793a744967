"""What the client has to say, as frames."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from phoenix_traces.failures import AnnotationFailure

_FAILURE_COLUMNS = ("position", "index", "field", "value", "message")


def failures_table(failures: Sequence[AnnotationFailure]) -> pd.DataFrame:
    """Return failures as a frame with one row each."""
    return pd.DataFrame(
        {
            name: pd.Series([getattr(failure, name) for failure in failures], dtype=object)
            for name in _FAILURE_COLUMNS
        }
    )
