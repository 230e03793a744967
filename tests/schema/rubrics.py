"""The rubric of the schema tests: choices and bounds of every kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from phoenix_traces import AnnotationResult, TraceAnnotationData


class CorrectnessResult(AnnotationResult, frozen=True):
    """How correct an answer is."""

    label: Literal["correct", "partly correct", "incorrect"] = Field(
        description="Would the answer have helped?"
    )
    score: Annotated[float, Field(ge=0, le=1)] | None = None


class Correctness(TraceAnnotationData, frozen=True):
    """Whether an answer is correct."""

    name: Literal["correctness"] = "correctness"
    annotator_kind: Literal["HUMAN", "LLM"]
    result: CorrectnessResult
    identifier: str = Field(description="Who judged it.")
