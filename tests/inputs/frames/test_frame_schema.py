"""The public pandera schema, as a pipeline uses it."""

from __future__ import annotations

import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest

import phoenix_traces
from phoenix_traces import trace_annotation_schema


def good() -> pd.DataFrame:
    return pd.DataFrame({"trace_id": ["a", "b"], "label": ["x", None], "score": [0.5, 1]})


def bad() -> pd.DataFrame:
    return pd.DataFrame({"trace_id": ["a", "b"], "label": [5, None], "score": ["x", 1]})


def failing(frame: pd.DataFrame) -> set[tuple[str | None, int | None]]:
    """Return the columns and index labels that the schema refuses."""
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        trace_annotation_schema.validate(frame, lazy=True)
    cases = caught.value.failure_cases
    return set(zip(cases["column"], cases["index"], strict=True))


def test_it_is_a_pandera_schema_of_the_root() -> None:
    assert isinstance(trace_annotation_schema, pa.DataFrameSchema)
    assert phoenix_traces.trace_annotation_schema is trace_annotation_schema


def test_it_returns_a_good_frame_as_it_is() -> None:
    frame = good()
    pd.testing.assert_frame_equal(trace_annotation_schema.validate(frame), frame)


def test_it_names_every_bad_cell_with_lazy_validation() -> None:
    assert failing(bad()) == {("label", 0), ("score", 0)}


def test_it_raises_for_the_first_bad_column_otherwise() -> None:
    with pytest.raises(pandera.errors.SchemaError, match="label must be text"):
        trace_annotation_schema.validate(bad())


def test_it_names_rows_by_their_index_labels() -> None:
    assert failing(bad().set_axis([7, 9])) == {("label", 7), ("score", 7)}


def test_panderas_own_decorators_take_it() -> None:
    @pa.check_input(trace_annotation_schema)
    def takes(frame: pd.DataFrame) -> int:
        return len(frame)

    @pa.check_output(trace_annotation_schema)
    def gives(frame: pd.DataFrame) -> pd.DataFrame:
        return frame

    @pa.check_io(frame=trace_annotation_schema, out=trace_annotation_schema)
    def passes(frame: pd.DataFrame) -> pd.DataFrame:
        return frame

    assert takes(good()) == len(gives(good())) == len(passes(good())) == 2
    for checked in (takes, gives, passes):
        with pytest.raises(pandera.errors.SchemaError):
            checked(bad())


def test_it_takes_every_column_that_the_client_reads_and_any_other() -> None:
    frame = pd.DataFrame(
        {
            "context.trace_id": ["a"],
            "annotation_name": ["n"],
            "annotator_kind": ["CODE"],
            "label": ["x"],
            "score": ["0.5"],
            "explanation": [None],
            "metadata": [{"a": 1}],
            "identifier": [pd.NA],
            "anything": [object()],
        }
    )
    assert trace_annotation_schema.validate(frame) is not None


def test_trace_ids_may_stand_in_the_index() -> None:
    assert trace_annotation_schema.validate(good().set_index("trace_id")) is not None


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"trace_id": "a", "context.trace_id": "a", "score": 1}, "one column for the trace ids"),
        ({"name": "n", "annotation_name": "n", "score": 1}, "one column for the names"),
        ({"trace_id": "a"}, "a label, score or explanation column"),
    ],
)
def test_it_refuses_columns_that_contradict_each_other_or_lack(
    columns: dict[str, object], message: str
) -> None:
    with pytest.raises(pandera.errors.SchemaError, match=message):
        trace_annotation_schema.validate(pd.DataFrame(columns, index=[0]))


def test_it_refuses_rows_without_a_result_and_keys_that_are_too_long() -> None:
    frame = pd.DataFrame(
        {
            "trace_id": ["a", "b"],
            "name": ["n", "x" * 2601],
            "label": [" ", None],
            "score": [None, 1],
        }
    )
    assert {label for _, label in failing(frame)} == {0, 1}


def test_it_refuses_each_column_that_must_hold_text_by_its_own_name() -> None:
    columns = ["trace_id", "annotation_name", "label", "explanation", "identifier"]
    frame = pd.DataFrame({name: [5] for name in columns} | {"annotator_kind": ["ROBOT"]})
    assert {column for column, _ in failing(frame)} == {*columns, "annotator_kind"}


def test_a_bad_cell_among_many_is_named_alone() -> None:
    rows = 500
    frame = pd.DataFrame({"trace_id": [f"t{row}" for row in range(rows)], "score": 1.0})
    frame["label"] = pd.Series(["x"] * rows, dtype=object)
    frame.loc[321, "label"] = 5
    assert failing(frame) == {("label", 321)}


def test_a_lone_surrogate_is_refused_too() -> None:
    frame = good()
    frame["label"] = pd.Series(["x", "\ud800"], dtype=object)
    with pytest.raises(pandera.errors.SchemaErrors, match="label must be text"):
        trace_annotation_schema.validate(frame, lazy=True)
