"""`phoenix-traces demo --keep`, in a process of its own, with a real server."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def _demo_that_stays(**settings: str) -> Generator[tuple[subprocess.Popen[str], str], None, None]:
    """Run `demo --keep` until it says that it stays up; give it and what it has printed."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "phoenix_traces", "demo", "--keep"],
        env={**os.environ, "PYTHONUNBUFFERED": "1", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert demo.stdout is not None
        text = ""
        for line in demo.stdout:
            text += line
            if "Ctrl-C" in line:
                break
        yield demo, text
        demo.stdout.close()
    finally:
        if demo.poll() is None:
            demo.terminate()
        demo.wait()


def test_the_demo_keeps_its_server_until_ctrl_c_whatever_the_environment_says() -> None:
    """A person's own endpoint, key and proxy have no part in it."""
    settings = {
        "PHOENIX_ENDPOINT": "http://127.0.0.1:9",
        "PHOENIX_PORT": "9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    with _demo_that_stays(**settings) as (demo, text):
        address = re.search(r"Web UI: (\S+)", text)
        assert address is not None, text
        assert httpx.get(f"{address[1]}/healthz", trust_env=False).text == "OK"
        demo.send_signal(signal.SIGINT)
        assert demo.wait() == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address[1]}/healthz", trust_env=False)
