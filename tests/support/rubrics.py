"""Rubrics as a team would declare them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import Self

from phoenix_traces import AnnotationResult, TraceAnnotationData


class CorrectnessResult(AnnotationResult, frozen=True):
    """One of three labels, and a score between 0 and 1."""

    label: Literal["correct", "partly", "wrong"]
    score: Annotated[float, Field(ge=0, le=1)] | None = None


class Correctness(TraceAnnotationData, frozen=True):
    """Whether the answer is right, as a person sees it."""

    name: Literal["correctness"] = "correctness"
    annotator_kind: Literal["HUMAN"] = "HUMAN"
    result: CorrectnessResult


class ConsistentResult(CorrectnessResult, frozen=True):
    """A result with a rule of its own across fields."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.label == "wrong" and (self.score or 0) > 0.5:
            raise ValueError("a wrong answer cannot score above 0.5")
        return self


class Consistent(TraceAnnotationData, frozen=True):
    """A rubric whose rule only the model itself can check."""

    name: Literal["consistent"] = "consistent"
    result: ConsistentResult
