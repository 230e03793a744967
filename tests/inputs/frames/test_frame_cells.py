"""Cells of every dtype: what is missing is missing, text is text, and numbers are numbers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.support.frames import refusals, sent

REQUIRED = ("trace_id", "name", "annotator_kind")
OPTIONAL_TEXTS = ("label", "explanation", "identifier")

MISSING = {
    "None": None,
    "NaN": float("nan"),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "numpy NaN": np.float32("nan"),
    "numpy NaT": np.datetime64("NaT", "ns"),
    "Decimal NaN": Decimal("NaN"),
}
TEXT_DTYPES = {
    "inferred": None,
    "string[python]": "string[python]",
    "string[pyarrow]": "string[pyarrow]",
    "category": "category",
    "arrow string": pd.ArrowDtype(pa.string()),
    "arrow large_string": pd.ArrowDtype(pa.large_string()),
    "arrow dictionary": pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
}


def text_columns(text: str) -> list[Any]:
    """Return columns of a text and something missing, in every form."""
    as_objects = [
        pytest.param(pd.Series([text, missing], dtype=object), id=f"object {name}")
        for name, missing in MISSING.items()
    ]
    return as_objects + [
        pytest.param(pd.Series([text, None], dtype=dtype), id=name)
        for name, dtype in TEXT_DTYPES.items()
    ]


def arrow(values: list[Any], kind: pa.DataType) -> Any:
    return pd.Series(values, dtype=pd.ArrowDtype(kind))


SCORES = {
    "float64": pd.Series([0.5, None]),
    "float32": pd.Series([0.5, None], dtype="float32"),
    "float16": pd.Series([0.5, None], dtype="float16"),
    "Float64": pd.Series([0.5, None], dtype="Float64"),
    "Float32": pd.Series([0.5, None], dtype="Float32"),
    "Int64": pd.Series([3, None], dtype="Int64"),
    "UInt8": pd.Series([3, None], dtype="UInt8"),
    "boolean": pd.Series([True, None], dtype="boolean"),
    "category": pd.Series([0.5, None], dtype="category"),
    "numeric text": pd.Series([" 0.5 ", None]),
    "numeric text of a category": pd.Series(["1e-3", None], dtype="category"),
    "arrow double": arrow([0.5, None], pa.float64()),
    "arrow int": arrow([3, None], pa.int16()),
    "arrow bool": arrow([False, None], pa.bool_()),
    "arrow decimal": arrow([Decimal("0.5"), None], pa.decimal128(5, 2)),
    "arrow text": arrow(["0.5", None], pa.string()),
} | {
    f"object with {name}": pd.Series([0.5, missing], dtype=object)
    for name, missing in MISSING.items()
}

WHOLE_SCORES = {
    "int8": (pd.Series([0, -3], dtype="int8"), [0, -3]),
    "uint64": (pd.Series([0, 2**63], dtype="uint64"), [0, 2.0**63]),
    "bool": (pd.Series([True, False]), [1, 0]),
    "bool objects": (pd.Series([True, False], dtype=object), [1, 0]),
    "float32": (pd.Series([0.1, 1], dtype="float32"), [float(np.float32(0.1)), 1]),
    "numpy objects": (pd.Series([np.float32(0.5), np.int8(2)], dtype=object), [0.5, 2]),
    "Decimals": (pd.Series([Decimal("0.5"), Decimal(2)], dtype=object), [0.5, 2]),
    "many kinds": (pd.Series(["0.5", True], dtype=object), [0.5, 1]),
    "text with an exponent": (pd.Series(["1E3", "-.5"], dtype=object), [1000, -0.5]),
    "blank text": (pd.Series([" ", "2"], dtype=object), [None, 2]),
}

NOT_SCORES = {
    "words": "high",
    "an infinity": float("inf"),
    "text of an infinity": "inf",
    "text of NaN": "nan",
    "digits with an underscore": "1_000",
    "a decimal comma": "0,5",
    "an integer beyond every float": 10**400,
    "a list": [1],
    "a date": datetime(2026, 11, 22),
    "bytes": b"1",
    "a complex number": 1j,
    "an infinite Decimal": Decimal("Infinity"),
}

NOT_TEXTS = {
    "an integer": 7,
    "a float": 0.5,
    "zero": 0,
    "a bool": False,
    "a numpy number": np.int64(7),
    "a Decimal": Decimal("0.5"),
    "a date": datetime(2026, 11, 22),
    "bytes": b"text",
    "a list": ["text"],
    "a dict": {"text": 1},
}

METADATA = {
    "arrow struct": arrow(
        [{"a": 1, "b": [0.5]}, None], pa.struct({"a": pa.int64(), "b": pa.list_(pa.float64())})
    ),
} | {
    f"object with {name}": pd.Series([{"a": 1, "b": [0.5]}, missing], dtype=object)
    for name, missing in MISSING.items()
}


@pytest.mark.parametrize("field", OPTIONAL_TEXTS)
@pytest.mark.parametrize("column", text_columns("text"))
def test_missing_text_is_absent(field: str, column: Any) -> None:
    rows = sent(pd.DataFrame({"trace_id": ["a", "b"], "score": [1, 2], field: column}))
    present, absent = (row | row["result"] for row in rows)
    assert present[field] == "text"
    assert field not in absent


@pytest.mark.parametrize("field", OPTIONAL_TEXTS)
def test_a_column_in_which_everything_is_missing_is_absent(field: str) -> None:
    for values in ([None, None], [np.nan, np.nan], [pd.NaT, pd.NaT], [pd.NA, pd.NA]):
        rows = sent(pd.DataFrame({"trace_id": ["a", "b"], "score": [1, 2], field: values}))
        assert all(field not in row | row["result"] for row in rows)


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("column", text_columns("HUMAN"))
def test_missing_text_that_is_required_is_refused_by_row(field: str, column: Any) -> None:
    frame = pd.DataFrame(
        {"trace_id": ["a", "b"], "name": ["n", "n"], "annotator_kind": ["LLM", "LLM"], "score": 1}
    ).assign(**{field: column})
    (failure,) = refusals(frame, annotation_name=None, annotator_kind=None)
    assert (failure.position, failure.field, failure.value) == (1, field, None)
    assert f"{field} values cannot be None" in failure.message


@pytest.mark.parametrize("column", [pytest.param(each, id=name) for name, each in SCORES.items()])
def test_a_missing_score_is_absent(column: Any) -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "label": ["x", "y"], "score": column})
    present, absent = sent(frame)
    assert present["result"]["score"] == float(column[0])
    assert absent["result"] == {"label": "y"}


@pytest.mark.parametrize(
    ("column", "wanted"), [pytest.param(*each, id=name) for name, each in WHOLE_SCORES.items()]
)
def test_every_kind_of_number_is_a_score(column: Any, wanted: list[float | None]) -> None:
    rows = sent(pd.DataFrame({"trace_id": ["a", "b"], "label": "x", "score": column}))
    scores = [row["result"].get("score") for row in rows]
    assert scores == wanted
    assert {type(score) for score in scores if score is not None} == {float}


@pytest.mark.parametrize(
    "value", [pytest.param(each, id=name) for name, each in NOT_SCORES.items()]
)
def test_what_is_no_finite_number_is_no_score(value: object) -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "score": pd.Series([1, value], dtype=object)})
    (failure,) = refusals(frame)
    assert (failure.position, failure.field) == (1, "score")
    assert repr(failure.value) == repr(value)


def test_a_score_that_is_no_number_is_named_in_the_known_words() -> None:
    frame = pd.DataFrame({"trace_id": ["a"], "score": ["high"]})
    assert str(refusals(frame)[0]) == (
        "row 0 (index 0), score: 'high': Score value 'high' cannot be converted to float"
    )


@pytest.mark.parametrize("field", ["trace_id", "name", "label", "explanation", "identifier"])
@pytest.mark.parametrize("value", [pytest.param(each, id=name) for name, each in NOT_TEXTS.items()])
def test_what_is_no_text_is_refused_with_its_row_and_a_hint(field: str, value: object) -> None:
    frame = pd.DataFrame({"trace_id": ["a", "b"], "name": "n", "score": 1})
    frame[field] = pd.Series(["x", value], dtype=object)
    (failure,) = refusals(frame, annotation_name=None)
    assert (failure.position, failure.index, failure.field) == (1, 1, field)
    assert failure.value is value
    # No trace has the id 0, which says more than that it is no text.
    is_no_trace = (field, value) == ("trace_id", 0) and type(value) is int
    assert ("no span was active" if is_no_trace else "must be text") in failure.message


@pytest.mark.parametrize("dtype", ["int64", "float64", "Int64", "bool", "boolean", "Float64"])
@pytest.mark.parametrize("field", ["label", "explanation", "identifier"])
def test_a_column_of_numbers_is_no_text(field: str, dtype: str) -> None:
    frame = pd.DataFrame(
        {"trace_id": ["a", "b"], "score": 1, field: pd.Series([0, 1], dtype=dtype)}
    )
    failures = refusals(frame)
    assert [(failure.position, failure.field) for failure in failures] == [(0, field), (1, field)]
    assert all("numbers belong in score" in failure.message for failure in failures)


def test_a_column_of_dates_is_no_text() -> None:
    dates = [pd.Timestamp("2026-11-22"), pd.NaT]
    (failure,) = refusals(pd.DataFrame({"trace_id": ["a", "b"], "score": 1, "label": dates}))
    assert failure.position == 0
    assert "use str()" in failure.message


@pytest.mark.parametrize("column", [pytest.param(each, id=name) for name, each in METADATA.items()])
def test_missing_metadata_is_absent(column: Any) -> None:
    present, absent = sent(pd.DataFrame({"trace_id": ["a", "b"], "score": 1, "metadata": column}))
    assert present["metadata"] == {"a": 1, "b": [0.5]}
    assert "metadata" not in absent


def test_metadata_of_python_programs_becomes_json() -> None:
    values = [
        {"when": pd.Timestamp("2026-11-22"), "n": np.int8(3), "a": np.array([1, 2])},
        {"x": pd.NA},
    ]
    rows = sent(pd.DataFrame({"trace_id": ["a", "b"], "score": 1, "metadata": values}))
    assert [row["metadata"] for row in rows] == [
        {"when": "2026-11-22T00:00:00", "n": 3, "a": [1, 2]},
        {"x": None},
    ]


def test_missing_values_inside_metadata_stay() -> None:
    frame = pd.DataFrame({"trace_id": ["a"], "score": 1, "metadata": [{"a": None, "b": [None]}]})
    assert sent(frame)[0]["metadata"] == {"a": None, "b": [None]}


@pytest.mark.parametrize(
    "value", ["text", 5, ["list"], {1: "key"}, {"x": float("nan")}, {"x": 2**64}]
)
def test_metadata_that_is_no_json_object_is_refused(value: object) -> None:
    column = pd.Series([{"fine": 1}, value], dtype=object)
    failures = refusals(pd.DataFrame({"trace_id": ["a", "b"], "score": 1, "metadata": column}))
    assert [failure.position for failure in failures] == [1]
    assert str(failures[0].field).startswith("metadata")


def test_white_space_around_text_is_taken_away() -> None:
    frame = pd.DataFrame(
        {
            "trace_id": [" a\n"],
            "name": ["\tn\u3000"],
            "label": [" x "],
            "explanation": ["\u00a0why "],
            "identifier": [" i "],
        }
    )
    assert sent(frame, annotation_name=None) == [
        {
            "trace_id": "a",
            "name": "n",
            "annotator_kind": "HUMAN",
            "result": {"label": "x", "explanation": "why"},
            "identifier": "i",
        }
    ]


def test_blank_text_counts_as_absent() -> None:
    frame = pd.DataFrame(
        {"trace_id": ["a"], "label": [" "], "explanation": [""], "identifier": ["\n"], "score": [0]}
    )
    row = {
        "trace_id": "a",
        "name": "correctness",
        "annotator_kind": "HUMAN",
        "result": {"score": 0},
    }
    assert sent(frame) == [row]
