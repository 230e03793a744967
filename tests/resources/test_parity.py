"""Each async class has what its sync twin has, and says where the documentation is."""

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

ASYNC_NAMES = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}
TWINS = [
    (getattr(phoenix_traces, name.removeprefix("Async")), getattr(phoenix_traces, name))
    for name in phoenix_traces.__all__
    if name.startswith("Async")
]
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
        text = f"{decorators} {name}({ast.unparse(each.args)}) -> {returns}"
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
def test_each_method_that_writes_has_three_overloads(kind: type[Any]) -> None:
    overloads = _overloads(kind)
    assert overloads["add_trace_annotation"] == 3
    assert overloads["log_trace_annotations"] == 3
    assert overloads["log_trace_annotations_dataframe"] == 3


@pytest.mark.parametrize("kind", [Traces, AsyncTraces])
def test_every_argument_is_keyword_only(kind: type[Any]) -> None:
    for name, method in _public_methods(kind).items():
        _, *parameters = inspect.signature(method).parameters.values()
        kinds = {parameter.kind for parameter in parameters}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY}, name


@twins
def test_async_methods_point_to_the_documentation_of_the_sync_ones(
    sync_type: type[Any], async_type: type[Any]
) -> None:
    for name in _public_methods(sync_type):
        if name == "close":
            continue
        documentation = inspect.getdoc(getattr(async_type, name)) or ""
        assert f"`{sync_type.__name__}.{name}`" in documentation, name


@pytest.mark.parametrize("kind", [Traces])
def test_sync_methods_document_every_argument(kind: type[Any]) -> None:
    for name, method in _public_methods(kind).items():
        documentation = inspect.getdoc(method) or ""
        for parameter in list(inspect.signature(method).parameters)[1:]:
            assert re.search(rf"^    {parameter}: ", documentation, re.MULTILINE), (name, parameter)
