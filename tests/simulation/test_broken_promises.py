"""Breaking a promise on purpose is caught: the simulation can see what it is there to see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from httpx_retries import Retry, RetryTransport
from typing_extensions import override

from phoenix_traces.errors import PhoenixHTTPError
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.protocol.exchange import Call, Outcome, Step, trail_of
from phoenix_traces.report import RowState, UploadReport
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.uploads.account import Account
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.upload import Upload
from tests.simulation.many import play_some
from tests.simulation.rows import WireRow, encode, key_of, rows_of

SCRIPTS_UNTIL_CAUGHT = 4_000
SCRIPTS_TOGETHER = 200


class StoredBeforeItsAnswer(Upload[WireRow]):
    """Say of rows under way that they are stored."""

    @override
    def report(self) -> UploadReport:
        report = super().report()
        states = report.states.replace(bytes([RowState.UNKNOWN]), bytes([RowState.STORED]))
        return replace(report, states=states)


class FailedCountedAsStored(Upload[WireRow]):
    """Take every status for a good answer."""

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        if isinstance(outcome, httpx.Response) and outcome.status_code >= 500:
            rows = len((call.content or b"").split(b'"result"')) - 1
            ids = [{"id": "TraceAnnotation:1"}] * (rows if call.params else 0)
            outcome = httpx.Response(200, json={"data": ids}, request=outcome.request)
        super().receive(call, outcome, now)


class DoubtForgotten(Upload[WireRow]):
    """Believe the last attempt alone."""

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        trail_of(outcome.request).maybe_processed = False
        super().receive(call, outcome, now)


class AnswersMixedUp(Upload[WireRow]):
    """Give the first row the last row's ID."""

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        if isinstance(outcome, httpx.Response) and outcome.content.startswith(b'{"data": [{'):
            ids = outcome.json()["data"][::-1]
            outcome = httpx.Response(200, json={"data": ids}, request=outcome.request)
        super().receive(call, outcome, now)


class CallLost(Upload[WireRow]):
    """Forget to send the second batch."""

    calls = 0

    @override
    def next_call(self, now: float) -> Step:
        step = super().next_call(now)
        self.calls += isinstance(step, Call)
        return super().next_call(now) if self.calls == 2 else step


class CallRepeated(Upload[WireRow]):
    """Send every batch twice."""

    last: Call | None = None

    @override
    def next_call(self, now: float) -> Step:
        if (last := self.last) is not None:
            self.last = None
            return Call(last.method, last.path, last.params, last.content)
        step = super().next_call(now)
        self.last = step if isinstance(step, Call) else None
        return step

    @override
    def receive(self, call: Call, outcome: Outcome, now: float) -> None:
        self.last = None
        super().receive(call, outcome, now)


def other_options(**changes: Any) -> Callable[..., Upload[WireRow]]:
    def make_upload(rows: Rows[WireRow], *, sync: bool, options: UploadOptions) -> Upload[WireRow]:
        return Upload(rows, sync=sync, options=options.model_copy(update=changes))

    return make_upload


def with_superseded_rows(rows: Sequence[WireRow]) -> Rows[WireRow]:
    return Rows(len(rows), list(enumerate(rows)), encode, key_of)


def in_reverse(rows: Sequence[WireRow]) -> Rows[WireRow]:
    right = rows_of(rows)
    return replace(right, items=list(right.items)[::-1])


def one_attempt_more(
    transport: httpx.AsyncBaseTransport, *, max_retries: int, budget: float
) -> RepeatingTransport:
    return RepeatingTransport(transport, max_retries=max_retries + 1, budget=budget)


def twice_the_time(
    transport: httpx.AsyncBaseTransport, *, max_retries: int, budget: float
) -> RepeatingTransport:
    return RepeatingTransport(transport, max_retries=max_retries, budget=2 * budget)


class LibrarysRetry(Retry):
    """The library's own policy, but for what it does not survive."""

    @override
    def parse_retry_after(self, retry_after: str) -> float:
        return 0.0 if retry_after.startswith("Mon") else super().parse_retry_after(retry_after)


def other_retries(**changes: Any) -> Callable[..., RetryTransport]:
    def make_transport(
        transport: httpx.AsyncBaseTransport, *, max_retries: int, budget: float
    ) -> RetryTransport:
        arguments: dict[str, Any] = {"total": max_retries, "total_timeout": budget}
        return RetryTransport(
            transport, LibrarysRetry(allowed_methods=["POST"], **(arguments | changes))
        )

    return make_transport


