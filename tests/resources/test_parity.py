"""Each async class has what its sync twin has, and says the same about it."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import phoenix_traces
from phoenix_traces import AsyncClient, AsyncTraces, Client, Traces

# What only the sync class can do: when a program ends, its event loops have ended already.
ONLY_SYNC = re.compile(
    r" flush_at_exit: float \| None=None,|\n +flush_at_exit: .*?(?=\n +\w+: )", re.DOTALL
)

ASYNC_NAMES = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}
TWINS = [
    (getattr(phoenix_traces, name.removeprefix("Async")), getattr(phoenix_traces, name))
    for name in phoenix_traces.__all__
    if name.startswith("Async")
]
METHODS_OF = [each for twins in TWINS for each in twins if "Client" not in each.__name__]
twins = pytest.mark.parametrize(
    ("sync_type", "async_type"), TWINS, ids=[sync_type.__name__ for sync_type, _ in TWINS]
)


def _members(kind: type[Any]) -> dict[str, object]:
    """Return the public members and protocol methods of a class, by their sync names."""
    return {
        ASYNC_NAMES.get(name, name): member
        for name, member in vars(kind).items()
        if not name.startswith("_") or name in {"__init__", *ASYNC_NAMES, *ASYNC_NAMES.values()}
    }


def _public_methods(kind: type[Any]) -> dict[str, Any]:
    return {
        name: member
        for name, member in _members(kind).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


def _definitions(kind: type[Any]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    # By a method's file, because a public class says that it comes from the package's root.
    source = Path(inspect.getfile(kind.__init__)).read_text(encoding="utf-8")
    (definition,) = (
        each
        for each in ast.parse(source).body
        if isinstance(each, ast.ClassDef) and each.name == kind.__name__
    )
    return [
        each
        for each in definition.body
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def _signatures(kind: type[Any]) -> list[str]:
    """Return every signature as written, overloads too, without the words for sync and async."""
    written: list[str] = []
    for each in _definitions(kind):
        name = ASYNC_NAMES.get(each.name, each.name)
        if name.startswith("_") and name != "__init__":
            continue
        decorators = [ast.unparse(decorator) for decorator in each.decorator_list]
        returns = ast.unparse(each.returns) if each.returns else ""
        arguments = ONLY_SYNC.sub("", ast.unparse(each.args))
        text = f"{decorators} {name}({arguments}) -> {returns}"
        written.append(re.sub(r"\bA?[Ss]ync(?=[A-Z])", "", text))
    return written


def _overloads(kind: type[Any]) -> Counter[str]:
    return Counter(
        each.name
        for each in _definitions(kind)
        if any(ast.unparse(decorator) == "overload" for decorator in each.decorator_list)
    )


def test_the_pairs_are_found() -> None:
    assert {(Client, AsyncClient), (Traces, AsyncTraces)} <= set(TWINS)


@twins
def test_the_names_are_the_same(sync_type: type[Any], async_type: type[Any]) -> None:
    assert list(_members(sync_type)) == list(_members(async_type))


@twins
def test_the_signatures_are_the_same(sync_type: type[Any], async_type: type[Any]) -> None:
    assert _signatures(sync_type) == _signatures(async_type)


@pytest.mark.parametrize("kind", [Traces, AsyncTraces])
def test_each_way_of_writing_has_three_overloads(
    kind: type[Any],
) -> None:
    overloads = _overloads(kind)
    assert overloads["add_trace_annotation"] == 6  # an annotation, or what describes one
    assert overloads["log_trace_annotations"] == 3
    assert overloads["log_trace_annotations_dataframe"] == 3
    assert overloads["log_evaluations"] == 3


@pytest.mark.parametrize("kind", [Traces, AsyncTraces])
def test_every_argument_but_a_ready_annotation_or_evaluations_is_keyword_only(
    kind: type[Any],
) -> None:
    for name, method in _public_methods(kind).items():
        _, *parameters = inspect.signature(method).parameters.values()
        if name in {"add_trace_annotation", "log_evaluations"}:
            ready, *parameters = parameters
            assert ready.name in {"annotation", "results"}
        kinds = {parameter.kind for parameter in parameters}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY}, name


def _without_async_words(text: str) -> str:
    text = re.sub(r"\bAsync(?=[A-Z])|\b(async|await) ", "", text)
    return text.replace("aclose", "close")


def _documented(kind: type[Any]) -> dict[str, str]:
    """Return the docstrings of a class and of its public members, by their sync names."""
    members = {name: inspect.getdoc(each) for name, each in _members(kind).items()}
    return {"": kind.__doc__ or "", **{name: text or "" for name, text in members.items()}}


@twins
def test_the_docstrings_are_the_same_but_for_the_words_of_async(
    sync_type: type[Any], async_type: type[Any]
) -> None:
    documented = _documented(async_type)
    for name, text in _documented(sync_type).items():
        assert _without_async_words(documented[name]) == ONLY_SYNC.sub("", text), name


@pytest.mark.parametrize("kind", METHODS_OF)
def test_every_method_documents_its_arguments_errors_and_use(kind: type[Any]) -> None:
    for name, method in _public_methods(kind).items():
        documentation = inspect.getdoc(method) or ""
        sections = re.findall(r"^(\w+):$", documentation, re.MULTILINE)
        signature = inspect.signature(method)
        parameters = list(signature.parameters)[1:]
        described = documentation.partition("Args:")[2]
        arguments = re.findall(r"^    (\w+): ", described, re.MULTILINE)
        assert arguments[: len(parameters)] == parameters, name
        args = ["Args"] if parameters else []
        returns = [] if signature.return_annotation == "None" else ["Returns"]
        assert sections == [*args, *returns, "Raises", "Examples"], name
