"""The types of the frames that are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import pandas as pd


class ArrowStreamExportable(Protocol):
    """A frame that speaks Arrow's C stream interface, such as one of Polars, pyarrow or DuckDB.

    The interface is part of Arrow's PyCapsule protocol, which each library implements on its own:
    a type checker needs none of them to accept their frames.
    """

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with the stream."""
        ...


AnyFrame: TypeAlias = "pd.DataFrame | ArrowStreamExportable"


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
ArrowStreamExportable.__module__ = "phoenix_traces"
