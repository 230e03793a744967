"""Clients that are closed, forked, copied, or used in several threads and event loops."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from random import Random
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    AsyncClient,
    AsyncTraces,
    Client,
    ClientStateError,
    Traces,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.transport import clients
from phoenix_traces.transport.clients import OwnAsyncClient, OwnClient
from phoenix_traces.transport.connection import Connection
from tests.support.annotations import annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes

FRAME = pd.DataFrame({"trace_id": ["a", "b"], "score": [0.1, 0.2]})
NAMES = {"annotation_name": "n", "annotator_kind": "CODE"}
PROJECT = {"project_identifier": "p"}

# Every public method, and how many rows it would have stored.
CALLS: dict[str, tuple[Callable[[Any], Any], int]] = {
    "add": (lambda c: c.traces.add_trace_annotation(trace_id="t", annotation_name="n", score=1), 1),
    "list": (lambda c: c.traces.log_trace_annotations(trace_annotations=numbered(3)), 3),
    "list at once": (
        lambda c: c.traces.log_trace_annotations(
            trace_annotations=numbered(4),
            options=UploadOptions(max_concurrency=3, batch_size=1, on_error="continue"),
        ),
        4,
    ),
    "guarded list": (
        lambda c: c.traces.log_trace_annotations(
            trace_annotations=numbered(4), options=UploadOptions(skip_unchanged=True)
        ),
        4,
    ),
    "frame": (lambda c: c.traces.log_trace_annotations_dataframe(dataframe=FRAME, **NAMES), 2),
    "with configs": (
        lambda c: c.traces.log_trace_annotations(
            trace_annotations=numbered(3), validate_configs=True
        ),
        0,
    ),
    "get": (lambda c: c.traces.get_trace_annotations(trace_ids=["t"]), 0),
    "iterate": (lambda c: c.traces.iter_trace_annotations(trace_ids=["t"]), 0),
    "get frame": (lambda c: c.traces.get_trace_annotations_dataframe(trace_ids=["t"]), 0),
    "compare": (lambda c: c.traces.compare_trace_annotations(dataframe=FRAME, **NAMES), 0),
    "confirm": (lambda c: c.traces.confirm_trace_annotations(dataframe=FRAME, **NAMES), 0),
    "delete": (lambda c: c.traces.delete_trace_annotations(**PROJECT, delete_all=True), 0),
    "note": (lambda c: c.traces.add_trace_note(trace_id="t", note="n"), 0),
    "notes": (lambda c: c.traces.get_trace_notes(trace_ids=["t"]), 0),
    "configs": (lambda c: c.annotation_configs.list(), 0),
    "config": (lambda c: c.annotation_configs.get("n"), 0),
}
every_method = pytest.mark.parametrize("method", CALLS)


def _check_nothing_was_sent(error: ClientStateError, rows: int) -> None:
    assert "secret" not in f"{error!r} {vars(error)} {error}"
    assert pickle.loads(pickle.dumps(error)).args == error.args
    if rows:
        assert error.report is not None
        assert error.report.not_stored == set(range(rows))
    else:
        assert error.report is None


async def _whole(result: Any) -> Any:
    return [each async for each in result] if isinstance(result, AsyncIterator) else await result


# Closed


@every_method
@pytest.mark.parametrize("how", ["close", "with", "own"])
def test_a_closed_client_sends_nothing_and_says_so(how: str, method: str) -> None:
    call, rows = CALLS[method]
    phoenix = AnyPhoenix()
    own = httpx.Client(transport=phoenix.transport(), base_url=phoenix.base_url)
    client = Client(http_client=own) if how == "own" else Client(api_key="secret")
    if how == "with":
        with client:
            pass
    else:
        own.close() if how == "own" else client.close()

    def use() -> None:
        result = call(client)
        if isinstance(result, Iterator):
            next(result)

    with pytest.raises(ClientStateError, match="closed") as caught:
        use()
    _check_nothing_was_sent(caught.value, rows)
    assert phoenix.requests == []


@every_method
@pytest.mark.parametrize("how", ["close", "with", "own"])
def test_a_closed_async_client_sends_nothing_and_says_so(how: str, method: str) -> None:
    call, rows = CALLS[method]
    phoenix = AnyPhoenix()

    async def use_closed() -> None:
        own = httpx.AsyncClient(transport=phoenix.transport(), base_url=phoenix.base_url)
        client = AsyncClient(http_client=own) if how == "own" else AsyncClient(api_key="secret")
        if how == "with":
            async with client:
                pass
        else:
            await (own.aclose() if how == "own" else client.aclose())
        await _whole(call(client))

    with pytest.raises(ClientStateError, match="closed") as caught:
        asyncio.run(use_closed())
    _check_nothing_was_sent(caught.value, rows)
    assert phoenix.requests == []


@both_modes
@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("on_error", ["raise", "continue"])
def test_closing_in_the_middle_leaves_the_rest_not_stored(
    on_error: str, concurrency: int, mode: Mode
) -> None:
    cases = 0
    for closed_after in range(1, 8):
        report, phoenix = _closed_in_the_middle(closed_after, on_error, concurrency, mode)
        sent = {row["trace_id"] for row in phoenix.rows}
        assert {f"trace-{at}" for at in report.stored} == sent
        assert len(report.stored) >= closed_after
        assert report.unknown == frozenset()
        assert len(report.failures) <= concurrency
        cases += 1
    assert cases == 7


def _closed_in_the_middle(
    closed_after: int, on_error: str, concurrency: int, mode: Mode
) -> tuple[UploadReport, AnyPhoenix]:
    phoenix = AnyPhoenix()
    transport = phoenix.transport()
    chosen: dict[str, Any] = {"on_error": on_error, "max_concurrency": concurrency}
    close: list[Callable[[], object]] = []

    def on_progress(done: int, total: int) -> None:
        if done == closed_after:
            close[0]()

    options = UploadOptions(batch_size=1, on_progress=on_progress, **chosen)

    def sync_upload() -> None:
        own = OwnClient(lambda: httpx.Client(transport=transport, base_url=phoenix.base_url))
        close.append(own.close)
        traces = Traces.over(Connection(own))
        traces.log_trace_annotations(trace_annotations=numbered(20), sync=True, options=options)

    async def async_upload() -> None:
        async with httpx.AsyncClient(transport=transport, base_url=phoenix.base_url) as own:
            # Without a network there is nothing to wait for.
            close.append(lambda: next(own.aclose().__await__(), None))
            traces = AsyncTraces(own)
            await traces.log_trace_annotations(
                trace_annotations=numbered(20), sync=True, options=options
            )

    def upload() -> None:
        if mode is Mode.SYNC:
            sync_upload()
        else:
            asyncio.run(async_upload())

    with pytest.raises(ClientStateError) as caught:
        upload()
    assert caught.value.report is not None
    return caught.value.report, phoenix


# Copied


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("act", [pickle.dumps, copy.deepcopy])
def test_a_client_is_not_pickled_with_its_key(kind: type[Any], act: Callable[..., Any]) -> None:
    for each in (kind(api_key="secret"), kind(api_key="secret").traces):
        with pytest.raises(TypeError, match="make one where it is needed") as caught:
            act(each)
        assert "secret" not in str(caught.value)


def test_a_shallow_copy_is_another_name_of_the_same_connection() -> None:
    client = Client()
    copied = copy.copy(client)
    client.close()
    with pytest.raises(ClientStateError):
        copied.traces.get_trace_annotations(trace_ids=["t"])


# Threads and event loops


def test_many_threads_share_a_client() -> None:
    phoenix = AnyPhoenix()
    got: dict[str, str] = {}
    with httpx.Client(transport=phoenix.transport(), base_url=phoenix.base_url) as own:
        traces = Traces(own)

        def upload(thread: int) -> None:
            for number in range(25):
                row = annotation(f"trace-{thread}-{number}")
                (inserted,) = traces.log_trace_annotations(trace_annotations=[row], sync=True)
                got[row["trace_id"]] = inserted.id

        threads = [threading.Thread(target=upload, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(got) == len(set(got.values())) == 16 * 25


class CountedTransport(httpx.MockTransport):
    """Answers, and tells when it is closed."""

    def __init__(self, phoenix: AnyPhoenix) -> None:
        super().__init__(phoenix.transport().handler)
        self.closings = 0

    async def aclose(self) -> None:
        self.closings += 1


def test_each_event_loop_gets_a_client_that_is_closed_with_it() -> None:
    phoenix = AnyPhoenix()
    made: list[CountedTransport] = []

    def make() -> httpx.AsyncClient:
        made.append(CountedTransport(phoenix))
        return httpx.AsyncClient(transport=made[-1], base_url=phoenix.base_url)

    own = OwnAsyncClient(make)

    async def use() -> None:
        assert own.client() is own.client()
        assert (await own.client().post("/")).status_code == 405

    for loops in range(1, 5):
        asyncio.run(use())
        assert len(made) == loops
        assert [each.closings for each in made] == [1] * loops


def test_two_event_loops_leave_no_open_connection_behind() -> None:
    async def use(client: AsyncClient) -> None:
        with pytest.raises(Exception, match="No answer"):
            await client.traces.get_trace_annotations(trace_ids=["t"])

    client = AsyncClient(base_url="http://127.0.0.1:9", max_retries=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(3):
            asyncio.run(use(client))
        gc.collect()


def test_a_callers_async_client_stays_in_its_event_loop() -> None:
    phoenix = AnyPhoenix()
    own = httpx.AsyncClient(transport=phoenix.transport(), base_url=phoenix.base_url)
    traces = AsyncTraces(own)

    async def upload() -> object:
        return await traces.log_trace_annotations(trace_annotations=numbered(2), sync=True)

    asyncio.run(upload())
    sent = len(phoenix.requests)
    with pytest.raises(ClientStateError, match="another event loop") as caught:
        asyncio.run(upload())
    _check_nothing_was_sent(caught.value, 2)
    assert len(phoenix.requests) == sent


@every_method
def test_without_asyncio_nothing_is_sent(method: str) -> None:
    call, rows = CALLS[method]
    client = AsyncClient()
    # What another event loop, such as trio's, does first with a coroutine.
    coroutine = _whole(call(client))
    with pytest.raises(ClientStateError, match="asyncio only") as caught:
        coroutine.send(None)
    _check_nothing_was_sent(caught.value, rows)


# Forks


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Say in which process the test is: the last one."""
    known: list[object] = [object()]
    monkeypatch.setattr(clients, "process_token", lambda: known[-1])
    return known


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_a_callers_client_is_refused_after_a_fork(kind: Any, processes: list[object]) -> None:
    phoenix = AnyPhoenix()
    own = kind(transport=phoenix.transport(), base_url=phoenix.base_url)
    traces: Any = Traces(own) if kind is httpx.Client else AsyncTraces(own)
    processes.append(object())

    async def upload() -> None:
        uploading = traces.log_trace_annotations(trace_annotations=numbered(2))
        if kind is httpx.AsyncClient:
            await uploading

    with pytest.raises(ClientStateError, match="another process") as caught:
        asyncio.run(upload())
    _check_nothing_was_sent(caught.value, 2)
    assert phoenix.requests == []


