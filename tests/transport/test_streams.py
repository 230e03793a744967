"""Streams in both modes: items come as they are read, and no more is read than is needed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from phoenix_traces import AnnotationValidationError, AsyncTraces, AuthenticationError, Traces
from phoenix_traces.protocol.exchange import Call
from tests.support.annotations import annotation
from tests.support.modes import Mode, both_modes
from tests.support.project import Project

TRACE_IDS = [f"t{number}" for number in range(250)]


class Reader:
    """Iterate over the annotations of 250 traces, and keep what came.

    Args:
        answers: How many requests are answered before the key is refused.
    """

    def __init__(self, answers: int = 10) -> None:
        self.requests = 0
        self.found: list[str] = []
        self._answers = answers
        self._project = Project(TRACE_IDS)
        for trace_id in TRACE_IDS:
            self._project.store(annotation(trace_id))

    def read(self, mode: Mode, most: int) -> None:
        if mode is Mode.ASYNC:
            asyncio.run(self._read_async(most))
        else:
            self._read_sync(most)

    def _read_sync(self, most: int) -> None:
        with httpx.Client(**self._settings()) as client:
            for each in Traces(client).iter_trace_annotations(trace_ids=TRACE_IDS):
                self.found.append(each.trace_id)
                if len(self.found) == most:
                    break

    async def _read_async(self, most: int) -> None:
        async with httpx.AsyncClient(**self._settings()) as client:
            async for each in AsyncTraces(client).iter_trace_annotations(trace_ids=TRACE_IDS):
                self.found.append(each.trace_id)
                if len(self.found) == most:
                    break

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": "http://phoenix.test",
            "transport": httpx.MockTransport(self._answer),
        }

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.requests > self._answers:
            return httpx.Response(401, text="Invalid token")
        params = request.url.params
        asked = {name: params.get_list(name) for name in params}
        return self._project(Call("GET", request.url.path.removeprefix("/"), asked))


@both_modes
def test_everything_comes_in_as_many_requests_as_it_takes(mode: Mode) -> None:
    reader = Reader()
    reader.read(mode, most=1_000)
    assert sorted(reader.found) == sorted(TRACE_IDS)
    assert reader.requests == 3


@both_modes
@pytest.mark.parametrize(("most", "requests"), [(1, 1), (100, 1), (101, 2)])
def test_a_request_is_made_when_its_first_item_is_needed(
    mode: Mode, most: int, requests: int
) -> None:
    reader = Reader()
    reader.read(mode, most)
    assert reader.requests == requests


@both_modes
def test_what_came_before_an_error_is_handed_out(mode: Mode) -> None:
    reader = Reader(answers=1)
    with pytest.raises(AuthenticationError):
        reader.read(mode, most=1_000)
    assert len(reader.found) == 100


def test_wrong_arguments_are_refused_before_anything_is_iterated_over() -> None:
    with httpx.Client() as client, pytest.raises(AnnotationValidationError):
        Traces(client).iter_trace_annotations(trace_ids=[""])
    with pytest.raises(AnnotationValidationError):
        AsyncTraces(httpx.AsyncClient()).iter_trace_annotations(trace_ids=[""])
