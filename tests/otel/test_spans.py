"""The ids of traces, as OpenTelemetry has them and as Phoenix stores them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import (
    INVALID_SPAN,
    INVALID_SPAN_CONTEXT,
    NonRecordingSpan,
    NoOpTracerProvider,
    SpanContext,
    TraceFlags,
    format_trace_id,
    use_span,
)

from phoenix_traces import AnnotationValidationError, NoActiveSpanError, PhoenixTracesError
from phoenix_traces.otel import current_trace_id, is_sampled, trace_id_of
from tests.support.annotations import TRACE_ID, annotation
from tests.support.modes import AnyPhoenix, Mode, both_modes

README = Path(__file__).parents[2] / "README.md"

TRACE_IDS = st.integers(1, 2**128 - 1) | st.integers(0, 127).map(lambda bit: 1 << bit)
SPAN_IDS = st.integers(1, 2**64 - 1)


def _context(
    trace_id: int = int(TRACE_ID, 16), span_id: int = 1, *, remote: bool = False, flags: int = 1
) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=remote, trace_flags=TraceFlags(flags))


class Ended:
    """A span as the SDK's exporters get it: no `Span`, and its context may be gone."""

    def __init__(self, context: SpanContext | None) -> None:
        self._context = context

    def get_span_context(self) -> SpanContext | None:
        return self._context


# What is given


@given(TRACE_IDS, SPAN_IDS, st.booleans(), st.integers(0, 255))
def test_every_way_to_an_id_gives_what_opentelemetry_writes(
    trace_id: int, span_id: int, remote: bool, flags: int
) -> None:
    expected = format_trace_id(trace_id)
    context = _context(trace_id, span_id, remote=remote, flags=flags)
    span = NonRecordingSpan(context)
    assert trace_id_of(trace_id) == expected
    assert trace_id_of(context) == expected
    assert trace_id_of(span) == expected
    assert trace_id_of(Ended(context)) == expected
    with use_span(span):
        assert current_trace_id() == expected
        assert is_sampled() is bool(flags & 1)
    assert is_sampled(span) is is_sampled(context) is is_sampled(Ended(context)) is bool(flags & 1)


@given(TRACE_IDS)
def test_an_id_is_accepted_as_that_of_an_annotation(trace_id: int) -> None:
    phoenix = AnyPhoenix()
    phoenix.traces(Mode.SYNC).log_trace_annotations(
        trace_annotations=[annotation(trace_id=trace_id_of(trace_id))]
    )
    assert [row["trace_id"] for row in phoenix.rows] == [format_trace_id(trace_id)]


@given(st.integers(max_value=-1))
def test_a_negative_integer_is_no_id(number: int) -> None:
    with pytest.raises(AnnotationValidationError, match="no trace id: that is never negative"):
        trace_id_of(number)


@given(st.integers(min_value=2**128))
def test_an_integer_of_more_bits_is_no_id(number: int) -> None:
    with pytest.raises(AnnotationValidationError, match="it has more than 128 bits"):
        trace_id_of(number)


def test_a_huge_integer_is_told_in_few_words() -> None:
    with pytest.raises(AnnotationValidationError) as caught:
        trace_id_of(10**100_000)
    assert len(str(caught.value)) < 500


def test_an_integer_that_is_written_in_a_way_of_its_own_is_written_as_hex() -> None:
    class Named(IntEnum):
        TEN = 10

        def __format__(self, spec: str) -> str:
            return "ten"

    assert trace_id_of(Named.TEN) == f"{10:032x}"


# What is none


class Raises:
    """A span of somebody's own that cannot say where it is."""

    def get_span_context(self) -> SpanContext:
        raise OSError("gone")


NO_SPANS: list[Any] = [
    *(None, True, False, 1.0, float("nan"), Decimal(1), TRACE_ID, "", b"\x01" * 16, UUID(int=1)),
    *([1], (1, 2), {"trace_id": 1}, object(), NonRecordingSpan, SpanContext, MagicMock(), Raises()),
    *(Ended(MagicMock()), MagicMock(spec=NonRecordingSpan), MagicMock(spec=["trace_id"])),
]


@pytest.mark.parametrize("value", NO_SPANS, ids=lambda value: type(value).__name__)
def test_what_is_no_span_is_a_type_error_that_names_its_type(value: Any) -> None:
    with pytest.raises(TypeError) as caught:
        trace_id_of(value)
    assert f"not {type(value).__name__}" in str(caught.value)
    assert "a span, a SpanContext or the integer of a trace id" in str(caught.value)


@given(st.one_of(st.text(), st.floats(), st.booleans(), st.binary(), st.none(), st.decimals()))
def test_no_other_value_becomes_an_id(value: Any) -> None:
    with pytest.raises(TypeError):
        trace_id_of(value)


