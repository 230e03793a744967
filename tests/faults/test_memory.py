from __future__ import annotations

import pytest

from tests.faults.peak import measured

MEGABYTE = 2**20


@pytest.mark.parametrize("is_async", [False, True])
def test_memory_does_not_grow_with_the_frame(is_async: bool) -> None:
    """The full figures, with a million rows, come from `python -m tests.faults.peak`."""
    small = measured(10_000, is_async=is_async, sync=False)
    large = measured(100_000, is_async=is_async, sync=False)
    # A tenth of the million rows, and of the 100 MB that they may take more.
    assert large - small < 10 * MEGABYTE