LIVES = 1_000


class Memory:
    """One process' copy of what stands behind a client."""

    def __init__(self, own: OwnClient, process: object) -> None:
        self.own = own
        self.process = process
        self.is_closed = False

    def forked(self) -> Memory:
        twin = OwnClient.__new__(OwnClient)
        vars(twin).update({name: copy.copy(value) for name, value in vars(self.own).items()})
        memory = Memory(twin, object())
        memory.is_closed = self.is_closed
        return memory


def test_no_order_of_forks_uses_and_closings_shares_a_connection(processes: list[object]) -> None:
    uses = 0
    for seed in range(LIVES):
        random = Random(seed)
        makers: dict[int, object] = {}
        made: list[httpx.Client] = []

        def make(
            makers: dict[int, object] = makers, made: list[httpx.Client] = made
        ) -> httpx.Client:
            made.append(httpx.Client(transport=AnyPhoenix().transport()))
            makers[id(made[-1])] = processes[-1]
            return made[-1]

        memories = [Memory(OwnClient(make), processes[-1])]
        for _ in range(random.randint(3, 25)):
            memory = random.choice(memories)
            processes.append(memory.process)
            step = random.choice(["use", "use", "use", "fork", "close"])
            if step == "fork" and len(memories) < 6:
                memories.append(memory.forked())
            elif step == "close":
                memory.own.close()
                memory.is_closed = True
                ours = [each for each in made if makers[id(each)] is memory.process]
                assert all(each.is_closed for each in ours)
            elif step == "use" and memory.is_closed:
                with pytest.raises(ClientStateError):
                    memory.own.client()
            elif step == "use":
                client = memory.own.client()
                assert makers[id(client)] is memory.process
                assert client is memory.own.client()
                assert not client.is_closed
                uses += 1
    assert uses > LIVES
