"""What a program finds that moves here from the existing client."""

from __future__ import annotations

import ast
from importlib.metadata import distribution
from pathlib import Path

from phoenix_traces.resources import traces

MODULE = "phoenix/client/resources/traces/__init__.py"


def test_a_move_of_the_resources_module_changes_the_name_of_the_package_alone() -> None:
    # Read and not imported, because it would import the whole server.
    path = Path(str(distribution("arize-phoenix-client").locate_file(MODULE)))
    defined = {
        name for node in ast.parse(path.read_text(encoding="utf-8")).body for name in _names(node)
    }
    assert set(traces.__all__) <= defined


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {ast.unparse(each) for each in node.targets}
    return set()
