"""The same Phoenix is reached under every form of its address, and writing again replaces."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.live import annotations_of, make_traces
from tests.support.modes import Mode, both_modes, client_traces

if TYPE_CHECKING:
    from collections.abc import Generator

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

PREFIX = "/tools/phoenix"


@contextmanager
def reverse_proxy(upstream: str) -> Generator[str, None, None]:
    """Serve an upstream's paths below `PREFIX`, and nothing else; yield the proxy's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            if self.path.startswith(f"{PREFIX}/v1/"):
                url = f"{upstream}{self.path.removeprefix(PREFIX)}"
                kind = {"content-type": self.headers["content-type"]}
                answer = httpx.post(url, content=sent, headers=kind, timeout=60)
                self.reply(answer.status_code, answer.headers["content-type"], answer.content)
            else:
                self.reply(404, "text/plain", b"nothing here")

        def reply(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Say nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def annotate(mode: Mode, trace_id: str, *, base_url: str | None = None, **parts: Any) -> str:
    """Annotate a trace and return the annotation's ID."""
    wanted = {"annotation_name": "reached", "label": "yes"} | parts
    inserted = client_traces(mode, base_url=base_url).add_trace_annotation(
        trace_id=trace_id, sync=True, **wanted
    )
    return str(inserted.id)


@both_modes
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_base_url_with_a_path_keeps_it(phoenix: PhoenixProcess, mode: Mode, slash: str) -> None:
    (trace_id,) = make_traces(phoenix, 1)
    with reverse_proxy(phoenix.base_url) as address:
        inserted = annotate(mode, trace_id, base_url=f"{address}{PREFIX}{slash}")
    (found,) = annotations_of(phoenix, [trace_id])
    assert found["id"] == inserted


@both_modes
@pytest.mark.parametrize("name", ["PHOENIX_COLLECTOR_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"])
@pytest.mark.parametrize("ending", ["", "/", "/v1/traces", "/v1/traces/"])
def test_an_endpoint_for_spans_serves_for_annotations_too(
    phoenix: PhoenixProcess,
    mode: Mode,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    ending: str,
) -> None:
    (trace_id,) = make_traces(phoenix, 1)
    monkeypatch.setenv(name, f"{phoenix.base_url}{ending}")
    inserted = annotate(mode, trace_id)
    (found,) = annotations_of(phoenix, [trace_id])
    assert found["id"] == inserted


@both_modes
def test_a_host_and_a_port_of_the_environment_reach_the_server(
    phoenix: PhoenixProcess, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trace_id,) = make_traces(phoenix, 1)
    monkeypatch.setenv("PHOENIX_HOST", "127.0.0.1")
    monkeypatch.setenv("PHOENIX_PORT", str(phoenix.port))
    inserted = annotate(mode, trace_id)
    (found,) = annotations_of(phoenix, [trace_id])
    assert found["id"] == inserted


@both_modes
def test_writing_the_same_key_again_replaces_all_of_the_annotation_under_the_same_id(
    server: PhoenixProcess, mode: Mode
) -> None:
    (trace_id,) = make_traces(server, 1)
    first = annotate(
        mode,
        trace_id,
        base_url=server.base_url,
        explanation="why",
        metadata={"run": 1},
        identifier="reviewer",
    )
    second = annotate(mode, trace_id, base_url=server.base_url, score=1, identifier="reviewer")
    (found,) = annotations_of(server, [trace_id])
    assert first == second == found["id"]
    assert found["result"] == {"label": "yes", "score": 1, "explanation": None}
    assert found["metadata"] == {}


@both_modes
def test_another_identifier_is_another_annotation(server: PhoenixProcess, mode: Mode) -> None:
    (trace_id,) = make_traces(server, 1)
    ids = {
        annotate(mode, trace_id, base_url=server.base_url, identifier=identifier)
        for identifier in ("one", "two", None)
    }
    found = annotations_of(server, [trace_id])
    assert {each["id"] for each in found} == ids
    assert {each["identifier"] for each in found} == {"one", "two", ""}
