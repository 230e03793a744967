"""A real Phoenix to upload to, with traces to annotate, and the wait until it is idle again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from phoenix_traces.testing.phoenix_process import PhoenixProcess
from phoenix_traces.testing.spans import new_trace_ids, send_many_traces, wait_for_traces

PROJECT = "benchmarks"
_SECONDS_TO_STORE = 300.0
_POLL_SECONDS = 0.25
_TRACES_ASKED_FOR = 100
_MOST_IN_AN_ANSWER = 10_000


@dataclass(frozen=True)
class Phoenix:
    """A running server.

    Attributes:
        url: Its address.
        trace_ids: The traces that it has.
    """

    url: str
    trace_ids: list[str]

    def wait_until_stored(self, name: str, count: int) -> None:
        """Wait until it has stored so many annotations of a name, and so has nothing left to do."""
        deadline = time.monotonic() + _SECONDS_TO_STORE
        with httpx.Client(base_url=self.url, timeout=60) as http:
            while (stored := self._count(http, name)) < count:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{stored} of {count} annotations were stored")
                time.sleep(_POLL_SECONDS)

    def _count(self, http: httpx.Client, name: str) -> int:
        return sum(
            self._count_of(http, name, self.trace_ids[start : start + _TRACES_ASKED_FOR])
            for start in range(0, len(self.trace_ids), _TRACES_ASKED_FOR)
        )

    def _count_of(self, http: httpx.Client, name: str, trace_ids: list[str]) -> int:
        question: dict[str, str | int | list[str]] = {
            "trace_ids": trace_ids,
            "include_annotation_names": name,
            "limit": _MOST_IN_AN_ANSWER,
        }
        answer = http.get(f"v1/projects/{PROJECT}/trace_annotations", params=question)
        return len(answer.raise_for_status().json()["data"])


@contextmanager
def phoenix(traces: int) -> Iterator[Phoenix]:
    """Run a Phoenix on SQLite with some traces in it."""
    with PhoenixProcess() as server:
        trace_ids = new_trace_ids(traces, seed=20)
        send_many_traces(server.base_url, trace_ids, project_name=PROJECT)
        wait_for_traces(server.base_url, trace_ids, project_name=PROJECT, timeout=120)
        yield Phoenix(server.base_url, trace_ids)
