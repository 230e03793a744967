"""The traces of a real server, listed by us and by the existing client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from benchmarks.existing import existing_traces
from phoenix_traces import Client, PhoenixStatusError
from tests.support.live import plain_client
from tests.testing.congruence.pool import POOL, START, fill_real

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

QUESTIONS: list[dict[str, Any]] = [
    {},
    {"include_spans": True, "order": "asc"},
    {"sort": "latency_ms", "limit": 3},
    {"session_id": ["s1", "s2"], "sort": "latency_ms", "order": "asc"},
    {"error": True},
    {"error": False, "min_latency_ms": 1, "max_latency_ms": 60_000},
    {"start_time": POOL[1].start_time, "end_time": POOL[3].start_time},
    {"start_time": START, "end_time": START},
]


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_both_clients_list_the_same(asked: dict[str, Any], server: PhoenixProcess) -> None:
    with plain_client(server) as http:
        fill_real(http)
        there = existing_traces(http).get_traces(project_identifier="alpha", **asked)
    with Client(base_url=server.base_url) as client:
        here = client.traces.get_traces(project_identifier="alpha", **asked)
    assert [each.model_dump(mode="json") for each in here] == [
        each.model_validate(other).model_dump(mode="json")
        for each, other in zip(here, there, strict=True)
    ]
    assert [each.trace_id for each in here] == [each["trace_id"] for each in there]


def test_pages_of_a_real_server_are_followed(
    server: PhoenixProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phoenix_traces.stored.trace_listing.PAGE_SIZE_WITH_SPANS", 2)
    with plain_client(server) as http, Client(base_url=server.base_url) as client:
        fill_real(http)
        for sort in ("start_time", "latency_ms"):
            found = client.traces.iter_traces(
                project_identifier="alpha", include_spans=True, sort=sort
            )
            ids = [each.trace_id for each in found]
            assert sorted(ids) == sorted(each.trace_id for each in POOL if each.project == "alpha")


def test_a_filter_condition_is_the_servers(server: PhoenixProcess) -> None:
    with plain_client(server) as http, Client(base_url=server.base_url) as client:
        fill_real(http)
        failed = client.traces.get_traces(
            project_identifier="alpha", filter_condition="error_count > 0"
        )
        assert {each.trace_id for each in failed} == {
            each.trace_id for each in POOL if each.project == "alpha" and each.failed
        }
        with pytest.raises(PhoenixStatusError, match="400 Bad Request"):
            client.traces.get_traces(project_identifier="alpha", filter_condition="((")


def test_a_naive_time_is_utc_to_the_server(server: PhoenixProcess) -> None:
    with httpx.Client(base_url=server.base_url) as http:
        fill_real(http)
        path = "/v1/projects/alpha/traces"
        naive = POOL[2].start_time.replace(tzinfo=None).isoformat()
        aware = POOL[2].start_time.isoformat()
        answers = [http.get(path, params={"start_time": each}).json() for each in (naive, aware)]
    assert answers[0] == answers[1]
    assert answers[0]["data"]
