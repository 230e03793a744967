"""Where a frame's trace ids, names and kinds stand, and what is wrong with a frame as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.support.frames import refusals, sent

IDS = ["a", "b"]
ARROW_CATEGORIES = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
BOTH_IDS = "DataFrame cannot have both primary and fallback ID columns"
NO_IDS = (
    "DataFrame must have 'trace_id' or 'context.trace_id' column, index level, or a string-based "
    "index"
)


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"score": [1, 2]} | columns)


def trace_ids(dataframe: pd.DataFrame) -> list[str]:
    return [row["trace_id"] for row in sent(dataframe)]


def only_message(dataframe: Any, **arguments: Any) -> str:
    (failure,) = refusals(dataframe, **arguments)
    assert failure.position is None
    return failure.message


@pytest.mark.parametrize("name", ["trace_id", "context.trace_id"])
def test_trace_ids_stand_in_a_column_or_an_index_level_of_either_name(name: str) -> None:
    in_column = frame(**{name: IDS})
    assert trace_ids(in_column) == IDS
    assert trace_ids(in_column.set_index(name)) == IDS
    assert trace_ids(in_column.assign(other=[5, 6]).set_index(["other", name])) == IDS
    assert trace_ids(in_column.set_index(name).set_index("score", append=True, drop=False)) == IDS


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(pd.Index(IDS), id="inferred"),
        pytest.param(pd.Index(IDS, dtype=object), id="object"),
        pytest.param(pd.Index(IDS, dtype="string"), id="string"),
        pytest.param(pd.Index(IDS, dtype="string[pyarrow]"), id="arrow"),
        pytest.param(pd.CategoricalIndex(IDS), id="categories"),
        pytest.param(pd.Index(IDS, dtype=ARROW_CATEGORIES), id="arrow categories"),
    ],
)
def test_an_unnamed_index_of_text_holds_trace_ids(index: Any) -> None:
    assert trace_ids(frame().set_axis(index)) == IDS


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_id_in_an_index_is_refused_by_row(missing: object) -> None:
    failures = refusals(frame().set_axis(pd.Index(["a", missing], dtype=object)))
    assert [(failure.position, failure.field) for failure in failures] == [(1, "index")]


@pytest.mark.parametrize("name", [None, "trace_id"])
@pytest.mark.parametrize("text", ["a\x00", "\ud800", " "])
def test_a_bad_id_in_an_index_is_refused_by_row(name: str | None, text: str) -> None:
    index = pd.Index(["a", text], dtype=object, name=name)
    (failure,) = refusals(frame().set_axis(index))
    assert (failure.position, failure.index, failure.field) == (1, text, name or "index")


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(pd.RangeIndex(2), id="positions"),
        pytest.param(pd.Index([7, 9]), id="integers"),
        pytest.param(pd.Index([0.5, 1.5]), id="floats"),
        pytest.param(pd.Index(["a", 5], dtype=object), id="text and numbers"),
        pytest.param(pd.Index([None, None], dtype=object), id="nothing"),
        pytest.param(pd.date_range("2026-11-22", periods=2), id="dates"),
        pytest.param(pd.CategoricalIndex([1, 2]), id="categories of numbers"),
        pytest.param(pd.MultiIndex.from_arrays([IDS, IDS]), id="unnamed levels"),
    ],
)
def test_another_index_holds_no_trace_ids(index: Any) -> None:
    assert only_message(frame().set_axis(index)) == NO_IDS


@pytest.mark.parametrize("name", ["context.span_id", "id", "Trace_Id"])
def test_an_index_of_another_name_is_not_taken_for_trace_ids(name: str) -> None:
    message = only_message(frame().set_axis(pd.Index(IDS, name=name)))
    assert message == f"{NO_IDS}; the index named {name} is not taken for trace ids"


def test_two_columns_of_trace_ids_are_refused() -> None:
    assert BOTH_IDS in only_message(frame(**{"trace_id": IDS, "context.trace_id": IDS}))


def test_two_index_levels_of_trace_ids_are_refused() -> None:
    both = frame(**{"trace_id": IDS, "context.trace_id": IDS})
    assert BOTH_IDS in only_message(both.set_index(["trace_id", "context.trace_id"]))


def test_a_column_and_an_index_level_must_agree() -> None:
    same = frame(**{"context.trace_id": IDS}).set_axis(pd.Index(IDS, name="trace_id"))
    assert trace_ids(same) == IDS
    other = frame(**{"context.trace_id": IDS}).set_axis(pd.Index(["a", "c"], name="trace_id"))
    assert only_message(other) == (
        "column 'context.trace_id' and index level 'trace_id' hold different trace ids; drop one "
        "of them"
    )


def test_a_column_wins_over_an_unnamed_index_of_text() -> None:
    assert trace_ids(frame(trace_id=IDS).set_axis(["x", "y"])) == IDS


@pytest.mark.parametrize("value", [" ", "", "\u3000"])
def test_a_blank_id_is_refused_under_its_own_name(value: str) -> None:
    (failure,) = refusals(frame(**{"context.trace_id": ["a", value]}))
    assert (failure.position, failure.field) == (1, "context.trace_id")
    assert failure.message == "context.trace_id values must be non-empty strings"


@pytest.mark.parametrize("name", ["name", "annotation_name"])
def test_names_stand_in_a_column_of_either_name(name: str) -> None:
    rows = sent(frame(trace_id=IDS, **{name: ["n", "m"]}), annotation_name=None)
    assert [row["name"] for row in rows] == ["n", "m"]


@pytest.mark.parametrize("name", ["name", "annotation_name"])
def test_a_bad_name_is_refused_under_its_columns_name(name: str) -> None:
    failures = refusals(frame(trace_id=IDS, **{name: [" ", "note"]}), annotation_name=None)
    assert [(failure.position, failure.field) for failure in failures] == [(0, name), (1, name)]
    assert failures[0].message == f"{name} values must be non-empty strings"


def test_both_name_columns_are_refused_even_when_an_argument_would_win() -> None:
    both = frame(trace_id=IDS, name="n", annotation_name="n")
    wanted = "DataFrame cannot have both 'name' and 'annotation_name' columns"
    assert only_message(both) == wanted
    assert only_message(both, annotation_name=None) == wanted


@pytest.mark.parametrize("column", [["x", "y"], [None, 5], [" ", "note"]])
def test_the_argument_wins_over_the_column_whatever_that_holds(column: list[Any]) -> None:
    rows = sent(frame(trace_id=IDS, name=column, annotator_kind=column))
    assert {(row["name"], row["annotator_kind"]) for row in rows} == {("correctness", "HUMAN")}


def test_kinds_stand_in_a_column() -> None:
    kinds = pd.Series(["LLM", "CODE"], dtype="category")
    rows = sent(frame(trace_id=IDS, annotator_kind=kinds), annotator_kind=None)
    assert [row["annotator_kind"] for row in rows] == ["LLM", "CODE"]


@pytest.mark.parametrize("kind", ["ROBOT", "human", " HUMAN", "", 1, True])
def test_another_kind_is_refused_in_the_known_words(kind: object) -> None:
    kinds = pd.Series(["LLM", kind], dtype=object)
    (failure,) = refusals(frame(trace_id=IDS, annotator_kind=kinds), annotator_kind=None)
    assert (failure.position, failure.field) == (1, "annotator_kind")
    assert f"Invalid annotator_kind values: {kind!r}" in failure.message


def test_a_frame_without_names_or_kinds_says_what_to_add() -> None:
    failures = refusals(frame(trace_id=IDS), annotation_name=None, annotator_kind=None)
    assert [(failure.field, failure.message) for failure in failures] == [
        (
            "annotation_name",
            "no annotation name: pass annotation_name=, or add a 'name' or 'annotation_name' "
            "column",
        ),
        (
            "annotator_kind",
            "no annotator kind: pass annotator_kind=, or add an 'annotator_kind' column with "
            "'LLM', 'CODE' or 'HUMAN'",
        ),
    ]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("annotation_name", " "),
        ("annotation_name", "note"),
        ("annotation_name", "a\x00b"),
        ("annotation_name", "x" * 2601),
        ("annotation_name", 5),
        ("annotator_kind", "ROBOT"),
        ("annotator_kind", ""),
    ],
)
def test_a_bad_argument_is_refused_once_and_not_for_each_row(argument: str, value: object) -> None:
    (failure,) = refusals(frame(trace_id=IDS), **{argument: value})
    assert failure.position is None


def test_an_argument_is_stripped() -> None:
    assert sent(frame(trace_id=IDS), annotation_name=" n ")[0]["name"] == "n"


def test_a_long_name_given_as_argument_leaves_less_room_for_identifiers() -> None:
    dataframe = frame(trace_id=IDS, identifier=["x" * 600, "x" * 601])
    (failure,) = refusals(dataframe, annotation_name="n" * 2000)
    assert failure.position == 1
    assert "name and identifier take 2601 bytes together" in failure.message


def test_everything_that_is_wrong_with_a_frame_is_said_at_once() -> None:
    failures = refusals(pd.DataFrame({"x": [1]}), annotation_name=None, annotator_kind="ROBOT")
    assert [failure.position for failure in failures] == [None] * 4
    messages = "\n".join(failure.message for failure in failures)
    for phrase in (
        "DataFrame must have 'trace_id'",
        "no annotation name",
        "Invalid annotator_kind values",
        "DataFrame must contain at least one of: label, score, explanation",
    ):
        assert phrase in messages


def test_a_row_without_any_result_is_refused() -> None:
    dataframe = frame(trace_id=IDS, label=["x", " "], explanation=[None, pd.NA], score=[1, None])
    (failure,) = refusals(dataframe)
    assert failure.position == 1
    assert failure.message == ("At least one of label, score, or explanation must be provided")


@pytest.mark.parametrize("name", ["trace_id", "label", "annotator_kind", "metadata", "name"])
def test_two_columns_of_one_name_are_refused(name: str) -> None:
    column = frame(trace_id=IDS, label="x", annotator_kind="LLM", metadata=None, name="n")
    assert f"DataFrame has 2 columns named {name!r}" in only_message(
        pd.concat([column, column[[name]]], axis=1)
    )


def test_two_columns_of_a_name_that_is_not_read_are_no_matter() -> None:
    other = pd.DataFrame([["a", 1, 2, 3]], columns=["trace_id", "score", "x", "x"])
    assert trace_ids(other) == ["a"]


@pytest.mark.parametrize("label", [pd.NA, None, float("nan"), 0, pd.NaT, ("trace_id",), b"score"])
def test_labels_of_columns_and_levels_may_be_anything(label: Any) -> None:
    odd = frame(trace_id=IDS)
    odd.insert(0, label, 5)
    assert trace_ids(odd) == IDS
    arrays: list[Any] = [[5, 6], IDS]
    assert trace_ids(frame().set_axis(pd.MultiIndex.from_arrays(arrays, names=[label, "trace_id"])))


@pytest.mark.parametrize("labels", [pd.date_range("2026-11-24", periods=2), pd.RangeIndex(2)])
def test_columns_without_any_name_that_is_read_are_told_what_is_missing(labels: Any) -> None:
    messages = [failure.message for failure in refusals(pd.DataFrame([[1, 2]], columns=labels))]
    assert messages == [NO_IDS, "DataFrame must contain at least one of: label, score, explanation"]


def test_a_level_is_found_whatever_numbers_the_others_are_called() -> None:
    levels = pd.MultiIndex.from_arrays([[5, 6], IDS, ["x", "y"]], names=[1, "trace_id", 0])
    assert trace_ids(frame().set_axis(levels)) == IDS


def test_two_index_levels_of_one_name_are_refused() -> None:
    index = pd.MultiIndex.from_arrays([IDS, IDS], names=["trace_id", "trace_id"])
    assert "DataFrame has 2 index levels named 'trace_id'" in only_message(frame().set_axis(index))


def test_ids_that_cannot_be_compared_are_refused_by_their_rows() -> None:
    arrays = pd.Series([np.array([1, 2]), np.array([3, 4])], dtype=object)
    in_both = frame(trace_id=arrays).set_axis(pd.Index(arrays, name="trace_id", dtype=object))
    assert [failure.position for failure in refusals(in_both)] == [0, 1]


def test_the_name_of_an_index_is_cut_to_fit_a_message() -> None:
    assert len(only_message(frame().set_axis(pd.Index(IDS, name="x" * 100_000)))) < 300


def test_columns_of_several_levels_are_refused() -> None:
    columns = pd.MultiIndex.from_tuples([("trace_id", ""), ("score", "")])
    assert "must have one level" in only_message(pd.DataFrame([["a", 1]], columns=columns))


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(pd.DataFrame(), id="nothing"),
        pytest.param(pd.DataFrame({"trace_id": [], "score": []}), id="no rows"),
        pytest.param(pd.DataFrame(columns=["trace_id", "label"]), id="columns alone"),
    ],
)
def test_an_empty_frame_is_refused(empty: pd.DataFrame) -> None:
    assert only_message(empty) == "DataFrame cannot be empty"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (pd.Series(["a"]), "pandas.Series, which is one column: use .to_frame()"),
        ([{"trace_id": "a"}], "list: pass a list as trace_annotations"),
        (
            {"trace_id": ["a"]},
            "dict: make a frame of it first, such as pandas.DataFrame(...)",
        ),
        (None, "NoneType"),
        ("frame.csv", "str"),
    ],
)
def test_what_is_no_frame_is_a_type_error(value: Any, kind: str) -> None:
    with pytest.raises(TypeError) as caught:
        sent(value)
    assert str(caught.value) == f"dataframe must be a frame of pandas, Polars or Arrow, not {kind}"


def test_columns_that_are_not_read_may_hold_anything() -> None:
    rows = sent(frame(trace_id=IDS, span_id=[None, object()], **{"0": 1}))
    assert {tuple(row) for row in rows} == {("trace_id", "name", "annotator_kind", "result")}


def test_column_names_need_not_be_text() -> None:
    assert trace_ids(pd.DataFrame({"trace_id": IDS, 0: [1, 2], None: 3, "score": 1})) == IDS


def test_rows_keep_their_order() -> None:
    ids = [f"trace-{number}" for number in range(7, 0, -1)]
    shuffled = pd.DataFrame({"trace_id": ids, "score": 1}, index=[3, 3, 1, 9, 0, 2, 2])
    assert trace_ids(shuffled) == ids
