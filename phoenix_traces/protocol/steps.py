"""Exchanges that ask one thing after another, written as generators."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeAlias, TypeVar, cast

import httpx
from typing_extensions import override

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.protocol.answers import is_too_large, status_error, transport_error
from phoenix_traces.protocol.exchange import Call, Exchange, Outcome

ResultT = TypeVar("ResultT")

# Yields calls, is sent their good answers, and returns what it all came to. Where an answer is an
# error, the error is raised at the yield.
Steps: TypeAlias = Generator[Call, httpx.Response, ResultT]


def attempt(steps: Steps[ResultT]) -> Steps[ResultT | PhoenixHTTPError]:
    """Return steps that return the error which ends others, where one does."""
    try:
        return (yield from steps)
    except PhoenixHTTPError as error:
        return error


class StepByStep(Exchange[ResultT]):
    """An exchange made of a generator; an answer that is an error ends it unless it is caught.

    Args:
        steps: Not started yet.
    """

    max_concurrency = 1

    def __init__(self, steps: Steps[ResultT]) -> None:
        self._steps = steps
        self._next: Call | None = None
        self._error: PhoenixHTTPError | None = None
        self._result: ResultT | None = None
        self._advance(lambda: next(steps))

    @override
    def next_call(self, now: float) -> Call | None:
        """Return the call that the generator waits for."""
        call, self._next = self._next, None
        return call

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Hand what came to the generator."""
        if isinstance(outcome, httpx.RequestError):
            error: PhoenixHTTPError = transport_error(outcome)
        elif outcome.is_success and not is_too_large(outcome):
            self._advance(lambda: self._steps.send(outcome))
            return
        else:
            error = status_error(outcome)
        self._advance(lambda: self._steps.throw(error))

    def _advance(self, step: Callable[[], Call]) -> None:
        try:
            self._next = step()
        except StopIteration as stop:
            self._result = stop.value
        except PhoenixHTTPError as error:
            self._error = error

    @override
    def result(self) -> ResultT:
        """Return what the generator returned, or raise the error that ended it."""
        if self._error is not None:
            raise self._error
        return cast("ResultT", self._result)

    @override
    def interrupted(self, error: BaseException) -> None:
        """Let the generator end."""
        self._steps.close()