# What is broken, how, and what is said of it.
BROKEN: list[tuple[str, dict[str, Any], str]] = [
    (
        "stored before its answer",
        {"make_upload": StoredBeforeItsAnswer},
        "other rows have IDs than are stored",
    ),
    (
        "failed counted as stored",
        {"make_upload": FailedCountedAsStored},
        "a row reported stored is not in the table",
    ),
    (
        "doubt forgotten",
        {"make_upload": DoubtForgotten},
        "a row reported not stored is stored",
    ),
    (
        "answers mixed up",
        {"make_upload": AnswersMixedUp},
        "a row has another ID than was inserted",
    ),
    ("call lost", {"make_upload": CallLost}, "returns although rows are unknown"),
    ("call repeated", {"make_upload": CallRepeated}, "a row twice under way"),
    (
        "superseded rows sent",
        {"make_rows": with_superseded_rows},
        "a row sent that another replaces",
    ),
    ("rows in reverse", {"make_rows": in_reverse}, "rows out of order, or twice, in a request"),
    (
        "sends after a failure",
        {"make_upload": other_options(on_error="continue")},
        "sends after it failed",
    ),
    (
        "gives up too early",
        {"make_upload": other_options(on_error="raise")},
        "a row was lost silently",
    ),
    (
        "skips unasked",
        {"make_upload": other_options(on_missing_trace="skip")},
        "returns although rows failed",
    ),
    (
        "too many under way",
        {"make_upload": other_options(max_concurrency=9)},
        "too many calls under way",
    ),
    ("too many rows", {"make_upload": other_options(batch_size=None)}, "more rows than batch_size"),
    (
        "too many bytes",
        {"make_upload": other_options(max_batch_bytes=900_000)},
        "more bytes than max_batch_bytes",
    ),
    (
        "waits too long",
        {"make_upload": other_options(wait_for_traces=90.0)},
        "a missing trace asked for after the time to wait",
    ),
    (
        "account not handed over",
        {"make_upload": other_options(on_report=None)},
        "on_report was not called once with the account",
    ),
    (
        "progress not told",
        {"make_upload": other_options(on_progress=None)},
        "returns before the progress is whole",
    ),
    ("one attempt more", {"make_transport": one_attempt_more}, "more attempts than max_retries"),
    ("twice the time", {"make_transport": twice_the_time}, "an attempt when the time is almost up"),
    (
        "retries a 500",
        {"make_transport": other_retries(status_forcelist=[500, 503])},
        "tried again after 500",
    ),
    (
        "no ceiling for Retry-After",
        {"make_transport": other_retries(max_backoff_wait=4_000)},
        "another pause than Retry-After asks for",
    ),
    (
        "deaf to Retry-After",
        {"make_transport": other_retries(respect_retry_after_header=False)},
        "another pause than Retry-After asks for",
    ),
    (
        "pauses too long",
        {"make_transport": other_retries(backoff_factor=8.0)},
        "a longer pause than the policy has",
    ),
]


def caught(promise: str, **changes: Any) -> list[str]:
    """Return what says that the promise is broken, as soon as some script shows it."""
    for start in range(0, SCRIPTS_UNTIL_CAUGHT, SCRIPTS_TOGETHER):
        failures = play_some(range(start, start + SCRIPTS_TOGETHER), **changes)
        if found := [failure for failure in failures if failure.startswith(promise)]:
            return found
    return []


@pytest.mark.parametrize(
    ("changes", "promise"), [pytest.param(how, said, id=what) for what, how, said in BROKEN]
)
def test_a_promise_broken_on_purpose_is_caught(changes: dict[str, Any], promise: str) -> None:
    assert caught(promise, **changes)


def forget(account: Account, positions: Sequence[int], *more: Any) -> None:
    """Note nothing."""


def fail_silently(account: Account, positions: Sequence[int], error: PhoenixHTTPError) -> None:
    """Note nothing either."""


@pytest.mark.parametrize(
    ("method", "does", "promise"),
    [
        ("doubt", forget, "a row reported not stored is stored"),
        ("blame", forget, "a row is blamed for nothing, or for nothing blamed"),
        ("fail", fail_silently, "returns although rows are"),
        ("skip", fail_silently, "returns although rows are missing"),
    ],
)
def test_an_account_that_forgets_is_caught(
    method: str, does: Callable[..., None], promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, method, does)
    assert caught(promise)


def test_a_failing_seed_says_how_to_play_it_alone() -> None:
    promise = "a row twice under way"
    failure = caught(promise, make_upload=CallRepeated)[0]
    assert failure.startswith(f"{promise}: python -m tests.simulation ")
