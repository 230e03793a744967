"""The model answers as a real Phoenix does, and its table ends the same."""

from __future__ import annotations

import json
import re
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from phoenix_traces.protocol.server_words import refused_rows
from tests.simulation.clock import VirtualTime
from tests.simulation.play import play
from tests.simulation.script import script_of
from tests.simulation.server import NEVER, Answer, ModelServer, Row
from tests.support.live import annotations_of, make_traces, post_raw, wait_for_annotations

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

SCRIPTS = 30


class RecordingServer(ModelServer):
    """Keep what was asked and answered."""

    last: RecordingServer

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.requests: list[tuple[bytes, bool, Answer]] = []
        RecordingServer.last = self

    @override
    def post(self, body: bytes, *, sync: bool, now: float) -> Answer:
        answer = super().post(body, sync=sync, now=now)
        self.requests.append((body, sync, answer))
        return answer


def steady_seeds() -> list[int]:
    """Return scripts in which no trace arrives late, so that time changes no answer."""
    seeds = (seed for seed in range(10_000) if not script_of(seed).earlier)
    steady = (s for s in seeds if set(script_of(s).arrivals.values()) <= {0.0, NEVER})
    return [next(steady) for _ in range(SCRIPTS)]


def recorded(seed: int) -> RecordingServer:
    time = VirtualTime()
    with time.for_retries():
        play(seed, time, make_server=RecordingServer, sends_the_rest=False)
    RecordingServer.last.work_off(0.0)
    return RecordingServer.last


class Names:
    """The real traces that stand for the model's."""

    def __init__(self, phoenix: PhoenixProcess, model: ModelServer) -> None:
        known = [each for each in model.arrivals if model.has_trace(each, 0.0)]
        unknown = [each for each in model.arrivals if each not in known]
        self.stored = make_traces(phoenix, len(known))
        invented = [f"{number:032x}" for number in range(1, len(unknown) + 1)]
        self.real = dict(zip(known + unknown, self.stored + invented, strict=True))

    def translated(self, row: Row) -> dict[str, Any]:
        return {**row, "trace_id": self.real[row["trace_id"]]}


@pytest.mark.parametrize("seed", steady_seeds())
def test_the_model_agrees_with_phoenix_on_the_requests_of_a_script(
    phoenix: PhoenixProcess, seed: int
) -> None:
    model = recorded(seed)
    compare(phoenix, model)


def compare(phoenix: PhoenixProcess, model: RecordingServer) -> None:
    names = Names(phoenix, model)
    ids: dict[str, str] = {}
    for body, sync, answer in model.requests:
        rows = [names.translated(row) for row in json.loads(body)["data"]]
        real = post_raw(phoenix, json.dumps({"data": rows}), sync=sync)
        assert real.status_code == answer.status
        if answer.status == 404:
            assert set(re.findall(r"[0-9a-f]{32}", real.text)) == {
                names.real[each] for each in re.findall(r"t\d+", answer.text)
            }
        elif answer.status == 422:
            said = {each["loc"][2] for each in json.loads(answer.text)["detail"]}
            assert set(refused_rows(real, len(rows))) == said
        elif answer.status == 200:
            ours = [each["id"] for each in json.loads(answer.text)["data"]]
            theirs = [each["id"] for each in real.json()["data"]]
            for our, their in zip(ours, theirs, strict=True):
                assert ids.setdefault(our, their) == their
    assert len(set(ids.values())) == len(ids)
    compare_tables(phoenix, model, names, ids)


def compare_tables(
    phoenix: PhoenixProcess, model: ModelServer, names: Names, ids: dict[str, str]
) -> None:
    model.work_off(0.0)
    if not names.stored:
        assert not model.table
        return
    wait_for_annotations(phoenix, names.stored, len(model.table))
    real = {
        (each["name"], each["trace_id"], each["identifier"]): each
        for each in annotations_of(phoenix, names.stored)
    }
    assert len(real) == len(model.table)
    for key, stored in model.table.items():
        there = real[key.name, names.real[key.trace_id], key.identifier]
        assert there["result"]["score"] == stored.row["result"]["score"]
        assert there["annotator_kind"] == stored.row["annotator_kind"]
        if stored.id in ids:
            assert there["id"] == ids[stored.id]


def row(trace_id: str, name: str, score: float, kind: str = "HUMAN", **more: Any) -> Row:
    return {
        "trace_id": trace_id,
        "name": name,
        "annotator_kind": kind,
        "result": {"score": score},
        **more,
    }


def test_the_model_agrees_with_phoenix_on_requests_that_no_client_of_ours_sends(
    phoenix: PhoenixProcess,
) -> None:
    model = RecordingServer({"t0": 0.0, "t1": 0.0, "t2": NEVER}, random=Random(0))
    requests: list[list[Row]] = [
        [],
        [row("t0", "a", 1), row("t1", "a", 2), row("t0", "a", 3)],
        [row("t0", "a", 4), row("t0", "a", 5, identifier="ana"), row("t0", "a", 6, identifier="")],
        [row("t0", "note", 7)],
        [row("t0", "b", 8), row("t1", "note", 9)],
        [row("t2", "note", 10)],
        [row("t0", "a", 11, "ROBOT"), row("t0", "b", 12), row("t1", "b", 13, "ROBOT")],
        [row("t0", "note", 14, "ROBOT")],
        [row("t2", "a", 15, "ROBOT")],
        [row("t2", "a", 16), row("t0", "c", 17)],
        [row("t1", "a", 2), row("t1", "a", 2)],
    ]
    for request in requests:
        model.post(json.dumps({"data": request}).encode(), sync=True, now=0.0)
    assert {one.status for _, _, one in model.requests} == {200, 400, 404, 422}
    compare(phoenix, model)
