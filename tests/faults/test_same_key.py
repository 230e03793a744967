from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_traces import Client, UploadOptions
from tests.support.faultproxy import FaultProxy
from tests.support.live import annotations_of, make_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

RUNS = 200
ROWS = 12
OPTIONS = UploadOptions(batch_size=1, max_concurrency=8)


@pytest.mark.filterwarnings("ignore::phoenix_traces.DuplicateAnnotationWarning")
def test_of_rows_with_the_same_key_in_different_batches_the_last_wins_every_time(
    phoenix: PhoenixProcess,
) -> None:
    """Some requests fail on the way, so that some rows are sent again later."""
    trace_ids = make_traces(phoenix, 2)
    random = Random(0)
    last: dict[tuple[str, str], float] = {}
    with (
        FaultProxy(phoenix.port, rate=0.05, stall_seconds=0.1, retry_after=(0,)) as proxy,
        Client(base_url=proxy.url) as client,
    ):
        for run in range(RUNS):
            rows = [row(random.choice(trace_ids), f"run {run}", at) for at in range(ROWS)]
            client.traces.log_trace_annotations(trace_annotations=rows, sync=True, options=OPTIONS)
            last |= {(each["trace_id"], each["name"]): each["result"]["score"] for each in rows}
    assert proxy.faults.total() > 0
    there = {
        (each["trace_id"], each["name"]): each["result"]["score"]
        for each in annotations_of(phoenix, trace_ids)
    }
    assert len(there) >= RUNS
    assert there == last


def row(trace_id: str, name: str, score: float) -> dict[str, Any]:
    return {
        "trace_id": trace_id,
        "name": name,
        "annotator_kind": "CODE",
        "result": {"score": score},
    }
