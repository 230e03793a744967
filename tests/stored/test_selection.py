"""What to read: checked, each thing once, in questions that fit a URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

from phoenix_traces import AnnotationValidationError
from phoenix_traces.stored.selection import Selection, select

IDS = [f"{number:032x}" for number in range(1, 251)]


def selection(**arguments: Any) -> Selection:
    return select(project_identifier="default", **arguments)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(["a", "b", "a"], id="list"),
        pytest.param(("a", "b"), id="tuple"),
        pytest.param((each for each in "ab"), id="generator"),
        pytest.param(pd.Series(["a", "b", "b"]), id="Series"),
        pytest.param(pd.Series(["a", "b"], dtype="string"), id="Series of string dtype"),
        pytest.param(pd.Index(["a", "b"]), id="Index"),
        pytest.param(pd.DataFrame({"trace_id": ["a", "b"]})["trace_id"], id="column"),
        pytest.param([" a ", "b\n"], id="white space"),
    ],
)
def test_each_trace_id_is_asked_for_once_whatever_holds_them(given: Any) -> None:
    assert selection(trace_ids=given).trace_ids == ("a", "b")


def test_a_question_has_at_most_100_trace_ids_and_all_together_have_each_once() -> None:
    parts = [question["trace_ids"] for question in selection(trace_ids=IDS).questions()]
    assert [len(part) for part in parts] == [100, 100, 50]
    assert [trace_id for part in parts for trace_id in part] == IDS


def test_a_question_stays_short_however_long_the_texts_are() -> None:
    chosen = selection(
        trace_ids=["é" * 500 + each for each in IDS[:9]], identifiers=["ü" * 300] * 2
    )
    questions = list(chosen.questions())
    assert len(questions) == 9
    assert max(len(urlencode(question, doseq=True)) for question in questions) < 8_000


def test_trace_ids_and_identifiers_are_combined() -> None:
    chosen = selection(trace_ids=IDS, identifiers=[f"run-{number}" for number in range(101)])
    assert len(list(chosen.questions())) == 6


@pytest.mark.parametrize("nothing", ["trace_ids", "identifiers", "include_annotation_names"])
def test_an_empty_choice_asks_nothing(nothing: str) -> None:
    arguments: dict[str, Any] = {"trace_ids": ["a"], nothing: []}
    assert list(selection(**arguments).questions()) == []


def test_notes_are_left_out() -> None:
    (question,) = selection(trace_ids=["a"], exclude_annotation_names=["x"]).questions()
    assert list(question["exclude_annotation_names"]) == ["x", "note"]


def test_notes_are_asked_for_by_name() -> None:
    (question,) = selection(trace_ids=["a"], include_annotation_names=["note"]).questions()
    assert "exclude_annotation_names" not in question
    assert list(question["include_annotation_names"]) == ["note"]


def test_without_ids_and_identifiers_there_is_nothing_to_read_by() -> None:
    with pytest.raises(AnnotationValidationError, match="by trace_ids, identifiers or both"):
        selection()


@pytest.mark.parametrize("one", ["4bf92f3577b34da6a3ce929d0e0e4736", b"4bf9"])
def test_one_text_is_not_taken_for_a_list_of_letters(one: Any) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        selection(trace_ids=one)


@pytest.mark.parametrize("table", [pd.DataFrame({"trace_id": ["a"]}), {"trace_id": "a"}])
def test_a_table_is_not_taken_for_its_column_names(table: Any) -> None:
    with pytest.raises(TypeError, match="pass one column of it"):
        selection(trace_ids=table)


def test_every_value_that_is_no_text_is_named() -> None:
    with pytest.raises(AnnotationValidationError) as caught:
        selection(trace_ids=["a", None, " ", "b\x00"])
    assert [failure.position for failure in caught.value.failures] == [1, 2, 3]
    assert caught.value.total == 4


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(AnnotationValidationError, match="limit"):
        selection(trace_ids=["a"], limit=limit)


def test_the_projects_name_is_one_part_of_the_path() -> None:
    chosen = select(project_identifier="my project?", trace_ids=["a"])
    assert chosen.path == "v1/projects/my%20project%3F/trace_annotations"


@pytest.mark.parametrize("name", ["", " ", "a/b", ".", ".."])
def test_a_project_name_that_would_change_the_path_is_refused(name: str) -> None:
    with pytest.raises(AnnotationValidationError, match="project_identifier"):
        select(project_identifier=name, trace_ids=["a"])
