from __future__ import annotations

import pytest

from phoenix_traces.protocol.trace_id_hints import describe_missing
from tests.support.annotations import TRACE_ID

UUID_FORM = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"


@pytest.mark.parametrize(
    ("trace_id", "says"),
    [
        (f"0x{TRACE_ID}", "starts with 0x: Phoenix stores it as"),
        (UUID_FORM, "has dashes: Phoenix stores it as"),
        (TRACE_ID.upper(), "has capitals: Phoenix stores it as"),
        (f"0X{UUID_FORM.upper()}", "starts with 0x and has dashes and has capitals"),
    ],
)
def test_an_id_in_another_form_is_told_how_it_is_stored(trace_id: str, says: str) -> None:
    hint = describe_missing([trace_id])
    assert says in hint
    assert hint.endswith(f"Phoenix stores it as {TRACE_ID!r}")
    assert repr(trace_id) in hint


@pytest.mark.parametrize("span_id", ["00f067aa0ba902b7", "0x00F067AA0BA902B7"])
def test_a_span_id_is_recognised(span_id: str) -> None:
    assert "looks like a span id: 16 hex digits" in describe_missing([span_id])


@pytest.mark.parametrize("trace_id", [TRACE_ID, "trace1", "a-b", "ABC", "", "0x12", "é" * 32])
def test_nothing_is_said_about_an_id_that_may_be_right(trace_id: str) -> None:
    assert describe_missing([trace_id]) == ""


def test_ten_hints_are_shown_and_the_rest_counted() -> None:
    hints = describe_missing([f"{number:016x}" for number in range(25)])
    assert hints.count("looks like a span id") == 10
    assert hints.endswith("and 15 more like these")
