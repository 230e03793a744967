from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_traces import SkippedAnnotationWarning, TraceNotFoundError, UploadOptions
from tests.support.faultproxy import FaultProxy
from tests.support.live import annotations_of, make_traces
from tests.support.modes import Mode, both_modes, client_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

MISSING = (17, 42, 99)


@both_modes
def test_three_missing_traces_of_a_hundred_cost_one_more_request_and_are_named(
    phoenix: PhoenixProcess, mode: Mode
) -> None:
    trace_ids = make_traces(phoenix, 100)
    for at in MISSING:
        trace_ids[at] = f"{at:032x}"
    rows: list[dict[str, Any]] = [
        {
            "trace_id": trace_id,
            "name": "correctness",
            "annotator_kind": "CODE",
            "result": {"score": float(at)},
        }
        for at, trace_id in enumerate(trace_ids)
    ]
    options = UploadOptions(on_missing_trace="skip")
    with FaultProxy(phoenix.port) as proxy, pytest.warns(SkippedAnnotationWarning) as caught:
        inserted = client_traces(mode, base_url=proxy.url).log_trace_annotations(
            trace_annotations=rows, sync=True, options=options
        )
    assert proxy.requests == 2
    warning = caught[0].message
    assert isinstance(warning, SkippedAnnotationWarning)
    assert warning.report.not_stored == set(MISSING)
    assert warning.report.stored == set(range(100)) - set(MISSING)
    assert [each.id for each in inserted] == list(warning.report.inserted.values())
    (failure,) = warning.report.failures
    assert failure.positions == MISSING
    assert isinstance(failure.error, TraceNotFoundError)
    assert failure.error.missing_trace_ids == tuple(trace_ids[at] for at in MISSING)
    scores = {each["result"]["score"] for each in annotations_of(phoenix, trace_ids)}
    assert scores == set(range(100)) - set(MISSING)
