"""The listing of a project's traces, page after page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from numbers import Real
from typing import Literal, TypeAlias

from pydantic import ValidationError
from typing_extensions import override

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.inputs.flags import checked_flag
from phoenix_traces.protocol.answers import (
    is_too_large,
    not_json,
    project_error,
    transport_error,
)
from phoenix_traces.protocol.exchange import Call, NoAnswer, Outcome, Response
from phoenix_traces.protocol.paging import Pages
from phoenix_traces.protocol.versions import (
    LISTING_TRACES,
    TRACE_CONDITIONS,
    TRACE_FILTERS,
    Feature,
    too_old,
)
from phoenix_traces.stored.listing import Listing
from phoenix_traces.stored.moments import utc_text
from phoenix_traces.stored.selection import (
    check_length,
    checked_limit,
    path_part,
    refused,
    required_text,
    texts,
)
from phoenix_traces.stored.traces import Trace, TracePage

TraceSort: TypeAlias = Literal["start_time", "latency_ms"]
TraceOrder: TypeAlias = Literal["asc", "desc"]

# The server takes 1,000. Spans make a page large, and slow to come.
PAGE_SIZE = 1_000
PAGE_SIZE_WITH_SPANS = 100

# Python's own waits overflow at 9.2e9 seconds.
_LONGEST = 1e9


@dataclass(frozen=True)
class TraceSelection:
    """A choice of traces.

    Attributes:
        path: Where the project's traces are, relative to the base URL.
        params: The query, without page size and cursor.
        limit: Most traces in all; 0 where no trace can be meant.
        page_size: Most traces in an answer.
        timeout: Seconds for each step of a request; None for the client's own.
        features: What the server needs for it. An older one ignores the parameters that it does
            not know, and would answer with other traces.
    """

    path: str
    params: Mapping[str, str | Sequence[str]] = field(default_factory=dict[str, str])
    limit: int | None = None
    page_size: int = PAGE_SIZE
    timeout: float | None = None
    features: tuple[Feature, ...] = (LISTING_TRACES,)


def select_traces(
    *,
    project_identifier: str,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    sort: TraceSort | None = None,
    order: TraceOrder | None = None,
    include_spans: bool = False,
    session_id: str | Iterable[str] | None = None,
    error: bool | None = None,
    min_latency_ms: float | None = None,
    max_latency_ms: float | None = None,
    filter_condition: str | None = None,
    limit: int | None = None,
    timeout: float | None = None,
) -> TraceSelection:
    """Return a caller's choice, checked.

    Raises:
        TypeError: when an argument is of a wrong kind.
        AnnotationValidationError: naming the argument that is refused.
    """
    params: dict[str, str | Sequence[str]] = {}
    features = [LISTING_TRACES]
    params |= _times(start_time, end_time)
    params |= _choice("sort", sort, ("start_time", "latency_ms"))
    params |= _choice("order", order, ("asc", "desc"))
    if checked_flag(include_spans, "include_spans"):
        params["include_spans"] = "true"
    sessions = texts("session_id", [session_id] if isinstance(session_id, str) else session_id)
    if sessions:
        check_length("session_id", ",".join(sessions))
        params["session_identifier"] = sessions
    filters = _latency(min_latency_ms, max_latency_ms)
    if error is not None:
        filters["error"] = "true" if checked_flag(error, "error") else "false"
    if filters:
        features.append(TRACE_FILTERS)
    if filter_condition is not None:
        filters["filter"] = required_text("filter_condition", filter_condition)
        check_length("filter_condition", filters["filter"])
        features.append(TRACE_CONDITIONS)
    most = checked_limit(limit)
    return TraceSelection(
        path=f"v1/projects/{path_part('project_identifier', project_identifier)}/traces",
        params={**params, **filters},
        limit=0 if sessions == () else most,
        page_size=PAGE_SIZE_WITH_SPANS if include_spans else PAGE_SIZE,
        timeout=None if timeout is None else _seconds(timeout),
        features=tuple(features),
    )


def _times(start: datetime | None, end: datetime | None) -> dict[str, str]:
    params = {
        name: utc_text(name, moment)
        for name, moment in (("start_time", start), ("end_time", end))
        if moment is not None
    }
    if start is not None and end is not None and start > end:
        raise refused("start_time", start, f"must not be after end_time, {end}")
    return params


def _choice(name: str, value: object, allowed: Sequence[str]) -> dict[str, str]:
    if value is None:
        return {}
    # Not by `in` alone: an array would be compared with each, and has no truth.
    if not isinstance(value, str) or value not in allowed:
        raise refused(name, value, f"must be one of {', '.join(allowed)}")
    return {name: value}


def _latency(least: float | None, most: float | None) -> dict[str, str]:
    bounds = {
        name: _number(name, value)
        for name, value in (("min_latency_ms", least), ("max_latency_ms", most))
        if value is not None
    }
    if len(bounds) == 2 and bounds["min_latency_ms"] > bounds["max_latency_ms"]:
        problem = f"must not exceed max_latency_ms ({bounds['max_latency_ms']:g})"
        raise refused("min_latency_ms", least, problem)
    return {name: repr(value) for name, value in bounds.items()}


def _seconds(timeout: float) -> float:
    seconds = _number("timeout", timeout)
    if not 0 < seconds <= _LONGEST:
        raise refused("timeout", timeout, f"must be above 0 and at most {_LONGEST:g} seconds")
    return seconds


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise refused(name, value, "must be finite")
    if number < 0:
        raise refused(name, value, "must be non-negative")
    return number


class TraceListing(Listing[Trace]):
    """The stream of the traces that a selection names, in its order.

    Args:
        selection: What to list.

    Attributes:
        error: What went wrong, if anything; then nothing more is asked.
    """

    error: PhoenixHTTPError | None

    def __init__(self, selection: TraceSelection) -> None:
        super().__init__(limit=selection.limit, page_size=selection.page_size)
        self._selection = selection
        self._cursor: str | None = None
        self._has_more = True
        self._pages = Pages()

    @override
    def next_call(self, now: float) -> Call | None:
        """Return the request for the next page."""
        if self._is_enough or not self._has_more:
            return None
        self._has_more = False  # until an answer names another page
        params = {**self._selection.params, "limit": str(self._size)}
        if self._cursor is not None:
            params["cursor"] = self._cursor
        return Call("GET", self._selection.path, params, timeout=self._selection.timeout)

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take a page, and note where the next one begins."""
        if isinstance(outcome, NoAnswer):
            self.error = transport_error(outcome)
        elif outcome.is_success and (old := self._too_old(outcome)):
            self.error = old
        elif not outcome.is_success:
            self.error = project_error(outcome)
        elif is_too_large(outcome) and self._size > 1:
            self._page_size = self._size // 2
            self._has_more = True
        else:
            self._take_page(outcome)

    def _too_old(self, response: Response) -> PhoenixHTTPError | None:
        # The newest first: where several are missing, it is the version to go to.
        features = reversed(self._selection.features)
        return next((old for each in features if (old := too_old(response, each))), None)

    def _take_page(self, response: Response) -> None:
        try:
            page = TracePage.model_validate_json(response.content)
        except ValidationError:
            self.error = not_json(response)
            return
        self._keep(page.data)
        self.error = self._pages.refusal(
            response,
            first_id=page.data[0].id if page.data else None,
            next_cursor=page.next_cursor,
        )
        self._cursor = page.next_cursor
        self._has_more = page.next_cursor is not None
