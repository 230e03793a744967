from __future__ import annotations

import os
import re

import pytest

from tests.simulation.clock import VirtualTime
from tests.simulation.many import play_many
from tests.simulation.network import BROKEN
from tests.simulation.play import play

# `make simulation-test`, and so CI, plays 100,000.
SCRIPTS = int(os.environ.get("SIMULATION_SCRIPTS", "5000"))


@pytest.mark.timeout(1800)
def test_no_promise_is_broken_in_any_script() -> None:
    assert play_many(range(SCRIPTS)) == []


def test_the_scripts_meet_every_fate_and_end_in_every_way() -> None:
    told: list[str] = []
    time = VirtualTime()
    with time.for_retries():
        for seed in range(1500):
            play(seed, time, tell=told.append)
    story = "\n".join(told)
    for fate in (*BROKEN, "passes"):
        assert f"] {fate}\n" in story
    for event in ("404", "413", "422", "pause", "Stopped", "ProgressError"):
        assert event in story
    for end in ("queued", "stored", "rejected", "of missing traces", "superseded", "not sent"):
        assert re.search(rf"<UploadReport of \d+: .*\b\d+ {end}\b.*>", story)


def test_a_seed_tells_the_same_story_every_time() -> None:
    stories: list[list[str]] = []
    for _ in range(2):
        told: list[str] = []
        time = VirtualTime()
        with time.for_retries():
            for seed in range(50):
                play(seed, time, tell=told.append)
        stories.append(told)
    assert stories[0] == stories[1]
