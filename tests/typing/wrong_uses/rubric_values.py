"""Values that a rubric does not allow: each marked line must be an error, and no other."""

from __future__ import annotations

from phoenix_traces import AnnotationResult, TraceAnnotationData
from tests.typing.rubrics import Correctness, CorrectnessResult

right = CorrectnessResult(label="correct")

CorrectnessResult(label="corect")  # error
CorrectnessResult(label=None)  # error
CorrectnessResult(score=0.5)  # error
CorrectnessResult(label="correct", score="0.5")  # error
CorrectnessResult(label="correct", explanation=5)  # error
CorrectnessResult(label="correct", comment="Good.")  # error

Correctness(trace_id="trace-1", name="toxicity", result=right)  # error
Correctness(trace_id="trace-1", annotator_kind="LLM", result=right)  # error
Correctness(trace_id="trace-1", result=AnnotationResult(label="correct"))  # error
Correctness(trace_id="trace-1")  # error
Correctness(result=right)  # error

Correctness(trace_id="trace-1", result=right).name = "toxicity"  # error
right.label = "incorrect"  # error

TraceAnnotationData(trace_id="trace-1", name="tone", annotator_kind="ROBOT", result=right)  # error
TraceAnnotationData(trace_id="trace-1", name="tone", result=right)  # error
AnnotationResult(label=1)  # error
