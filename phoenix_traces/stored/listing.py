"""What is common to all that is read page after page: what was found, and how much more may be."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.protocol.exchange import ItemT, Stream


class Listing(Stream[ItemT]):
    """The part of a stream that keeps what was found until it is taken.

    Args:
        limit: Most items in all; None for no limit.
        page_size: Most items in an answer.

    Attributes:
        error: What went wrong, if anything; then nothing more is asked.
    """

    max_concurrency = 1

    def __init__(self, *, limit: int | None, page_size: int) -> None:
        self._left = limit
        self._page_size = page_size
        self._found: list[ItemT] = []
        self.error: PhoenixHTTPError | None = None

    @property
    def _is_enough(self) -> bool:
        return self.error is not None or self._left == 0

    @property
    def _size(self) -> int:
        """Return the most items to ask for now."""
        return self._page_size if self._left is None else min(self._page_size, self._left)

    def _keep(self, items: Sequence[ItemT]) -> None:
        """Keep what is on a page, and no more than is wanted."""
        found = items if self._left is None else items[: self._left]
        self._found += found
        if self._left is not None:
            self._left -= len(found)

    @override
    def take(self) -> list[ItemT]:
        """Return the items that came since they were last taken."""
        found, self._found = self._found, []
        return found

    @override
    def result(self) -> list[ItemT]:
        """Return the items that were not taken yet.

        Raises:
            PhoenixHTTPError: when something went wrong.
        """
        if self.error is not None:
            raise self.error
        return self.take()

    @override
    def interrupted(self, error: BaseException) -> None:
        """Do nothing: what was read is lost, and nothing else."""
