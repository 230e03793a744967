"""Dtypes that are somebody's own, or that fail: cells are read by whatever works."""

from __future__ import annotations

from typing import Any

import httpx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.api.extensions import ExtensionArray, ExtensionDtype

from phoenix_traces import PhoenixTracesError, Traces, UploadOptions
from phoenix_traces.inputs.frames.cells import cells, cells_at
from tests.support.dtypes import MISSING, Dtype, arrow, dtypes
from tests.support.frames import refusals, sent


class OwnDtype(ExtensionDtype):
    name = "own"
    type = str
    na_value = None

    @classmethod
    def construct_array_type(cls) -> Any:
        return OwnArray


class OwnArray(ExtensionArray):
    """An array of a user's own that does no more than hand out its cells."""

    dtype = OwnDtype()

    def __init__(self, values: list[Any], broken: tuple[str, ...] = ()) -> None:
        self.values = values
        self.broken = broken

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> Any:
        return cls(list(scalars))

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, item: Any) -> Any:
        if isinstance(item, slice):
            if "slice" in self.broken:
                raise RuntimeError("no slices")
            return OwnArray(self.values[item], self.broken)
        if "cell" in self.broken:
            raise RuntimeError("no cells")
        return self.values[item]

    def copy(self) -> Any:
        return self

    def isna(self) -> Any:
        raise RuntimeError("nobody knows")

    def take(self, indexer: Any, *, allow_fill: bool = False, fill_value: Any = None) -> Any:
        if "take" in self.broken:
            raise RuntimeError("no take")
        return OwnArray([self.values[at] for at in indexer], self.broken)

    def to_numpy(self, *arguments: Any, **more: Any) -> Any:
        if "to_numpy" in self.broken:
            raise RuntimeError("no numpy")
        values = np.empty(len(self), dtype=object)
        values[:] = self.values
        return values


def frame_of(array: OwnArray) -> pd.DataFrame:
    frame = pd.DataFrame({"trace_id": [f"trace {row}" for row in range(len(array))], "score": 1})
    frame["label"] = pd.Series(array)
    return frame


@pytest.mark.parametrize(
    "broken", [(), ("to_numpy",), ("slice",), ("take",), ("to_numpy", "slice", "take")]
)
def test_a_dtype_of_ones_own_is_read_by_whatever_works(broken: tuple[str, ...]) -> None:
    rows = sent(frame_of(OwnArray(["x", None, " y "], broken)))
    assert [row["result"].get("label") for row in rows] == ["x", None, "y"]


def test_cells_that_cannot_be_read_are_refused_by_their_rows() -> None:
    failures = refusals(frame_of(OwnArray(["x", "y"], ("to_numpy", "cell"))))
    assert [(failure.position, failure.field) for failure in failures] == [
        (0, "label"),
        (1, "label"),
    ]
    assert str(failures[0]) == (
        "row 0 (index 0), label: <unreadable: RuntimeError: no cells>: cannot be read; correct the "
        "cell, or leave its row out"
    )


def test_a_frame_that_changes_while_it_is_sent_ends_in_an_error_of_ours_with_its_account() -> None:
    metadata: list[dict[str, object]] = [{} for _ in range(4)]
    ids = [f"trace {row}" for row in range(4)]
    # White space, so that the row is not plain, and the model asked about it again.
    frame = pd.DataFrame({"trace_id": ids, "label": " x ", "metadata": metadata})

    def answer(_request: httpx.Request) -> httpx.Response:
        metadata[3]["key"] = float("nan")
        return httpx.Response(200, json={"data": [{"id": "id"}]})

    transport = httpx.MockTransport(answer)
    with (
        httpx.Client(base_url="http://phoenix.test", transport=transport) as http,
        pytest.raises(PhoenixTracesError) as caught,
    ):
        Traces(http).log_trace_annotations_dataframe(
            dataframe=frame,
            annotation_name="n",
            annotator_kind="CODE",
            options=UploadOptions(batch_size=1),
            sync=True,
        )
    assert str(caught.value) == (
        "the frame changed while it was sent, and rows before this one went out already: row 3 "
        "(index 3), metadata.key: nan: is not a finite number; use None or leave it out"
    )
    assert vars(caught.value)["report"].stored == {0, 1, 2}


@pytest.mark.parametrize("dtype", dtypes(), ids=lambda dtype: dtype.name)
def test_a_cell_is_the_same_alone_in_a_slice_and_in_any_order(dtype: Dtype) -> None:
    """So it does not matter where a block begins, or which rows are asked for again."""
    for missing in dtype.holds or (None,):
        values = [dtype.cell] * 4
        if missing is not None:
            values[1] = MISSING[missing]
        column = dtype.build(values).array
        together = list(map(repr, cells(column)))
        assert [*map(repr, cells_at(column, range(4)))] == together
        assert [repr(*cells_at(column, range(at, at + 1))) for at in range(4)] == together
        assert [*map(repr, cells_at(column, [3, 1, 0]))] == [together[at] for at in (3, 1, 0)]


@pytest.mark.parametrize("place", [0, 4_999, 5_000, 5_002])
@pytest.mark.parametrize(
    "make",
    [
        pd.Series,
        lambda numbers: pd.Series(pd.array(pa.array(numbers), dtype="double[pyarrow]")),
        lambda numbers: pd.Series(pd.arrays.FloatingArray(np.array(numbers), np.isinf(numbers))),
    ],
    ids=["float64", "arrow", "masked"],
)
def test_nan_anywhere_in_a_long_frame_is_missing(make: Any, place: int) -> None:
    numbers = [0.5] * 5_003
    numbers[place] = float("nan")
    ids = [f"trace {row}" for row in range(len(numbers))]
    rows = sent(pd.DataFrame({"trace_id": ids, "label": "x", "score": make(numbers)}))
    assert [at for at, row in enumerate(rows) if "score" not in row["result"]] == [place]
    assert len(rows) == len(numbers)


def test_integers_beside_a_null_in_an_arrow_list_stay_integers() -> None:
    big = 2**53 + 1
    metadata = arrow(pa.struct({"seen": pa.list_(pa.int64())}))([{"seen": [big, None]}])
    (row,) = sent(pd.DataFrame({"trace_id": ["a"], "score": 1, "metadata": metadata}))
    assert row["metadata"] == {"seen": [big, None]}
