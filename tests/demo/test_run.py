from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import httpx
import pytest
from rich.console import Console

from phoenix_traces.demo import run
from phoenix_traces.demo.readback import differences
from phoenix_traces.demo.run import PROJECT, run_demo, tell_story
from phoenix_traces.demo.story import EXAMPLES
from phoenix_traces.testing import FakePhoenix

if TYPE_CHECKING:
    from pathlib import Path

    from phoenix_traces.demo.annotate import Written
    from phoenix_traces.demo.readback import StoredAnnotation
    from phoenix_traces.testing.phoenix_process import PhoenixProcess


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), highlight=False, width=80)


def _printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_story_ends_well_and_shows_every_question_and_every_id_on_the_server(
    phoenix: PhoenixProcess, console: Console
) -> None:
    assert tell_story(phoenix.base_url, console) == 0
    text = _printed(console)
    for example in EXAMPLES:
        assert example.question in text
    shown = re.findall(r" ([\w=]{20,})\s*$", text, flags=re.MULTILINE)
    assert len(shown) == 37
    assert set(shown) <= _ids_on_the_server(phoenix.base_url)
    assert text.count("queued, no ID yet") == 3
    # The server may be stopped next, so its address would lead nowhere.
    assert phoenix.base_url not in text


def test_every_line_of_the_story_fits_in_80_columns(
    phoenix: PhoenixProcess, console: Console
) -> None:
    tell_story(phoenix.base_url, console)
    assert max(len(line) for line in _printed(console).splitlines()) <= 80


def test_a_server_that_holds_something_else_is_a_failure_that_says_what(
    phoenix: PhoenixProcess, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_lost(written: list[Written], stored: list[StoredAnnotation]) -> list[str]:
        return differences(written, stored[1:])

    monkeypatch.setattr(run, "differences", one_lost)
    assert tell_story(phoenix.base_url, console) == 1
    text = _printed(console)
    assert "The demo failed: the server holds something else." in text
    assert "is not there" in text


def test_a_server_that_refuses_the_traces_is_a_failure_that_says_so(console: Console) -> None:
    phoenix = FakePhoenix()
    phoenix.fail_next(401)
    with phoenix.serve() as url:
        assert tell_story(url, console) == 1
    assert f"The demo failed: {url}/v1/traces did not take" in _printed(console)


def test_a_server_that_does_not_start_is_a_failure_that_says_why(tmp_path: Path) -> None:
    out = io.StringIO()
    missing = tmp_path / "no-python"
    assert run_demo(out=out, python=missing) == 1
    assert f"The demo failed: Cannot run {missing}" in out.getvalue()


def _ids_on_the_server(base_url: str) -> set[str]:
    spans = httpx.get(
        f"{base_url}/v1/projects/{PROJECT}/spans", params={"name": "answer_question", "limit": 1000}
    )
    trace_ids = [span["context"]["trace_id"] for span in spans.raise_for_status().json()["data"]]
    annotations = httpx.get(
        f"{base_url}/v1/projects/{PROJECT}/trace_annotations",
        params={"trace_ids": trace_ids, "limit": 10_000},
    )
    return {item["id"] for item in annotations.raise_for_status().json()["data"]}
