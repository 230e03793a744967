"""The sender, the guard and the file together, over a fake Phoenix and a clock of the test's."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from phoenix_traces.errors import OutboxFileError
from phoenix_traces.outbox.guard import Guard, Overwrite
from phoenix_traces.testing import FakePhoenix
from tests.outbox.bench import Bench, HandLock, new_entry
from tests.outbox.clocks import HandClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite3"


def test_what_is_put_is_stored_in_one_request(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry("t1"), new_entry("t2"))
    assert bench.round() == 0
    assert bench.counts() == {"stored": 2}
    assert len(bench.phoenix.requests) == 1
    assert bench.phoenix.requests[0].params == {"sync": ("true",)}


def test_the_last_put_of_a_key_wins_and_the_earlier_is_superseded(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry(label="first"))
    bench.put(new_entry(label="second"), new_entry(label="other", identifier="ann"))
    bench.rounds(2)
    assert bench.labels() == ["second", "other"]
    assert bench.counts() == {"stored": 2, "superseded": 1}


def test_a_missing_trace_makes_its_row_alone_wait_with_growing_pauses(path: Path) -> None:
    bench = Bench(path, max_wait=100)
    bench.put(new_entry("late"), new_entry("t1"))
    bench.round()
    assert bench.counts() == {"stored": 1, "waiting": 1}
    asked = [bench.clock.steady]
    before = len(bench.phoenix.requests)
    for _ in range(1_000):
        bench.clock.pass_time(max(bench.round(), 0.01))
        if len(bench.phoenix.requests) > before:
            before = len(bench.phoenix.requests)
            asked.append(bench.clock.steady)
    pauses = [round(later - earlier) for earlier, later in pairwise(asked)]
    assert pauses == [1, 1, 2, 4, 8, 16, 32, 60]
    assert bench.counts() == {"stored": 1, "missing_trace": 1}
    (kept,) = bench.inventory.refused()
    assert "late" in kept.entry.reason


def test_a_trace_that_comes_while_its_row_waits_gets_it(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry("late"))
    bench.rounds(20)
    bench.phoenix.knows_traces("late")
    bench.rounds(40)
    assert bench.counts() == {"stored": 1}


def test_hours_without_phoenix_do_not_use_up_the_patience_for_a_trace(path: Path) -> None:
    bench = Bench(path, max_wait=60)
    bench.put(new_entry("late"))
    bench.phoenix.drop_next(times=10_000)
    bench.rounds(3 * 3_600)
    bench.phoenix = FakePhoenix(now=bench.clock.as_datetime)
    bench.client = bench.phoenix.client(max_retries=0)
    bench.rounds(61)
    assert bench.counts() == {"waiting": 1}
    bench.phoenix.knows_traces("late")
    bench.rounds(61)
    assert bench.counts() == {"stored": 1}


def test_a_refused_row_is_rejected_with_the_servers_words_and_the_others_are_stored(
    path: Path,
) -> None:
    bench = Bench(path)
    bench.put(new_entry("t1"), new_entry("t2"), new_entry("t3"))
    detail = [{"type": "x", "loc": ["body", "data", 1, "name"], "msg": "is odd", "input": ""}]
    bench.phoenix.fail_next(422, body={"detail": detail})
    bench.round()
    assert bench.counts() == {"stored": 2, "rejected": 1}
    (kept,) = bench.inventory.refused()
    assert kept.entry.key == ("t2", "tone", "")
    assert "is odd" in kept.entry.reason
    assert bench.inventory.retry([kept.entry.id]) == 1
    bench.round()
    assert bench.counts() == {"stored": 3}


def test_rejected_rows_are_forgotten_after_a_while(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry())
    bench.phoenix.fail_next(422)
    bench.round()
    assert bench.counts() == {"rejected": 1}
    bench.clock.pass_time(bench.settings.keep_rejected - 60)
    bench.round()
    assert bench.counts() == {"rejected": 1}
    bench.clock.pass_time(121)
    bench.round()
    assert bench.counts() == {"not_sent": 1}


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_write_stops_the_sending_and_refuses_nothing(
    path: Path, status: int
) -> None:
    bench = Bench(path)
    bench.put(new_entry("t1"), new_entry("t2"))
    bench.phoenix.fail_next(status, times=3)
    bench.rounds(59)
    assert len(bench.phoenix.requests) == 1
    assert bench.sender.is_refused
    assert str(status) in bench.inventory.trouble()
    assert bench.counts() == {"waiting": 2}
    bench.rounds(200)
    assert bench.counts() == {"stored": 2}
    assert bench.inventory.trouble() == ""


def test_one_row_that_makes_the_server_fail_does_not_hold_up_the_others(path: Path) -> None:
    phoenix = FakePhoenix("t1", database="postgresql")
    clock = HandClock()
    bench = Bench(path, phoenix, clock=clock)
    # PostgreSQL takes no NUL. Our own rules refuse it, so it is put past them.
    bench.put(new_entry("t1", name="bad", label="\0"))
    for number in range(150):
        bench.put(new_entry("t1", name=f"good {number}"))
    bench.rounds(300)
    assert bench.counts() == {"stored": 150, "waiting": 1}
    assert "500" in bench.inventory.trouble()


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_that_names_no_row_finds_the_one_it_is_about(path: Path, status: int) -> None:
    bench = Bench(path)
    for number in range(8):
        bench.put(new_entry("t1", name=f"name {number}"))
    # All rounds with the first row in it are refused as a whole: 8, 4, 2 and 1 rows.
    bench.phoenix.fail_next(status, times=4, body="no")
    bench.rounds(5)
    assert bench.counts() == {"rejected": 1, "stored": 7}
    assert bench.inventory.refused()[0].entry.key == ("t1", "name 0", "")


def test_a_row_that_no_proxy_lets_through_is_rejected_alone(path: Path) -> None:
    clock = HandClock()
    phoenix = FakePhoenix("t1", now=clock.as_datetime, max_body_bytes=1_000)
    bench = Bench(path, phoenix, clock=clock)
    for number in range(20):
        bench.put(new_entry("t1", name=f"name {number}", label="x" * (2_000 if number == 7 else 9)))
    bench.rounds(60)
    assert bench.counts() == {"rejected": 1, "stored": 19}
    assert bench.inventory.refused()[0].entry.key == ("t1", "name 7", "")


FAULTS: dict[str, Callable[[FakePhoenix], None]] = {
    "503": lambda phoenix: phoenix.fail_next(503, times=5),
    "500": lambda phoenix: phoenix.fail_next(500, times=5),
    "429": lambda phoenix: phoenix.fail_next(429, times=5),
    "not found, and no trace named": lambda phoenix: phoenix.fail_next(404, times=5, body="nginx"),
    "wrong path": lambda phoenix: phoenix.fail_next(405, times=5),
    "web page": lambda phoenix: phoenix.answer_next("<html>", times=5),
    "dropped before": lambda phoenix: phoenix.drop_next(times=5),
    "dropped after": lambda phoenix: phoenix.drop_next(times=5, moment="after"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_server_does_everything_is_stored_once_it_works(
    path: Path, fault: str
) -> None:
    bench = Bench(path, batch_size=4)
    for trace_id in ("t1", "t2", "t3"):
        for name in ("a", "b", "c"):
            bench.put(new_entry(trace_id, name))
    FAULTS[fault](bench.phoenix)
    bench.rounds(400)
    assert bench.counts() == {"stored": 9}
    assert bench.inventory.trouble() == ""
    assert len(bench.phoenix.stored()) == 9


# Late rows


def _foreign(bench: Bench, label: str) -> None:
    bench.client.traces.add_trace_annotation(
        trace_id="t1", annotation_name="tone", label=label, sync=True
    )


def _without(bench: Bench, seconds: float) -> None:
    bench.phoenix.drop_next(times=1)
    bench.round()
    bench.clock.pass_time(seconds)


def test_a_late_row_does_not_replace_what_was_updated_after_it_was_put(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry(label="mine"))
    _without(bench, 60)
    _foreign(bench, "newer")
    bench.round()
    assert bench.labels() == ["newer"]
    assert bench.counts() == {"kept_out": 1}


def test_a_late_row_replaces_what_was_there_before_it_was_put(path: Path) -> None:
    bench = Bench(path)
    _foreign(bench, "older")
    bench.clock.pass_time(10)
    bench.put(new_entry(label="mine"))
    _without(bench, 60)
    bench.round()
    assert bench.labels() == ["mine"]
    assert bench.counts() == {"stored": 1}


@pytest.mark.parametrize(
    ("overwrite", "label"), [("always", "mine"), ("not_human", "human"), ("never", "human")]
)
def test_a_late_row_of_a_model_leaves_a_human_judgement_unless_told(
    path: Path, overwrite: Overwrite, label: str
) -> None:
    bench = Bench(path, guard=Guard(overwrite))
    _foreign(bench, "human")
    bench.clock.pass_time(10)
    bench.put(new_entry(label="mine", annotator_kind="LLM"))
    _without(bench, 60)
    bench.round()
    assert bench.labels() == [label]


def test_a_fresh_row_is_sent_without_a_look_unless_told(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry())
    bench.round()
    assert [each.method for each in bench.phoenix.requests] == ["POST"]
    careful = Bench(path.with_name("careful"), guard=Guard(compare_after=0.0))
    careful.put(new_entry())
    careful.round()
    assert [each.method for each in careful.phoenix.requests] == ["GET", "POST"]


def test_a_late_row_that_phoenix_has_already_is_stored_and_not_sent_again(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry())
    bench.phoenix.drop_next(moment="after")
    bench.round()
    bench.clock.pass_time(30)
    bench.round()
    assert bench.counts() == {"stored": 1}
    assert [each.method for each in bench.phoenix.requests] == ["POST", "GET"]


@pytest.mark.parametrize("jump", [-7_200.0, 7_200.0])
@pytest.mark.parametrize("moment", ["before the put", "after the put", "before the look"])
@pytest.mark.parametrize("foreign", ["older", "newer"])
def test_a_clock_that_is_set_decides_nothing(
    path: Path, jump: float, moment: str, foreign: str
) -> None:
    """The server's own clock goes on; ours is set by hours."""
    server = HandClock()
    bench = Bench(path, FakePhoenix("t1", now=server.as_datetime))

    def pass_time(seconds: float, at: str = "") -> None:
        server.pass_time(seconds)
        bench.clock.pass_time(seconds)
        if at == moment:
            bench.clock.jump(jump)

    if foreign == "older":
        _foreign(bench, foreign)
    pass_time(60, "before the put")
    bench.put(new_entry(label="mine"))
    bench.phoenix.drop_next()
    bench.round()
    pass_time(60, "after the put")
    if foreign == "newer":
        _foreign(bench, foreign)
    pass_time(60, "before the look")
    bench.round()
    assert bench.labels() == ["newer" if foreign == "newer" else "mine"]
    assert bench.counts() == {"kept_out" if foreign == "newer" else "stored": 1}


