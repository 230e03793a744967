"""The traces that both servers have before a script begins."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from phoenix_traces.testing import FakePhoenix

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
EMPTY_PROJECT = "gamma"
UNKNOWN_PROJECT = "no-such-project"
SENTINEL_PROJECT = "sentinel"
SENTINEL = "sentinel-trace"


@dataclass(frozen=True)
class PooledTrace:
    """A trace of one span.

    Attributes:
        minute: After `START` at which it begins.
        seconds: That it takes.
    """

    trace_id: str
    project: str
    minute: int
    seconds: float
    kind: str = "CHAIN"
    failed: bool = False
    session: str | None = None
    tokens: int | None = None

    @property
    def start_time(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    @property
    def end_time(self) -> datetime:
        return self.start_time + timedelta(seconds=self.seconds)


POOL = (
    PooledTrace("4bf92f3577b34da6a3ce929d0e0e4736", "alpha", 0, 1.5005),
    PooledTrace("0af7651916cd43dd8448eb211c80319c", "alpha", 1, 0.000123, failed=True),
    PooledTrace("trace1", "alpha", 2, 60, kind="LLM", tokens=7, session="s1"),
    PooledTrace("Trace 1", "alpha", 3, 1.5005, session="s1"),
    PooledTrace("träce/✓,x", "alpha", 3, 0),
    PooledTrace("4BF92F3577B34DA6A3CE929D0E0E4736", "alpha", 5, 3600, session="s2", failed=True),
    PooledTrace("b7ad6b7169203331b7ad6b7169203331", "beta", 6, 2),
    PooledTrace("00f067aa0ba902b700f067aa0ba902b7", "beta", 7, 3, session="s3"),
)


def span(number: int, trace: PooledTrace) -> dict[str, Any]:
    """Return the span of a trace as `POST /v1/projects/{project}/spans` takes it."""
    attributes: dict[str, Any] = {}
    if trace.session is not None:
        attributes["session.id"] = trace.session
    if trace.tokens is not None:
        attributes["llm.token_count.prompt"] = trace.tokens
        attributes["llm.token_count.completion"] = 2 * trace.tokens
    return {
        "name": "root",
        "context": {"trace_id": trace.trace_id, "span_id": f"{number:016x}"},
        "span_kind": trace.kind,
        "start_time": trace.start_time.isoformat(),
        "end_time": trace.end_time.isoformat(),
        "status_code": "ERROR" if trace.failed else "OK",
        "attributes": attributes,
    }


def fill_real(http: httpx.Client) -> None:
    """Put the pool into the real server, unless it is there, in order."""
    sentinel = PooledTrace(SENTINEL, SENTINEL_PROJECT, 0, 1)
    for number, trace in enumerate((*POOL, sentinel), 1):
        path = f"/v1/projects/{trace.project}"
        if http.get(path).status_code == 404:  # an old server does not make it for the spans
            http.post("/v1/projects", json={"name": trace.project}).raise_for_status()
        http.post(f"{path}/spans", json={"data": [span(number, trace)]})
        deadline = time.monotonic() + 30
        question = {"trace_ids": trace.trace_id}
        while http.get(f"{path}/trace_annotations", params=question).status_code == 404:
            assert time.monotonic() < deadline, trace
            time.sleep(0.05)
    if http.get(f"/v1/projects/{EMPTY_PROJECT}").status_code == 404:
        http.post("/v1/projects", json={"name": EMPTY_PROJECT}).raise_for_status()


def fill_fake(phoenix: FakePhoenix) -> None:
    """Put the pool into the fake."""
    for trace in POOL:
        phoenix.knows_traces(
            trace.trace_id,
            project=trace.project,
            start_time=trace.start_time,
            end_time=trace.end_time,
            session_id=trace.session,
            failed=trace.failed,
            prompt_tokens=trace.tokens or 0,
            completion_tokens=2 * (trace.tokens or 0),
        )
    phoenix.knows_traces(project=EMPTY_PROJECT)
