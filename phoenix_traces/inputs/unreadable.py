"""What stands for a cell that nobody can read."""

from __future__ import annotations

from phoenix_traces.shown import cut


class UnreadableCell:
    """A cell of which pandas or Arrow cannot make a Python value, such as a date in year 20,000.

    No rule accepts it, in whatever column it is.

    Args:
        error: What they raise.
    """

    def __init__(self, error: Exception) -> None:
        self._reason = f"{type(error).__name__}: {cut(str(error))}"

    def __repr__(self) -> str:
        return f"<unreadable: {self._reason}>"
