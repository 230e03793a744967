"""DataFrames into annotations: the only part that imports pandas and pandera, when first used."""

from __future__ import annotations

from phoenix_traces.frames.reading import annotation_frame
from phoenix_traces.frames.results import annotations_table, comparison_table
from phoenix_traces.frames.schema import trace_annotation_schema
from phoenix_traces.frames.tables import failures_table

__all__ = [
    "annotation_frame",
    "annotations_table",
    "comparison_table",
    "failures_table",
    "trace_annotation_schema",
]
