"""Everything that can be wrong with the input, through every method that takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError
from tests.support.annotations import TRACE_ID
from tests.support.modes import AnyPhoenix, AnyTraces, Mode, both_modes

RESULT_FIELDS = ("label", "score", "explanation")
EVERYWHERE = ("add", "log", "frame")
NOT_IN_FRAMES = ("add", "log")

FINITE = "is not finite"
NO_NUMBER = "cannot be converted to float"
NO_TEXT = "must be text, not"
NO_RESULT = "At least one of label, score, or explanation must be provided"
NUL = "holds a NUL character"
SURROGATE = "holds a lone surrogate"
BAD_KIND = "Invalid annotator_kind values"
BLANK = "values must be non-empty strings"
NONE = "values cannot be None"
TOO_LONG = "name and identifier take 2601 bytes together"
NO_JSON = "has no JSON form"


@dataclass(frozen=True)
class Bad:
    """One kind of bad input: what differs from a good annotation, and what the refusal says."""

    kind: str
    says: str
    changes: dict[str, Any] = field(default_factory=dict)
    methods: tuple[str, ...] = EVERYWHERE


def _bad(kind: str, says: str, /, *, methods: tuple[str, ...] = EVERYWHERE, **changes: Any) -> Bad:
    return Bad(kind, says, changes, methods)


def _nested(levels: int) -> dict[str, object]:
    value: object = 1
    for _ in range(levels - 1):
        value = [value]
    return {"key": value}


def _holding_itself() -> dict[str, object]:
    metadata: dict[str, object] = {}
    metadata["self"] = metadata
    return metadata


class Unruly:
    """No form in JSON."""


BAD_INPUTS = [
    # trace_id
    _bad("trace id empty", f"trace_id {BLANK}", trace_id=""),
    _bad("trace id of spaces", f"trace_id {BLANK}", trace_id=" \t\n"),
    _bad("trace id of wide spaces", f"trace_id {BLANK}", trace_id="\u3000\u00a0"),
    _bad("trace id none", f"trace_id {NONE}", trace_id=None),
    _bad("trace id integer", NO_TEXT, trace_id=12345),
    _bad("trace id float", NO_TEXT, trace_id=1.5),
    _bad("trace id bytes", "use decode()", trace_id=TRACE_ID.encode()),
    _bad("trace id list", NO_TEXT, trace_id=[TRACE_ID]),
    _bad("trace id with nul", NUL, trace_id="a\x00b"),
    _bad("trace id with lone surrogate", SURROGATE, trace_id="a\ud800"),
    # name
    _bad("name empty", BLANK, name=""),
    _bad("name blank", BLANK, name="  "),
    _bad("name none", NONE, name=None),
    _bad("name note", "reserved for notes", name="note"),
    _bad("name note with spaces", "reserved for notes", name=" note\n"),
    _bad("name number", NO_TEXT, name=7),
    _bad("name boolean", NO_TEXT, name=True),
    _bad("name with nul", NUL, name="corr\x00ect"),
    _bad("name with lone surrogate", SURROGATE, name="\udfff"),
    _bad("name too long", TOO_LONG, name="n" * 2601),
    _bad("name too long in bytes", TOO_LONG, name="é" * 1300 + "n"),
    # annotator_kind
    _bad("kind unknown", f"{BAD_KIND}: 'ROBOT'", annotator_kind="ROBOT"),
    _bad("kind lower case", BAD_KIND, annotator_kind="human"),
    _bad("kind with space", BAD_KIND, annotator_kind="LLM "),
    _bad("kind empty", BAD_KIND, annotator_kind=""),
    _bad("kind none", f"annotator_kind {NONE}", annotator_kind=None),
    _bad("kind number", BAD_KIND, annotator_kind=1),
    _bad("kind list", BAD_KIND, annotator_kind=["LLM"]),
    # score
    _bad("score nan", FINITE, score=float("nan"), methods=NOT_IN_FRAMES),
    _bad("score infinite", FINITE, score=float("inf")),
    _bad("score minus infinite", FINITE, score=-np.inf),
    _bad("score numpy nan", FINITE, score=np.float64("nan"), methods=NOT_IN_FRAMES),
    _bad("score decimal infinite", FINITE, score=Decimal("Infinity")),
    _bad("score numeric text", "Score value '0.5' cannot", score="0.5", methods=NOT_IN_FRAMES),
    _bad("score text", f"Score value 'high' {NO_NUMBER}", score="high"),
    _bad("score text nan", "Score value", score="nan"),
    _bad("score empty text", NO_NUMBER, score="", methods=NOT_IN_FRAMES),
    _bad("score bytes", NO_NUMBER, score=b"1"),
    _bad("score list", NO_NUMBER, score=[0.5]),
    _bad("score dict", NO_NUMBER, score={"value": 1}),
    _bad("score complex", NO_NUMBER, score=1 + 2j),
    _bad("score date", NO_NUMBER, score=datetime(2026, 1, 2)),
    _bad("score larger than any float", NO_NUMBER, score=10**400),
    _bad("score pandas missing", NO_NUMBER, score=pd.NA, methods=NOT_IN_FRAMES),
    # label and explanation
    _bad("label number", "numbers belong in score", label=1),
    _bad("label zero", "numbers belong in score", label=0),
    _bad("label false", NO_TEXT, label=False),
    _bad("label nan", NO_TEXT, label=float("nan"), methods=NOT_IN_FRAMES),
    _bad("label list", NO_TEXT, label=["correct"]),
    _bad("label bytes", NO_TEXT, label=b"correct"),
    _bad("label with nul", NUL, label="correct\x00"),
    _bad("label with lone surrogate", SURROGATE, label="\udc00"),
    _bad("explanation number", NO_TEXT, explanation=3.14),
    _bad("explanation dict", NO_TEXT, explanation={"why": "because"}),
    _bad("explanation with nul", NUL, explanation="be\x00cause"),
    _bad("explanation with lone surrogate", SURROGATE, explanation="because \ud83d"),
    # the result as a whole
    _bad("no result", NO_RESULT, label=None),
    _bad("result of blanks", NO_RESULT, label=" ", explanation="\n"),
    # identifier
    _bad("identifier number", NO_TEXT, identifier=5),
    _bad("identifier bytes", NO_TEXT, identifier=b"ana"),
    _bad("identifier with nul", NUL, identifier="a\x00"),
    _bad("identifier with lone surrogate", SURROGATE, identifier="\ud800"),
    _bad("identifier too long", TOO_LONG, name="n", identifier="i" * 2600),
    # metadata
    _bad("metadata list", "must be a mapping", metadata=[1]),
    _bad("metadata text", "must be a mapping", metadata='{"a": 1}'),
    _bad("metadata number", "must be a mapping", metadata=1),
    _bad("metadata nan", "metadata.a[1]: nan: is not a finite", metadata={"a": [1, np.nan]}),
    _bad("metadata infinite", "not a finite number", metadata={"a": float("inf")}),
    _bad("metadata decimal nan", "not a finite number", metadata={"a": Decimal("NaN")}),
    _bad("metadata integer too large", "2^64-1", metadata={"a": 2**64}),
    _bad("metadata integer too small", "-2^63", metadata={"a": -(2**63) - 1}),
    _bad("metadata numpy nan", "not a finite number", metadata={"a": np.array([np.nan])}),
    _bad("metadata too deep", "deeper than 200 levels", metadata=_nested(201)),
    _bad("metadata holding itself", "holds itself", metadata=_holding_itself()),
    _bad("metadata value with nul", NUL, metadata={"a": "\x00"}),
    _bad("metadata key with nul", NUL, metadata={"\x00": "a"}),
    _bad("metadata value with lone surrogate", SURROGATE, metadata={"a": {"b": "\ud800"}}),
    _bad("metadata key with lone surrogate", SURROGATE, metadata={"a": {"\ud800": 1}}),
    _bad("metadata key number", "keys in JSON are text", metadata={1: "a"}),
    _bad("metadata object", NO_JSON, metadata={"a": Unruly()}),
    _bad("metadata class", NO_JSON, metadata={"a": Unruly}),
    _bad("metadata function", NO_JSON, metadata={"a": len}),
    _bad("metadata generator", NO_JSON, metadata={"a": (each for each in "a")}),
    _bad("metadata bytes that are no text", NO_JSON, metadata={"a": b"\xff"}),
    # keys that only a mapping can have
    _bad("unknown key", "unknown key, which the server would drop", extra="x", methods=("log",)),
    _bad("misspelt key", "did you mean 'identifier'", identifer="x", methods=("log",)),
    _bad("key that is far from any", "unknown key", stray="label", methods=("log",)),
]


def _values(bad: Bad) -> dict[str, Any]:
    right = {
        "trace_id": TRACE_ID,
        "name": "correctness",
        "annotator_kind": "HUMAN",
        "label": "correct",
    }
    return right | bad.changes


def _add(traces: AnyTraces, bad: Bad) -> None:
    values = _values(bad)
    values["annotation_name"] = values.pop("name")
    traces.add_trace_annotation(**values)


def _log(traces: AnyTraces, bad: Bad) -> None:
    values = _values(bad)
    result = {name: values.pop(name) for name in RESULT_FIELDS if name in values}
    traces.log_trace_annotations(trace_annotations=[values | {"result": result}])


def _frame(traces: AnyTraces, bad: Bad) -> None:
    columns = {name: pd.Series([value], dtype=object) for name, value in _values(bad).items()}
    traces.log_trace_annotations_dataframe(dataframe=pd.DataFrame(columns))


CALLS = {"add": _add, "log": _log, "frame": _frame}


@both_modes
@pytest.mark.parametrize(
    ("bad", "method"),
    [
        pytest.param(bad, method, id=f"{bad.kind} - {method}")
        for bad in BAD_INPUTS
        for method in bad.methods
    ],
)
def test_bad_input_is_refused_by_name_and_sends_nothing(bad: Bad, method: str, mode: Mode) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError) as caught:
        CALLS[method](phoenix.traces(mode), bad)
    assert bad.says in str(caught.value)
    # A single annotation has arguments, and no position.
    place = None if method == "add" else 0
    assert [failure.position for failure in caught.value.failures] == [place]
    assert (method == "add") != ("row 0" in str(caught.value))
    assert phoenix.requests == []


@both_modes
@pytest.mark.parametrize("column", ["trace_id", "name", "annotator_kind"])
@pytest.mark.parametrize("missing", [float("nan"), pd.NA, pd.NaT])
def test_a_required_cell_that_is_missing_is_refused(
    column: str, missing: object, mode: Mode
) -> None:
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError, match=f"{column} {NONE}"):
        _frame(phoenix.traces(mode), Bad("missing", NONE, {column: missing}))
    assert phoenix.requests == []


def test_there_are_at_least_sixty_kinds_of_bad_input() -> None:
    assert len({bad.kind for bad in BAD_INPUTS}) == len(BAD_INPUTS) >= 60
    assert sum("frame" in bad.methods for bad in BAD_INPUTS) >= 60
