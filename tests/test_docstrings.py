"""The docstrings: their examples run, all of them, and they tell what a caller needs to know."""

from __future__ import annotations

import ast
import asyncio
import doctest
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import phoenix_traces
from phoenix_traces import AsyncClient, AsyncOutbox, Client, Outbox
from phoenix_traces.testing import FakePhoenix
from tests.support.annotations import TRACE_ID

ROOT = Path(phoenix_traces.__file__).parent

# Where an example has a server, it is at Phoenix's own address.
ADDRESS = "http://127.0.0.1:6006"

CONFIG = {
    "name": "correctness",
    "type": "CATEGORICAL",
    "optimization_direction": "MAXIMIZE",
    "values": [{"label": "correct", "score": 1}, {"label": "incorrect", "score": 0}],
}


@dataclass(frozen=True)
class Documented:
    """A docstring, and where it stands."""

    module: str
    name: str
    text: str


def _documented(module: str, name: str, node: ast.AST) -> Iterator[Documented]:
    """Yield the docstrings of a node and what is in it.

    They come from the source, because collectors of doctests pass by a class whose `__module__` is
    another than the one it stands in, as is that of every public class.
    """
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        if text := ast.get_docstring(node):
            yield Documented(module, name, text)
        for each in node.body:
            yield from _documented(module, f"{name}.{getattr(each, 'name', '')}".strip("."), each)


def _all_documented() -> Iterator[Documented]:
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        yield from _documented(module, "", ast.parse(path.read_text(encoding="utf-8")))


DOCUMENTED = list(_all_documented())
WITH_EXAMPLES = [each for each in DOCUMENTED if ">>> " in each.text]


class _Examples:
    """The examples of one docstring, run one after another as in a session that can await."""

    def __init__(self, documented: Documented, address: str, **names: Any) -> None:
        module = importlib.import_module(documented.module)
        names = {**vars(module), **names, "await_example": self._await}
        self._test = doctest.DocTestParser().get_doctest(
            documented.text.replace(ADDRESS, address), names, documented.name, module.__file__, 0
        )
        self._loop = asyncio.new_event_loop()
        for at, example in enumerate(self._test.examples):
            if self._awaits(example):
                self._test.examples[at] = doctest.Example(
                    f"await_example({example.source!r})", example.want, example.exc_msg
                )

    def _awaits(self, example: doctest.Example) -> bool:
        try:
            compile(example.source, "<example>", "single", dont_inherit=True)
        except SyntaxError:
            return True
        return False

    def _await(self, source: str) -> None:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(source, "<example>", "single", flags, dont_inherit=True)
        self._loop.run_until_complete(eval(code, self._test.globs))  # noqa: S307 - our own

    def run(self) -> int:
        """Run them, and return how many they were."""
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        said: list[str] = []
        try:
            results = runner.run(self._test, out=said.append, clear_globs=False)
        finally:
            outbox = self._test.globs.get("outbox")
            if isinstance(outbox, AsyncOutbox):
                self._loop.run_until_complete(outbox.aclose(timeout=0))
            elif isinstance(outbox, Outbox):
                outbox.close(timeout=0)
            if isinstance(client := self._test.globs["client"], AsyncClient):
                self._loop.run_until_complete(client.aclose())
            self._loop.close()
        assert not results.failed, "".join(said)
        return results.attempted


@pytest.mark.parametrize("documented", WITH_EXAMPLES, ids=lambda each: f"{each.module}:{each.name}")
def test_the_examples_of_a_docstring_run(
    documented: Documented, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    phoenix = FakePhoenix(TRACE_ID)
    with httpx.Client(transport=phoenix.transport(), base_url=phoenix.base_url) as http:
        http.post("/v1/annotation_configs", json=CONFIG).raise_for_status()
        Client(http_client=http).traces.add_trace_annotation(
            trace_id=TRACE_ID, annotation_name="correctness", label="correct", sync=True
        )
    with phoenix.serve() as address:
        monkeypatch.setenv("PHOENIX_BASE_URL", address)
        with Client() as sync_client:
            is_async = documented.name.startswith("Async")
            client: Any = AsyncClient() if is_async else sync_client
            made: dict[str, Any] = {"client": client}
            if "outbox." in documented.text:
                outbox = AsyncOutbox if is_async else Outbox
                made["outbox"] = outbox(client, tmp_path / "outbox.sqlite3")
            ran = _Examples(documented, address, **made).run()
    assert ran == documented.text.count(">>> ")


def test_no_example_is_passed_by() -> None:
    written = sum(
        len(re.findall(r"^ *>>> ", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in ROOT.rglob("*.py")
    )
    assert sum(each.text.count(">>> ") for each in WITH_EXAMPLES) == written > 60
    assert not [each.name for each in DOCUMENTED if "+SKIP" in each.text]


# What a class's docstring began with where it was an order to nobody.
ORDERS = {
    "Account",
    "Give",
    "Hand",
    "Hold",
    "Keep",
    "Make",
    "Name",
    "Reach",
    "Read",
    "Refuse",
    "Report",
    "Run",
    "Say",
    "Send",
    "Stand",
    "Start",
    "Stop",
    "Take",
    "Tell",
    "Warn",
    "Write",
}


def test_the_docstring_of_a_class_says_what_it_is_and_gives_no_order() -> None:
    classes = [
        (path.name, node.name, text.partition(" ")[0])
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and (text := ast.get_docstring(node))
    ]
    assert len(classes) > 100
    assert not [each for each in classes if each[2] in ORDERS]
