"""What `import phoenix_traces` brings along, and what it offers."""

from __future__ import annotations

import inspect
import json
import operator
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import phoenix_traces

HEAVY = {
    "dotenv",
    "duckdb",
    "narwhals",
    "numpy",
    "opentelemetry",
    "pandas",
    "pandera",
    "phoenix",
    "polars",
    "pyarrow",
    "rich",
    "tqdm",
    "typer",
}


def _packages_after(code: str) -> set[str]:
    """Return the top-level packages that a new interpreter has imported after some code."""
    return {name.partition(".")[0] for name in _modules_after(code)}


def _modules_after(code: str) -> set[str]:
    """Return the modules that a new interpreter has imported after some code.

    rich cannot be imported there, because httpx imports it for a command of its own.
    """
    code = (
        f"import sys; sys.modules['rich'] = None; {code}; import json; "
        "print(json.dumps([name for name, module in sys.modules.items() if module]))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    return set(json.loads(printed))


def test_importing_brings_nothing_heavy_or_optional() -> None:
    assert not _packages_after("import phoenix_traces") & HEAVY


def test_sending_annotations_brings_nothing_heavy_or_optional() -> None:
    code = """
import httpx, phoenix_traces
answer = httpx.Response(200, json={"data": []})
transport = httpx.MockTransport(lambda request: answer)
client = httpx.Client(transport=transport, base_url="http://phoenix.test")
phoenix_traces.Client(http_client=client).traces.log_trace_annotations(trace_annotations=[
    dict(trace_id="t", name="n", annotator_kind="CODE", result=dict(score=1), metadata={"a": [1]})])
"""
    assert not _packages_after(f"exec({code!r})") & HEAVY


# What one of our modules may import only when it is used; pandas and httpx bring some of their own
# accord, where these are installed.
OPTIONAL = ("IPython", "duckdb", "narwhals", "opentelemetry", "polars", "pyarrow", "rich", "tqdm")

WATCHED_UPLOADS = """
import builtins, importlib, sys
OPTIONAL = {optional!r}
asked = []
plain_import, plain_import_module = builtins.__import__, importlib.import_module
def note(importer, name):
    if name.partition(".")[0] in OPTIONAL and importer.startswith("phoenix_traces"):
        asked.append((importer, name))
def watched(name, globals=None, *rest, **named):
    note((globals or {{}}).get("__name__", ""), name)
    return plain_import(name, globals, *rest, **named)
def watched_module(name, package=None):
    note(sys._getframe(1).f_globals["__name__"], name)
    return plain_import_module(name, package)
builtins.__import__, importlib.import_module = watched, watched_module

import httpx, pandas, phoenix_traces
assert not asked, asked
answer = httpx.Response(200, json={{"data": []}})
client = httpx.Client(transport=httpx.MockTransport(lambda _: answer), base_url="http://p.test")
traces = phoenix_traces.Client(http_client=client).traces
traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1)
traces.log_trace_annotations(trace_annotations=[
    dict(trace_id="t", name="n", annotator_kind="CODE", result=dict(score=1))],
    options=phoenix_traces.UploadOptions(batch_size=1))
traces.log_trace_annotations_dataframe(dataframe=pandas.DataFrame(dict(trace_id=["t"], score=[1])),
    annotation_name="n", annotator_kind="CODE", progress={progress!r})
print(asked)
"""


def _asked_for(progress: bool | str, before: str = "") -> str:
    """Return the optional packages that modules of ours import for uploads, as they are printed."""
    code = WATCHED_UPLOADS.format(optional=OPTIONAL, progress=progress)
    code = f"{before}exec({code!r})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout


def test_no_module_of_ours_imports_what_is_optional_for_plain_uploads() -> None:
    assert _asked_for(progress=False) == "[]\n"
    # What is asked for would be seen.
    assert "('phoenix_traces.uploads.drawings', 'tqdm.auto')" in _asked_for(progress="always")


def test_plain_uploads_work_where_nothing_optional_is_installed() -> None:
    # narwhals and pyarrow are used by pandas and pandera themselves.
    gone = [name for name in OPTIONAL if name not in {"narwhals", "pyarrow"}]
    before = f"import sys; sys.modules.update(dict.fromkeys({gone!r})); "
    assert _asked_for(progress=False, before=before) == "[]\n"


def test_one_plain_annotation_brings_no_model_and_nothing_that_reads() -> None:
    code = """
import httpx
from phoenix_traces import Client
answer = httpx.Response(200, json={"data": []})
client = httpx.Client(transport=httpx.MockTransport(lambda _: answer), base_url="http://p.test")
Client(http_client=client).traces.add_trace_annotation(
    trace_id="t", annotation_name="n", annotator_kind="LLM", label="x", score=1, metadata={"a": 1})
"""
    unused = {
        "phoenix_traces.inputs.frames",
        "phoenix_traces.inputs.lists",
        "phoenix_traces.resources.annotation_configs",
        "phoenix_traces.resources.async_traces",
        "phoenix_traces.rules.annotation",
        "phoenix_traces.rules.configs",
        "phoenix_traces.stored",
        "phoenix_traces.uploads.guards",
        "phoenix_traces.uploads.options",
        "pydantic.main",  # the models: a third of what a process takes to its first annotation
        "pydantic.type_adapter",
    }
    modules = _modules_after(f"exec({code!r})")
    assert "phoenix_traces.resources.traces" in modules
    assert not modules & unused


def test_the_schema_for_frames_is_imported_when_asked_for() -> None:
    code = "import phoenix_traces; phoenix_traces.trace_annotation_schema"
    assert _packages_after(code) >= {"pandas", "pandera"}


def test_everything_exported_is_there() -> None:
    assert sorted(set(phoenix_traces.__all__)) == sorted(phoenix_traces.__all__)
    assert all(hasattr(phoenix_traces, name) for name in phoenix_traces.__all__)


def test_everything_public_at_the_root_is_exported() -> None:
    def is_ours(value: Any) -> bool:
        return getattr(value, "__module__", "").startswith("phoenix_traces")

    at_root = {
        name for name, value in vars(phoenix_traces).items() if name[0] != "_" and is_ours(value)
    }
    assert at_root <= set(phoenix_traces.__all__)


def test_public_classes_say_where_they_are_imported_from() -> None:
    exported = [getattr(phoenix_traces, name) for name in phoenix_traces.__all__]
    classes = [each for each in exported if inspect.isclass(each)]
    assert len(classes) > 30
    assert {each.__module__ for each in classes} == {"phoenix_traces"}


def test_everything_exported_is_documented() -> None:
    for name in phoenix_traces.__all__:
        exported = getattr(phoenix_traces, name)
        if inspect.isclass(exported) or inspect.isfunction(exported):
            assert exported.__doc__, name


def test_an_import_of_everything_works() -> None:
    names: dict[str, object] = {}
    exec("from phoenix_traces import *", names)  # noqa: S102 - a star import needs a module level
    assert set(phoenix_traces.__all__) <= names.keys()


def test_the_version_is_that_of_the_installed_package() -> None:
    assert phoenix_traces.__version__ == version("phoenix-traces")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Tracse'"):
        operator.attrgetter("Tracse")(phoenix_traces)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(phoenix_traces.__file__).parent / "py.typed").exists()
