from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces.protocol.patience import Patience


def _looks(until: float, *, first: float, longest: float) -> list[float]:
    patience = Patience(until=until, first_pause=first, longest_pause=longest)
    moments = [0.0]
    while (moment := patience.next_look(moments[-1])) is not None:
        moments.append(moment)
    return moments


def test_pauses_double_up_to_the_longest_and_the_last_look_is_when_the_time_is_up() -> None:
    assert _looks(20, first=1, longest=5) == [0, 1, 3, 7, 12, 17, 20]
    assert _looks(0, first=1, longest=5) == [0]
    assert _looks(3, first=2, longest=2) == [0, 2, 3]


@given(st.floats(0, 500), st.floats(0.1, 5), st.floats(5, 60))
def test_every_look_comes_later_and_the_last_one_on_time(
    until: float, first: float, longest: float
) -> None:
    moments = _looks(until, first=first, longest=longest)
    assert moments == sorted(set(moments))
    assert moments[-1] == until
    assert all(b - a <= longest + 1e-6 for a, b in pairwise(moments))
