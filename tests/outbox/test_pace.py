from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces.outbox.pace import LONGEST_PAUSE, Pace, next_pause


def test_the_pauses_for_a_trace_grow_up_to_a_minute() -> None:
    waited, pauses = 0.0, []
    for _ in range(10):
        pauses.append(next_pause(waited))
        waited += pauses[-1]
    assert pauses == [1, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_the_pauses_between_rounds_grow_up_to_a_minute_and_begin_anew_after_success() -> None:
    pace = Pace(100, lambda: 1.0)
    assert [pace.fail() for _ in range(9)] == [1, 1, 2, 4, 8, 16, 32, 60, 60]
    pace.succeed()
    assert pace.fail() == 1


def test_rounds_that_fail_become_smaller_and_rounds_that_come_through_larger() -> None:
    pace = Pace(100, lambda: 1.0)
    sizes = []
    for _ in range(8):
        sizes.append(pace.size)
        pace.split(pace.size)
    assert sizes == [100, 50, 25, 12, 6, 3, 1, 1]
    for _ in range(8):
        pace.succeed()
    assert pace.size == 100
    pace.split(8)
    assert pace.size == 4


@given(st.lists(st.sampled_from(["succeed", "split", "fail", "hurry"])), st.floats(0, 1))
def test_no_pause_is_longer_than_a_minute_and_no_round_empty(story: list[str], luck: float) -> None:
    pace = Pace(100, lambda: luck)
    for event in story:
        pause = getattr(pace, event)(*([50] if event == "split" else []))
        assert pause is None or 0.5 <= pause <= LONGEST_PAUSE
        assert 1 <= pace.size <= 100
