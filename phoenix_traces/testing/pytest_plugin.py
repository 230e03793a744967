"""The pytest plugin: the fixture `fake_phoenix`, there wherever this package is installed.

pytest imports this module at the start of every run. So nothing else is imported before a test asks
for the fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from phoenix_traces.testing import FakePhoenix


@pytest.fixture
def fake_phoenix() -> FakePhoenix:
    """Return a Phoenix in memory, a new one for each test."""
    from phoenix_traces.testing import FakePhoenix

    return FakePhoenix()
