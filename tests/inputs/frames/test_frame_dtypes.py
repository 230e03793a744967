"""Every dtype in every column: what arrives is what the table says, or nothing is sent at all.

The table is `tests/support/dtypes.py`. Each case goes through the real client to a transport that
counts. Blocks are made so small that a frame of a few rows has a plain one, a mixed one, and rows
beyond the first request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError, Traces, UploadOptions
from phoenix_traces.inputs.frames import checking, rows
from phoenix_traces.inputs.wire_row import FIELDS
from tests.support.dtypes import MISSING, REFUSED, Dtype, dtypes
from tests.support.sizes import some_of

REQUIRED = ("trace_id", "name", "annotator_kind")

# pandas makes an index of some dtypes only, and of fewer one of several levels.
PLACES = ("index", "one of two levels")
IN_LEVELS = (
    "object, HUMAN",
    "inferred, HUMAN",
    "string[python], HUMAN",
    "string[pyarrow], HUMAN",
    "str, HUMAN",
    "category, HUMAN",
    "category of string[python], HUMAN",
    "category of string[pyarrow], HUMAN",
    "category of str, HUMAN",
    "category of arrow string, HUMAN",
    "arrow string, HUMAN",
    "arrow string by pandas, HUMAN",
    "arrow large_string, HUMAN",
    "arrow string in chunks, HUMAN",
    "int64",
    "Int64",
    "Float64",
    "boolean",
    "complex128",
    "Sparse[float]",
    "masked float64",
    "category of Int64",
    "category of float64",
    "arrow int64",
    "arrow double",
    "arrow bool",
    "arrow decimal128(5, 2)",
    "arrow binary",
    "arrow timestamp[ns, tz=UTC]",
    "arrow date32[day]",
    "arrow timestamp[s] beyond Python's",
    "arrow duration[s] beyond Python's",
    "datetime64[ns]",
    "timedelta64[ns]",
    "period[D]",
    "interval[float64]",
    "category of period[D]",
    "object, numpy text",
    "object, text with white space",
    "object, float",
    "object, Decimal",
    "object, bytes",
    "object, tuple",
    "object, UUID",
    "object, object",
)
IN_ONE_LEVEL: tuple[str, ...] = (
    "arrow dictionary, HUMAN",
    "arrow dictionary with null, HUMAN",
    "arrow struct",
    "arrow list<item: string>",
    "object, list",
    "object, dict",
)
IN_ONE_LEVEL_OF_PANDAS_3 = (
    "arrow json, HUMAN",
    "arrow halffloat",
    "arrow bool8",
    "arrow text of bytes that are none",
    "arrow date beyond Python's",
)
if pd.__version__ >= "3":
    IN_ONE_LEVEL += IN_ONE_LEVEL_OF_PANDAS_3

ROWS = 5
ROWS_IN_BLOCK = 3
# In the second block, and beyond the first request.
MISSING_AT = 4

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (checking, rows):
        monkeypatch.setattr(module, "ROWS_TOGETHER", ROWS_IN_BLOCK)


def upload(frame: pd.DataFrame) -> tuple[list[Row], AnnotationValidationError | None]:
    """Return the rows that arrived, flat, and what was refused."""
    arrived: list[Row] = []

    def answer(request: httpx.Request) -> httpx.Response:
        rows: list[Row] = json.loads(request.content)["data"]
        arrived.extend({**row, **row.pop("result")} for row in rows)
        return httpx.Response(200, json={"data": [{"id": "id"} for _ in rows]})

    transport = httpx.MockTransport(answer)
    with httpx.Client(base_url="http://phoenix.test", transport=transport) as http:
        try:
            Traces(http).log_trace_annotations_dataframe(
                dataframe=frame, options=UploadOptions(batch_size=2), sync=True
            )
        except AnnotationValidationError as error:
            return arrived, error
    return arrived, None


def frame_of(field: str, column: Any, place: str = "column") -> pd.DataFrame:
    """Return a frame in which all is plain but one column, or the trace ids in its index."""
    frame = pd.DataFrame(
        {
            "trace_id": [f"trace {row}" for row in range(len(column))],
            "name": "tone",
            "annotator_kind": "LLM",
            "label": "correct",
            "score": 0.25,
            "identifier": [f"judge {row}" for row in range(len(column))],
        }
    )
    frame[field] = column
    if place == "index":
        return frame.set_index(field)
    return frame if place == "column" else frame.assign(other=7).set_index(["other", field])


def cases(dtype: Dtype) -> Iterator[tuple[str, str | None]]:
    """Yield columns, each with nothing missing and then with something missing in each way.

    Where the dtype is refused, one column in which something is missing too will do.
    """
    for field in FIELDS:
        yield field, None
        if dtype.arrives(field) is not REFUSED:
            yield from ((field, missing) for missing in dtype.holds)
        elif field == "trace_id":
            yield from ((field, missing) for missing in dtype.holds[:1])


def column_of(dtype: Dtype, missing: str | None) -> Any:
    cells = [dtype.cell] * ROWS
    if missing is not None:
        cells[MISSING_AT] = MISSING[missing]
    return dtype.build(cells)


def wanted(dtype: Dtype, field: str, missing: str | None) -> tuple[list[Any], set[int]]:
    """Return what must arrive in each row, if nothing is refused, and the rows that must be."""
    value = dtype.arrives(field)
    values = [None if missing and row == MISSING_AT else value for row in range(ROWS)]
    refused = {row for row, each in enumerate(values) if each is REFUSED}
    if field in REQUIRED:
        refused |= {row for row, each in enumerate(values) if each is None}
    return values, refused


def check(dtype: Dtype, field: str, missing: str | None, place: str = "column") -> None:
    arrived, error = upload(frame_of(field, column_of(dtype, missing), place))
    values, refused = wanted(dtype, field, missing)
    if refused:
        assert error is not None, f"accepted in {field}, missing {missing}: {arrived}"
        assert arrived == []
        assert {failure.position for failure in error.failures} == refused
    else:
        assert error is None, f"refused in {field}, missing {missing}: {error}"
        # Numbers are compared with their types: true is no score of 1.0.
        assert repr([row.get(field) for row in arrived]) == repr(values)
        assert all(field in row for row, value in zip(arrived, values, strict=True) if value)


every_dtype = pytest.mark.parametrize("dtype", dtypes(), ids=lambda dtype: dtype.name)


@every_dtype
def test_what_arrives_of_a_dtype_is_what_the_table_says_or_nothing_is_sent(dtype: Dtype) -> None:
    for field, missing in some_of(cases(dtype), 3, seed=dtype.name):
        check(dtype, field, missing)


@pytest.mark.parametrize("name", [*IN_LEVELS, *IN_ONE_LEVEL])
def test_trace_ids_of_a_dtype_may_stand_in_an_index(name: str) -> None:
    (dtype,) = (each for each in dtypes() if each.name == name)
    places = PLACES if name in IN_LEVELS else PLACES[:1]
    for place in places:
        for missing in (None, *dtype.holds[:1]):
            check(dtype, "trace_id", missing, place)


def test_the_table_makes_thousands_of_cases() -> None:
    assert sum(len(list(cases(dtype))) for dtype in dtypes()) >= 2_000
