"""Uploads through the server's queue: no promise is broken, and breaking one is caught."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from phoenix_traces.protocol.exchange import Call, Outcome, Response
from phoenix_traces.stored.lookup import Match
from phoenix_traces.uploads.batches import Batch
from phoenix_traces.uploads.unseen import QueuedRow, Seen, Unseen
from phoenix_traces.uploads.upload import Upload
from tests.simulation.clock import VirtualTime
from tests.simulation.many import play_many, play_some
from tests.simulation.network import BROKEN as FATES
from tests.simulation.queue_play import play_queued
from tests.simulation.rows import WireRow

SCRIPTS = int(os.environ.get("SIMULATION_SCRIPTS", "3000"))
SCRIPTS_UNTIL_CAUGHT = 3_000
SCRIPTS_TOGETHER = 100


@pytest.mark.timeout(1800)
def test_no_promise_is_broken_in_any_script_through_the_queue() -> None:
    assert play_many(range(SCRIPTS), play_queued) == []


def test_the_scripts_meet_what_can_happen_to_a_queue() -> None:
    told: list[str] = []
    time = VirtualTime()
    with time.for_retries(), warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(500):
            play_queued(seed, time, tell=told.append)
    story = "\n".join(told)
    for fate in (*FATES, "passes"):
        assert f"] {fate}\n" in story
    for event in ("404", "413", "422", "pause", "Stopped", "ProgressError", "OverwrittenError"):
        assert event in story


_Receive = Callable[[Unseen[WireRow], Call, Outcome, float], Seen[WireRow]]
_receive: _Receive = Unseen[WireRow].receive
_add = Unseen[WireRow].add
_send_again = Upload[WireRow].send_again


def seeing(change: Callable[[Seen[WireRow]], Seen[WireRow]]) -> _Receive:
    def receive(self: Unseen[WireRow], call: Call, outcome: Outcome, now: float) -> Seen[WireRow]:
        return change(_receive(self, call, outcome, now))

    return receive


def late_is_stored(seen: Seen[WireRow]) -> Seen[WireRow]:
    """Take what was not seen in time for stored."""
    return replace(seen, stored=[*seen.stored, *((e.position, "x") for e in seen.late)], late=[])


def late_is_forgotten(seen: Seen[WireRow]) -> Seen[WireRow]:
    """Send nothing again."""
    return replace(seen, late=[])


def ids_mixed_up(seen: Seen[WireRow]) -> Seen[WireRow]:
    """Give the first row the last row's ID."""
    ids = [annotation_id for _, annotation_id in seen.stored][::-1]
    return replace(
        seen, stored=[(at, each) for (at, _), each in zip(seen.stored, ids, strict=True)]
    )


def overwrites(seen: Seen[WireRow]) -> Seen[WireRow]:
    """Write over what someone else wrote."""
    return replace(seen, late=[*seen.late, *seen.overwritten], overwritten=[])


def never_late(
    self: Unseen[WireRow], batch: Batch[WireRow], response: Response, now: float
) -> None:
    """Look for ever."""
    _add(self, batch, response, now + 1e6)


def sends_twice(self: Upload[WireRow], items: list[tuple[int, WireRow]]) -> None:
    """Send what was late in two requests."""
    _send_again(self, items)
    _send_again(self, items)


def without_comparing(
    self: Unseen[WireRow],
    each: QueuedRow[WireRow],
    match: Match | None,
    seen: Seen[WireRow],
    now: float,
    *,
    is_absent: bool,
) -> None:
    """Take any version for the one that was sent."""
    if match is not None:
        seen.stored.append((each.position, match.annotation_id))
    else:
        seen.late.append(each)


def without_a_pause(self: Unseen[WireRow], now: float, *, found: bool) -> None:
    """Look again at once."""


def named_but_unknown(self: Upload[WireRow], job: Any, batch: Batch[WireRow]) -> None:
    """Leave the row of a missing trace in doubt."""


# What is broken, where, how, and what is said of it.
BROKEN: list[tuple[type[Any], str, Any, str]] = [
    (Unseen, "receive", seeing(late_is_stored), "a row reported stored never was"),
    (Unseen, "receive", seeing(late_is_forgotten), "returns"),
    (Unseen, "receive", seeing(ids_mixed_up), "a row reported stored never was, or has another ID"),
    (Unseen, "receive", seeing(overwrites), "writes over what someone else wrote since"),
    (Unseen, "add", never_late, "takes longer than it may"),
    (Unseen, "_judge", without_comparing, "a row reported stored never was"),
    (Unseen, "_plan", without_a_pause, "looks again without a pause"),
    (Upload, "send_again", sends_twice, "a row"),
    (Upload, "_name_missing", named_but_unknown, "a row is unknown although its trace is"),
]


@pytest.mark.parametrize(("where", "method", "does", "promise"), BROKEN)
def test_a_promise_broken_on_purpose_is_caught(
    where: type[Any], method: str, does: Any, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, method, does)
    for start in range(0, SCRIPTS_UNTIL_CAUGHT, SCRIPTS_TOGETHER):
        failures = play_some(range(start, start + SCRIPTS_TOGETHER), play_queued)
        if any(failure.startswith(promise) for failure in failures):
            return
    pytest.fail(f"nobody said: {promise}")
