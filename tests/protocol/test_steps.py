"""Exchanges written as generators, without a network."""

from __future__ import annotations

import httpx
import pytest

from phoenix_traces import PhoenixStatusError, PhoenixTransportError
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.protocol.steps import StepByStep, Steps

REQUEST = httpx.Request("GET", "http://phoenix.test/v1/things")


def answer(status: int, text: str) -> httpx.Response:
    return httpx.Response(status, text=text, request=REQUEST)


def two_calls() -> Steps[str]:
    first = yield Call("GET", "one")
    second = yield Call("GET", f"two/{first.text}")
    return second.text


def test_calls_come_one_after_another_and_the_return_value_is_the_result() -> None:
    exchange = StepByStep(two_calls())
    first = exchange.next_call(0)
    assert first is not None
    assert exchange.next_call(0) is None
    exchange.receive(first, answer(200, "a"), 0)
    second = exchange.next_call(0)
    assert second is not None
    assert second.path == "two/a"
    exchange.receive(second, answer(200, "b"), 0)
    assert exchange.next_call(0) is None
    assert exchange.result() == "b"


def test_an_answer_that_is_an_error_ends_the_exchange() -> None:
    exchange = StepByStep(two_calls())
    first = exchange.next_call(0)
    assert first is not None
    exchange.receive(first, answer(404, "no such thing"), 0)
    assert exchange.next_call(0) is None
    with pytest.raises(PhoenixStatusError, match="no such thing"):
        exchange.result()


def test_a_transport_error_ends_the_exchange() -> None:
    exchange = StepByStep(two_calls())
    first = exchange.next_call(0)
    assert first is not None
    exchange.receive(first, httpx.ReadError("gone", request=REQUEST), 0)
    with pytest.raises(PhoenixTransportError, match="gone"):
        exchange.result()


def test_an_interrupt_closes_the_generator() -> None:
    steps = two_calls()
    StepByStep(steps).interrupted(KeyboardInterrupt())
    with pytest.raises(StopIteration):
        next(steps)
