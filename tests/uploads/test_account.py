from __future__ import annotations

import httpx

from phoenix_traces import InsertedTraceAnnotation, PhoenixTransportError
from phoenix_traces.report import RowState
from phoenix_traces.uploads.account import Account

ERROR = PhoenixTransportError("reset", request=httpx.Request("POST", "http://phoenix.test"))


def _inserted(*ids: str) -> list[InsertedTraceAnnotation]:
    return [InsertedTraceAnnotation(id=each) for each in ids]


def test_rows_are_not_stored_until_something_is_known_of_them() -> None:
    assert Account(3, {}).report().not_stored == {0, 1, 2}


def test_rows_are_done_when_they_are_stored_failed_skipped_kept_or_refused() -> None:
    account = Account(6, {})
    account.store([0], _inserted("a"))
    account.fail([1], ERROR)
    account.skip([2], ERROR)
    account.keep([3], _inserted("d"))
    account.refuse([4])
    account.doubt([5])
    assert account.done == 5
    assert list(account.report().states) == [
        RowState.STORED,
        RowState.NOT_STORED,
        RowState.NOT_STORED,
        RowState.UNCHANGED,
        RowState.REFUSED,
        RowState.UNKNOWN,
    ]
    assert account.report().inserted == {0: "a", 3: "d"}


def test_only_a_failure_that_nobody_asked_to_skip_is_the_error() -> None:
    account = Account(2, {})
    other = PhoenixTransportError("other")
    account.skip([0], ERROR)
    account.fail([1], other)
    account.fail([1], ERROR)
    assert account.error is other
    assert [failure.positions for failure in account.skipped] == [(0,)]
    assert len(account.report().failures) == 3


def test_rows_under_way_are_unknown_whatever_was_known_of_them() -> None:
    account = Account(3, {})
    account.store([0], _inserted("a"))
    report = account.report(under_way=[(0,), (2,)])
    assert (report.not_stored, report.unknown) == (frozenset({1}), frozenset({0, 2}))
    assert not report.stored
    assert report.inserted == {}


def test_a_doubt_is_settled_by_an_answer() -> None:
    account = Account(1, {})
    account.doubt([0])
    account.store([0], _inserted("a"))
    assert account.report().stored == {0}


def test_replaced_rows_share_the_fate_and_the_id_of_their_winner() -> None:
    account = Account(4, {0: 3, 1: 3})
    account.store([3], _inserted("d"))
    assert account.done == 3
    assert account.report().stored == {0, 1, 3}
    assert account.report().inserted == {0: "d", 1: "d", 3: "d"}
    assert [each.id for each in account.inserted()] == ["d", "d", "d"]


def test_ids_come_in_input_order_without_rows_that_have_none() -> None:
    account = Account(4, {})
    account.store([2, 3], _inserted("c", "d"))
    account.store([0], _inserted("a"))
    assert [each.id for each in account.inserted()] == ["a", "c", "d"]


def test_rows_that_a_queue_took_are_stored_without_ids() -> None:
    account = Account(2, {})
    account.store([0, 1], [])
    assert account.report().stored == {0, 1}
    assert account.inserted() == []


def test_a_report_does_not_change_afterwards() -> None:
    account = Account(1, {})
    before = account.report()
    account.store([0], _inserted("a"))
    assert before.not_stored == {0}
