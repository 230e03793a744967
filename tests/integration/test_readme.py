"""The README's examples run as they stand there, and its errors are printed as it prints them."""

from __future__ import annotations

import ast
import asyncio
import gc
import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import phoenix_traces
from phoenix_traces import Client, UploadOptions
from tests.support.live import by_name, make_traces, wait_for_annotations

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

README = Path(__file__).parents[2] / "README.md"
FENCED = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def below(heading: str) -> str:
    """Return what stands below a heading of the README, up to the next one."""
    _, _, after = README.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    section, _, _ = after.partition("\n## ")
    return section


def blocks(heading: str, language: str) -> list[str]:
    """Return the fenced blocks of a language below a heading of the README."""
    blocks = FENCED.finditer(below(heading))
    found = [block["code"] for block in blocks if block["language"] == language]
    assert found
    return found


def run_as_in_a_notebook(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Execute code in which `await` may stand outside a function; return its names."""
    compiled = compile(code, str(README), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def main() -> None:
        result = FunctionType(compiled, names)()
        if inspect.isawaitable(result):
            await result

    asyncio.run(main())
    # What an example leaves open, as people do in a notebook, is this test's and no other's.
    gc.collect()
    return names


leaves_a_client_open = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(params=[("PHOENIX_ENDPOINT", ""), ("PHOENIX_COLLECTOR_ENDPOINT", "/v1/traces")])
def at_server(
    server: PhoenixProcess, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> PhoenixProcess:
    """Set the endpoint, as people who follow the README have."""
    name, ending = request.param
    monkeypatch.setenv(name, f"{server.base_url}{ending}")
    return server


# They are part of the server's package, which imports what warns.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_evaluations_that_failed_are_evaluated_again_and_all_are_read_back_equal(
    server: PhoenixProcess,
) -> None:
    trace_ids = make_traces(server, 200, project="default")
    answers = pd.DataFrame(
        {"trace_id": trace_ids, "answer": [f"answer {number}" for number in range(200)]}
    )
    asked: list[str] = []

    def ask_model(question: str) -> str:
        asked.append(question)
        if question.endswith("7") and len(asked) <= len(answers):
            raise TimeoutError("the model is busy")
        return "rude" if question.endswith("3") else "kind"

    (example,) = blocks("Evaluations", "python")
    with Client(base_url=server.base_url) as client:
        given = {"client": client, "answers": answers, "ask_model": ask_model}
        names = run_as_in_a_notebook(example, given)

    assert names["report"].summary() == "380 stored, 20 not evaluated"
    assert all("the model is busy" in why for why in names["report"].reasons.values())
    assert names["again"].summary() == "40 stored"
    assert len(asked) == 220
    stored = names["stored"].set_index(["annotation_name", "trace_id"])
    assert len(stored) == 400
    tones, lengths = stored.loc["tone"], stored.loc["length"]
    expected = answers.set_index("trace_id")["answer"]
    assert dict(tones["label"]) == {
        trace_id: "rude" if answer.endswith("3") else "kind"
        for trace_id, answer in expected.items()
    }
    assert dict(lengths["score"]) == {
        trace_id: float(len(answer)) for trace_id, answer in expected.items()
    }
    assert set(tones["annotator_kind"]) == {"LLM"}
    assert set(lengths["annotator_kind"]) == {"CODE"}


@leaves_a_client_open
def test_the_four_examples_run_as_they_stand_and_what_they_store_is_read_back(
    at_server: PhoenixProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = make_traces(at_server, 2)
    (example,) = blocks("Examples", "python")
    names = run_as_in_a_notebook(example, {"T1": first, "T2": second, "pd": pd})
    names["client"].close()

    on_first = by_name(wait_for_annotations(at_server, [first], 3))
    on_second = by_name(wait_for_annotations(at_server, [second], 2))
    assert on_first.keys() == {"correctness", "toxicity", "relevance"}
    assert on_second.keys() == {"correctness", "toxicity"}

    # The frame's row replaces what the first example wrote, under the same ID.
    inserted = names["annotation"]["id"]
    assert capsys.readouterr().out == f"Inserted annotation ID: {inserted}\n"
    assert [each.id for each in names["results"]] == [inserted, on_second["correctness"]["id"]]
    assert on_first["correctness"]["id"] == inserted

    assert result_of(on_first["correctness"]) == ("HUMAN", "correct", 0.95, "Good answer")
    assert result_of(on_second["correctness"]) == ("HUMAN", "incorrect", 0.2, "Wrong reasoning")
    assert result_of(on_first["toxicity"]) == ("LLM", "safe", 0.01, None)
    assert result_of(on_second["toxicity"]) == ("LLM", "safe", 0.03, None)
    assert result_of(on_first["relevance"]) == ("HUMAN", None, 0.8, None)


def test_the_first_example_stores_what_it_says(at_server: PhoenixProcess) -> None:
    (trace_id,) = make_traces(at_server, 1)
    (example,) = blocks("Examples", "python")
    upto_print, _, _ = example.partition("print(")
    run_as_in_a_notebook(upto_print, {"T1": trace_id})["client"].close()
    (found,) = wait_for_annotations(at_server, [trace_id], 1)
    assert found["name"] == "correctness"
    explanation = "The trace produces the correct answer."
    assert result_of(found) == ("HUMAN", "correct", 0.95, explanation)


def result_of(stored: dict[str, Any]) -> tuple[Any, ...]:
    result = stored["result"]
    return stored["annotator_kind"], result["label"], result["score"], result["explanation"]


def test_the_error_of_a_bad_frame_is_printed_as_the_readme_prints_it(tmp_path: Path) -> None:
    (example,) = blocks("DataFrames", "python")
    (printed,) = blocks("DataFrames", "text")
    program = tmp_path / "bad_frame.py"
    setup = """
        import pandas as pd
        from phoenix_traces import Client
        client = Client(base_url="http://127.0.0.1:1")
    """
    program.write_text(textwrap.dedent(setup) + example, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, program],
        capture_output=True,
        text=True,
        check=False,
        cwd=README.parent,
        env={"PYTHONPATH": str(README.parent)},
    )
    assert run.returncode == 1
    expected = printed.splitlines()
    assert run.stderr.splitlines()[-len(expected) :] == expected


def test_the_example_of_an_upload_that_fails_gives_the_rows_to_send_again(
    phoenix: PhoenixProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    # The trace never comes, and nobody needs to wait for it here.
    (example,) = blocks("Uploads that fail", "python")
    example = example.replace("wait_for_traces=30", "wait_for_traces=0.1")
    (trace_id,) = make_traces(phoenix, 1)
    frame = pd.DataFrame({"trace_id": [trace_id, "no-such-trace"], "score": [1, 0]})
    with Client(base_url=phoenix.base_url) as client:
        names = run_as_in_a_notebook(example, {"client": client, "frame": frame})
    assert capsys.readouterr().out == "1 stored, 1 of a missing trace\n"
    assert names["frame_to_send_again"].equals(frame[1:])


def test_every_option_of_an_upload_is_in_the_readme() -> None:
    section = below("Uploads that fail")
    assert [name for name in UploadOptions.model_fields if f"`{name}`" not in section] == []


def test_every_error_is_in_the_readme() -> None:
    section = below("Errors")
    exported = [getattr(phoenix_traces, name) for name in phoenix_traces.__all__]
    errors = [each for each in exported if isinstance(each, type) and issubclass(each, Exception)]
    missing = [
        each.__name__
        for each in errors
        if not issubclass(each, Warning) and f"`{each.__name__}`" not in section
    ]
    assert missing == []


def test_the_rubrics_examples_store_both_uploads(at_server: PhoenixProcess) -> None:
    traces = make_traces(at_server, 2)
    with Client() as client:
        # Python asks for the name of the module when it makes a class.
        names = {"T1": traces[0], "T2": traces[1], "pd": pd, "client": client, "__name__": "readme"}
        for example in blocks("Rubrics", "python"):
            run_as_in_a_notebook(example, names)
    stored = wait_for_annotations(at_server, traces, 2)
    assert {each["result"]["label"] for each in stored} == {"correct", "wrong"}


def test_the_reading_example_confirms_what_it_wrote_and_reads_it(
    at_server: PhoenixProcess,
) -> None:
    first, second = make_traces(at_server, 2, project="default")
    (example,) = blocks("Reading back, comparing, confirming, deleting", "python")
    with Client() as client:
        names: dict[str, Any] = {"T1": first, "T2": second, "pd": pd, "client": client}
        run_as_in_a_notebook(example, names)
    assert sorted(names["stored"]["label"]) == ["correct", "wrong"]
