"""What it may cost to refuse rows that are all bad: of how many values the models are asked.

The models take many values in one call, so it is values that count, and not calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import httpx
import pandas as pd
import pytest

from phoenix_traces import AnnotationResult, AnnotationValidationError, TraceAnnotationData, Traces
from phoenix_traces.inputs import judge, list_checks
from phoenix_traces.inputs.frames import rubric_checks
from phoenix_traces.rules import metadata

ROWS = 10_000
# The first thousand of a list, in which bad rows may be few; then some for each trouble.
MOST_ASKED = 1_000 + 20

# For each block of a list, most of them about nothing.
MOST_CALLS = 5

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
    "metadata": lambda at: {"seconds": at, "part": object()},
    "metadata as text": lambda at: f'{{"seconds": {at}}}',
    "number in metadata": lambda at: {"by": f"judge {at}", "seconds": [math.nan, 1e300, at]},
}
# Whether a text is a number, only the model knows.
EACH_ASKED = {"score as text"}

every_trouble = pytest.mark.parametrize("trouble", BAD_CELLS)


def rows_of(trouble: str) -> list[dict[str, Any]]:
    right = {"name": "correctness", "annotator_kind": "LLM", "label": "x", "score": 0.5}
    make = BAD_CELLS[trouble]
    field = next(part for part in trouble.split() if part not in ("number", "in"))
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
            judge, "json_object", self._counted(metadata.json_object, together=False)
        )

    def _counted(self, ask: Callable[..., Any], *, together: bool) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            self.calls += 1
            self.values += len(arguments[-1]) if together else 1
            return ask(*arguments)

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
    assert asked.values <= (ROWS if trouble in EACH_ASKED else 20)
    assert asked.calls <= 20


@every_trouble
def test_of_a_list_that_is_all_bad_the_models_are_asked_about_its_first_block_and_a_few_cells(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [nested(row) for row in rows_of(trouble)]
    asked = Asked(monkeypatch)
    error = refusal_of(lambda traces: traces.log_trace_annotations(trace_annotations=items))
    assert {failure.position for failure in error.failures} == {*range(ROWS)}
    assert asked.values <= (ROWS if trouble in EACH_ASKED else MOST_ASKED)
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
