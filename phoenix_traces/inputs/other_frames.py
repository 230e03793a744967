"""Frames of other libraries, which are named and told how they become pandas' own."""

from __future__ import annotations

import sys

# What makes a pandas frame: polars, Arrow and most others; Spark; Dask; DuckDB.
_CONVERSIONS = ("to_pandas", "toPandas", "compute", "df")
_NAMES = ("Frame", "Table", "RecordBatch", "Relation", "Dataset")


def other_frame(value: object) -> str | None:
    """Return the name of a frame of another library, and how it becomes one of pandas."""
    kind = type(value)
    if not kind.__name__.endswith(_NAMES) or _library(kind) == "pandas":
        return None
    for method in _CONVERSIONS:
        if callable(getattr(kind, method, None)):
            return f"{_public_name(kind)}: use .{method}()"
    if callable(getattr(kind, "collect", None)):  # a lazy one of polars
        return f"{_public_name(kind)}: use .collect().to_pandas()"
    return None


def _library(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _public_name(kind: type) -> str:
    """Return a type's name under the shortest module that offers it, such as polars.DataFrame."""
    parts = kind.__module__.split(".")
    for length in range(1, len(parts)):
        module = ".".join(parts[:length])
        if getattr(sys.modules.get(module), kind.__name__, None) is kind:
            return f"{module}.{kind.__name__}"
    return f"{parts[0]}.{kind.__name__}"
