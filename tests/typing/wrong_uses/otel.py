"""What is in no trace, and what is no id: each marked line must be an error, and no other."""

from __future__ import annotations

from uuid import UUID

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Span, SpanContext

from phoenix_traces import Client
from phoenix_traces.otel import current_trace_id, is_sampled, trace_id_of

client = Client()


class NoContext:
    def get_span_context(self) -> str:
        return "4bf92f3577b34da6a3ce929d0e0e4736"


def name(span: Span, ended: ReadableSpan, context: SpanContext) -> None:
    trace_id_of("4bf92f3577b34da6a3ce929d0e0e4736")  # error
    trace_id_of(1.0)  # error
    trace_id_of(None)  # error
    trace_id_of(b"4bf92f3577b34da6")  # error
    trace_id_of(UUID(int=1))  # error
    trace_id_of(NoContext())  # error
    trace_id_of(Span)  # error
    trace_id_of(context.trace_id)
    trace_id_of(ended.get_span_context())  # error
    trace_id_of(span.get_span_context())
    current_trace_id(span)  # error
    is_sampled(10)  # error
    is_sampled("4bf92f3577b34da6a3ce929d0e0e4736")  # error
    add = client.traces.add_trace_annotation
    add(trace_id=context.trace_id, annotation_name="thumb", label="up")  # error
    add(trace_id=trace_id_of(context), annotation_name="thumb", label="up")
