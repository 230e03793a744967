"""Put real traces into a Phoenix: OpenTelemetry spans over OTLP/HTTP.

The SDK's own processors log a failed export and carry on. Here the spans are collected
first and exported by hand, so that a failure is an exception. Phoenix answers before it
has stored them: `wait_for_traces` asks until they are there.
"""

from __future__ import annotations

import secrets
import time
from http import HTTPStatus
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from opentelemetry import trace as otel
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from pydantic import BaseModel

from phoenix_traces.testing.openinference import (
    Answered,
    chain_attributes,
    llm_attributes,
    retriever_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


_SPANS_PER_EXPORT = 1_000
_IDS_PER_QUESTION = 500
_SPANS_PER_PAGE = 1_000
_POLL_SECONDS = 0.1
_IDS_NAMED = 10
_MILLISECOND = 1_000_000  # in the nanoseconds that OpenTelemetry counts
_MINUTE = 60_000 * _MILLISECOND


class TraceExportError(RuntimeError):
    """An export of spans that the server did not take."""


def new_trace_ids(count: int, *, seed: int | None = None) -> list[str]:
    """Make trace ids as OpenTelemetry writes them: 32 lowercase hex digits.

    Args:
        count: How many.
        seed: The same seed gives the same ids; without one they are new every time.
    """
    random = Random(secrets.randbits(128) if seed is None else seed)
    return [f"{random.getrandbits(128) or 1:032x}" for _ in range(count)]


def send_traces(
    base_url: str,
    traces: Sequence[Answered],
    *,
    project_name: str,
    headers: Mapping[str, str] | None = None,
    trace_ids: Sequence[str] | None = None,
) -> list[str]:
    """Send one trace for each example: a chain that holds a retriever and an LLM call.

    They end now and begin a minute apart, so that the web UI lists them in order.

    Args:
        base_url: The server's address, without `/v1/traces`.
        traces: What was asked, found and answered.
        project_name: Phoenix project; the server makes it when it is new.
        headers: Sent with every request, for example `Authorization`.
        trace_ids: One for each example, 32 hex digits; new ones by default.

    Returns:
        The trace ids, in the order of `traces`.

    Raises:
        TraceExportError: The server did not take the spans.
    """
    ids = new_trace_ids(len(traces)) if trace_ids is None else list(trace_ids)
    provider, collected = _collector(project_name, ids)
    tracer = provider.get_tracer(__name__)
    started = time.time_ns() - len(traces) * _MINUTE
    for number, (example, _) in enumerate(zip(traces, ids, strict=True)):
        _record(tracer, example, started + number * _MINUTE)
    _export(base_url, collected.get_finished_spans(), len(traces) * 3, headers)
    return ids


def send_many_traces(
    base_url: str,
    trace_ids: Sequence[str],
    *,
    project_name: str,
    headers: Mapping[str, str] | None = None,
) -> list[str]:
    """Send one small trace of a single span for each id, thousands in a few requests.

    The server then stores some hundred a second; `wait_for_traces` needs a timeout to match.

    Args:
        base_url: The server's address, without `/v1/traces`.
        trace_ids: 32 hex digits each, see `new_trace_ids`.
        project_name: Phoenix project; the server makes it when it is new.
        headers: Sent with every request, for example `Authorization`.

    Returns:
        The trace ids, as given.

    Raises:
        TraceExportError: The server did not take the spans.
    """
    provider, collected = _collector(project_name, trace_ids)
    tracer = provider.get_tracer(__name__)
    for _ in trace_ids:
        tracer.start_span("request", attributes={"openinference.span.kind": "CHAIN"}).end()
    _export(base_url, collected.get_finished_spans(), len(trace_ids), headers)
    return list(trace_ids)


def wait_for_traces(
    base_url: str,
    trace_ids: Iterable[str],
    *,
    project_name: str,
    timeout: float = 30.0,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Ask the server for the traces until it has stored all of them.

    Args:
        base_url: The server's address.
        trace_ids: The traces that must be there.
        project_name: The project that they were sent to; the server cannot list one whose
            name has `/`, `?` or `#` in it.
        timeout: Seconds until giving up.
        headers: Sent with every request, for example `Authorization`.

    Raises:
        TimeoutError: Some are not there in time; the message names ten of them.
        httpx.HTTPError: The server cannot be reached or refuses to answer.
    """
    wanted = list(dict.fromkeys(trace_ids))
    deadline = time.monotonic() + timeout
    # It talks to a server of our own: a proxy from the environment is not meant for it.
    with httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False) as client:
        # One part after the other: asking for all of them would slow the server down.
        for start in range(0, len(wanted), _IDS_PER_QUESTION):
            missing = set(wanted[start : start + _IDS_PER_QUESTION])
            while missing := missing - _stored(client, project_name, sorted(missing)):
                if time.monotonic() > deadline:
                    raise TimeoutError(_not_there(sorted(missing), project_name, timeout))
                time.sleep(_POLL_SECONDS)


class _Ids(IdGenerator):
    """A source of the given trace ids, and of span ids that no seed can repeat.

    Phoenix drops a span whose id it has seen, and the SDK's own generator draws from the
    global `random`, which test tools seed.
    """

    def __init__(self, trace_ids: Iterable[str]) -> None:
        self._trace_ids = iter(trace_ids)

    def generate_trace_id(self) -> int:
        return int(next(self._trace_ids), 16)

    def generate_span_id(self) -> int:
        return secrets.randbits(64) or 1


class _SpanContext(BaseModel):
    trace_id: str


class _Span(BaseModel):
    context: _SpanContext


class _SpanPage(BaseModel):
    data: list[_Span]
    next_cursor: str | None = None


def _collector(
    project_name: str, trace_ids: Iterable[str]
) -> tuple[TracerProvider, InMemorySpanExporter]:
    collected = InMemorySpanExporter()
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource({"openinference.project.name": project_name}),
        id_generator=_Ids(trace_ids),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(SimpleSpanProcessor(collected))
    return provider, collected


def _record(tracer: otel.Tracer, example: Answered, started: int) -> None:
    retrieved = started + example.retrieval_ms * _MILLISECOND
    answered = retrieved + example.llm_ms * _MILLISECOND
    chain = tracer.start_span(
        "answer_question", start_time=started, attributes=chain_attributes(example)
    )
    inside = otel.set_span_in_context(chain)
    tracer.start_span(
        "search_help_center",
        inside,
        start_time=started,
        attributes=retriever_attributes(example),
    ).end(retrieved)
    tracer.start_span(
        "write_answer", inside, start_time=retrieved, attributes=llm_attributes(example)
    ).end(answered)
    chain.set_status(otel.StatusCode.OK)
    chain.end(answered)


def _export(
    base_url: str,
    spans: Sequence[ReadableSpan],
    expected: int,
    headers: Mapping[str, str] | None,
) -> None:
    if len(spans) != expected:
        raise TraceExportError(
            f"OpenTelemetry recorded {len(spans)} of {expected} spans. "
            "Is it switched off by OTEL_SDK_DISABLED?"
        )
    url = f"{base_url.rstrip('/')}/v1/traces"
    exporter: SpanExporter = OTLPSpanExporter(
        endpoint=url, headers=dict(headers or {}), compression=Compression.NoCompression
    )
    try:
        for start in range(0, len(spans), _SPANS_PER_EXPORT):
            batch = spans[start : start + _SPANS_PER_EXPORT]
            if exporter.export(batch) is not SpanExportResult.SUCCESS:
                raise TraceExportError(
                    f"{url} did not take {len(batch)} spans. The log lines of OpenTelemetry "
                    "say why. Is the server up, and does it want an API key?"
                )
    finally:
        exporter.shutdown()


def _stored(client: httpx.Client, project_name: str, trace_ids: Sequence[str]) -> set[str]:
    """Page through the spans: servers before 13.9 ignore `trace_id` and list all of them."""
    path = f"/v1/projects/{quote(project_name, safe='')}/spans"
    found: set[str] = set()
    cursor: str | None = None
    while True:
        question: dict[str, str | int | Sequence[str]] = {
            "trace_id": trace_ids,
            "limit": _SPANS_PER_PAGE,
        }
        if cursor is not None:
            question["cursor"] = cursor
        response = client.get(path, params=question)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return found  # the first span makes the project
        page = _SpanPage.model_validate_json(response.raise_for_status().content)
        found.update(span.context.trace_id for span in page.data)
        cursor = page.next_cursor
        if cursor is None:
            return found


def _not_there(missing: Sequence[str], project_name: str, timeout: float) -> str:
    first = ", ".join(missing[:_IDS_NAMED])
    more = f" and {len(missing) - _IDS_NAMED} more" if len(missing) > _IDS_NAMED else ""
    return f"project {project_name!r} has not stored in {timeout:g} s: {first}{more}"
