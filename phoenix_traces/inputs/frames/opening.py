"""What a caller gives as a frame, made readable in one way."""

from __future__ import annotations

import pandas as pd

from phoenix_traces.inputs.frames.arrow_frame import ArrowFrame
from phoenix_traces.inputs.frames.interface import Frame
from phoenix_traces.inputs.frames.pandas_frame import PandasFrame
from phoenix_traces.inputs.frames.polars_frame import PolarsFrame, is_polars_frame
from phoenix_traces.inputs.other_frames import advice_for_frame, speaks_arrow
from phoenix_traces.shown import type_name


def opened(value: object) -> Frame:
    """Return a caller's frame, ready to be read.

    Args:
        value: Only read. A stream is read to its end.

    Raises:
        TypeError: when it is no frame, or one that must be computed first.
        ConfigurationError: when it takes pyarrow to read it, which is not installed.
        AnnotationValidationError: when a stream cannot be read.
    """
    if isinstance(value, pd.DataFrame):
        return PandasFrame(value)
    if is_polars_frame(value):
        return PolarsFrame(value)
    if speaks_arrow(value):
        return ArrowFrame(value)
    raise TypeError(
        "dataframe must be a frame of pandas, Polars or Arrow, not "
        f"{advice_for_frame(value) or type_name(value)}"
    )
