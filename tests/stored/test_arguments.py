"""Arguments of what reads, deletes and notes: each wrong one is named, and nothing is asked."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError, AsyncClient, Client
from tests.support.modes import Mode, both_modes

UTC = timezone.utc
LONG = "x" * 70_000

METHODS: dict[str, dict[str, Any]] = {
    "get_trace_annotations": {"trace_ids": ["t"]},
    "get_trace_annotations_dataframe": {"trace_ids": ["t"]},
    "get_trace_notes": {"trace_ids": ["t"]},
    "delete_trace_annotations": {"project_identifier": "p", "delete_all": True},
    "add_trace_note": {"trace_id": "t", "note": "n"},
    "compare_trace_annotations": {
        "trace_annotations": [
            {"trace_id": "t", "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
        ]
    },
}
METHODS["confirm_trace_annotations"] = METHODS["compare_trace_annotations"]

TEXTS = [
    5,
    b"t",
    "",
    " \t",
    "\x00",
    "\ud800",
    object(),
    ["t"],
    np.array([1, 2]),
    float("nan"),
    pd.NA,
]
PATHS = [*TEXTS, None, ".", "..", "a/b", LONG]
LISTS = [
    5,
    "t",
    b"t",
    {"t": 1},
    object(),
    [5],
    [None],
    [""],
    ["\x00"],
    [LONG],
    pd.DataFrame({"t": [1]}),
]
TIMES = [
    "2026-01-01",
    5,
    datetime(2026, 1, 1),
    pd.NaT,
    datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))),
]
READS = ["get_trace_annotations", "get_trace_annotations_dataframe", "get_trace_notes"]
LOOKS = ["compare_trace_annotations", "confirm_trace_annotations"]

WRONG: list[tuple[str, str, Any]] = [
    *product([*READS, *LOOKS, "delete_trace_annotations"], ["project_identifier"], PATHS),
    *product(READS, ["trace_ids", "identifiers"], LISTS),
    *product(READS[:2], ["include_annotation_names", "exclude_annotation_names"], LISTS),
    *product(READS[:2], ["exclude_annotation_names"], [[f"name-{at:04}" for at in range(3_000)]]),
    *product(READS, ["limit"], ["5", 2.5, 0, -1, True, [1], float("nan")]),
    *product(["delete_trace_annotations"], ["name", "identifier"], [*TEXTS, LONG]),
    *product(["delete_trace_annotations"], ["annotator_kind"], [*TEXTS, "ROBOT"]),
    *product(["delete_trace_annotations"], ["start_time", "end_time"], TIMES),
    *product(["delete_trace_annotations"], ["delete_all"], ["no", 1, None, []]),
    *product(["add_trace_note"], ["trace_id", "note", "identifier"], TEXTS),
    *product(["confirm_trace_annotations"], ["timeout"], ["5", None, True, [], -1, float("nan")]),
]


def _refuse(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"asked for {request.url.path}")


def _call(mode: Mode, service: str, method: str, arguments: dict[str, Any]) -> None:
    transport = httpx.MockTransport(_refuse)
    if mode is Mode.SYNC:
        with httpx.Client(transport=transport, base_url="http://p") as http:
            getattr(getattr(Client(http_client=http), service), method)(**arguments)
        return

    async def call() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://p") as http:
            await getattr(getattr(AsyncClient(http_client=http), service), method)(**arguments)

    asyncio.run(call())


@both_modes
def test_a_wrong_argument_is_named_and_nothing_is_asked(mode: Mode) -> None:
    assert len(WRONG) > 200
    for method, name, value in WRONG:
        with pytest.raises((AnnotationValidationError, TypeError)) as caught:
            _call(mode, "traces", method, {**METHODS[method], name: value})
        assert name in str(caught.value), (method, name)
        assert len(str(caught.value)) < 3_000


@both_modes
@pytest.mark.parametrize("value", PATHS)
def test_configs_are_asked_for_by_a_name_that_can_be_part_of_a_path(mode: Mode, value: Any) -> None:
    with pytest.raises(AnnotationValidationError, match="name_or_id"):
        _call(mode, "annotation_configs", "get", {"name_or_id": value})
    if value is not None:
        with pytest.raises(AnnotationValidationError, match="project_identifier"):
            _call(mode, "annotation_configs", "list", {"project_identifier": value})


def test_a_row_whose_trace_id_is_too_long_for_a_url_cannot_be_compared() -> None:
    row = {"trace_id": LONG, "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
    with pytest.raises(AnnotationValidationError, match="bytes in a URL"):
        _call(Mode.SYNC, "traces", "compare_trace_annotations", {"trace_annotations": [row]})


def test_three_thousand_names_are_several_requests() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert len(str(request.url)) < 8_000
        asked.extend(request.url.params.get_list("include_annotation_names"))
        return httpx.Response(200, json={"data": [], "next_cursor": None})

    names = [f"name-{at:04}" for at in range(3_000)]
    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://p") as http:
        Client(http_client=http).traces.get_trace_annotations(
            trace_ids=["t"], include_annotation_names=names
        )
    assert asked == names
