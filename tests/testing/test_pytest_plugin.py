"""The pytest plugin: it gives the fixture, and costs a run without it nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

MODULE = "phoenix_traces.testing.pytest_plugin"
ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^```python\n# test_scoring.py\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = ROOT / "docs" / "testing.md"


def run_pytest(folder: Path, *arguments: str) -> str:
    """Run pytest in a user's folder; where the entry point is not installed, with the plugin."""
    installed = any(each.value == MODULE for each in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", MODULE]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:phoenix", "-p", "no:randomly"]
    done = subprocess.run(
        [*command, *plugin, *arguments, str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_example_of_the_page_runs_as_printed(tmp_path: Path) -> None:
    (example,) = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    (tmp_path / "test_scoring.py").write_text(example, encoding="utf-8")
    assert "3 passed" in run_pytest(tmp_path, "-W", "error")
    assert len(example.strip().splitlines()) <= 30


def test_the_other_examples_of_the_page_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", "")
    names: dict[str, object] = {}
    examples = EXAMPLES.findall(PAGE.read_text(encoding="utf-8"))
    assert len(examples) == 4
    for example in examples:
        if not example.startswith("# test_scoring.py"):
            exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102 - our own page


def test_each_test_gets_a_fake_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "test_user.py").write_text(
        """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_it(fake_phoenix, number):
    assert fake_phoenix.requests == []
    fake_phoenix.knows_traces("t")
    fake_phoenix.client().traces.add_trace_annotation(
        trace_id="t", annotation_name="n", label="x", sync=True
    )
    assert len(fake_phoenix.stored()) == 1
""",
        encoding="utf-8",
    )
    assert "2 passed" in run_pytest(tmp_path)


@pytest.mark.parametrize("heavy", ["httpx", "pydantic", "pandas", "phoenix_traces.client"])
def test_the_plugin_and_the_testing_package_import_nothing_heavy(heavy: str) -> None:
    program = f"""
import sys
import phoenix_traces.testing, {MODULE}
assert {heavy!r} not in sys.modules
assert set(dir(phoenix_traces.testing)) >= set(phoenix_traces.testing.__all__)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_pytest_is_not_needed() -> None:
    program = """
import sys
sys.modules["pytest"] = sys.modules["hypothesis"] = sys.modules["pandas"] = None
from phoenix_traces.testing import FakePhoenix
phoenix = FakePhoenix("t")
phoenix.client().traces.add_trace_annotation(trace_id="t", annotation_name="n", label="x")
with phoenix.serve() as url:
    assert len(phoenix.stored()) == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_every_name_that_is_offered_is_there() -> None:
    import phoenix_traces.testing as testing

    assert all(getattr(testing, name) is not None for name in testing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Missing'"):
        _ = testing.Missing  # type: ignore[attr-defined]  # it is the point that there is none
