from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from phoenix_traces.testing.ports import is_free
from tests.support.postgres import EmbeddedPostgres, find_postgres

PROGRAMS = find_postgres()

needs_postgres = pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")


@needs_postgres
def test_it_takes_connections_at_its_url_and_is_gone_afterwards() -> None:
    assert PROGRAMS is not None
    with EmbeddedPostgres() as postgres:
        query = [str(PROGRAMS / "psql"), postgres.url, "-Atc", "SHOW data_directory"]
        answer = subprocess.run(query, capture_output=True, text=True, check=True).stdout
        folder = Path(answer.strip())
        assert folder.is_dir()
    assert not folder.exists()
    assert is_free(postgres.port)


@needs_postgres
def test_two_run_beside_each_other() -> None:
    with EmbeddedPostgres() as one, EmbeddedPostgres() as other:
        assert one.port != other.port


def test_without_its_programs_it_says_where_they_were_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.support.postgres.find_postgres", lambda: None)
    with pytest.raises(FileNotFoundError, match="/usr/lib/postgresql"):
        EmbeddedPostgres()
