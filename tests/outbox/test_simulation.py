"""Stories of an outbox in virtual time, and breakages on purpose that they must find."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from phoenix_traces.inputs.rows import Key
from phoenix_traces.outbox.dispatch import Dispatch
from phoenix_traces.outbox.entries import Entry
from phoenix_traces.outbox.guard import Guard
from phoenix_traces.outbox.moments import Moment
from phoenix_traces.outbox.sender import Sender
from phoenix_traces.outbox.settlement import Settlement
from tests.outbox.simulation.many import play_many
from tests.outbox.simulation.play import BrokenPromiseError, play

# `make simulation-test`, and so CI, plays 5,000.
SCRIPTS = int(os.environ.get("OUTBOX_SCRIPTS", "300"))


@pytest.mark.timeout(1800)
def test_no_promise_is_broken_in_any_story() -> None:
    assert play_many(SCRIPTS) == []


FAULTS = (
    "400",
    "401",
    "403",
    "413",
    "422",
    "429",
    "500",
    "503",
    "no answer, before",
    "no answer, after",
)


def test_the_stories_meet_everything_that_can_happen() -> None:
    told: list[str] = []
    for seed in range(100):
        play(seed, tell=told.append)
    story = "\n".join(told)
    for event in ("dies in a round", "is kept: True", "is kept: False", "somebody writes"):
        assert event in story
    missing = [fault for fault in FAULTS if f"times {fault}" not in story]
    assert missing == []


class Forgetful(Dispatch):
    """A way out that does not know what was sent before."""

    def begin(self, entries: Sequence[Entry], now: Moment) -> Mapping[Key, Collection[bytes]]:
        super().begin(entries, now)
        return {}


class Careless(Dispatch):
    """A way out that takes away what was put in the meantime too."""

    def settle(self, settlement: Settlement, now: Moment) -> Mapping[str, int]:
        with self._database.changing() as connection:
            for settled in settlement.settled:
                connection.execute(
                    "DELETE FROM entry WHERE (trace_id, name, identifier) IN"
                    " (SELECT trace_id, name, identifier FROM journal WHERE id = ?)",
                    (settled.id,),
                )
        return super().settle(settlement, now)


class Rash(Dispatch):
    """A way out that takes everything for settled before it was sent."""

    def begin(self, entries: Sequence[Entry], now: Moment) -> Mapping[Key, Collection[bytes]]:
        ours = super().begin(entries, now)
        with self._database.changing() as connection:
            connection.executemany(
                "DELETE FROM entry WHERE id = ?", [(entry.id,) for entry in entries]
            )
        return ours


def _with(kind: type[Dispatch]) -> Callable[..., Sender]:
    def make(dispatch: Dispatch, *given: Any, **named: Any) -> Sender:
        return Sender(kind(dispatch._database), *given, **named)  # noqa: SLF001 - broken on purpose

    return make


def _finds(make_sender: Callable[..., Sender]) -> bool:
    for seed in range(400):
        try:
            play(seed, make_sender=make_sender)
        except BrokenPromiseError:
            return True
    return False


@pytest.mark.parametrize("kind", [Forgetful, Careless, Rash], ids=lambda kind: kind.__name__)
def test_a_way_out_that_is_broken_on_purpose_is_found(kind: type[Dispatch]) -> None:
    assert _finds(_with(kind))


def test_a_sender_without_a_guard_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guard, "objection", lambda *_, **__: "")
    assert _finds(Sender)


def test_a_clock_that_people_set_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ages by the system's clock alone are wrong after a jump, and the stories find it."""
    from phoenix_traces.outbox import delivery, server_clock

    def by_the_wall(then: Moment, now: Moment) -> float:
        return max(0.0, now.wall - then.wall)

    monkeypatch.setattr(delivery, "age", by_the_wall)
    monkeypatch.setattr(server_clock, "age", by_the_wall)
    assert _finds(partial(Sender))
