"""The recipes of docs/outbox.md run as they stand there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from phoenix_traces.testing import FakePhoenix

PAGE = Path(__file__).parents[2] / "docs" / "outbox.md"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def _recipe(heading: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8").partition(f"# {heading}\n")[2]
    text = text.partition("\n## ")[0]
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def _run(code: str, **names: Any) -> dict[str, Any]:
    # The recipes' annotations are read when they run, by their module's name.
    names["__name__"] = "recipe"
    exec(compile(code, str(PAGE), "exec", dont_inherit=True), names)  # noqa: S102 - our own page
    return names


@pytest.fixture
def phoenix() -> FakePhoenix:
    return FakePhoenix(TRACE_ID)


def test_the_first_example_stores_a_thumb(
    phoenix: FakePhoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    with phoenix.serve() as url:
        monkeypatch.setenv("PHOENIX_BASE_URL", url)
        (first,) = _recipe("The outbox: feedback that survives")
        _run(first, T1=TRACE_ID)
    assert [each.result.label for each in phoenix.stored()] == ["thumbs up"]


def test_the_account_of_a_flush_is_printed(
    phoenix: FakePhoenix, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from phoenix_traces import Outbox

    (example,) = _recipe("What becomes of an annotation")
    with Outbox(phoenix.client(), tmp_path / "x", background=False) as outbox:
        outbox.put(trace_id=TRACE_ID, annotation_name="tone", label="kind")
        _run(example, outbox=outbox)
    printed = capsys.readouterr().out
    assert printed == f"<FlushReport of 1: 1 stored>\n{TRACE_ID} tone stored \n"


def test_the_fastapi_recipe_answers_at_once_and_stores_the_thumb(
    phoenix: FakePhoenix, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recipe,) = _recipe("FastAPI")

    async def use(app: Any) -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://app.test") as http,
        ):
            good = await http.post("/thumbs", json={"trace_id": TRACE_ID, "is_up": True})
            bad = await http.post("/thumbs", json={"trace_id": " ", "is_up": True})
            return [good.status_code, bad.status_code]

    with phoenix.serve() as url:
        monkeypatch.setenv("PHOENIX_BASE_URL", url)
        app = _run(recipe)["app"]
        assert asyncio.run(use(app)) == [202, 422]
    assert [each.result.label for each in phoenix.stored()] == ["up"]


def test_the_serverless_recipe_sends_what_it_puts(
    phoenix: FakePhoenix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recipe,) = _recipe("Serverless functions")
    with phoenix.serve() as url:
        monkeypatch.setenv("PHOENIX_BASE_URL", url)
        names = _run(recipe.replace("/tmp/feedback", f"{tmp_path}/feedback"))
        event = {"trace_id": TRACE_ID, "label": "up", "user": "ann"}
        assert names["handler"](event, None) == {"stored": 1}
        names["outbox"].close()
        names["client"].close()
    assert [each.identifier for each in phoenix.stored()] == ["ann"]
