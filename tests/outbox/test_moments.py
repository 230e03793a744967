from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces.outbox.moments import Moment, age, present
from phoenix_traces.outbox.server_clock import ServerClock
from tests.outbox.clocks import HandClock


@given(st.floats(0, 1e6), st.floats(-1e8, 1e8))
def test_an_age_is_right_however_the_clock_was_set_in_between(passed: float, jump: float) -> None:
    clock = HandClock()
    then = clock()
    clock.pass_time(passed)
    clock.jump(jump)
    assert age(then, clock()) == pytest.approx(passed, abs=1e-3)


def test_after_a_restart_of_the_machine_the_system_clock_counts() -> None:
    assert age(Moment(100.0, 5_000.0, "one"), Moment(160.0, 3.0, "two")) == 60.0
    assert age(Moment(100.0, 5_000.0, ""), Moment(160.0, 3.0, "")) == 60.0
    assert age(Moment(200.0, 5_000.0, ""), Moment(160.0, 3.0, "")) == 0.0


def test_the_present_is_the_same_for_two_processes() -> None:
    code = "from phoenix_traces.outbox.moments import present; print(*present())"
    before = present()
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    _, steady, *boot = printed.decode().split()
    assert before.steady <= float(steady) <= present().steady
    assert "".join(boot) == before.boot
    assert abs(before.wall - time.time()) < 3_600


@given(st.floats(-1e5, 1e5), st.floats(0, 5), st.floats(0, 100), st.floats(0, 1.99))
def test_a_put_is_never_thought_to_be_later_than_it_was_on_the_servers_clock(
    ahead: float, way: float, since: float, stale: float
) -> None:
    """However far ahead the server is, however long its answer took, however old its `Date`."""
    clock = HandClock()
    put = clock()
    clock.pass_time(since + way)
    server_clock = ServerClock()
    said = int(clock.wall - way + ahead - stale)
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(said))
    server_clock.hear(date, clock())
    earliest = server_clock.earliest(put, clock())
    truth = put.wall + ahead
    assert truth - way - stale - 1.001 <= earliest <= truth + 1e-3


@pytest.mark.parametrize("date", [None, "", "yesterday", "Thu, 99 Nov 2026 99:00:00 GMT"])
def test_without_a_date_the_two_clocks_count_as_equal(date: str | None) -> None:
    clock = HandClock()
    put = clock()
    clock.pass_time(10)
    server_clock = ServerClock()
    server_clock.hear(date, clock())
    assert server_clock.earliest(put, clock()) == pytest.approx(put.wall)


def test_the_latest_date_in_relation_to_its_coming_counts() -> None:
    clock = HandClock()
    put = clock()
    server_clock = ServerClock()
    for stale in (5, 1, 3):
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(clock.wall - stale))
        server_clock.hear(date, clock())
    assert server_clock.earliest(put, clock()) == pytest.approx(put.wall - 1)
