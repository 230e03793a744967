"""Instances of rubrics are taken wherever models and mappings are, and mixed with both."""

from __future__ import annotations

from typing import Any, Literal

from phoenix_traces import AnnotationResult, TraceAnnotationData
from phoenix_traces.testing import FakePhoenix
from tests.support.annotations import annotation


class ToneResult(AnnotationResult, frozen=True):
    label: Literal["kind", "rude"] = "kind"


class TimedResult(ToneResult, frozen=True):
    seconds: int = 0  # of the caller's own; it is not sent


class Tone(TraceAnnotationData, frozen=True):
    name: Literal["tone"] = "tone"
    annotator_kind: Literal["HUMAN"] = "HUMAN"
    result: TimedResult


GIVEN: list[Any] = [
    Tone(trace_id="t1", result=TimedResult(label="kind", seconds=3)),
    TraceAnnotationData(**annotation(trace_id="t2", name="tone", result={"label": "rude"})),
    annotation(trace_id="t3", name="tone", result=ToneResult(label="kind")),
]


def test_they_are_written_compared_and_confirmed_like_all_others() -> None:
    phoenix = FakePhoenix("t1", "t2", "t3")
    with phoenix.client() as client:
        traces = client.traces
        before = traces.compare_trace_annotations(trace_annotations=GIVEN)
        inserted = traces.log_trace_annotations(trace_annotations=GIVEN, sync=True)
        after = traces.compare_trace_annotations(trace_annotations=GIVEN)
        confirmed = traces.confirm_trace_annotations(trace_annotations=GIVEN, timeout=0)
        assert traces.add_trace_annotation(GIVEN[0], sync=True) == inserted[0]
    assert {row.status for row in before.rows} == {"new"}
    assert {row.status for row in after.rows} == {"unchanged"}
    assert confirmed.is_complete
    assert len(inserted) == 3
