"""What the client has to say, and what the server has, as frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from phoenix_traces.errors import AnnotationFailure
from phoenix_traces.stored.annotations import TraceAnnotation
from phoenix_traces.stored.comparison import ComparedRow

_FAILURE_COLUMNS = ("position", "index", "field", "value", "message")
_TEXT = "string"
_TIME = "datetime64[us, UTC]"


def annotations_table(annotations: Sequence[TraceAnnotation]) -> pd.DataFrame:
    """Return annotations as a frame that can be uploaded again, with one row each.

    The server has no difference between an absent identifier and an empty one: both are missing.
    """
    index = pd.Index([each.id for each in annotations], dtype=_TEXT, name="annotation_id")

    def column(dtype: str, values: Iterable[object]) -> pd.Series:
        return pd.Series(list(values), index=index, dtype=dtype)

    results = [each.result for each in annotations]
    return pd.DataFrame(
        {
            "trace_id": column(_TEXT, (each.trace_id for each in annotations)),
            "annotation_name": column(_TEXT, (each.name for each in annotations)),
            "annotator_kind": column(_TEXT, (each.annotator_kind for each in annotations)),
            "label": column(_TEXT, (each.label for each in results)),
            "score": column("float64", (each.score for each in results)),
            "explanation": column(_TEXT, (each.explanation for each in results)),
            "metadata": column("object", (each.metadata for each in annotations)),
            "identifier": column(_TEXT, (each.identifier or None for each in annotations)),
            "created_at": column(_TIME, (each.created_at for each in annotations)),
            "updated_at": column(_TIME, (each.updated_at for each in annotations)),
            "source": column(_TEXT, (each.source for each in annotations)),
            "user_id": column(_TEXT, (each.user_id for each in annotations)),
        }
    )


def comparison_table(rows: Sequence[ComparedRow]) -> pd.DataFrame:
    """Return compared rows as a frame, with one row each."""
    index = pd.Index([row.position for row in rows], dtype="int64", name="position")

    def column(dtype: str, values: Iterable[object]) -> pd.Series:
        return pd.Series(list(values), index=index, dtype=dtype)

    return pd.DataFrame(
        {
            "trace_id": column(_TEXT, (row.trace_id for row in rows)),
            "annotation_name": column(_TEXT, (row.name for row in rows)),
            "identifier": column(_TEXT, (row.identifier for row in rows)),
            "status": column(_TEXT, (row.status for row in rows)),
            "overwrites_human": column("bool", (row.overwrites_human for row in rows)),
            "differences": column("object", (dict(row.differences) for row in rows)),
            "annotation_id": column(_TEXT, (row.annotation_id for row in rows)),
        }
    )


def failures_table(failures: Sequence[AnnotationFailure]) -> pd.DataFrame:
    """Return failures as a frame with one row each."""
    return pd.DataFrame(
        {
            name: pd.Series([getattr(failure, name) for failure in failures], dtype=object)
            for name in _FAILURE_COLUMNS
        }
    )
