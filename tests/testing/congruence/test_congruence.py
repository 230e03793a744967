"""The fake Phoenix against the real one: what both say to the same requests.

`CONGRUENCE_SCRIPTS=2000` plays more of them; a seed plays the same script again:

    from tests.testing.congruence.scripts import script_of
    Both(url, "sqlite").play(script_of(SEED))
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.support.live import START_SECONDS
from tests.support.postgres import EmbeddedPostgres, find_postgres
from tests.testing.congruence.both import Both, count_of
from tests.testing.congruence.scripts import Database, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = int(os.environ.get("CONGRUENCE_SCRIPTS", "300"))
# A script takes up to half a second beside other tests, and a test has five minutes.
SCRIPTS_IN_A_PART = 100
# PostgreSQL has few rules of its own, and is slower.
POSTGRESQL_SHARE = 5
KINDS_OF_REQUEST = 11


# Servers of their own: numbers of rows are compared, which other tests' rows would change.


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Both]:
    with (
        PhoenixProcess(start_timeout=START_SECONDS) as server,
        closing(Both(server.base_url, "sqlite")) as both,
    ):
        yield both


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Both]:
    if find_postgres() is None:
        pytest.skip("there are no PostgreSQL programs below /usr/lib/postgresql")
    with (
        EmbeddedPostgres() as postgres,
        PhoenixProcess(database_url=postgres.url, start_timeout=START_SECONDS) as server,
        closing(Both(server.base_url, "postgresql")) as both,
    ):
        yield both


def parts() -> list[tuple[Database, int]]:
    """Return where each part begins, of what runs on which database."""
    counts: list[tuple[Database, int]] = [
        ("sqlite", SCRIPTS),
        ("postgresql", max(SCRIPTS // POSTGRESQL_SHARE, SCRIPTS_IN_A_PART)),
    ]
    return [
        (database, first)
        for database, count in counts
        for first in range(0, count, SCRIPTS_IN_A_PART)
    ]


@pytest.mark.parametrize(("database", "first"), parts())
def test_the_fake_says_what_the_real_server_says(
    database: str,
    first: int,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    both: Both = request.getfixturevalue(database)
    both.asked.clear()
    disagreements = [
        disagreement
        for seed in range(first, first + SCRIPTS_IN_A_PART)
        if (disagreement := both.play(script_of(seed))) is not None
    ]
    with capsys.disabled():
        sys.stdout.write(f"\n{SCRIPTS_IN_A_PART} scripts on {database}\n{count_of(both.asked)}\n")
    assert not disagreements, "\n\n".join(map(str, disagreements[:5]))
    assert sum(both.asked.values()) > 4 * SCRIPTS_IN_A_PART
    assert len({about for about, _ in both.asked}) == KINDS_OF_REQUEST
