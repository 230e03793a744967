"""Streams in both colours: items are handed out as they come, and no more is asked than is needed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from phoenix_traces import AnnotationValidationError, AsyncTraces, AuthenticationError, Traces
from tests.support.annotations import annotation
from tests.support.colours import Colour, both_colours
from tests.support.project import Project

TRACE_IDS = [f"t{number}" for number in range(250)]


class Server:
    """A project behind httpx, which refuses everything after some answers."""

    def __init__(self, answers: int = 10) -> None:
        self.requests = 0
        self._answers = answers
        self._project = Project(TRACE_IDS)
        for trace_id in TRACE_IDS:
            self._project.store(annotation(trace_id))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.requests > self._answers:
            return httpx.Response(401, text="Invalid token")
        return self._project.answer(request)


def read(server: Server, colour: Colour, most: int = 1_000) -> list[str]:
    """Iterate over so many annotations, and return their traces; an error ends it too."""
    settings: dict[str, Any] = {
        "base_url": "http://phoenix.test",
        "transport": httpx.MockTransport(server.answer),
    }
    found: list[str] = []

    async def read_async() -> None:
        async with httpx.AsyncClient(**settings) as client:
            async for each in AsyncTraces(client).iter_trace_annotations(trace_ids=TRACE_IDS):
                found.append(each.trace_id)
                if len(found) == most:
                    return

    def read_sync() -> None:
        with httpx.Client(**settings) as client:
            for each in Traces(client).iter_trace_annotations(trace_ids=TRACE_IDS):
                found.append(each.trace_id)
                if len(found) == most:
                    return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "found", found, raising=False)
        asyncio.run(read_async()) if colour is Colour.ASYNC else read_sync()
    return found
