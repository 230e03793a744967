"""Traces as Phoenix lists them, with their spans where those are asked for.

Unknown keys are ignored, so that a newer server can be read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import BaseModel
from typing_extensions import override

from phoenix_traces.stored.annotations import UTC_DTYPE, Moment

if TYPE_CHECKING:
    import pandas as pd

# What is read back may also hold a kind or code of a newer server, as its text.
SpanKind: TypeAlias = Literal[
    "AGENT",
    "CHAIN",
    "EMBEDDING",
    "EVALUATOR",
    "GUARDRAIL",
    "LLM",
    "PROMPT",
    "RERANKER",
    "RETRIEVER",
    "TOOL",
    "UNKNOWN",
]
StatusCode: TypeAlias = Literal["OK", "ERROR", "UNSET"]


# The existing client returns dicts: what reads `trace["trace_id"]` goes on working.
class _ReadsAsMapping(BaseModel, Mapping[str, Any], frozen=True, extra="ignore", defer_build=True):
    @override
    def __getitem__(self, key: str) -> Any:
        if key not in type(self).model_fields:
            raise KeyError(key)
        return getattr(self, key)

    # The keys, as a mapping has it and `dict` and pandas rely on; a model's own are pairs.
    @override
    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # see above
        return iter(type(self).model_fields)

    @override
    def __len__(self) -> int:
        return len(type(self).model_fields)


class TraceSpan(_ReadsAsMapping, frozen=True):
    """A span of a trace; reads as `.name` and as a mapping.

    Attributes:
        id: The server's ID.
        span_id: As OpenTelemetry has it: 16 lowercase hex digits.
        parent_id: The `span_id` of the span above it; None for the root.
        span_kind: Such as "LLM" or "TOOL"; any other that a newer server has, as its text.
        status_code: "OK", "ERROR" or "UNSET"; any other that a newer server has, as its text.
    """

    id: str
    span_id: str
    parent_id: str | None = None
    name: str
    span_kind: SpanKind | str
    status_code: StatusCode | str
    start_time: Moment
    end_time: Moment


class Trace(_ReadsAsMapping, frozen=True):
    """A trace of a project; reads as `.trace_id` and as a mapping.

    Attributes:
        id: The server's ID.
        trace_id: What annotations name it by.
        project_id: The server's ID of the project.
        start_time: Where its first span begins.
        end_time: Where its last span ends.
        token_count_prompt: Of all its spans; None where the server does not say.
        token_count_completion: Of all its spans; None where the server does not say.
        token_count_total: Of all its spans; None where the server does not say.
        spans: None unless they were asked for.

    Examples:
        >>> (trace,) = client.traces.get_traces(project_identifier="default")
        >>> trace.trace_id == trace["trace_id"], trace.spans
        (True, None)
    """

    id: str
    trace_id: str
    project_id: str
    start_time: Moment
    end_time: Moment
    token_count_prompt: int | None = None
    token_count_completion: int | None = None
    token_count_total: int | None = None
    spans: tuple[TraceSpan, ...] | None = None


class TracePage(BaseModel, frozen=True, extra="ignore", defer_build=True):
    """One answer to `GET v1/projects/{project}/traces`."""

    data: list[Trace]
    next_cursor: str | None = None


def traces_table(traces: Sequence[Trace]) -> pd.DataFrame:
    """Return traces as a frame with one row each, to which judgements can be added."""
    from phoenix_traces.inputs.frames.tables import table

    counts = ("token_count_prompt", "token_count_completion", "token_count_total")
    return table(
        {
            "start_time": (UTC_DTYPE, (each.start_time for each in traces)),
            "end_time": (UTC_DTYPE, (each.end_time for each in traces)),
            **{name: ("Int64", (each[name] for each in traces)) for name in counts},
            "id": ("string", (each.id for each in traces)),
            "project_id": ("string", (each.project_id for each in traces)),
        },
        index=("trace_id", "string", (each.trace_id for each in traces)),
    )


# Public classes say where users import them from, so that reprs, pickles and docs stay as they are.
Trace.__module__ = "phoenix_traces"
TraceSpan.__module__ = "phoenix_traces"
