"""The fake Phoenix against the real one: what both say to the same requests.

`CONGRUENCE_SCRIPTS=2000` plays more of them; a seed plays the same script again:

    from tests.testing.congruence.scripts import script_of
    Both(url, "sqlite").play(script_of(SEED))
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tests.testing.congruence.both import Both, count_of
from tests.testing.congruence.scripts import Database, script_of

if TYPE_CHECKING:
    import pytest

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

SCRIPTS = int(os.environ.get("CONGRUENCE_SCRIPTS", "150"))
# A script on PostgreSQL needs twice as long.
POSTGRESQL_SHARE = 5
KINDS_OF_REQUEST = 11


def play(
    server: PhoenixProcess, database: Database, scripts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    both = Both(server.base_url, database)
    disagreements = [
        disagreement
        for seed in range(scripts)
        if (disagreement := both.play(script_of(seed))) is not None
    ]
    with capsys.disabled():
        sys.stdout.write(f"\n{scripts} scripts on {database}\n{count_of(both.asked)}\n")
    assert not disagreements, "\n\n".join(map(str, disagreements[:5]))
    assert sum(both.asked.values()) > 4 * scripts
    if scripts >= 100:
        assert len({about for about, _ in both.asked}) == KINDS_OF_REQUEST


def test_both_say_the_same_on_sqlite(
    phoenix: PhoenixProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    play(phoenix, "sqlite", SCRIPTS, capsys)


def test_both_say_the_same_on_postgresql(
    phoenix_postgres: PhoenixProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    play(phoenix_postgres, "postgresql", SCRIPTS // POSTGRESQL_SHARE, capsys)
