"""The house: data flows one way through the rooms, and no module leads back to itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import phoenix_traces

ROOT = Path(phoenix_traces.__file__).parent
MODULES = {
    ".".join(("phoenix_traces", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in ROOT.rglob("*.py")
}

# The account of an upload holds the errors in it, and an upload's error holds its account. One of
# the two imports is for type checkers only.
ALLOWED = {("phoenix_traces.report", "phoenix_traces.errors")}


def _imported(module: str) -> Iterator[str]:
    """Yield the modules of ours that a module names, typing-only and in-function imports too."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            source = str(node.module)
            for each in node.names:
                inside = f"{source}.{each.name}"
                if inside in MODULES or source in MODULES:
                    yield inside if inside in MODULES else source


def _arrows() -> dict[str, set[str]]:
    # The root only offers names; what it imports on demand is everything.
    return {
        module: {
            target
            for target in _imported(module)
            if target not in (module, "phoenix_traces") and (module, target) not in ALLOWED
        }
        for module in MODULES
        if module != "phoenix_traces"
    }


def _circle(arrows: dict[str, set[str]]) -> list[str]:
    """Return the modules of one circle, or nothing."""
    done: set[str] = set()

    def walk(module: str, way: list[str]) -> list[str]:
        if module in way:
            return [*way[way.index(module) :], module]
        if module in done:
            return []
        for target in sorted(arrows.get(module, ())):
            if found := walk(target, [*way, module]):
                return found
        done.add(module)
        return []

    return next(filter(None, (walk(module, []) for module in sorted(arrows))), [])


def test_a_circle_would_be_found() -> None:
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_the_imports_are_read() -> None:
    arrows = _arrows()
    assert len(arrows) > 60
    assert "phoenix_traces.inputs.frames.rows" in set().union(*arrows.values())


def test_no_module_leads_back_to_itself() -> None:
    assert _circle(_arrows()) == []


def test_errors_import_nothing_of_ours_when_they_are_loaded() -> None:
    module = ast.parse(MODULES["phoenix_traces.errors"].read_text(encoding="utf-8"))
    loaded = [each.module for each in module.body if isinstance(each, ast.ImportFrom)]
    assert not [each for each in loaded if str(each).startswith("phoenix_traces")]


def test_the_top_level_has_few_modules() -> None:
    assert len(list(ROOT.glob("*.py"))) <= 9


def _loaded(node: ast.AST) -> Iterator[str]:
    """Yield the packages that code imports when it runs, wherever in it."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (each.name.partition(".")[0] for each in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield str(node.module).partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _loaded(child)


def test_pandas_and_pandera_are_at_home_in_one_room() -> None:
    """The demo makes frames too, as any user of the package does."""
    rooms = {
        path.parent.relative_to(ROOT).as_posix()
        for path in MODULES.values()
        if {"pandas", "pandera"} & set(_loaded(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert rooms == {"demo", "inputs/frames"}


def test_opentelemetry_is_used_in_few_modules() -> None:
    """For the running trace, for the metrics of an outbox, and to make traces for tests."""
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in MODULES.values()
        if "opentelemetry" in set(_loaded(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert modules == {"otel/spans.py", "outbox/metrics.py", "testing/spans.py"}


# All that is used of httpx, so that a move to its successor is a matter of these names and rooms.
HTTPX_ROOMS = {"client.py", "demo", "errors.py", "protocol", "resources", "testing", "transport"}
HTTPX_NAMES = {
    *("AsyncBaseTransport", "AsyncByteStream", "AsyncClient", "BaseTransport", "ByteStream"),
    *("Client", "Headers", "Proxy", "QueryParams", "Request", "Response", "SyncByteStream"),
    *("Timeout", "URL", "create_ssl_context"),
    # The errors
    *("ConnectError", "ConnectTimeout", "DecodingError", "HTTPError", "HTTPStatusError"),
    *("InvalidURL", "LocalProtocolError", "PoolTimeout", "ProxyError", "ReadError", "ReadTimeout"),
    *("RemoteProtocolError", "RequestError", "TransportError", "UnsupportedProtocol"),
    *("WriteError", "WriteTimeout"),
    # In testing and the demo
    *("MockTransport", "get"),
}


def test_httpx_is_used_in_few_rooms_and_by_few_names() -> None:
    rooms: set[str] = set()
    names: set[str] = set()
    for path in MODULES.values():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "httpx" in set(_loaded(tree)):
            rooms.add(path.relative_to(ROOT).parts[0])
        names |= {
            each.attr
            for each in ast.walk(tree)
            if isinstance(each, ast.Attribute)
            and isinstance(each.value, ast.Name)
            and each.value.id == "httpx"
        }
    assert rooms <= HTTPX_ROOMS
    assert names <= HTTPX_NAMES