def test_an_earlier_put_of_ours_that_was_in_doubt_is_replaced(path: Path) -> None:
    """It may have been stored after the later one was put."""
    bench = Bench(path)
    bench.put(new_entry(label="first"))
    bench.put_in_flight(new_entry(label="second"))
    bench.clock.pass_time(60)
    bench.round()
    assert bench.labels() == ["second"]
    assert bench.counts() == {"stored": 1, "superseded": 1}


def test_an_earlier_put_of_ours_that_was_just_stored_is_replaced(path: Path) -> None:
    """Two clocks cannot tell which of the two came first; what was sent is known."""
    bench = Bench(path)
    bench.put(new_entry(label="first"))
    bench.round()
    bench.put(new_entry(label="second"))
    _without(bench, 60)
    bench.round()
    assert bench.labels() == ["second"]


def test_what_was_sent_is_remembered_when_the_clock_is_set_forward(path: Path) -> None:
    """The server's own clock goes on; ours is set by two hours."""
    server = HandClock()
    bench = Bench(path, FakePhoenix("t1", now=server.as_datetime))
    bench.put(new_entry(label="first"))
    bench.round()
    bench.clock.jump(7_200)
    later = Bench(path, bench.phoenix, clock=bench.clock)  # which begins by tidying up
    later.round()
    later.put(new_entry(label="second"))
    later.phoenix.drop_next()
    later.round()
    server.pass_time(60)
    later.clock.pass_time(60)
    later.round()
    assert later.labels() == ["second"]


# One sender


def test_only_the_one_that_is_elected_sends(path: Path) -> None:
    lock = HandLock(is_free=False)
    bench = Bench(path, lock=lock)
    bench.put(new_entry())
    bench.rounds(10)
    assert bench.phoenix.requests == []
    lock.is_free = True
    bench.rounds(2)
    assert bench.counts() == {"stored": 1}


def test_a_file_that_fails_is_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(path)
    bench.put(new_entry())

    def fail(*_: object) -> None:
        raise OutboxFileError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(bench.dispatch, "settle", fail)
        bench.rounds(5)
    assert len(bench.phoenix.stored()) == 1
    bench.rounds(120)
    assert bench.counts() == {"stored": 1}


def test_rows_that_wait_go_on_after_the_clock_was_set_back(path: Path) -> None:
    bench = Bench(path)
    bench.put(new_entry("late"))
    bench.round()
    bench.clock.jump(-86_400)
    bench.phoenix.knows_traces("late")
    bench.rounds(3)
    assert bench.counts() == {"stored": 1}
