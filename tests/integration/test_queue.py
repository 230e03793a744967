"""With `sync=False` a real Phoenix queues what it gets, and some values spoil its queue."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from phoenix_traces.testing.phoenix_process import PhoenixProcess
from tests.support.annotations import annotation
from tests.support.live import START_SECONDS, by_name, make_traces, post_raw, wait_for_annotations
from tests.support.modes import Mode, both_modes, client_traces
from tests.support.postgres import EmbeddedPostgres, find_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

# The server tries again after 10 s.
WAIT_SECONDS = 60.0


@both_modes
def test_what_is_queued_arrives_in_the_end(server: PhoenixProcess, mode: Mode) -> None:
    trace_ids = make_traces(server, 20)
    traces = client_traces(mode, base_url=server.base_url)
    rows = [annotation(trace_id, name="queued") for trace_id in trace_ids]
    assert traces.log_trace_annotations(trace_annotations=rows) is None
    found = wait_for_annotations(server, trace_ids, len(trace_ids))
    assert {each["trace_id"] for each in found} == set(trace_ids)
    assert {each["result"]["label"] for each in found} == {"correct"}


def test_the_queue_answers_200_to_unknown_traces_too(server: PhoenixProcess) -> None:
    response = post_raw(server, body(annotation("no-such-trace")), sync=False)
    assert (response.status_code, response.json()) == (200, {"data": []})


def body(*rows: dict[str, Any]) -> str:
    return json.dumps({"data": rows})


@pytest.fixture(scope="module")
def spoilt() -> Iterator[PhoenixProcess]:
    """Run a Phoenix whose queue may be spoilt, since nobody else uses it."""
    if find_postgres() is None:
        pytest.skip("there are no PostgreSQL programs below /usr/lib/postgresql")
    with (
        EmbeddedPostgres() as postgres,
        PhoenixProcess(database_url=postgres.url, start_timeout=START_SECONDS) as server,
    ):
        yield server


def wait_for_log(server: PhoenixProcess, text: str, times: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := server.log_path.read_text(encoding="utf-8").count(text)) < times:
        assert time.monotonic() < deadline, f"{text!r} is in the log {found} of {times} times"
        time.sleep(0.05)


def test_nul_and_lone_surrogates_drop_what_is_queued_beside_them_or_are_tried_again_and_again(
    spoilt: PhoenixProcess,
) -> None:
    """In a key they drop all that is queued with them; in other text only they are tried again."""
    keys = ["name", "identifier", "trace_id"]
    dropping = [{key: text} for key in keys for text in ("x\x00y", "x\ud800y")]
    staying = [
        {"result": {"label": "x\x00y"}},
        {"result": {"explanation": "x\ud800y"}},
        {"metadata": {"key": "x\x00y"}},
    ]
    (trace_id,) = make_traces(spoilt, 1)

    for number, change in enumerate(dropping):
        good = annotation(trace_id, name=f"dropped {number}")
        bad = annotation(trace_id) | change
        assert post_raw(spoilt, body(good, bad), sync=False).status_code == 200
        # One at a time, so that each is shown to drop its own neighbour.
        wait_for_log(spoilt, "Failed to insert queued annotations", number + 1)

    kept = [annotation(trace_id, name=f"kept {number}") for number, _ in enumerate(staying)]
    stuck = [annotation(trace_id, name=f"stuck {n}") | change for n, change in enumerate(staying)]
    assert post_raw(spoilt, body(*kept, *stuck), sync=False).status_code == 200
    once = len(staying)
    wait_for_log(spoilt, "Failed to insert for TraceAnnotation.", once)
    wait_for_log(spoilt, "Failed to insert for TraceAnnotation.", 2 * once)

    # By now everything has been tried again that ever will be, and what was dropped is not there.
    found = by_name(wait_for_annotations(spoilt, [trace_id], len(kept)))
    assert found.keys() == {row["name"] for row in kept}
