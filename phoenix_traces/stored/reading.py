"""The reading of annotations, page after page."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from typing_extensions import override

from phoenix_traces.errors import PhoenixHTTPError, PhoenixStatusError
from phoenix_traces.protocol.answers import (
    is_too_large,
    not_json,
    project_error,
    status_error,
    trace_error,
    transport_error,
)
from phoenix_traces.protocol.exchange import Call, NoAnswer, Outcome, Params, Response
from phoenix_traces.protocol.paging import Pages
from phoenix_traces.protocol.server_words import text_of
from phoenix_traces.protocol.versions import READING_BY_IDENTIFIER, too_old
from phoenix_traces.stored.annotations import (
    TraceAnnotation,
    TraceAnnotationPage,
    TraceNote,
    note_from,
)
from phoenix_traces.stored.listing import Listing
from phoenix_traces.stored.selection import Selection

# The server takes 10,000; a smaller page is there sooner, and costs little more in all.
PAGE_SIZE = 1_000

# The server's words when none of the traces asked for is in the project. Any other 404 is trouble.
_NO_SUCH_TRACES = "None of the supplied trace_ids exist"


@dataclass(frozen=True)
class AbsentTraces:
    """Traces that are not in the project, and how the server said so."""

    trace_ids: tuple[str, ...]
    response: Response

    def error(self) -> PhoenixStatusError:
        """Return the error for a caller who needs them."""
        error = trace_error(status_error(self.response), self.trace_ids)
        hint = "if they are in another project, say so by project_identifier"
        error.args = (f"{error} ({hint})",)
        return error


class Reading(Listing[TraceAnnotation]):
    """The stream of the annotations that a selection names; newest first within each question.

    Args:
        selection: What to read.
        page_size: Most annotations in an answer.
    """

    error: PhoenixHTTPError | None

    def __init__(self, selection: Selection, *, page_size: int = PAGE_SIZE) -> None:
        super().__init__(limit=selection.limit, page_size=page_size)
        self._selection = selection
        self._questions: deque[Params] = deque(selection.questions())
        self._under_way: dict[Call, Params] = {}
        self._absent: list[AbsentTraces] = []
        self._pages = Pages()

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing more to ask or to wait for."""
        return not self._under_way and (self._is_enough or not self._questions)

    @override
    def next_call(self, now: float) -> Call | None:
        """Return the request for the next page."""
        if self._is_enough or not self._questions:
            return None
        question = self._questions.popleft()
        call = Call("GET", self._selection.path, {**question, "limit": str(self._size)})
        self._under_way[call] = question
        return call

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        """Take a page, and note where the next one begins."""
        question = self._under_way.pop(call)
        if isinstance(outcome, NoAnswer):
            self.error = transport_error(outcome)
        elif "identifier" in question and (old := too_old(outcome, READING_BY_IDENTIFIER)):
            self.error = old
        elif outcome.is_success and is_too_large(outcome) and self._size > 1:
            self._page_size = self._size // 2
            self._questions.appendleft(question)
        elif outcome.is_success:
            self._take_page(question, outcome)
        elif "trace_ids" in question and _says_absent(outcome):
            self._absent.append(AbsentTraces(tuple(question["trace_ids"]), outcome))
        else:
            self.error = project_error(outcome)

    def _take_page(self, question: Params, response: Response) -> None:
        try:
            page = TraceAnnotationPage.model_validate_json(response.content)
        except ValidationError:
            self.error = not_json(response)
            return
        self._keep(page.data)
        if "cursor" not in question:
            self._pages = Pages()
        self.error = self._pages.refusal(
            response,
            first_id=page.data[0].id if page.data else None,
            next_cursor=page.next_cursor,
        )
        if page.next_cursor is not None:
            self._questions.appendleft({**question, "cursor": page.next_cursor})

    def take_absent(self) -> list[AbsentTraces]:
        """Return the traces that turned out not to be in the project since they were last taken.

        The server says so only when it has none of those that were asked for together.
        """
        absent, self._absent = self._absent, []
        return absent


def _says_absent(response: Response) -> bool:
    return response.status_code == 404 and text_of(response).startswith(_NO_SUCH_TRACES)


def notes_of(annotations: Sequence[TraceAnnotation]) -> list[TraceNote]:
    """Return the notes that Phoenix keeps as annotations."""
    return [note_from(each) for each in annotations]
