"""What callers see of an outbox, sync and async, over a fake Phoenix at a port."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from phoenix_traces import (
    AnnotationResult,
    AnnotationValidationError,
    AsyncClient,
    AsyncOutbox,
    Client,
    ConfigurationError,
    DuplicateAnnotationWarning,
    Outbox,
    OutboxClosedError,
    OutboxFullError,
    TraceAnnotationData,
)
from phoenix_traces.testing import FakePhoenix
from tests.support.modes import Mode, both_modes

PLAIN: dict[str, Any] = {"trace_id": "t1", "annotation_name": "tone", "label": "kind"}
MAPPING: dict[str, Any] = {
    "trace_id": "t1",
    "name": "tone",
    "annotator_kind": "HUMAN",
    "result": {"label": "kind"},
}


class AnyOutbox:
    """The methods of `Outbox`, in either mode; every async one runs to its end."""

    def __init__(self, mode: Mode, phoenix: FakePhoenix, path: Path, **options: Any) -> None:
        client: dict[str, Any] = {"max_retries": 0}
        self._is_async = mode is Mode.ASYNC
        self.outbox: Any
        if self._is_async:
            self.outbox = AsyncOutbox(phoenix.async_client(**client), path, **options)
        else:
            self.outbox = Outbox(phoenix.client(**client), path, **options)
        self._loop = asyncio.new_event_loop()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if not self._is_async:
            method: Callable[..., Any] = getattr(self.outbox, name)
            return method
        name = "aclose" if name == "close" else name
        return lambda *given, **named: self._loop.run_until_complete(
            getattr(self.outbox, name)(*given, **named)
        )

    def end(self) -> None:
        with suppress(OutboxClosedError):
            self.close(timeout=0)
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


MakeOutbox: TypeAlias = "Callable[..., AnyOutbox]"


@pytest.fixture
def phoenix() -> FakePhoenix:
    return FakePhoenix("t1", "t2", "t3")


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def make(
    request: pytest.FixtureRequest, phoenix: FakePhoenix, tmp_path: Path
) -> Iterator[MakeOutbox]:
    made: list[AnyOutbox] = []

    def make_outbox(**options: Any) -> AnyOutbox:
        path = options.pop("path", tmp_path / "outbox.sqlite3")
        made.append(AnyOutbox(request.param, options.pop("phoenix", phoenix), path, **options))
        return made[-1]

    yield make_outbox
    for each in made:
        each.end()


MODEL = TraceAnnotationData(
    trace_id="t1", name="tone", annotator_kind="HUMAN", result=AnnotationResult(label="kind")
)


@pytest.mark.parametrize("given", [((), PLAIN), ((MAPPING,), {}), ((MODEL,), {})])
def test_an_annotation_is_put_in_each_way_and_stored(
    make: MakeOutbox, phoenix: FakePhoenix, given: tuple[Any, Any]
) -> None:
    outbox = make()
    positional, named = given
    outbox.put(*positional, **named)
    report = outbox.flush(timeout=20)
    status = outbox.status()
    assert (status.waiting, status.stored) == (0, 1)
    assert report.is_complete
    (stored,) = phoenix.stored()
    assert (stored.name, stored.result.label, stored.annotator_kind) == ("tone", "kind", "HUMAN")


def test_a_flush_tells_what_became_of_each(make: MakeOutbox, phoenix: FakePhoenix) -> None:
    outbox = make(background=False, max_wait=0)
    detail = [{"type": "x", "loc": ["body", "data", 1, "name"], "msg": "is odd", "input": ""}]
    phoenix.fail_next(422, body={"detail": detail})
    outbox.put_many([{**MAPPING, "trace_id": each} for each in ("t1", "t2", "none")])
    outbox.put({**MAPPING, "identifier": "ann"})
    report = outbox.flush(timeout=20)
    told = {(row.trace_id, row.identifier): (row.status, row.reason != "") for row in report.rows}
    assert told == {
        ("t1", None): ("stored", False),
        ("t2", None): ("rejected", True),
        ("none", None): ("missing_trace", True),
        ("t1", "ann"): ("stored", False),
    }
    assert [row.annotation_id is not None for row in report.rows] == [True, False, False, True]
    assert "is odd" in report.rows[1].reason
    assert "none" in report.rows[2].reason
    assert report.counts == {"stored": 2, "rejected": 1, "missing_trace": 1}
    assert repr(report) == "<FlushReport of 4: 2 stored, 1 rejected, 1 missing_trace>"
    kept = outbox.rejected()
    assert [row.status for row in kept] == ["rejected", "missing_trace"]
    assert kept[0].annotation["trace_id"] == "t2"
    assert outbox.retry([kept[0].id]) == 1
    assert outbox.flush(timeout=20).counts == {"stored": 1}
    assert outbox.discard() == 1
    status = outbox.status()
    assert (status.stored, status.not_sent, status.rejected) == (3, 1, 0)
    assert outbox.flush().rows == ()


def test_without_a_background_nothing_is_sent_but_by_flush(
    make: MakeOutbox, phoenix: FakePhoenix
) -> None:
    outbox = make(background=False)
    outbox.put(**PLAIN)
    outbox.close()
    assert phoenix.requests == []
    again = make(background=False)
    assert again.status().waiting == 1
    assert again.flush(timeout=20).counts == {"stored": 1}


def test_a_flush_ends_in_time_and_keeps_what_it_could_not_send(
    make: MakeOutbox, phoenix: FakePhoenix
) -> None:
    outbox = make(background=False)
    phoenix.fail_next(503, times=1_000)
    outbox.put(**PLAIN)
    began = time.monotonic()
    report = outbox.flush(timeout=0.3)
    assert time.monotonic() - began < 20
    assert not report.is_complete
    assert report.counts == {"waiting": 1}
    assert "503" in report.rows[0].reason
    assert "503" in outbox.status().waits_for


def test_a_flush_does_not_wait_for_a_key_that_is_refused(
    make: MakeOutbox, phoenix: FakePhoenix
) -> None:
    outbox = make(background=False)
    phoenix.fail_next(401, times=1_000)
    outbox.put(**PLAIN)
    assert outbox.flush(timeout=None).counts == {"waiting": 1}
    assert "401" in outbox.status().waits_for


def test_a_close_sends_what_it_can_and_does_not_wait_for_missing_traces(
    make: MakeOutbox, phoenix: FakePhoenix
) -> None:
    outbox = make()
    outbox.put(**PLAIN)
    outbox.put(**{**PLAIN, "trace_id": "none"})
    began = time.monotonic()
    outbox.close(timeout=60)
    assert time.monotonic() - began < 30
    assert len(phoenix.stored()) == 1
    outbox.close()
    for use in (outbox.status, outbox.flush, outbox.rejected, outbox.retry, outbox.discard):
        with pytest.raises(OutboxClosedError):
            use()
    with pytest.raises(OutboxClosedError):
        outbox.put(**PLAIN)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"trace_id": "t1"}, TypeError),
        ({**PLAIN, "annotation": MAPPING}, TypeError),
        ({"annotation": [MAPPING]}, TypeError),
        ({**PLAIN, "score": float("nan")}, AnnotationValidationError),
        ({"annotation": {**MAPPING, "name": "note"}}, AnnotationValidationError),
    ],
)
def test_what_is_wrong_is_refused_like_everywhere_and_not_kept(
    make: MakeOutbox, given: dict[str, Any], error: type[Exception]
) -> None:
    outbox = make(background=False)
    with pytest.raises(error):
        outbox.put(**given)
    with pytest.raises(AnnotationValidationError, match="row 1"):
        outbox.put_many([MAPPING, {**MAPPING, "annotator_kind": "ROBOT"}])
    assert outbox.status().waiting == 0


def test_of_many_with_one_key_the_last_is_kept_with_a_warning(make: MakeOutbox) -> None:
    outbox = make(background=False)
    with pytest.warns(DuplicateAnnotationWarning):
        outbox.put_many([MAPPING, {**MAPPING, "result": {"label": "cold"}}])
    assert outbox.status().waiting == 1


def test_a_full_outbox_raises_or_waits_as_asked(make: MakeOutbox, tmp_path: Path) -> None:
    full = make(background=False, max_rows=1, path=tmp_path / "full")
    full.put(**PLAIN)
    with pytest.raises(OutboxFullError, match="max_rows=1"):
        full.put(**{**PLAIN, "trace_id": "t2"})
    waits = make(max_rows=1, on_full="wait", path=tmp_path / "waits")
    for number in range(4):
        waits.put(**{**PLAIN, "identifier": str(number)})
    with pytest.raises(OutboxFullError):  # it would never fit
        waits.put_many([MAPPING, {**MAPPING, "trace_id": "t2"}])
    assert waits.flush(timeout=20).is_complete
    assert waits.status().stored == 4


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("max_rows", 0),
        ("max_bytes", "many"),
        ("on_full", "drop"),
        ("batch_size", 0),
        ("overwrite", "sometimes"),
        ("compare_after", -1),
        ("max_wait", float("nan")),
        ("keep_rejected", None),
        ("synchronous", "off"),
    ],
)
def test_an_option_that_cannot_work_is_named(make: MakeOutbox, option: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=option):
        make(**{option: value})


def test_a_client_of_the_other_kind_is_refused(phoenix: FakePhoenix, tmp_path: Path) -> None:
    wrong: Any = phoenix.async_client()
    with pytest.raises(TypeError, match=r"phoenix_traces\.Client, not AsyncClient"):
        Outbox(wrong, tmp_path / "x")
    wrong = phoenix.client()
    with pytest.raises(TypeError, match=r"phoenix_traces\.AsyncClient, not Client"):
        AsyncOutbox(wrong, tmp_path / "x")


def test_an_outbox_is_neither_pickled_nor_shows_a_key(phoenix: FakePhoenix, tmp_path: Path) -> None:
    outbox = Outbox(phoenix.client(api_key="sk-planted"), tmp_path / "x", background=False)
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(outbox)
    assert "sk-planted" not in repr(outbox)
    outbox.close()


def test_two_outboxes_over_one_file_send_each_annotation_once(
    phoenix: FakePhoenix, tmp_path: Path
) -> None:
    with (
        Outbox(phoenix.client(), tmp_path / "x") as one,
        Outbox(phoenix.client(), tmp_path / "x") as other,
    ):
        for number in range(20):
            (one, other)[number % 2].put(**{**PLAIN, "identifier": str(number)})
        one.flush(timeout=30)
        other.flush(timeout=30)
        assert one.status().stored == 20
        assert one.status().is_sender != other.status().is_sender
    sent = [each for request in phoenix.requests for each in request.json["data"]]
    assert len(sent) == 20


def test_another_outbox_takes_over_when_the_one_that_sends_is_closed(
    phoenix: FakePhoenix, tmp_path: Path
) -> None:
    one = Outbox(phoenix.client(), tmp_path / "x")
    one.put(**PLAIN)
    one.flush(timeout=30)
    with Outbox(phoenix.client(), tmp_path / "x") as other:
        one.close()
        other.put(**{**PLAIN, "trace_id": "t2"})
        assert other.flush(timeout=30).counts == {"stored": 1}


def test_threads_put_at_once_and_nothing_is_lost(phoenix: FakePhoenix, tmp_path: Path) -> None:
    with Outbox(phoenix.client(), tmp_path / "x", synchronous="normal") as outbox:

        def put(worker: int) -> None:
            for number in range(25):
                outbox.put(**{**PLAIN, "identifier": f"{worker} {number}"})

        threads = [threading.Thread(target=put, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outbox.flush(timeout=60)
        assert outbox.status().stored == 200
    assert len(phoenix.stored()) == 200


_ENDS = """
import sys
from phoenix_traces import Client, Outbox
outbox = Outbox(Client(base_url=sys.argv[1], max_retries=0), sys.argv[2], {option})
for number in range(5):
    outbox.put(trace_id="t1", annotation_name="tone", label="kind", identifier=str(number))
{end}
"""


def _run(url: str, path: Path, option: str = "", end: str = "") -> None:
    code = _ENDS.format(option=option, end=end)
    subprocess.run([sys.executable, "-c", code, url, path], check=True, timeout=60)


def test_a_program_ends_without_waiting_and_the_next_one_sends_what_is_left(
    phoenix: FakePhoenix, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    _run("http://127.0.0.1:9/", path)  # where nothing answers
    with phoenix.serve() as url:
        _run(url, path, "rebind=True", "assert outbox.flush(timeout=30).is_complete")
    assert len(phoenix.stored()) == 5


def test_a_program_that_asks_for_it_sends_at_its_end(phoenix: FakePhoenix, tmp_path: Path) -> None:
    with phoenix.serve() as url:
        _run(url, tmp_path / "x", "background=False, flush_at_exit=30")
    assert len(phoenix.stored()) == 5


def test_a_child_that_is_forked_puts_and_sends_for_itself(
    phoenix: FakePhoenix, tmp_path: Path
) -> None:
    code = """
