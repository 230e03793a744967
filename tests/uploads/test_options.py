from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from phoenix_traces import UploadOptions


def test_the_defaults_stop_at_the_first_failure_and_send_one_request_at_a_time() -> None:
    options = UploadOptions()
    assert (options.on_error, options.on_missing_trace) == ("raise", "raise")
    assert (options.max_concurrency, options.wait_for_traces) == (1, 0)
    assert options.max_batch_bytes < 1_000_000


def test_leaving_the_batch_size_out_differs_from_none() -> None:
    assert UploadOptions().rows_in_batch(100) == 100
    assert UploadOptions(batch_size=None).rows_in_batch(100) is None
    assert UploadOptions(batch_size=7).rows_in_batch(100) == 7
    assert UploadOptions().rows_in_batch(None) is None


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"batch_size": "100"},
        {"batch_size": 1.5},
        {"batch_size": True},
        {"max_batch_bytes": 0},
        {"max_batch_bytes": None},
        {"max_concurrency": 0},
        {"max_concurrency": 65},
        {"on_error": "ignore"},
        {"on_missing_trace": "wait"},
        {"wait_for_traces": -1},
        {"wait_for_traces": float("nan")},
        {"wait_for_traces": float("inf")},
        {"on_progress": "print"},
        {"batchsize": 5},
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        UploadOptions.model_validate(options)
