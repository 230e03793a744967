"""What it may cost to refuse rows that are all bad: of how many values the models are asked.

The models take many values in one call, so it is values that count, and not calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import httpx
import numpy as np
import pandas as pd
import pytest

from phoenix_traces import AnnotationResult, AnnotationValidationError, TraceAnnotationData, Traces
from phoenix_traces.inputs import judge, list_checks
from phoenix_traces.inputs.frames import rubric_checks
from phoenix_traces.inputs.wire_row import FIELDS
from phoenix_traces.rules import metadata

ROWS = 10_000
# The first thousand of a list, in which bad rows may be few; then some for each trouble.
MOST_ASKED = 1_000 + 20

# The first block of a frame, in which each piece of metadata may have to be walked through.
FULLY_TOLD = 5_000

# For each block of a list, most of them about nothing.
MOST_CALLS = 5

OBJECTS = (object(), Decimal("Infinity"), 10**400, 1j, date(2026, 1, 1), np.str_("high"))

# By column, a bad cell for each row; no two are alike where that is possible.
BAD_CELLS: dict[str, Callable[[int], Any]] = {
    "trace_id": lambda at: " " * (at % 7),
    "name": lambda at: f"{at}\x00",
    "annotator_kind": lambda at: f"ROBOT {at}",
    "label": lambda at: at,
    "score": lambda at: [math.inf, -math.inf, math.nan][at % 2],
    "score as text": lambda at: f"{at} points",
    "explanation": lambda at: f"{at}\ud800",
    "identifier": lambda at: str(at).encode(),
    "score as object": lambda at: OBJECTS[at % len(OBJECTS)],
    "metadata": lambda at: {"seconds": at, "part": object()},
    "troubles in metadata": lambda at: {"seconds": at, "parts": [[math.nan, "\x00"][at % 2]] * 90},
    "distinct keys in metadata": lambda at: {f"seconds {at}": [math.nan, 1e300, object()][at % 3]},
    "other types in metadata": lambda at: {
        "when": datetime(2026, 1, 1),
        "part": [(math.nan,), {math.inf}, np.float64(math.inf), Decimal("NaN"), b"\xff"][at % 5],
    },
    "metadata as text": lambda at: f'{{"seconds": {at}}}',
    "number in metadata": lambda at: {"by": f"judge {at}", "seconds": [math.nan, 1e300, at]},
}

every_trouble = pytest.mark.parametrize("trouble", BAD_CELLS)


def rows_of(trouble: str) -> list[dict[str, Any]]:
    right = {"name": "correctness", "annotator_kind": "LLM", "label": "x", "score": 0.5}
    make = BAD_CELLS[trouble]
    field = next(part for part in trouble.split() if part in FIELDS)
    return [right | {"trace_id": f"{at + 1:032x}", field: make(at)} for at in range(ROWS)]


def nested(row: dict[str, Any]) -> dict[str, Any]:
    result = {name: row.pop(name) for name in ("label", "score", "explanation") if name in row}
    return {**row, "result": result}


class Asked:
    """How many values were asked about."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.values = self.calls = 0
        for module, name in (
            (judge, "refusals"),
            (list_checks, "refusals"),
            (list_checks, "validated"),
            (rubric_checks, "refusals"),
        ):
            monkeypatch.setattr(module, name, self._counted(getattr(module, name), together=True))
        monkeypatch.setattr(
            judge, "problems_in", self._counted(metadata.problems_in, together=False)
        )

    def _counted(self, ask: Callable[..., Any], *, together: bool) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            self.calls += 1
            self.values += len(arguments[-1]) if together else 1
            return ask(*arguments, **more)

        return counted


def refusal_of(send: Callable[[Traces], object]) -> AnnotationValidationError:
    transport = httpx.MockTransport(lambda _: pytest.fail("a request was sent"))
    with (
        httpx.Client(base_url="http://phoenix.test", transport=transport) as http,
        pytest.raises(AnnotationValidationError) as caught,
    ):
        send(Traces(http))
    return caught.value


@every_trouble
def test_of_a_frame_that_is_all_bad_the_models_are_asked_about_a_few_cells(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame(rows_of(trouble), dtype=object)
    asked = Asked(monkeypatch)
    error = refusal_of(lambda traces: traces.log_trace_annotations_dataframe(dataframe=frame))
    assert {failure.position for failure in error.failures} == {*range(ROWS)}
    assert asked.values <= FULLY_TOLD + 20
    assert asked.calls <= FULLY_TOLD + 20


@every_trouble
def test_of_a_list_that_is_all_bad_the_models_are_asked_about_its_first_block_and_a_few_cells(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [nested(row) for row in rows_of(trouble)]
    asked = Asked(monkeypatch)
    error = refusal_of(lambda traces: traces.log_trace_annotations(trace_annotations=items))
    assert {failure.position for failure in error.failures} == {*range(ROWS)}
    assert asked.values <= MOST_ASKED
    assert asked.calls <= MOST_CALLS * ROWS / 1_000


class Verdict(AnnotationResult, frozen=True):
    """A label out of two."""

    label: Literal["good", "bad"] | None = "good"


class Rubric(TraceAnnotationData, frozen=True):
    """A judgement with such a label."""

    result: Verdict


def test_a_rubric_that_refuses_every_row_of_a_frame_is_asked_once_for_each_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [{**row, "score": 0.5} for row in rows_of("score")]
    frame = pd.DataFrame(rows, dtype=object)
    asked = Asked(monkeypatch)
    error = refusal_of(
        lambda traces: traces.log_trace_annotations_dataframe(
            dataframe=frame, annotation_type=Rubric
        )
    )
    assert len(error.failures) == ROWS
    assert asked.values <= ROWS
    assert asked.calls <= ROWS / 5_000


def test_a_rubric_that_refuses_every_item_of_a_list_is_asked_once_of_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    items = [
        Rubric.model_construct(
            trace_id=f"{at + 1:032x}",
            name="correctness",
            annotator_kind="LLM",
            result=AnnotationResult(label="x"),
        )
        for at in range(ROWS)
    ]
    asked = Asked(monkeypatch)
    error = refusal_of(lambda traces: traces.log_trace_annotations(trace_annotations=items))
    assert {failure.position for failure in error.failures} == {*range(ROWS)}
    assert asked.values <= ROWS
    assert asked.calls <= MOST_CALLS * ROWS / 1_000
