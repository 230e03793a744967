"""Trace ids out of OpenTelemetry, as Phoenix stores them.

`opentelemetry-api` is asked for the running span, and only when that is asked for; the extra `otel`
brings it. A span, a context or an integer in hand needs nothing installed.
"""

from __future__ import annotations

from phoenix_traces.otel.spans import (
    SpanContextLike,
    SpanLike,
    TraceFlagsLike,
    current_trace_id,
    is_sampled,
    trace_id_of,
)

__all__ = [
    "SpanContextLike",
    "SpanLike",
    "TraceFlagsLike",
    "current_trace_id",
    "is_sampled",
    "trace_id_of",
]
