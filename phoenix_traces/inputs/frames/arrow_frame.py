"""A frame that speaks Arrow: a table, record batches, a relation of DuckDB, and many more.

It is read into one Arrow table, once, and that is what is checked and sent. A stream has nothing
more to give after its end, and a DuckDB relation would run again and may answer something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pandas as pd
from typing_extensions import override

from phoenix_traces.errors import AnnotationValidationError, ConfigurationError
from phoenix_traces.failures import AnnotationFailure
from phoenix_traces.inputs.frame_types import ArrowStreamExportable
from phoenix_traces.inputs.frames.interface import Column, Frame
from phoenix_traces.inputs.frames.pandas_frame import PandasColumn
from phoenix_traces.inputs.other_frames import public_name
from phoenix_traces.shown import text_of, type_name


class ArrowFrame(Frame):
    """A table of Arrow's, whose rows have positions and no labels.

    Args:
        frame: Read once, to its end.

    Raises:
        ConfigurationError: when pyarrow is not installed.
        AnnotationValidationError: when the frame cannot be read.
    """

    def __init__(self, frame: ArrowStreamExportable) -> None:
        self._table = _table(frame)
        if "Reader" in type_name(frame):
            self.why_empty = "; a reader can be read once, and this one may have been read before"

    @override
    def __len__(self) -> int:
        return int(self._table.num_rows)

    @property
    @override
    def column_names(self) -> Sequence[object]:
        """Return the name of each column, in order; names may repeat."""
        names: list[object] = self._table.column_names
        return names

    @override
    def column(self, place: int) -> Column:
        """Return a column by its place."""
        # Without a copy, and so that its cells are those of a pandas frame with Arrow's dtypes.
        return PandasColumn(pd.arrays.ArrowExtensionArray(self._table.column(place)))


def _table(frame: ArrowStreamExportable) -> Any:  # pyarrow has no types
    pyarrow = _pyarrow(frame)
    try:
        return _read(pyarrow, frame)
    except Exception as error:  # noqa: BLE001 - a query runs now, and raises whatever it likes
        reason = f"{type_name(error)}: {text_of(error)}"
    message = f"this {public_name(type(frame))} cannot be read: {reason}"
    raise AnnotationValidationError([AnnotationFailure(None, None, None, None, message)], total=0)


def _read(pyarrow: Any, frame: Any) -> Any:
    # Its own go in directly: on the way through a stream, types of a user's own would be lost.
    if isinstance(frame, pyarrow.Table):
        return frame
    if isinstance(frame, pyarrow.RecordBatch):
        return pyarrow.Table.from_batches([frame])
    if isinstance(frame, pyarrow.RecordBatchReader):
        return frame.read_all()
    return pyarrow.table(frame)


def _pyarrow(frame: object) -> Any:
    try:
        return import_module("pyarrow")
    except ImportError:
        name = public_name(type(frame))
    raise ConfigurationError(
        f"a frame of type {name} is read with pyarrow, which is not installed; install it with "
        'pip install "phoenix-traces[arrow]"'
    )
