from __future__ import annotations

from typing import Any

import httpx

from phoenix_traces import InsertedTraceAnnotation, PhoenixTransportError
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.report import RowState
from phoenix_traces.uploads.account import Account

ERROR = PhoenixTransportError("reset", request=httpx.Request("POST", "http://phoenix.test"))


def _inserted(*ids: str) -> list[InsertedTraceAnnotation]:
    return [InsertedTraceAnnotation(id=each) for each in ids]


def _account(total: int, superseded: dict[int, int] | None = None, **more: Any) -> Account:
    rows: Rows[str] = Rows(
        total,
        (),
        encode=lambda rows: b"",
        key=lambda row: ("", "", ""),
        superseded=superseded or {},
        **more,
    )
    return Account(rows)


def test_rows_are_not_stored_until_something_is_known_of_them() -> None:
    assert _account(3).report().not_stored == {0, 1, 2}


def test_rows_are_done_when_they_are_stored_failed_skipped_kept_or_kept_out() -> None:
    account = _account(7)
    account.store([0], _inserted("a"))
    account.fail([1], ERROR)
    account.skip([2], ERROR)
    account.keep([3], _inserted("d"))
    account.keep_out([4], "a person's judgement is there")
    account.doubt([5])
    account.queue([6])
    assert account.done == 6
    assert list(account.report().states) == [
        RowState.STORED,
        RowState.NOT_SENT,
        RowState.NOT_SENT,
        RowState.UNCHANGED,
        RowState.KEPT_OUT,
        RowState.UNKNOWN,
        RowState.QUEUED,
    ]
    assert account.report().reasons[4] == "a person's judgement is there"
    assert account.report().inserted == {0: "a", 3: "d"}


def test_only_a_failure_that_nobody_asked_to_skip_is_the_error() -> None:
    account = _account(2)
    other = PhoenixTransportError("other")
    account.skip([0], ERROR)
    account.fail([1], other)
    account.fail([1], ERROR)
    assert account.error is other
    assert [failure.positions for failure in account.skipped] == [(0,)]
    assert len(account.report().failures) == 3


def test_rows_under_way_are_unknown_whatever_was_known_of_them() -> None:
    account = _account(3)
    account.store([0], _inserted("a"))
    report = account.report(under_way=[(0,), (2,)])
    assert (report.not_stored, report.unknown) == (frozenset({1}), frozenset({0, 2}))
    assert not report.stored
    assert report.inserted == {}


def test_a_doubt_is_settled_by_an_answer() -> None:
    account = _account(1)
    account.doubt([0])
    account.store([0], _inserted("a"))
    assert account.report().stored == {0}


def test_replaced_rows_are_superseded_and_have_the_id_of_their_winner() -> None:
    account = _account(4, {0: 3, 1: 3})
    account.store([3], _inserted("d"))
    assert account.done == 3
    assert account.report().stored == {3}
    assert account.report().superseded == {0, 1}
    assert account.report().inserted == {0: "d", 1: "d", 3: "d"}
    assert [each.id for each in account.inserted()] == ["d", "d", "d"]


def test_ids_come_in_input_order_without_rows_that_have_none() -> None:
    account = _account(4)
    account.store([2, 3], _inserted("c", "d"))
    account.store([0], _inserted("a"))
    assert [each.id for each in account.inserted()] == ["a", "c", "d"]


def test_rows_that_a_queue_took_are_queued_and_have_no_ids() -> None:
    account = _account(2)
    account.queue([0, 1])
    assert account.report().queued == {0, 1}
    assert account.inserted() == []


def test_rows_without_a_judgement_are_done_from_the_beginning() -> None:
    account = _account(3, left_out={1: "TimeoutError: too slow"})
    assert account.done == 1
    assert account.report().not_evaluated == {1}
    assert account.report().reasons == {1: "TimeoutError: too slow"}


def test_a_row_in_doubt_stays_unknown_whatever_a_later_answer_says() -> None:
    account = _account(2)
    account.doubt([0])
    account.blame([0, 1], RowState.MISSING_TRACE)
    assert account.report().statuses == ("unknown", "missing_trace")


def test_a_report_does_not_change_afterwards() -> None:
    account = _account(1)
    before = account.report()
    account.store([0], _inserted("a"))
    assert before.not_stored == {0}