import os, sys
from phoenix_traces import Client, Outbox
outbox = Outbox(Client(base_url=sys.argv[1]), sys.argv[2])
outbox.put(trace_id="t1", annotation_name="tone", label="parent")
children = []
for name in ("one", "two"):
    child = os.fork()
    if child == 0:
        outbox.put(trace_id="t1", annotation_name=name, label="child")
        ok = outbox.flush(timeout=30).is_complete
        os._exit(0 if ok else 1)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
assert codes == [0, 0], codes
assert outbox.flush(timeout=30).is_complete
outbox.close()
"""
    if not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    with phoenix.serve() as url:
        subprocess.run([sys.executable, "-c", code, url, tmp_path / "x"], check=True, timeout=90)
    assert {each.name for each in phoenix.stored()} == {"tone", "one", "two"}


def test_a_hook_that_raises_does_not_end_the_sending(phoenix: FakePhoenix, tmp_path: Path) -> None:
    client = phoenix.client()
    raised: list[int] = []

    def raise_once(_: object) -> None:
        if not raised:
            raised.append(1)
            raise RuntimeError("of a hook")

    client.connection.client().event_hooks["request"].append(raise_once)
    with Outbox(client, tmp_path / "x") as outbox:
        outbox.put(**PLAIN)
        assert outbox.flush(timeout=30).is_complete
    assert raised


def test_an_event_loop_that_ends_lets_somebody_else_send(
    phoenix: FakePhoenix, tmp_path: Path
) -> None:
    kept: list[AsyncOutbox] = []

    async def use(identifier: str) -> None:
        outbox = AsyncOutbox(phoenix.async_client(), tmp_path / "x")
        kept.append(outbox)  # nobody closes it
        await outbox.put(**PLAIN, identifier=identifier)
        assert (await outbox.flush(timeout=20)).is_complete

    for number in range(2):
        asyncio.run(use(str(number)))
    assert len(phoenix.stored()) == 2
    for outbox in kept:
        asyncio.run(outbox.aclose())


def test_a_put_does_not_block_the_event_loop(phoenix: FakePhoenix, tmp_path: Path) -> None:
    async def run() -> int:
        ticks = 0
        async with AsyncOutbox(phoenix.async_client(), tmp_path / "x") as outbox:
            with outbox._parts.database.changing():  # noqa: SLF001 - somebody else writes
                put = asyncio.create_task(outbox.put(**PLAIN))
                while ticks < 20:
                    await asyncio.sleep(0.001)
                    ticks += 1
                assert not put.done()
            await put
        return ticks

    assert asyncio.run(run()) == 20
    assert len(phoenix.stored()) == 1


@both_modes
def test_metrics_tell_rows_sizes_ages_and_durations(
    phoenix: FakePhoenix, tmp_path: Path, mode: Mode
) -> None:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    outbox = AnyOutbox(
        mode, phoenix, tmp_path / "x", background=False, meter_provider=provider, max_wait=0
    )
    outbox.put_many([MAPPING, {**MAPPING, "trace_id": "none"}])
    data: Any = reader.get_metrics_data()
    before = {
        metric.name: [point.value for point in metric.data.data_points]
        for each in data.resource_metrics
        for scope in each.scope_metrics
        for metric in scope.metrics
    }
    assert before["phoenix_traces.outbox.size"] == [2]
    assert before["phoenix_traces.outbox.oldest.age"][0] >= 0
    outbox.flush(timeout=20)
    data = reader.get_metrics_data()
    after: Any = {
        metric.name: metric.data.data_points
        for each in data.resource_metrics
        for scope in each.scope_metrics
        for metric in scope.metrics
    }
    rows = {
        point.attributes["status"]: point.value for point in after["phoenix_traces.outbox.rows"]
    }
    assert rows == {"stored": 1, "missing_trace": 1}
    assert after["phoenix_traces.outbox.size"][0].value == 0
    assert after["phoenix_traces.outbox.send.duration"][0].count >= 1
    outbox.end()
    provider.shutdown()


def test_the_log_tells_of_trouble_without_words_or_keys(
    phoenix: FakePhoenix, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "a cell that nobody else may read"
    phoenix.fail_next(503, body=f"busy with {secret}")
    with (
        caplog.at_level("DEBUG", logger="phoenix_traces.outbox"),
        Outbox(phoenix.client(max_retries=0, api_key="sk-planted"), tmp_path / "x") as outbox,
    ):
        outbox.put(**{**PLAIN, "label": secret})
        outbox.flush(timeout=20)
    ours = [each.getMessage() for each in caplog.records if each.name == "phoenix_traces.outbox"]
    assert any("sending goes on after" in line for line in ours)
    assert not [line for line in ours if secret in line or "sk-planted" in line]


def test_importing_the_package_does_not_load_sqlite(tmp_path: Path) -> None:
    code = "import sys, phoenix_traces; phoenix_traces.Client; assert 'sqlite3' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_clients_say_where_they_are_without_credentials() -> None:
    for kind in (Client, AsyncClient):
        client = kind(base_url="http://user:secret@phoenix.test/here")
        assert client.base_url == "http://phoenix.test/here"
        del client
    gc.collect()
