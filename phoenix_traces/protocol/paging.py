"""Pages of a list, each of which names the next: a server must not be able to make that endless."""

from __future__ import annotations

import httpx

from phoenix_traces.errors import PhoenixStatusError
from phoenix_traces.protocol.answers import unexpected

# Phoenix's own have some 30 characters; httpx refuses URLs above 64 KB.
_LONGEST_CURSOR = 2_000


class Pages:
    """The pages of one list so far: their cursors, and what each of them began with."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._first_ids: set[str] = set()

    def refusal(
        self, response: httpx.Response, *, first_id: str | None, next_cursor: str | None
    ) -> PhoenixStatusError | None:
        """Return the error for a page after which there is no end in sight, or None.

        Args:
            response: The page.
            first_id: What tells the first item on it from others; None for an empty page.
            next_cursor: Where the next page begins, if there is one.
        """
        if next_cursor is None:
            return None
        if first_id is None or next_cursor in self._seen or len(next_cursor) > _LONGEST_CURSOR:
            return unexpected(response, "a page whose next_cursor leads nowhere")
        if first_id in self._first_ids:
            return unexpected(response, "a page that came before, with another next_cursor")
        self._seen.add(next_cursor)
        self._first_ids.add(first_id)
        return None
