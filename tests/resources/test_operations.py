"""Each method's body stands once: the classes name an operation and run it, and do nothing else."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from typing import TypeAlias

import pytest

import phoenix_traces
from phoenix_traces.resources import (
    annotation_configs,
    async_traces,
    config_operations,
    operations,
    traces,
)

Method: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

RUNNERS = {"perform", "perform_async", "stream", "stream_async"}
MODULES = [traces, async_traces, annotation_configs]
OPERATIONS = {"operations": operations, "config_operations": config_operations}


def _methods() -> Iterator[tuple[str, Method]]:
    for module in MODULES:
        for kind in ast.parse(inspect.getsource(module)).body:
            if not isinstance(kind, ast.ClassDef):
                continue
            for each in kind.body:
                if isinstance(each, Method) and not each.decorator_list and each.name[0] != "_":
                    yield f"{kind.name}.{each.name}", each


METHODS = dict(_methods())


def test_the_methods_are_found() -> None:
    assert len(METHODS) == 2 * 15 + 2 * 8


@pytest.mark.parametrize("name", METHODS)
def test_a_method_names_one_operation_and_runs_it(name: str) -> None:
    _docstring, *body = METHODS[name].body
    calls = [
        ast.unparse(node.func)
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]
    (operation,) = (each for each in calls if each.partition(".")[0] in OPERATIONS)
    module, _, body_of = operation.partition(".")
    assert hasattr(OPERATIONS[module], body_of)
    (runner,) = set(calls) - {operation}
    assert runner in RUNNERS
    others = [node for each in body for node in ast.walk(each) if isinstance(node, ast.stmt)]
    assert len(others) <= 2


@pytest.mark.parametrize("name", METHODS)
def test_a_method_hands_on_each_argument_under_its_name(name: str) -> None:
    method = METHODS[name]
    given = {each.arg for each in (*method.args.args, *method.args.kwonlyargs)} - {"self"}
    (call,) = (
        node
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and ast.unparse(node.func).partition(".")[0] in OPERATIONS
    )
    positional = {ast.unparse(each) for each in call.args}
    named = {str(each.arg): ast.unparse(each.value) for each in call.keywords}
    assert all(argument == value for argument, value in named.items())
    assert positional | set(named) == given


def test_the_names_of_the_existing_clients_module_are_those_of_the_package() -> None:
    assert len(traces.__all__) == 6
    for name in traces.__all__:
        assert getattr(traces, name) is getattr(phoenix_traces, name)


def test_the_sync_class_does_not_bring_the_async_one_along() -> None:
    code = (
        "import sys; from phoenix_traces.resources.traces import Traces; "
        "print('phoenix_traces.resources.async_traces' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert printed.split() == [b"False"]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Tracse'"):
        traces.__getattr__("Tracse")
