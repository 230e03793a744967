"""The service of docs/opentelemetry.md runs as printed: its thumbs land on the right traces."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from phoenix_traces.otel import current_trace_id, is_sampled, trace_id_of
from phoenix_traces.testing.ports import HOST, free_port
from tests.support.live import annotations_of, plain_client

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "opentelemetry.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PROJECT = "support"  # as the page has it
SECONDS_TO_START = 60.0


def _examples() -> list[str]:
    return EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


@contextmanager
def _served(
    folder: Path, phoenix: PhoenixProcess, code: str, **settings: str
) -> Iterator[httpx.Client]:
    """Serve the page's service in a process of its own, as people do."""
    (folder / "service.py").write_text(code, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "service:app", "--host", HOST, "--port", str(port)]
    environment = {
        **os.environ,
        **settings,
        "OTEL_EXPORTER_OTLP_ENDPOINT": phoenix.base_url,
        "PYTHONPATH": str(ROOT),
    }
    with (
        subprocess.Popen(command, cwd=folder, env=environment) as service,
        httpx.Client(base_url=f"http://{HOST}:{port}", timeout=60, trust_env=False) as browser,
    ):
        try:
            _wait_for(browser, service)
            yield browser
        finally:
            service.terminate()


def _wait_for(browser: httpx.Client, service: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert service.poll() is None, "the service has ended"
        try:
            browser.get("/openapi.json").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the service does not answer")


def _post(browser: httpx.Client, path: str, **body: Any) -> Any:
    return browser.post(path, json=body).raise_for_status().json()


def _inputs_by_trace(phoenix: PhoenixProcess) -> dict[str, str]:
    with plain_client(phoenix) as client:
        spans = client.get(f"/v1/projects/{PROJECT}/spans", params={"limit": 1000})
    return {
        each["context"]["trace_id"]: each["attributes"]["input.value"]
        for each in spans.raise_for_status().json()["data"]
        if each["name"] == "answer"  # FastAPI may make spans of its own around it
    }


def test_the_thumb_lands_on_the_trace_of_its_answer(
    phoenix: PhoenixProcess, tmp_path: Path
) -> None:
    questions = ["Where is my parcel?", "May I return it?", "Who pays?"]
    with _served(tmp_path, phoenix, _examples()[0]) as browser:
        answers = [_post(browser, "/answers", text=each) for each in questions]
        ids = [each["trace_id"] for each in answers]
        # At once: the spans still wait in the batch processor.
        up = _post(browser, "/thumbs", trace_id=ids[2], is_up=True)
        down = _post(browser, "/thumbs", trace_id=ids[0], is_up=False)
        refused = browser.post("/thumbs", json={"trace_id": "0" * 32, "is_up": True})
    stored = annotations_of(phoenix, ids, project=PROJECT)
    assert {each["trace_id"]: (each["id"], each["result"]["label"]) for each in stored} == {
        ids[2]: (up, "up"),
        ids[0]: (down, "down"),
    }
    traced = _inputs_by_trace(phoenix)
    assert [traced[each] for each in ids] == questions
    assert refused.status_code == 422


def test_an_answer_that_is_not_sampled_has_an_id_and_its_thumb_no_trace(
    phoenix: PhoenixProcess, tmp_path: Path
) -> None:
    # The trace never comes, and nobody needs to wait for it here.
    code = _examples()[0].replace("wait_for_traces=30", "wait_for_traces=0.1")
    with _served(tmp_path, phoenix, code, OTEL_TRACES_SAMPLER="always_off") as browser:
        answer = _post(browser, "/answers", text="Where is my parcel?")
        assert re.fullmatch("[0-9a-f]{32}", answer["trace_id"])
        thumb = browser.post("/thumbs", json={"trace_id": answer["trace_id"], "is_up": True})
    assert thumb.status_code == 404


def test_no_id_is_given_away_where_nobody_sees_the_trace() -> None:
    names: dict[str, Any] = {}
    exec(_examples()[1], names)  # noqa: S102 - our own page
    id_to_give_away = names["id_to_give_away"]
    assert id_to_give_away() is None
    for provider, is_seen in (
        (TracerProvider(), True),
        (TracerProvider(sampler=ALWAYS_OFF), False),
    ):
        with provider.get_tracer("tests").start_as_current_span("answer"):
            assert id_to_give_away() == (current_trace_id() if is_seen else None)
        provider.shutdown()


def test_spans_of_the_sdk_name_their_trace_while_they_run_and_when_they_have_ended() -> None:
    provider = TracerProvider()
    with provider.get_tracer("tests").start_as_current_span("answer") as span:
        running = current_trace_id()
        assert trace_id_of(span) == trace_id_of(span.get_span_context()) == running
    assert isinstance(span, ReadableSpan)
    ended = ReadableSpan("answer", context=span.get_span_context())
    assert trace_id_of(ended) == trace_id_of(span) == running
    assert is_sampled(ended)
    provider.shutdown()
