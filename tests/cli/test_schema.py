"""`phoenix-traces schema` prints what `json_schema` returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from phoenix_traces import TraceAnnotationData, annotation_row_type, json_schema
from phoenix_traces.cli.app import app
from phoenix_traces.testing import FakePhoenix
from tests.support.rubrics import Correctness

RUBRIC = "tests.support.rubrics:Correctness"
CONFIG = {
    "data": {
        "id": "1",
        "name": "tone",
        "type": "CATEGORICAL",
        "values": [{"label": "kind", "score": 1}, {"label": "rude", "score": 0}],
    }
}


def _schema(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["schema", *arguments])


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ([], TraceAnnotationData),
        (["--flat"], annotation_row_type(TraceAnnotationData)),
        (["--type", RUBRIC], Correctness),
        (["--type", RUBRIC, "--flat"], annotation_row_type(Correctness)),
    ],
)
def test_it_prints_the_schema(arguments: list[str], model: type[TraceAnnotationData]) -> None:
    result = _schema(*arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json_schema(model)


def test_it_writes_to_a_file() -> None:
    assert _schema("-o", "schema.json").stdout == ""
    assert json.loads(Path("schema.json").read_text(encoding="utf-8")) == json_schema()


def test_a_file_that_cannot_be_written_is_named() -> None:
    result = _schema("-o", "no-such-folder/schema.json")
    assert result.exit_code == 2
    assert "cannot write" in result.output


def test_a_rubric_is_found_in_the_working_directory() -> None:
    code = "from tests.support.rubrics import Correctness"
    Path("rubrics_of_this_folder.py").write_text(code, encoding="utf-8")
    result = _schema("--type", "rubrics_of_this_folder:Correctness")
    assert json.loads(result.stdout)["title"] == "Correctness"


def test_a_config_of_the_server_becomes_a_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakePhoenix()
    server.answer_next(CONFIG)
    with server.serve() as url:
        monkeypatch.setenv("PHOENIX_ENDPOINT", url)
        result = _schema("--config", "tone", "--flat")
    assert [request.path for request in server.requests] == ["/v1/annotation_configs/tone"]
    fields = json.loads(result.stdout)["properties"]
    assert fields["label"]["enum"] == ["kind", "rude"]
    assert fields["name"]["enum"] == ["tone"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--type", "no_such_module:Tone"], "No module named"),
        (["--type", "json:Tone"], "has no attribute"),
        (["--type", "json"], "MODULE:CLASS"),
        (["--type", "nope"], "'nope' is not MODULE:CLASS, such as"),
        (["--type", ":Tone"], "MODULE:CLASS"),
        (["--type", "json:"], "MODULE:CLASS"),
        (["--type", "json:JSONDecoder"], "is not a subclass of"),
        (["--type", RUBRIC, "--config", "tone"], "exclude each other"),
    ],
)
def test_a_wrong_argument_is_told(arguments: list[str], words: str) -> None:
    result = _schema(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_config_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakePhoenix().serve() as url:
        monkeypatch.setenv("PHOENIX_ENDPOINT", url)
        result = _schema("--config", "tone")
    assert result.exit_code == 1
    assert "Cannot read the config 'tone'" in result.output
    assert "not found" in result.output
