"""Put traces into a running Phoenix, and read back from it what was stored, with plain httpx."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

PROJECT = "tests"
PATH = "/v1/trace_annotations"

# A server needs ten seconds to start, and many times that beside other programs on a small machine.
START_SECONDS = 240.0

_IDS_PER_QUESTION = 100
_MOST_IN_AN_ANSWER = 10_000
_SECONDS_TO_ARRIVE = 60.0
_POLL_SECONDS = 0.1

Stored = dict[str, Any]


def make_traces(
    server: PhoenixProcess,
    count: int,
    *,
    project: str = PROJECT,
    headers: Mapping[str, str] | None = None,
) -> list[str]:
    """Store new traces of one span each, and return their ids."""
    # OpenTelemetry is not there where only the tests of DataFrames run.
    from phoenix_traces.testing.spans import new_trace_ids, send_many_traces, wait_for_traces

    trace_ids = send_many_traces(
        server.base_url, new_trace_ids(count), project_name=project, headers=headers
    )
    wait_for_traces(
        server.base_url,
        trace_ids,
        project_name=project,
        timeout=_SECONDS_TO_ARRIVE,
        headers=headers,
    )
    return trace_ids


def annotations_of(
    server: PhoenixProcess,
    trace_ids: Sequence[str],
    *,
    project: str = PROJECT,
    headers: Mapping[str, str] | None = None,
) -> list[Stored]:
    """Return every annotation of some traces that the server knows, newest first."""
    path = f"/v1/projects/{project}/trace_annotations"
    found: list[Stored] = []
    with plain_client(server, headers=headers) as client:
        for start in range(0, len(trace_ids), _IDS_PER_QUESTION):
            question: dict[str, Any] = {
                "trace_ids": trace_ids[start : start + _IDS_PER_QUESTION],
                "limit": _MOST_IN_AN_ANSWER,
            }
            page = {"next_cursor": ""}
            while (cursor := page["next_cursor"]) is not None:
                asked = question | ({"cursor": cursor} if cursor else {})
                page = client.get(path, params=asked).raise_for_status().json()
                found += page["data"]
    return found


def by_name(stored: Sequence[Stored]) -> dict[str, Stored]:
    """Return annotations by their names, which must differ."""
    names = {each["name"]: each for each in stored}
    assert len(names) == len(stored)
    return names


def wait_for_annotations(
    server: PhoenixProcess, trace_ids: Sequence[str], count: int, *, seconds: float = 30.0
) -> list[Stored]:
    """Ask for the annotations of some traces until there are so many, and return them."""
    deadline = time.monotonic() + seconds
    while len(found := annotations_of(server, trace_ids)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} in {seconds:g} s"
        time.sleep(_POLL_SECONDS)
    return found


def plain_client(
    server: PhoenixProcess, *, headers: Mapping[str, str] | None = None
) -> httpx.Client:
    """Return an httpx client of the server that is none of ours."""
    return httpx.Client(base_url=server.base_url, headers=headers, timeout=60)


def post_raw(server: PhoenixProcess, body: str | bytes, *, sync: bool = True) -> httpx.Response:
    """Send a body as it is, past every rule of ours.

    Each on a connection of its own, because the server resets one after a 500.
    """
    with plain_client(server) as client:
        return client.post(
            PATH,
            params={"sync": "true"} if sync else None,
            content=body,
            headers={"content-type": "application/json"},
        )
