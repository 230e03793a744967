"""The server: which request is answered by whom, since which version, and for whom.

The order of what is checked is the server's own: the path and the method, the syntax of a JSON
body, read-only mode, the key, the role, then parameters and body, then the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

from phoenix_traces.testing.fake import annotating, configs, stored_annotations, traces
from phoenix_traces.testing.fake.context import Context, User, Version
from phoenix_traces.testing.fake.database import Database
from phoenix_traces.testing.fake.messages import (
    HTML_TYPE,
    Answer,
    CrashedError,
    RefusedError,
    Request,
    text_answer,
)
from phoenix_traces.testing.fake.otlp import ReceivedSpan
from phoenix_traces.testing.fake.queue import Queue
from phoenix_traces.testing.fake.store import Store, StoredAnnotation
from phoenix_traces.testing.fake.validation import NO_BODY, InvalidError, parsed_body

VERSION_HEADER = "x-phoenix-server-version"

_WEB_APP = b"<!DOCTYPE html>\n<html><head><title>Phoenix</title></head><body></body></html>"
_CHALLENGE = (
    'Bearer realm="Arize Phoenix", resource_metadata="{}/.well-known/oauth-protected-resource"'
)


@dataclass(frozen=True)
class Route:
    """A method and a path that the server knows.

    Attributes:
        path: With `{}` for each part that varies.
        handler: Gets the context and these parts.
        since: The first version that has it.
    """

    method: str
    path: str
    handler: Callable[..., Answer]
    since: Version = (12, 0, 0)

    def parts(self, method: str, path: str) -> tuple[str, ...] | None:
        """Return what varies in a path, or None when the request is for another route."""
        if method != self.method:
            return None
        found = re.fullmatch(re.escape(self.path).replace(r"\{\}", "([^/]+)"), path)
        return None if found is None else found.groups()


_PROJECT = "/v1/projects/{}"
ROUTES = (
    Route("POST", "/v1/trace_annotations", annotating.annotate_traces),
    Route("POST", "/v1/trace_notes", annotating.create_trace_note, annotating.NOTES_SINCE),
    Route("GET", f"{_PROJECT}/trace_annotations", stored_annotations.list_trace_annotations),
    Route(
        "DELETE",
        f"{_PROJECT}/trace_annotations",
        stored_annotations.delete_trace_annotations,
        (15, 4, 0),
    ),
    Route("POST", "/v1/traces", traces.take_spans),
    Route("GET", "/v1/projects", traces.list_projects),
    Route("GET", _PROJECT, traces.get_project),
    Route("GET", f"{_PROJECT}/traces", traces.list_traces, (13, 15, 0)),
    Route("GET", "/v1/annotation_configs", configs.list_configs),
    Route("POST", "/v1/annotation_configs", configs.create_config),
    Route("GET", "/v1/annotation_configs/{}", configs.get_config),
    Route("PUT", "/v1/annotation_configs/{}", configs.update_config),
    Route("DELETE", "/v1/annotation_configs/{}", configs.delete_config),
    *(
        Route(method, f"{_PROJECT}/annotation_configs{rest}", handler, (17, 16, 0))
        for method, rest, handler in (
            ("GET", "", configs.list_project_configs),
            ("PUT", "", configs.set_project_configs),
            ("PUT", "/{}", configs.assign_config),
            ("DELETE", "/{}", configs.unassign_config),
        )
    ),
)


class Server:
    """Phoenix in memory.

    Args:
        version: What it says it is, and whose routes it has.
        database: Whose rules it has.
        users: Who each key belongs to; None for a server without authentication.
        read_only: Whether it answers nothing under `/v1`.
        url: What it is called in its answers.
        queue_delay: How long an annotation waits at least that was sent with `sync=false`.
    """

    def __init__(
        self,
        *,
        version: Version,
        database: Database,
        users: Mapping[str, User] | None,
        read_only: bool,
        url: str,
        queue_delay: timedelta,
    ) -> None:
        self.version = version
        self.store: Store = Store(database)
        self.queue: Queue = Queue(self.store, queue_delay)
        self._users = users
        self._read_only = read_only
        self._url = url

    def answer(self, request: Request, now: datetime) -> Answer:
        """Answer a request.

        Args:
            request: It.
            now: The time.
        """
        self.queue.work_off(now)
        try:
            answer = self._answer(request, now)
        except RefusedError as refused:
            answer = refused.answer
        except CrashedError:
            return text_answer("Internal Server Error", 500, closes=True)
        headers = {
            **answer.headers,
            "date": format_datetime(now.astimezone(timezone.utc), usegmt=True),
            VERSION_HEADER: ".".join(map(str, self.version)),
        }
        return Answer(answer.status, answer.content, headers)

    def _answer(self, request: Request, now: datetime) -> Answer:
        if request.method == "GET" and request.path == "/healthz":
            return text_answer("OK")
        if request.method == "GET" and request.path == "/arize_phoenix_version":
            return text_answer(".".join(map(str, self.version)))
        for route in ROUTES:
            parts = route.parts(request.method, request.path)
            if parts is not None and self.version >= route.since:
                return self._routed(route, parts, request, now)
        if request.method in ("GET", "HEAD"):
            page = _WEB_APP if request.method == "GET" else b""
            return Answer(200, page, {"content-type": HTML_TYPE})
        raise RefusedError(405, "Method Not Allowed", {"allow": "GET, HEAD"})

    def add_trace(
        self,
        trace_id: str,
        project: str,
        start_time: datetime,
        end_time: datetime,
        attributes: dict[str, Any],
        *,
        failed: bool,
    ) -> None:
        """Have a trace of one span, unless there is one with this ID."""
        if self.store.trace(trace_id) is None:
            span = ReceivedSpan(
                trace_id=trace_id,
                span_id=f"{len(self.store.spans) + 1:016x}",
                parent_id=None,
                name="root",
                start_time=start_time,
                end_time=end_time,
                status_code="ERROR" if failed else "OK",
                attributes=attributes,
            )
            traces.add_span(self.store, project, span)

    def shown(self, row: StoredAnnotation, trace_id: str) -> dict[str, Any]:
        """Return an annotation as the server shows it."""
        return stored_annotations.shown(self.store.database, row, trace_id)

    def _routed(
        self, route: Route, parts: tuple[str, ...], request: Request, now: datetime
    ) -> Answer:
        takes_json = route.method in ("POST", "PUT") and route.handler is not traces.take_spans
        try:
            body = parsed_body(request) if takes_json else NO_BODY
            if self._read_only:
                raise RefusedError(403, "The Phoenix REST API is disabled in read-only mode.")
            user = self._user_of(request)
            context = Context(request, body, self.store, self.queue, self.version, now, user)
            return route.handler(context, *parts)
        except InvalidError as invalid:
            return invalid.answer

    def _user_of(self, request: Request) -> User | None:
        if self._users is None:
            return None
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        user = self._users.get(key) if scheme.lower() == "bearer" else None
        if user is None or user.role == "expired":
            words = "Invalid token" if user is None else "Expired token"
            raise RefusedError(401, words, {"www-authenticate": _CHALLENGE.format(self._url)})
        if user.role == "viewer" and request.method != "GET":
            raise RefusedError(403, "Viewers cannot perform this action.")
        return user
