"""mypy and pyright report exactly the wrong uses of rubrics, and say what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_FILES = sorted(Path(__file__).with_name("wrong_uses").glob("*.py"))
_MYPY_ERROR = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: (?P<message>.*)$", re.MULTILINE)

Errors = dict[tuple[str, int], str]


def _run(*arguments: str) -> str:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def mypy_errors() -> Errors:
    paths = [str(path.relative_to(_ROOT)) for path in _FILES]
    found = _MYPY_ERROR.finditer(_run("mypy", *paths))
    return {(Path(each["file"]).name, int(each["line"])): each["message"] for each in found}


@pytest.fixture(scope="module")
def pyright_errors() -> Errors:
    report = json.loads(_run("pyright", "--outputjson", "--project", str(_FILES[0].parent)))
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1): each["message"]
        for each in report["generalDiagnostics"]
        if each["severity"] == "error"
    }


def _marked() -> set[tuple[str, int]]:
    return {
        (path.name, number)
        for path in _FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line.endswith("# error")
    }


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_the_marked_lines_are_errors_and_no_others(
    checker: str, request: pytest.FixtureRequest
) -> None:
    assert len(_marked()) > 15
    assert set(request.getfixturevalue(f"{checker}_errors")) == _marked()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('CorrectnessResult(label="corect")', "corect"),
        ('CorrectnessResult(label="correct", score="0.5")', "score"),
        ('Correctness(trace_id="trace-1", name="toxicity", result=right)', "toxicity"),
    ],
)
def test_the_errors_name_what_is_wrong(
    code: str, words: str, mypy_errors: Errors, pyright_errors: Errors
) -> None:
    lines = (_FILES[-1]).read_text(encoding="utf-8").splitlines()
    place = (
        _FILES[-1].name,
        1 + next(at for at, line in enumerate(lines) if line.startswith(code)),
    )
    assert words in mypy_errors[place]
    assert words in pyright_errors[place]
