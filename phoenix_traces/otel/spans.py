"""The id of a span's trace, and whether the trace is sent anywhere."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeGuard

from phoenix_traces.errors import (
    AnnotationValidationError,
    ConfigurationError,
    NoActiveSpanError,
)
from phoenix_traces.failures import AnnotationFailure
from phoenix_traces.rules.trace_ids import NO_TRACE, integer_problem
from phoenix_traces.shown import shown, type_name

_A_SPAN = "a span or a SpanContext"
_SPAN_OR_INTEGER = "a span, a SpanContext or the integer of a trace id"

_NO_SPAN = (
    "no span is active here: either no tracer provider is set, or this runs outside a span. Set a "
    "provider when the program starts, with opentelemetry.trace.set_tracer_provider() or what sets "
    "one for you, and ask inside the span, in its own thread or task"
)
_IN_NO_TRACE = (
    "the span is in no trace: it was made where no tracer provider is set, or where no span was "
    "active. Set a provider when the program starts, with opentelemetry.trace.set_tracer_provider()"
    " or what sets one for you, and take the span inside the trace"
)


class TraceFlagsLike(Protocol):
    """What OpenTelemetry's `TraceFlags` say."""

    @property
    def sampled(self) -> bool:
        """Return whether the trace is sampled."""
        ...


class SpanContextLike(Protocol):
    """A `SpanContext` of OpenTelemetry, or what has the same attributes."""

    @property
    def trace_id(self) -> int:
        """Return the id of the trace."""
        ...

    @property
    def is_valid(self) -> bool:
        """Return whether the ids are those of a trace and a span."""
        ...

    @property
    def trace_flags(self) -> TraceFlagsLike:
        """Return the flags of the trace."""
        ...


class SpanLike(Protocol):
    """A `Span` or `ReadableSpan` of OpenTelemetry, or anything else that has a context."""

    def get_span_context(self) -> SpanContextLike | None:
        """Return the context of the span."""
        ...


def current_trace_id() -> str:
    """Return the id of the running trace, as Phoenix stores it.

    A trace that is not sampled has an id too, and never reaches Phoenix: `is_sampled` tells. The id
    of a trace that began in another process (a remote parent) is the id of the whole trace.

    Returns:
        32 lowercase hex digits.

    Raises:
        NoActiveSpanError: no span is active here, where OpenTelemetry would give zeros: no tracer
            provider is set, or this runs outside a span.
        ConfigurationError: opentelemetry-api is not installed.

    Examples:
        >>> from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span
        >>> context = SpanContext(0x4BF92F3577B34DA6A3CE929D0E0E4736, 1, is_remote=False)
        >>> with use_span(NonRecordingSpan(context)):
        ...     current_trace_id()
        '4bf92f3577b34da6a3ce929d0e0e4736'
    """
    read = _read_running("current_trace_id()")
    if not read.is_valid:
        raise NoActiveSpanError(_NO_SPAN)
    return _in_hex(read.trace_id)


def trace_id_of(span: SpanLike | SpanContextLike | int) -> str:
    """Return the id of a span's trace, as Phoenix stores it.

    Args:
        span: A span that runs or has ended, its context, or the integer which OpenTelemetry has as
            the trace's id.

    Returns:
        32 lowercase hex digits.

    Raises:
        NoActiveSpanError: the span is in no trace, or the integer is 0.
        AnnotationValidationError: an integer that is negative or has more than 128 bits.
        TypeError: something else, such as text: an id that is text is used as it is.

    Examples:
        >>> trace_id_of(0x4BF92F3577B34DA6A3CE929D0E0E4736)
        '4bf92f3577b34da6a3ce929d0e0e4736'
        >>> from opentelemetry.trace import SpanContext
        >>> trace_id_of(SpanContext(10, 1, is_remote=True))
        '0000000000000000000000000000000a'
    """
    if _is_integer(span):
        return _in_hex(span)
    read = _read(span, _SPAN_OR_INTEGER)
    if not read.is_valid:
        raise NoActiveSpanError(_IN_NO_TRACE)
    return _in_hex(read.trace_id)


def is_sampled(span: SpanLike | SpanContextLike | None = None) -> bool:
    """Tell whether a trace is sampled: one that is not never reaches Phoenix.

    An annotation of a trace that is not sampled finds no trace, however long it waits. The flag is
    the one that OpenTelemetry passes on with the trace. That a span records is something else:
    one that records and is not sampled is not exported.

    Args:
        span: A span or its context; the running span by default.

    Returns:
        False as well where no span is active, because there is no trace then.

    Raises:
        ConfigurationError: no span is given, and opentelemetry-api is not installed.
        TypeError: something else; an integer does not say it.

    Examples:
        >>> from opentelemetry.trace import SpanContext, TraceFlags
        >>> is_sampled(SpanContext(10, 1, is_remote=False, trace_flags=TraceFlags(1)))
        True
        >>> is_sampled()
        False
    """
    asked = _read_running("is_sampled()") if span is None else _read(span, _A_SPAN)
    return asked.is_valid and asked.is_sampled


class _Read(NamedTuple):
    """What was read of a span's context."""

    trace_id: int
    is_valid: bool
    is_sampled: bool


_NOTHING = _Read(trace_id=0, is_valid=False, is_sampled=False)


def _read_running(asked: str) -> _Read:
    try:
        from opentelemetry.trace import get_current_span
    except ImportError:
        pass
    else:
        return _read(get_current_span(), _A_SPAN)
    raise ConfigurationError(
        f"{asked} needs opentelemetry-api, which is not installed; install it with "
        'pip install "phoenix-traces[otel]"'
    )


def _read(span: object, wanted: str) -> _Read:
    """Return what the context of a span says, whoever made the span.

    Raises:
        TypeError: when it is no span and no context.
    """
    if span is None:
        raise _is_no_span(span, wanted)
    try:
        context = _context_of(span)
        if context is None:  # a ReadableSpan may have none
            return _NOTHING
        read = _Read(
            trace_id=context.trace_id,
            is_valid=bool(context.is_valid),
            is_sampled=bool(context.trace_flags.sampled),
        )
    except Exception as error:  # another's class may raise anything
        raise _is_no_span(span, wanted) from error
    if not _is_integer(read.trace_id):
        raise _is_no_span(span, wanted)
    return read


def _context_of(span: Any) -> Any:
    return span.get_span_context() if hasattr(span, "get_span_context") else span


def _is_no_span(span: object, wanted: str) -> TypeError:
    hint = ": an id that is text is used as it is" if isinstance(span, str) else ""
    return TypeError(f"span must be {wanted}, not {type_name(span)}{hint}")


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _in_hex(trace_id: int) -> str:
    """Return an integer as the id that Phoenix has for it.

    Raises:
        NoActiveSpanError: when it is 0.
        AnnotationValidationError: when no trace has it.
    """
    if trace_id == 0:
        raise NoActiveSpanError(f"trace_id 0 {NO_TRACE}")
    if problem := integer_problem(trace_id):
        message = f"trace_id: {shown(trace_id)} is {problem}"
        failure = AnnotationFailure(None, None, "trace_id", trace_id, message)
        raise AnnotationValidationError([failure], total=0)
    # Not by format(): a kind of integer may have a way of its own to be written.
    return int.__format__(trace_id, "032x")