@pytest.mark.parametrize("value", [10, *NO_SPANS[1:]], ids=lambda value: type(value).__name__)
def test_what_is_no_span_does_not_say_whether_it_is_sampled(value: Any) -> None:
    with pytest.raises(TypeError, match="span must be a span or a SpanContext, not "):
        is_sampled(value)


def test_text_is_used_as_it_is() -> None:
    text: Any = TRACE_ID
    with pytest.raises(TypeError, match="an id that is text is used as it is"):
        trace_id_of(text)


# No trace

IN_NO_TRACE = [
    INVALID_SPAN,
    INVALID_SPAN_CONTEXT,
    Ended(None),
    Ended(INVALID_SPAN_CONTEXT),
    _context(trace_id=0),
    _context(span_id=0),
    _context(trace_id=2**128),
    _context(trace_id=-1),
    NoOpTracerProvider().get_tracer("nobody").start_span("no span"),
]


@pytest.mark.parametrize("span", IN_NO_TRACE)
def test_a_span_in_no_trace_has_no_id_and_is_not_sampled(span: Any) -> None:
    with pytest.raises(NoActiveSpanError, match=r"in no trace.*set_tracer_provider"):
        trace_id_of(span)
    assert is_sampled(span) is False


def test_zero_is_the_id_of_no_trace() -> None:
    with pytest.raises(NoActiveSpanError, match="is the id of no trace: no span was active"):
        trace_id_of(0)


def test_outside_a_span_there_is_no_running_trace() -> None:
    with pytest.raises(NoActiveSpanError) as caught:
        current_trace_id()
    assert "no tracer provider is set, or this runs outside a span" in str(caught.value)
    assert isinstance(caught.value, PhoenixTracesError)
    assert isinstance(caught.value, RuntimeError)
    assert is_sampled() is False


def test_where_no_provider_is_set_a_span_is_in_no_trace() -> None:
    tracer = NoOpTracerProvider().get_tracer("nobody")
    with tracer.start_as_current_span("no span"), pytest.raises(NoActiveSpanError):
        current_trace_id()


def test_a_thread_of_ones_own_is_outside_the_span() -> None:
    seen: list[object] = []

    def ask() -> None:
        try:
            seen.append(current_trace_id())
        except NoActiveSpanError as error:
            seen.append(error)

    with use_span(NonRecordingSpan(_context())):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert [type(each) for each in seen] == [NoActiveSpanError]


def test_tasks_each_have_the_trace_of_their_own_span() -> None:
    async def ask(trace_id: int) -> str:
        with use_span(NonRecordingSpan(_context(trace_id))):
            await asyncio.sleep(0)
            return await asyncio.to_thread(current_trace_id)

    async def ask_all() -> list[str]:
        return await asyncio.gather(*(ask(number) for number in range(1, 20)))

    assert asyncio.run(ask_all()) == [format_trace_id(number) for number in range(1, 20)]


@both_modes
def test_the_running_trace_is_annotated(mode: Mode) -> None:
    phoenix = AnyPhoenix()
    with use_span(NonRecordingSpan(_context())):
        phoenix.traces(mode).add_trace_annotation(
            trace_id=current_trace_id(), annotation_name="thumb", label="up", sync=True
        )
    assert [row["trace_id"] for row in phoenix.rows] == [TRACE_ID]


def test_the_example_of_the_readme_names_the_running_trace() -> None:
    _, _, section = README.read_text(encoding="utf-8").partition("\n## The running trace\n")
    example = section.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    with use_span(NonRecordingSpan(_context())):
        exec(example, names)  # noqa: S102 - our own page
    assert names["trace_id"] == TRACE_ID


# Where OpenTelemetry is not installed


def _printed(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout


WITHOUT = "import sys; sys.modules['opentelemetry.trace'] = None; "


def test_an_integer_needs_no_opentelemetry() -> None:
    code = "from phoenix_traces.otel import trace_id_of; import sys; "
    code += "print(trace_id_of(10), 'opentelemetry' in sys.modules)"
    assert _printed(code) == f"{10:032x} False\n"
    assert _printed(WITHOUT + code).startswith(f"{10:032x} ")


@pytest.mark.parametrize("asked", ["current_trace_id()", "is_sampled()"])
def test_what_is_missing_is_told_with_how_to_install_it(asked: str) -> None:
    code = f"""
from phoenix_traces import ConfigurationError, otel
try:
    otel.{asked}
except ConfigurationError as error:
    print(error, error.__context__)
"""
    assert _printed(f"{WITHOUT}exec({code!r})") == (
        f"{asked} needs opentelemetry-api, which is not installed; "
        'install it with pip install "phoenix-traces[otel]" None\n'
    )
