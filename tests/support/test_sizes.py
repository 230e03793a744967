from __future__ import annotations

import pytest

from tests.support import sizes
from tests.support.sizes import in_ci, some_of


def test_in_ci_every_case_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "IS_CI", True)
    assert some_of(range(100), 10) == list(range(100))
    assert in_ci(600, 100) == 600


def test_elsewhere_a_sample_that_stays_the_same_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "IS_CI", False)
    sample = some_of(range(100), 10, seed="a")
    assert sample == some_of(range(100), 10, seed="a") == sorted(set(sample))
    assert len(sample) == 10
    assert sample != some_of(range(100), 10, seed="b")
    assert some_of("abc", 10) == ["a", "b", "c"]
    assert in_ci(600, 100) == 100
