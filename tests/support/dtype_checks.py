"""A frame with one column of some dtype, uploaded and compared with what the table of dtypes says.

Each case goes through the real client to a transport that counts. Blocks are made so small that a
frame of a few rows has a plain one, a mixed one, and rows beyond the first request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import httpx

from phoenix_traces import AnnotationValidationError, Traces, UploadOptions
from phoenix_traces.inputs.frames import checking, rows
from phoenix_traces.inputs.wire_row import FIELDS
from tests.support.dtypes import MISSING, REFUSED, Dtype

REQUIRED = ("trace_id", "name", "annotator_kind")

ROWS = 5
ROWS_IN_BLOCK = 3
# In the second block, and beyond the first request.
MISSING_AT = 4

Row = dict[str, Any]


def upload(frame: Any) -> tuple[list[Row], AnnotationValidationError | None]:
    """Return the rows that arrived, flat, and what was refused."""
    arrived: list[Row] = []

    def answer(request: httpx.Request) -> httpx.Response:
        received: list[Row] = json.loads(request.content)["data"]
        arrived.extend({**row, **row.pop("result")} for row in received)
        return httpx.Response(200, json={"data": [{"id": "id"} for _ in received]})

    transport = httpx.MockTransport(answer)
    with (
        httpx.Client(base_url="http://phoenix.test", transport=transport) as http,
        patch.object(checking, "ROWS_TOGETHER", ROWS_IN_BLOCK),
        patch.object(rows, "ROWS_TOGETHER", ROWS_IN_BLOCK),
    ):
        try:
            Traces(http).log_trace_annotations_dataframe(
                dataframe=frame, options=UploadOptions(batch_size=2), sync=True
            )
        except AnnotationValidationError as error:
            return arrived, error
    return arrived, None


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


def plain_columns(rows: int) -> dict[str, list[Any]]:
    """Return columns in which all is plain, of which one is to be replaced."""
    return {
        "trace_id": [f"trace {row}" for row in range(rows)],
        "name": ["tone"] * rows,
        "annotator_kind": ["LLM"] * rows,
        "label": ["correct"] * rows,
        "score": [0.25] * rows,
        "identifier": [f"judge {row}" for row in range(rows)],
    }


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


def check(dtype: Dtype, field: str, missing: str | None, frame: Any) -> None:
    """Upload a frame and compare what arrives, or is refused, with the table.

    Args:
        dtype: Of the one column that is not plain.
        field: What that column holds.
        missing: How its last cell is missing, if it is.
        frame: Of any library.
    """
    arrived, error = upload(frame)
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
