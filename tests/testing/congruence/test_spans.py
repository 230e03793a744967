"""Spans over OTLP: what the fake makes of them, and what the real server does."""

from __future__ import annotations

import gzip
import time
import zlib
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from phoenix_traces.testing import FakePhoenix, new_trace_ids, send_many_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

PROTOBUF = {"content-type": "application/x-protobuf"}
BODIES = 60
START = 1_767_225_600 * 10**9
SORTS: list[dict[str, Any]] = [
    {},
    {"order": "asc", "limit": "2"},
    {"sort": "latency_ms", "include_spans": "true"},
    {"error": "true"},
    {"error": "false", "session_identifier": ["s 1", "7"]},
    {"min_latency_ms": "0.5", "max_latency_ms": "2000"},
]


def body(random: Random, trace_ids: list[str], project: str) -> bytes:
    """Return an export request of some spans, drawn."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    attribute = resource_spans.resource.attributes.add()
    attribute.key, attribute.value.string_value = "openinference.project.name", project
    scope_spans = resource_spans.scope_spans.add()
    for _ in range(random.choice([1, 2, 4])):
        span = scope_spans.spans.add()
        span.trace_id = bytes.fromhex(random.choice(trace_ids))
        span.span_id = random.randbytes(8)
        if random.random() < 0.4:
            span.parent_span_id = random.randbytes(8)
        span.name = random.choice(["root", "sücht", ""])
        span.start_time_unix_nano = START + random.randrange(10**12)
        span.end_time_unix_nano = span.start_time_unix_nano + random.randrange(3 * 10**9)
        span.status.code = random.choice([0, 1, 2])
        values: dict[str, Any] = {
            "openinference.span.kind": random.choice(["LLM", "llm", "CHAIN", "odd", ""]),
            "session.id": random.choice([None, None, "s 1", " s 2 ", "", 7]),
            "llm.token_count.prompt": random.choice([None, 0, 5, "6", 2.5]),
            "llm.token_count.completion": random.choice([None, 3]),
        }
        for name, value in values.items():
            if value is not None:
                pair = span.attributes.add()
                pair.key = name
                kind = {str: "string_value", int: "int_value", float: "double_value"}[type(value)]
                setattr(pair.value, kind, value)
    content: bytes = request.SerializeToString()
    return content


def pages(http: httpx.Client, project: str, params: dict[str, Any]) -> list[Any]:
    """Return every page of a list of traces, without the IDs of rows."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = http.get(f"/v1/projects/{project}/traces", params={**params, **cursor})
        if answer.status_code != 200:
            return [answer.status_code, answer.text]
        page = answer.json()
        found.append([without_ids(each) for each in page["data"]])
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def without_ids(trace: dict[str, Any]) -> dict[str, Any]:
    spans = [
        {name: value for name, value in each.items() if name != "id"}
        for each in trace["spans"] or []
    ]
    row = {name: value for name, value in trace.items() if name not in ("id", "project_id")}
    return row | {"spans": sorted(spans, key=lambda each: (each["start_time"], each["span_id"]))}


def test_traces_are_listed_alike(phoenix: PhoenixProcess) -> None:
    random = Random(1)
    fake = FakePhoenix()
    projects = ["otlp one", "otlp two"]
    ids = {project: new_trace_ids(12, seed=number) for number, project in enumerate(projects)}
    with (
        httpx.Client(base_url=phoenix.base_url, timeout=60) as real,
        httpx.Client(base_url=fake.base_url, transport=fake.transport()) as ours,
    ):
        for _ in range(BODIES):
            project = random.choice(projects)
            content = body(random, ids[project], project)
            headers = dict(PROTOBUF)
            encoding = random.choice([None, None, "gzip", "deflate"])
            if encoding is not None:
                headers["content-encoding"] = encoding
                content = gzip.compress(content) if encoding == "gzip" else zlib.compress(content)
            said = [
                each.post("/v1/traces", content=content, headers=headers) for each in (real, ours)
            ]
            assert [each.status_code for each in said] == [200, 200]
            assert said[0].content == said[1].content
            assert said[0].headers["content-type"] == said[1].headers["content-type"]
        question = {"include_spans": "true", "limit": "1000"}
        deadline = time.monotonic() + 60
        for project in projects:
            while pages(real, project, question) != pages(ours, project, question):
                assert time.monotonic() < deadline, (
                    pages(real, project, question),
                    pages(ours, project, question),
                )
                time.sleep(0.2)
            for params in SORTS:
                assert pages(real, project, params) == pages(ours, project, params), params


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", {}),
        (b"", {"content-type": "application/json"}),
        (b"", {**PROTOBUF, "content-encoding": "br"}),
        (b"no zip", {**PROTOBUF, "content-encoding": "gzip"}),
        (b"no zip", {**PROTOBUF, "content-encoding": "deflate"}),
        (b"", PROTOBUF),
        (b"\x0a", PROTOBUF),
        (b"\xff\xff\xff", PROTOBUF),
        (b"\x0a\x05abc", PROTOBUF),
    ],
)
def test_bodies_that_are_none_are_refused_alike(
    content: bytes, headers: dict[str, str], phoenix: PhoenixProcess
) -> None:
    fake = FakePhoenix()
    said: list[Any] = []
    for http in (
        httpx.Client(base_url=phoenix.base_url),
        httpx.Client(base_url=fake.base_url, transport=fake.transport()),
    ):
        with http:
            answer = http.post("/v1/traces", content=content, headers=headers)
            said.append((answer.status_code, answer.text, answer.headers.get("content-type")))
    assert said[0] == said[1]


def test_the_spans_of_this_package_make_traces_in_the_fake() -> None:
    fake = FakePhoenix()
    with fake.serve() as url:
        ids = send_many_traces(url, new_trace_ids(20), project_name="bot")
        answer = httpx.get(f"{url}/v1/projects/bot/traces").json()
    assert {each["trace_id"] for each in answer["data"]} == set(ids)
