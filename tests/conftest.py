"""What every test gets: its own surroundings, and real servers for those that ask for one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.support.live import START_SECONDS
from tests.support.postgres import EmbeddedPostgres, find_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEVELOPERS_SETTINGS = ("PHOENIX_", "OTEL_")
_ENV_FILE = ".env.phoenix"

# No deadline: how long an example takes says nothing on a busy machine.
settings.register_profile("default", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, database=None, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def _no_settings_file_above(tmp_path_factory: pytest.TempPathFactory) -> None:
    """End the search for a settings file where the tests' folders begin."""
    (tmp_path_factory.getbasetemp() / _ENV_FILE).touch()


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder, without the developer's settings and proxies."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(_DEVELOPERS_SETTINGS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def phoenix() -> Iterator[PhoenixProcess]:
    """Run a real Phoenix on SQLite."""
    with PhoenixProcess(start_timeout=START_SECONDS) as server:
        yield server


@pytest.fixture(scope="session")
def phoenix_postgres() -> Iterator[PhoenixProcess]:
    """Run a real Phoenix on PostgreSQL."""
    if find_postgres() is None:
        pytest.skip("there are no PostgreSQL programs below /usr/lib/postgresql")
    with (
        EmbeddedPostgres() as postgres,
        PhoenixProcess(database_url=postgres.url, start_timeout=START_SECONDS) as server,
    ):
        yield server


@pytest.fixture(
    scope="session", params=["phoenix", "phoenix_postgres"], ids=["sqlite", "postgresql"]
)
def server(request: pytest.FixtureRequest) -> PhoenixProcess:
    """Run the test on a real Phoenix twice: on SQLite and on PostgreSQL."""
    running = request.getfixturevalue(request.param)
    assert isinstance(running, PhoenixProcess)
    return running
