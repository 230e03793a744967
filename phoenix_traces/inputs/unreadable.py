"""What stands for a cell that nobody can read."""

from __future__ import annotations

from phoenix_traces.shown import text_of, type_name


class UnreadableCell:
    """A cell that is no Python value, such as Arrow's date in year 20,000, or a proxy of nothing.

    No rule accepts it, in whatever column it is.

    Args:
        error: What they raise.
    """

    def __init__(self, error: BaseException) -> None:
        self._reason = f"{type_name(error)}: {text_of(error)}"

    def __repr__(self) -> str:
        return f"<unreadable: {self._reason}>"
