"""The form as a person has it: its own server, a real Phoenix behind it, and Chromium."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import sync_playwright

from phoenix_traces.demo.story import EXAMPLES
from phoenix_traces.testing.spans import send_traces, wait_for_traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

PROJECT = "feedback-form"
DESKTOP = (1280, 860)
PHONE = (390, 844)

_APP = Path(__file__).parents[2] / "docs" / "examples" / "feedback_form" / "app.py"
_CHROMIUM = "/usr/bin/chromium"
_SWITCHES = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def trace_ids(phoenix: PhoenixProcess) -> list[str]:
    """Put the demo's traces into Phoenix, in the order in which the page lists them."""
    ids = send_traces(phoenix.base_url, EXAMPLES, project_name=PROJECT)
    wait_for_traces(phoenix.base_url, ids, project_name=PROJECT)
    return ids


@pytest.fixture(scope="session")
def form_url(phoenix: PhoenixProcess, trace_ids: list[str]) -> Iterator[str]:
    """Serve the form with its own command."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(_APP), "--phoenix", phoenix.base_url, "--project", PROJECT]
    with subprocess.Popen([*command, "--port", str(port)]) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server)
            yield url
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the form's server has ended"
        try:
            httpx.get(f"{url}/schema", trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the form's server does not answer")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=_SWITCHES, chromium_sandbox=False
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, form_url: str) -> Iterator[Page]:
    """Open the form as a new visitor, on a desktop and on a phone; no script of it may fail."""
    width, height = request.param
    visitor = browser.new_context(viewport={"width": width, "height": height})
    opened = visitor.new_page()
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    opened.goto(form_url)
    opened.get_by_role("button", name="Store the verdict").wait_for()
    yield opened
    visitor.close()
    assert failures == []
