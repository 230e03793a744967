"""Wrong ways to send rubrics: each marked line must be an error, and no other."""

from __future__ import annotations

from phoenix_traces import AnnotationResult, Client
from tests.typing.rubrics import Correctness, CorrectnessResult, judged


def write(client: Client) -> None:
    client.traces.log_trace_annotations(trace_annotations=[judged.result])  # error
    client.traces.log_trace_annotations(trace_annotations=judged.result.label)  # error
    client.traces.add_trace_annotation(trace_id="t", annotation_name="x", label=1)  # error
    client.traces.add_trace_annotation(trace_id="t", annotation_name="x", score="1")  # error
    client.traces.add_trace_annotation(judged, label="wrong")  # error
    client.traces.add_trace_annotation(judged.result)  # error
    client.traces.add_trace_annotation(label="x")  # error
    written = client.traces.log_trace_annotations(trace_annotations=[judged], sync=True)
    written.id  # error


def read(annotation: Correctness, other: AnnotationResult) -> CorrectnessResult:
    print(annotation.result.label == "corect")  # error
    return other  # error
