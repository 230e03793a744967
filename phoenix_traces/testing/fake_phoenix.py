"""A Phoenix in memory, for tests that need no server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from phoenix_traces.testing import arguments
from phoenix_traces.testing.fake.context import ROLES, Role, User, Version
from phoenix_traces.testing.fake.database import Database, DatabaseName
from phoenix_traces.testing.fake.messages import (
    Answer,
    ConnectionDroppedError,
    Request,
    named_traces,
    text_answer,
)
from phoenix_traces.testing.fake.script import (
    MOMENTS,
    Drop,
    Failure,
    Moment,
    Raised,
    Script,
    failure,
    prepared,
)
from phoenix_traces.testing.fake.server import Server
from phoenix_traces.testing.fake.store import DEFAULT_PROJECT, StoredAnnotation

if TYPE_CHECKING:
    import httpx

    from phoenix_traces import AsyncClient, Client, TraceAnnotation, TraceNote

NEWEST_KNOWN: Version = (20, 26, 1)
BASE_URL = "http://phoenix.test"

_NOTE = "note"
_USUAL_LATENCY = timedelta(minutes=1)


class FakePhoenix:
    """A Phoenix in memory that answers as the real server does.

    It takes and refuses what the real one does, keeps annotations by the same key, replaces them in
    the same way and says the same words. It can be reached through clients of its own, through
    httpx's transports and, from other processes, at a port. One that is shared by threads answers
    one request at a time.

    Args:
        trace_ids: Traces that it has from the start.
        any_trace: Whether it has every other trace as well that is annotated or asked for by ID,
            but for those that `forgets_traces` has named.
        project: The project that these are in.
        version: The version that it says it is. What came later is missing, as it was then: unknown
            paths and parameters that are ignored.
        database: Whose limits it has. PostgreSQL refuses NUL characters and long keys.
        now: Tells the time; the system's clock by default, put forward by `pass_time` and by each
            pause that a client of `client()` would have made.
        api_keys: Which keys open it and what each may do; by default it asks for none. A "member"
            deletes only what the same key wrote, a "viewer" only reads, an "expired" key is named
            so in the answer.
        read_only: Whether everything under `/v1` is answered 403.
        max_body_bytes: Size above which a proxy in front of it would answer 413; none by default.
        queue_seconds: How long what is sent with `sync=False` is not visible. By default the next
            request finds it.
        base_url: Where its clients find it; a path in it is kept.

    Raises:
        TypeError: An argument is of a wrong kind.
        ValueError: An argument makes no sense.

    Attributes:
        requests: Everything that arrived, in order.
        pauses: Seconds that clients of `client()` and `async_client()` would have waited before
            each retry. They do not wait.

    Examples:
        >>> from phoenix_traces.testing import FakePhoenix
        >>> phoenix = FakePhoenix("trace-1")
        >>> client = phoenix.client()
        >>> _ = client.traces.add_trace_annotation(
        ...     trace_id="trace-1", annotation_name="tone", label="kind", score=0.9, sync=True
        ... )
        >>> (stored,) = phoenix.stored()
        >>> stored.name, stored.result.label, stored.result.score
        ('tone', 'kind', 0.9)

        A server that is busy at first, and a trace that it does not know:

        >>> phoenix.fail_next(503, times=2, retry_after=30)
        >>> _ = client.traces.add_trace_annotation(
        ...     trace_id="trace-1", annotation_name="tone", label="cold", sync=True
        ... )
        >>> phoenix.pauses
        [30.0, 30.0]
        >>> client.traces.add_trace_annotation(
        ...     trace_id="trace-2", annotation_name="tone", label="cold", sync=True
        ... )
        Traceback (most recent call last):
            ...
        phoenix_traces.TraceNotFoundError: ...
    """

    def __init__(
        self,
        *trace_ids: str,
        any_trace: bool = False,
        project: str = DEFAULT_PROJECT,
        version: Version = NEWEST_KNOWN,
        database: DatabaseName = "sqlite",
        now: Callable[[], datetime] | None = None,
        api_keys: Mapping[str, Role] | None = None,
        read_only: bool = False,
        max_body_bytes: int | None = None,
        queue_seconds: float = 0.0,
        base_url: str = BASE_URL,
    ) -> None:
        self.requests: list[Request] = []
        self.pauses: list[float] = []
        self.base_url: str = arguments.address(base_url)
        self._skipped = timedelta()
        self._clock = self._system_clock if now is None else arguments.function(now, "now")
        self._project = arguments.text(project, "project")
        self._any_trace = arguments.flag(any_trace, "any_trace")
        self._forgotten: set[str] = set()
        if max_body_bytes is not None:
            arguments.count(max_body_bytes, "max_body_bytes")
        self._max_body_bytes = max_body_bytes
        self._script = Script()
        self._lock = threading.RLock()
        self._server = Server(
            version=arguments.version(version),
            database=Database(database),
            users=None if api_keys is None else _users(api_keys),
            read_only=arguments.flag(read_only, "read_only"),
            url=self.base_url,
            queue_delay=timedelta(seconds=arguments.seconds(queue_seconds, "queue_seconds")),
        )
        if trace_ids:
            self.knows_traces(*trace_ids, project=project)

    # What it has

    def knows_traces(
        self,
        *trace_ids: str,
        project: str = DEFAULT_PROJECT,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        session_id: str | None = None,
        failed: bool = False,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
    ) -> None:
        """Let it have traces, as if one span of each had arrived; those it has stay as they are.

        Args:
            trace_ids: Their IDs, any texts; none for an empty project.
            project: The project they are in, made if it is new.
            start_time: When they began; a minute before they ended by default.
            end_time: When they ended; now by default.
            session_id: The session that they are part of; none by default.
            failed: Whether their spans ended in an error.
            prompt_tokens: How many went into the LLM in each.
            completion_tokens: How many came out of it.

        Raises:
            TypeError: An argument is of a wrong kind.
            ValueError: An argument makes no sense.

        Examples:
            >>> from phoenix_traces.testing import FakePhoenix
            >>> phoenix = FakePhoenix()
            >>> phoenix.knows_traces("trace-1", "trace-2", project="bot")
        """
        arguments.texts(trace_ids, "trace_ids")
        arguments.text(project, "project")
        arguments.text_or_none(session_id, "session_id")
        arguments.flag(failed, "failed")
        arguments.count(prompt_tokens, "prompt_tokens")
        arguments.count(completion_tokens, "completion_tokens")
        with self._lock:
            now = self.now()
            ends = arguments.moment(end_time, "end_time") or now
            begins = arguments.moment(start_time, "start_time") or min(ends, now) - _USUAL_LATENCY
            self._forgotten -= set(trace_ids)
            self._server.store.ensure_project(project)
            attributes: dict[str, Any] = {
                "openinference.span.kind": "LLM" if prompt_tokens + completion_tokens else "CHAIN",
                "session.id": session_id,
                "llm.token_count.prompt": prompt_tokens,
                "llm.token_count.completion": completion_tokens,
            }
            for trace_id in trace_ids:
                self._server.add_trace(trace_id, project, begins, ends, attributes, failed=failed)

    def forgets_traces(self, *trace_ids: str) -> None:
        """Delete traces with their annotations; unknown ones do not matter.

        Args:
            trace_ids: Their IDs. Nothing but `knows_traces` brings them back.

        Raises:
            TypeError: One of them is no text.
        """
        arguments.texts(trace_ids, "trace_ids")
        with self._lock:
            self._forgotten |= set(trace_ids)
            self._server.store.forget_traces(trace_ids)

    def stored(
        self, *trace_ids: str, name: str | None = None, identifier: str | None = None
    ) -> list[TraceAnnotation]:
        """Return the annotations that it has, oldest first, without notes.

        Args:
            trace_ids: Only those of these traces; of all by default.
            name: Only those of this name.
            identifier: Only those with this identifier; `""` for those without one.

        Raises:
            TypeError: An argument is of a wrong kind.

        Examples:
            >>> from phoenix_traces.testing import FakePhoenix
            >>> FakePhoenix("trace-1").stored("trace-1", name="tone")
            []
        """
        from phoenix_traces import TraceAnnotation

        arguments.text_or_none(name, "name")
        arguments.text_or_none(identifier, "identifier")
        shown = self._shown(trace_ids, identifier)
        return [
            TraceAnnotation.model_validate(each)
            for each in shown
            if each["name"] != _NOTE and name in (None, each["name"])
        ]

    def notes(self, *trace_ids: str) -> list[TraceNote]:
        """Return the notes that it has, oldest first.

        Args:
            trace_ids: Only those of these traces; of all by default.

        Raises:
            TypeError: One of them is no text.
        """
        from phoenix_traces import TraceNote

        return [
            TraceNote.model_validate({**each, "note": each["result"]["explanation"]})
            for each in self._shown(trace_ids, None)
            if each["name"] == _NOTE
        ]

    def _shown(self, trace_ids: tuple[str, ...], identifier: str | None) -> list[dict[str, Any]]:
        arguments.texts(trace_ids, "trace_ids")
        with self._lock:
            self._server.queue.work_off(self.now())
            store = self._server.store
            traces = {each.rowid: each.trace_id for each in store.traces}
            rows: list[StoredAnnotation] = store.annotations.newest_first()[::-1]
            shown = [self._server.shown(each, traces[each.key.trace_rowid]) for each in rows]
        return [
            each
            for each in shown
            if (not trace_ids or each["trace_id"] in trace_ids)
            and identifier in (None, each["identifier"])
        ]

    @property
    def queued(self) -> int:
        """How many annotations were sent with `sync=False` and are not stored yet."""
        with self._lock:
            self._server.queue.work_off(self.now())
            return len(self._server.queue)

    # What goes wrong

    def fail_next(
        self,
        status: int,
        *,
        times: int = 1,
        retry_after: float | str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        path: str = "",
    ) -> None:
        """Answer the next requests with a failure, without carrying them out.

        Args:
            status: 400 to 599.
            times: How many requests. A client that retries makes several of one call.
            retry_after: Seconds or a date for the header of that name; it is left out by default.
            body: A text, bytes, or anything else to be sent as JSON. By default a 422 refuses the
                first row in the server's form, and the others have a short text.
            headers: Further headers.
            path: Only requests whose path ends with it; all by default.

        Raises:
            TypeError: An argument is of a wrong kind.
            ValueError: An argument makes no sense.

        Examples:
            >>> from phoenix_traces.testing import FakePhoenix
            >>> phoenix = FakePhoenix("trace-1")
            >>> phoenix.fail_next(503, times=2, retry_after=5)
            >>> phoenix.fail_next(422, body={"detail": []}, path="/trace_annotations")
        """
        named: Mapping[str, str] = {} if headers is None else headers
        answer = failure(status, retry_after=retry_after, body=body, headers=named)
        with self._lock:
            self._script.add(Failure(answer, path), times)

    def answer_next(
        self,
        body: object = "",
        *,
        status: int = 200,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        cut_off: bool = False,
        path: str = "",
    ) -> None:
        """Answer the next requests as told, as something between the client and Phoenix might.

        Args:
            body: A text, bytes, or anything else to be sent as JSON.
            status: 200 to 599.
            times: How many requests.
            headers: Further headers.
            cut_off: Whether the connection breaks in the middle of the body.
            path: Only requests whose path ends with it; all by default.

        Raises:
            TypeError: An argument is of a wrong kind.
            ValueError: An argument makes no sense.

        Examples:
            >>> from phoenix_traces.testing import FakePhoenix
            >>> phoenix = FakePhoenix("trace-1")
            >>> phoenix.answer_next("<html>Log in</html>", headers={"content-type": "text/html"})
        """
        named: Mapping[str, str] = {} if headers is None else headers
        answer = prepared(status, body=body, headers=named, is_cut_off=cut_off)
        with self._lock:
            self._script.add(Failure(answer, path), times)

    def drop_next(self, *, times: int = 1, moment: Moment = "before", path: str = "") -> None:
        """Break the connection of the next requests in place of an answer.

        Args:
            times: How many requests.
            moment: "before" the server has carried the request out, or "after", so that only the
                answer is lost.
            path: Only requests whose path ends with it; all by default.

        Raises:
            TypeError: An argument is of a wrong kind.
            ValueError: An argument makes no sense.

        Examples:
            >>> from phoenix_traces.testing import FakePhoenix
            >>> phoenix = FakePhoenix("trace-1")
            >>> phoenix.drop_next(moment="after")
            >>> _ = phoenix.client().traces.add_trace_annotation(
            ...     trace_id="trace-1", annotation_name="tone", label="kind", sync=True
            ... )
            >>> len(phoenix.requests), len(phoenix.stored())
            (2, 1)
        """
        arguments.choice(moment, "moment", MOMENTS)
        with self._lock:
            self._script.add(Drop(moment, path), times)

    def raise_next(self, error: Exception, *, times: int = 1, path: str = "") -> None:
        """Raise an exception of httpx in place of the next answers.

        At a port, whose clients make their own exceptions, the connection breaks instead.

        Args:
            error: It, such as `httpx.ConnectTimeout("slow")`.
            times: How many requests.
            path: Only requests whose path ends with it; all by default.

        Raises:
            TypeError: An argument is of a wrong kind.
            ValueError: An argument makes no sense.

        Examples:
            >>> import httpx
            >>> from phoenix_traces.testing import FakePhoenix
            >>> phoenix = FakePhoenix("trace-1")
            >>> phoenix.raise_next(httpx.ConnectTimeout("slow"), times=2)
            >>> _ = phoenix.client().traces.add_trace_annotation(
            ...     trace_id="trace-1", annotation_name="tone", label="kind", sync=True
            ... )
            >>> len(phoenix.requests), len(phoenix.stored())
            (3, 1)
        """
        raised = Raised(arguments.exception(error, "error"), path)
        with self._lock:
            self._script.add(raised, times)

    @property
    def failures_left(self) -> int:
        """How many events of `fail_next`, `answer_next` and others no request has met."""
        with self._lock:
            return len(self._script)

    def restart(self) -> None:
        """Lose what is queued and not stored, as a restart of the real server does."""
        with self._lock:
            self._server.queue.clear()

    # Time

    def now(self) -> datetime:
        """Return the time that it is for it.

        Raises:
            TypeError: The clock that was handed in gives no datetime.
            ValueError: What it gives has no time zone.
        """
        return (arguments.moment(self._clock(), "now()") or self._system_clock()).astimezone(
            timezone.utc
        )

    def pass_time(self, seconds: float) -> None:
        """Put its clock forward, when it is not one that was handed in.

        Args:
            seconds: By how much. After ten, what is queued for an unknown trace is tried again.

        Raises:
            TypeError: It is no number.
            ValueError: It is negative, NaN or too large.
        """
        self._skipped += timedelta(seconds=arguments.seconds(seconds, "seconds"))

    def _system_clock(self) -> datetime:
        return datetime.now(timezone.utc) + self._skipped

    def skip_pause(self, seconds: float) -> None:
        """Note a pause that a client would have made, and put the clock forward by it.

        Args:
            seconds: Its length.
        """
        self.pauses.append(seconds)
        self.pass_time(seconds)

    # How to reach it

    def client(self, **options: Any) -> Client:
        """Return a client of it, which retries like any other and does not wait.

        Args:
            options: Arguments of `Client`: `api_key`, `headers`, `max_retries` and others.

        Examples:
            >>> from phoenix_traces.testing import FakePhoenix
            >>> with FakePhoenix("trace-1").client(max_retries=0) as client:
            ...     client.traces.get_trace_annotations(trace_ids=["trace-1"])
            []
        """
        from phoenix_traces.testing.clients import sync_client

        return sync_client(self, **options)

    def async_client(self, **options: Any) -> AsyncClient:
        """Return an async client of it, which retries like any other and does not wait.

        Args:
            options: Arguments of `AsyncClient`: `api_key`, `headers`, `max_retries` and others.

        Examples:
            >>> import asyncio
            >>> from phoenix_traces.testing import FakePhoenix
            >>> async def read() -> list[object]:
            ...     async with FakePhoenix("trace-1").async_client() as client:
            ...         return await client.traces.get_trace_annotations(trace_ids=["trace-1"])
            >>> asyncio.run(read())
            []
        """
        from phoenix_traces.testing.clients import async_client

        return async_client(self, **options)

    def transport(self) -> httpx.MockTransport:
        """Return a transport to it for an `httpx.Client` or an `httpx.AsyncClient` of your own.

        Each is a connection of its own, and breaks after a 500 as the server's do: the next request
        over it ends in `httpx.ReadError`.

        Examples:
            >>> import httpx
            >>> from phoenix_traces.testing import FakePhoenix
            >>> phoenix = FakePhoenix()
            >>> http = httpx.Client(base_url=phoenix.base_url, transport=phoenix.transport())
            >>> http.get("/healthz").text
            'OK'
        """
        from phoenix_traces.testing.clients import transport

        return transport(self)

    @contextmanager
    def serve(self, *, port: int = 0) -> Generator[str, None, None]:
        """Serve it at a port of this machine, for other processes, until the block ends.

        Args:
            port: Which; one that is free by default.

        Yields:
            Its address.

        Raises:
            TypeError: The port is no whole number.
            ValueError: There is no port of that number.

        Examples:
            >>> import httpx
            >>> from phoenix_traces.testing import FakePhoenix
            >>> with FakePhoenix().serve() as url:
            ...     httpx.get(f"{url}/healthz").text
            'OK'
        """
        from phoenix_traces.testing.loopback import served

        with served(self, arguments.port(port)) as url:
            yield url

    def answer(self, request: Request) -> Answer:
        """Answer a request: what every way to reach it comes to.

        Args:
            request: It.

        Raises:
            ConnectionDroppedError: The connection breaks.
            Exception: What `raise_next` was given.
        """
        with self._lock:
            self.requests.append(request)
            event = self._script.take(request)
            if isinstance(event, Failure):
                return event.answer
            if isinstance(event, Raised):
                raise event.error
            if event is not None and event.moment == "before":
                raise ConnectionDroppedError("before the request was carried out")
            if self._max_body_bytes is not None and len(request.content) > self._max_body_bytes:
                return text_answer("Request Entity Too Large", 413)
            if self._any_trace:
                self._learn_traces(request)
            answer = self._server.answer(request, self.now())
            if event is not None:
                raise ConnectionDroppedError("after the request was carried out")
            return answer

    def _learn_traces(self, request: Request) -> None:
        """Have the traces that a request names."""
        for trace_id in named_traces(request):
            if trace_id not in self._forgotten and self._server.store.trace(trace_id) is None:
                self.knows_traces(trace_id, project=self._project)

    def __repr__(self) -> str:
        version = ".".join(map(str, self._server.version))
        return f"<FakePhoenix {version} at {self.base_url}>"


def _users(api_keys: Mapping[str, Role]) -> dict[str, User]:
    arguments.roles(api_keys, ROLES)
    return {key: User(number, role) for number, (key, role) in enumerate(api_keys.items(), 1)}
