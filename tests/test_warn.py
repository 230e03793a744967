from __future__ import annotations

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    DuplicateAnnotationWarning,
    SkippedAnnotationWarning,
    Traces,
    UploadOptions,
)
from phoenix_traces.warn import warn_caller
from tests.support.annotations import annotation
from tests.support.modes import AnyPhoenix


def test_a_warning_points_at_the_line_outside_the_package() -> None:
    with pytest.warns(UserWarning, match="look out") as caught:
        warn_caller(UserWarning("look out"))
    assert caught[0].filename == __file__


def test_the_warnings_of_an_upload_point_at_the_callers_line() -> None:
    phoenix = AnyPhoenix(missing=["gone"])
    skip = UploadOptions(on_missing_trace="skip")
    frame = pd.DataFrame({"trace_id": ["t", "t"], "score": [0.1, 0.2]})
    with httpx.Client(transport=phoenix.transport(), base_url=phoenix.base_url) as client:
        traces = Traces(client)
        with pytest.warns(DuplicateAnnotationWarning) as in_list:
            traces.log_trace_annotations(trace_annotations=[annotation(), annotation()])
        with pytest.warns(DuplicateAnnotationWarning) as in_frame:
            traces.log_trace_annotations_dataframe(
                dataframe=frame, annotation_name="n", annotator_kind="CODE"
            )
        with pytest.warns(SkippedAnnotationWarning) as skipped:
            traces.log_trace_annotations(
                trace_annotations=[annotation("gone")], sync=True, options=skip
            )
    caught = [*in_list, *in_frame, *skipped]
    assert [each.filename for each in caught] == [__file__] * 3
