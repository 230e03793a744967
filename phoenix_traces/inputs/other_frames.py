"""Frames of other libraries: which are taken as they are, and what to do about the others."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from typing_extensions import TypeIs

from phoenix_traces.inputs.frame_types import ArrowStreamExportable

# A record batch has the first of these, in some libraries the second one alone.
_ARROW_METHODS = ("__arrow_c_stream__", "__arrow_c_array__")

# What makes a frame that is taken: lazy ones; Dask; data sets of Arrow; Ray and others; Spark;
# connections of DuckDB.
_CONVERSIONS = ("collect", "compute", "to_table", "to_pandas", "toPandas", "df")
_FRAMES = ("Frame", "Table", "RecordBatch", "Relation", "Connection", "Dataset", "Scanner")
_COLUMNS = ("Series", "Array")


def speaks_arrow(value: object) -> TypeIs[ArrowStreamExportable]:
    """Tell whether something hands out a table of Arrow's."""
    kind = type(value)
    if kind.__name__.endswith(("LazyFrame", *_COLUMNS)):
        return False
    return any(callable(getattr(kind, name, None)) for name in _ARROW_METHODS)


# Besides those of pandas; others are read once, or answer anew each time.
_LASTING = (("polars", "DataFrame"), ("pyarrow", "Table"), ("pyarrow", "RecordBatch"))


def has_lasting_rows(value: object) -> bool:
    """Tell whether something is a frame of Polars or Arrow that keeps its rows."""
    return any(
        isinstance(value, getattr(sys.modules.get(module), name, ())) for module, name in _LASTING
    )


def rows_at(frame: Any, positions: Iterable[int]) -> Any:
    """Return some rows of a frame that keeps them, as a frame of the same kind."""
    chosen = set(positions)
    # Not by `take`: neither library takes no rows by an empty list.
    return frame.filter([row in chosen for row in range(len(frame))])


def frame_for_a_list(value: object) -> str | None:
    """Return the name of a frame where a list should be, and what to use instead."""
    if speaks_arrow(value) and _library(type(value)) != "pandas":
        return f"{public_name(type(value))}: use log_trace_annotations_dataframe"
    advice = _advice_for_frame(type(value))
    return advice and f"{advice} and log_trace_annotations_dataframe"


def advice_for_frame(value: object) -> str | None:
    """Return the name of something that is not taken as a frame, and what to do about it."""
    kind = type(value)
    if issubclass(kind, dict):
        return "dict: make a frame of it first, such as pandas.DataFrame(...)"
    if issubclass(kind, (list, tuple)):
        return f"{kind.__name__}: pass a list as trace_annotations"
    if kind.__name__.endswith(_COLUMNS):
        return _advice_for_column(kind)
    return _advice_for_frame(kind)


def _advice_for_column(kind: type) -> str:
    way = "use .to_frame()" if callable(getattr(kind, "to_frame", None)) else "make a table of it"
    return f"{public_name(kind)}, which is one column: {way}"


def _advice_for_frame(kind: type) -> str | None:
    if not kind.__name__.endswith(_FRAMES) or _library(kind) == "pandas":
        return None
    for method in _CONVERSIONS:
        if callable(getattr(kind, method, None)):
            return f"{public_name(kind)}: use .{method}()"
    return None


def _library(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def public_name(kind: type) -> str:
    """Return a type's name under the shortest module that offers it, such as polars.DataFrame."""
    parts = kind.__module__.split(".")
    for length in range(1, len(parts)):
        module = ".".join(parts[:length])
        if getattr(sys.modules.get(module), kind.__name__, None) is kind:
            return f"{module}.{kind.__name__}"
    return f"{parts[0]}.{kind.__name__}"
