"""Who gets which key: every combination of where the address and the credentials come from.

Requests are really made, by both kinds of client, over a transport that keeps them.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from phoenix_traces import AsyncClient, Client, ConfigurationWarning
from phoenix_traces.transport import client_transport
from tests.support.annotations import annotation

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = "http://127.0.0.1:6006"
ARGUMENT = "http://argument.test"
FILE = "http://file.test/phoenix"

# How an argument, the environment and the file name an address, and which address that is.
ARGUMENTS = {"": "", "another": ARGUMENT, "the file's": FILE}
ENVIRONMENTS: dict[str, tuple[dict[str, str], str]] = {
    "": ({}, ""),
    "PHOENIX_ENDPOINT": ({"PHOENIX_ENDPOINT": "http://env.test"}, "http://env.test"),
    "PHOENIX_COLLECTOR_ENDPOINT": (
        {"PHOENIX_COLLECTOR_ENDPOINT": "http://env.test/v1/traces"},
        "http://env.test",
    ),
    "PHOENIX_HOST": ({"PHOENIX_HOST": "env.test:80"}, "http://env.test"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": (
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel.test"},
        "http://otel.test",
    ),
    "PHOENIX_PORT": ({"PHOENIX_PORT": "7007"}, "http://127.0.0.1:7007"),
}
FILES = {"": "", "PHOENIX_ENDPOINT": FILE, "PHOENIX_BASE_URL": FILE}

# These are not of Phoenix alone, or no address, and come after the file.
WEAK = {"OTEL_EXPORTER_OTLP_ENDPOINT", "PHOENIX_PORT"}

# As the README has it: where the address comes from, and what becomes of a key or header that
# stands in an argument, in the environment, in the file.
TABLE = {
    "an argument": ("sent", "sent", "kept back, unless it is the file's own address"),
    "the environment": ("sent", "sent", "kept back, unless it is the file's own address"),
    "the file": ("sent", "sent, with a `ConfigurationWarning`", "sent"),
    "nowhere: `http://127.0.0.1:6006`": ("sent", "sent", "sent"),
}


@dataclass(frozen=True)
class Cell:
    """Where things come from. Credentials hold "a", "e" and "f", for those that have some."""

    argument: str
    environment: str
    file: str
    keys: str
    headers: str

    @property
    def row(self) -> tuple[str, str]:
        """The row of the table, and the address."""
        if self.argument:
            return "an argument", ARGUMENTS[self.argument]
        address = ENVIRONMENTS[self.environment][1]
        if address and not (self.environment in WEAK and self.file):
            return "the environment", address
        if self.file:
            return "the file", FILE
        return "nowhere: `http://127.0.0.1:6006`", DEFAULT

    def sent(self, holders: str) -> str:
        """Return who of some holders is heard: the first in order whose word is not kept back."""
        row, address = self.row
        cells = dict(zip("aef", TABLE[row], strict=True))
        if "unless" in cells["f"]:
            cells["f"] = "sent" if address == FILE and self.file else "kept back"
        return next((each for each in "aef" if each in holders and cells[each][:4] == "sent"), "")

    @property
    def warns(self) -> bool:
        heard = {self.sent(self.keys), self.sent(self.headers)}
        return "Warning" in TABLE[self.row[0]][1] and "e" in heard


CELLS = [
    Cell(*choice)
    for choice in product(
        ARGUMENTS,
        ENVIRONMENTS,
        FILES,
        ("", "a", "e", "f", "ae", "af", "ef", "aef"),
        ("", "a", "e", "f", "ae", "af", "ef", "aef"),
    )
]


@pytest.fixture
def requests() -> Iterator[list[httpx.Request]]:
    """Keep what clients of ours send."""
    kept: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        kept.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"data": []}'))

    def transport(**arguments: Any) -> httpx.MockTransport:
        return httpx.MockTransport(answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client_transport, "PoolTransport", transport)
        patch.setattr(client_transport, "AsyncPoolTransport", transport)
        yield kept


def _key(holder: str) -> str:
    return f"key-of-{holder}-0123456789"


def _write_file(path: Path, cell: Cell) -> None:
    lines = [f"{cell.file}={FILE}"] if cell.file else []
    if "f" in cell.keys:
        lines.append(f"PHOENIX_API_KEY={_key('f')}")
    if "f" in cell.headers:
        lines.append("PHOENIX_CLIENT_HEADERS=x-team=f")
    path.write_text("\n".join(lines))
    path.chmod(0o600)


def _arguments(cell: Cell) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if cell.argument:
        arguments["base_url"] = ARGUMENTS[cell.argument]
    if "a" in cell.keys:
        arguments["api_key"] = _key("a")
    if "a" in cell.headers:
        arguments["headers"] = {"X-Team": "a"}
    return arguments


def _variables(cell: Cell) -> dict[str, str]:
    variables = dict(ENVIRONMENTS[cell.environment][0])
    if "e" in cell.keys:
        variables["PHOENIX_API_KEY"] = _key("e")
    if "e" in cell.headers:
        variables["PHOENIX_CLIENT_HEADERS"] = "x-team=e"
    return variables


def _upload(arguments: dict[str, Any]) -> None:
    with Client(**arguments) as client:
        client.traces.log_trace_annotations(trace_annotations=[annotation()])


async def _upload_async(arguments: dict[str, Any]) -> None:
    async with AsyncClient(**arguments) as client:
        await client.traces.log_trace_annotations(trace_annotations=[annotation()])


def _check(cell: Cell, request: httpx.Request, warned: list[warnings.WarningMessage]) -> None:
    _, address = cell.row
    assert str(request.url) == f"{address}/v1/trace_annotations", cell
    heard = cell.sent(cell.keys)
    assert request.headers.get("authorization", "") == (heard and f"Bearer {_key(heard)}"), cell
    assert request.headers.get("x-team", "") == cell.sent(cell.headers), cell
    assert bool(warned) is cell.warns, (cell, warned)
    for each in warned:
        assert each.category is ConfigurationWarning
        assert str(Path.cwd()) in str(each.message)
        assert "key-of-" not in str(each.message)


@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("file", FILES)
def test_every_cell_of_the_table_holds(
    argument: str,
    environment: str,
    file: str,
    requests: list[httpx.Request],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="phoenix_traces")
    cells = [
        c for c in CELLS if (c.argument, c.environment, c.file) == (argument, environment, file)
    ]
    assert len(cells) == 64
    for cell in cells:
        _write_file(Path(".env.phoenix"), cell)
        with monkeypatch.context() as patch, warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            for name, value in _variables(cell).items():
                patch.setenv(name, value)
            _upload(_arguments(cell))
            _check(cell, requests[-1], warned)
            warned.clear()
            asyncio.run(_upload_async(_arguments(cell)))
            _check(cell, requests[-1], warned)
    assert len(requests) == 2 * len(cells)
    assert "key-of-" not in caplog.text


def test_the_cells_are_all_combinations() -> None:
    assert len(CELLS) == len(set(CELLS)) == 3 * 6 * 3 * 8 * 8 == 3456
    assert {cell.row[0] for cell in CELLS} == set(TABLE)


def test_the_readme_shows_the_table() -> None:
    readme = (ROOT / "README.md").read_text()
    for address, cells in TABLE.items():
        assert f"| {address} | {' | '.join(cells)} |" in readme


def test_a_key_of_the_environment_that_the_file_holds_too_goes_there_without_a_word(
    requests: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_file(Path(".env.phoenix"), Cell("", "", "PHOENIX_ENDPOINT", "f", ""))
    monkeypatch.setenv("PHOENIX_API_KEY", _key("f"))
    _upload({})
    assert requests[0].headers["authorization"] == f"Bearer {_key('f')}"


def test_a_key_that_is_kept_back_is_spoken_of_in_the_log(
    requests: list[httpx.Request], caplog: pytest.LogCaptureFixture
) -> None:
    _write_file(Path(".env.phoenix"), Cell("", "", "PHOENIX_ENDPOINT", "f", "f"))
    _upload({"base_url": ARGUMENT})
    assert "PHOENIX_API_KEY and PHOENIX_CLIENT_HEADERS of" in caplog.text
    assert "is not sent to http://argument.test" in caplog.text


# Users and passwords in addresses


@pytest.mark.parametrize(
    ("arguments", "variables", "lines", "authorization"),
    [
        ({"base_url": "http://u:p@argument.test"}, {"PHOENIX_API_KEY": "e"}, "", "Basic dTpw"),
        ({"api_key": "a"}, {"PHOENIX_ENDPOINT": "http://u:p@env.test"}, "", "Bearer a"),
        ({}, {"PHOENIX_ENDPOINT": "http://u:p@env.test"}, "", "Basic dTpw"),
        ({}, {}, "PHOENIX_ENDPOINT=http://u:p@file.test", "Basic dTpw"),
        (
            {"base_url": "http://file.test"},
            {},
            "PHOENIX_ENDPOINT=http://u:p@file.test/",
            "Basic dTpw",
        ),
        ({"base_url": "http://x.test"}, {}, "PHOENIX_ENDPOINT=http://u:p@file.test/", ""),
    ],
)
def test_a_login_in_an_address_is_a_key_of_its_tier(
    arguments: dict[str, Any],
    variables: dict[str, str],
    lines: str,
    authorization: str,
    requests: list[httpx.Request],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env.phoenix").write_text(lines)
    Path(".env.phoenix").chmod(0o600)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _upload(arguments)
    assert requests[0].headers.get("authorization", "") == authorization
    assert not requests[0].url.userinfo
