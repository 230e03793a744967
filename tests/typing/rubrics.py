"""A rubric written as a type: what the type checkers know of it. mypy and pyright read this."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import assert_type

from phoenix_traces import AnnotationResult, AsyncClient, Client, TraceAnnotationData
from phoenix_traces.rules.flat_row import AnnotationRow, annotation_row_type


class CorrectnessResult(AnnotationResult, frozen=True):
    """How correct the answer is."""

    label: Literal["correct", "partly correct", "incorrect"] = Field(
        description="Would the answer have helped?"
    )
    score: Annotated[float, Field(ge=0, le=1)] | None = None


class Correctness(TraceAnnotationData, frozen=True):
    """Whether the answer is correct, as a person sees it."""

    name: Literal["correctness"] = "correctness"
    annotator_kind: Literal["HUMAN"] = "HUMAN"
    result: CorrectnessResult


judged = Correctness(
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    result=CorrectnessResult(label="partly correct", score=0.5, explanation="No price."),
)
assert_type(judged.name, Literal["correctness"])
assert_type(judged.annotator_kind, Literal["HUMAN"])
assert_type(judged.result.label, Literal["correct", "partly correct", "incorrect"])
assert_type(judged.result.score, float | None)
assert_type(judged.result.explanation, str | None)

row_type = annotation_row_type(Correctness)
assert_type(row_type, type[AnnotationRow[Correctness]])
assert_type(row_type.model_validate({}).to_annotation(), Correctness)


def write(client: Client) -> None:
    client.traces.log_trace_annotations(trace_annotations=[judged])


async def write_async(client: AsyncClient) -> None:
    await client.traces.log_trace_annotations(trace_annotations=[judged])
