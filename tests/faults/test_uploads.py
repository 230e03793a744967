from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from phoenix_traces import UploadOptions
from phoenix_traces.errors import PhoenixStatusError
from phoenix_traces.inputs.frames.rows import annotation_frame
from phoenix_traces.uploads.batches import Batch, cut
from tests.faults.uploads import Case, Outcome, case_of, frame_of, upload
from tests.support.live import make_traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

ROWS = 300


@pytest.fixture(scope="module")
def trace_ids(phoenix: PhoenixProcess) -> list[str]:
    return make_traces(phoenix, 30)


def assert_complete(case: Case, outcome: Outcome) -> None:
    assert outcome.error is None
    assert outcome.report is not None
    taken = outcome.report.stored if case.sync else outcome.report.queued
    assert taken == set(range(case.rows))
    assert outcome.missing(range(case.rows)) == 0
    assert outcome.doubled == outcome.wrong == 0


@pytest.mark.parametrize("seed", range(4))
def test_an_upload_with_a_fault_in_three_requests_completes(
    phoenix: PhoenixProcess, trace_ids: list[str], seed: int
) -> None:
    case = case_of(seed, 0.3, ROWS)
    outcome = upload(phoenix, case, trace_ids, options=UploadOptions(batch_size=30))
    assert outcome.faults > 0
    assert_complete(case, outcome)


@pytest.mark.parametrize("seed", range(4))
def test_an_upload_with_four_requests_under_way_completes_too(
    phoenix: PhoenixProcess, trace_ids: list[str], seed: int
) -> None:
    case = case_of(seed + 100, 0.3, ROWS)
    options = UploadOptions(batch_size=30, max_concurrency=4)
    outcome = upload(phoenix, case, trace_ids, options=options)
    assert outcome.faults > 0
    assert_complete(case, outcome)


@pytest.mark.parametrize("seed", range(2))
def test_batches_that_a_proxy_finds_too_large_are_split_until_they_pass(
    phoenix: PhoenixProcess, trace_ids: list[str], seed: int
) -> None:
    case = case_of(seed + 200, 0.1, ROWS)
    outcome = upload(phoenix, case, trace_ids, max_body_bytes=6_000)
    assert outcome.faults > 0
    assert_complete(case, outcome)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("on_error", ["raise", "continue"])
def test_an_upload_that_fails_accounts_for_every_row(
    phoenix: PhoenixProcess, trace_ids: list[str], seed: int, on_error: Any
) -> None:
    """Rows from the hundredth on are above what the proxy lets through, each alone."""
    case = case_of(seed + (300 if on_error == "raise" else 400), 0.3, 150)
    options = UploadOptions(batch_size=1, on_error=on_error, max_concurrency=4)
    largest = case_of(case.seed, case.rate, 100)
    limit = max(len(body) for _, body in cut_frame(largest, trace_ids))
    outcome = upload(phoenix, case, trace_ids, options=options, max_body_bytes=limit)
    report = outcome.report
    assert isinstance(outcome.error, PhoenixStatusError)
    assert outcome.error.status_code == 413
    assert report is not None
    assert outcome.error.report == report
    assert report.stored | report.not_stored | report.unknown == set(range(150))
    assert set(range(100, 150)) == report.not_stored
    assert report.stored == set(range(100))
    assert outcome.missing(range(100)) == outcome.doubled == outcome.wrong == 0
    assert report.not_stored.isdisjoint(outcome.there)


def cut_frame(case: Case, trace_ids: list[str]) -> Iterator[tuple[Batch[Any], bytes]]:
    frame = frame_of(case, trace_ids, case.identifier)
    rows = annotation_frame(frame, annotation_name=None, annotator_kind=None)
    return cut(rows, batch_size=1, max_bytes=1)
