"""Messages read as sentences: one thing is singular, several are plural, wherever they count."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    AnnotationValidationError,
    Comparison,
    Confirmation,
    IncompleteUploadError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.protocol.answers import inserted_annotations
from phoenix_traces.stored.comparison import ComparedRow, RowStatus
from phoenix_traces.stored.reading import AbsentTraces
from tests.support.annotations import TRACE_ID, annotation
from tests.support.modes import AnyPhoenix, Mode, both_modes

NOUNS = "annotation|row|problem|ID|trace|HUMAN judgement"
ONE_OF_MANY = re.compile(rf"(?<![\d.,])1 ({NOUNS})s\b|(?<![\d.,])1 of \d+ annotations have\b")
MANY_OF_ONE = re.compile(
    rf"(?<![\d.,-])(0|[2-9]|\d\d+) ({NOUNS})\b(?!s)|1 annotation (have|were)\b"
)


def _refusal(count: int) -> str:
    with pytest.raises(AnnotationValidationError) as caught:
        AnyPhoenix().traces(Mode.SYNC).log_trace_annotations(
            trace_annotations=[annotation(name="note", trace_id="")] * count
        )
    return str(caught.value)


def _duplicates(count: int) -> str:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        AnyPhoenix().traces(Mode.SYNC).log_trace_annotations(
            trace_annotations=[annotation()] * (count + 1)
        )
    return "\n".join(str(each.message) for each in caught)


def _skipped(count: int) -> str:
    phoenix = AnyPhoenix(missing=[f"t{at}" for at in range(count)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        phoenix.traces(Mode.SYNC).log_trace_annotations(
            trace_annotations=[annotation(trace_id=f"t{at}") for at in range(count + 1)],
            sync=True,
            options=UploadOptions(on_missing_trace="skip"),
        )
    return "\n".join(str(each.message) for each in caught)


def _rows(count: int, status: RowStatus) -> tuple[ComparedRow, ...]:
    return tuple(
        ComparedRow(at, "t", "n", None, status, overwrites_human=status == "changed")
        for at in range(count)
    )


def _not_arrived(count: int) -> str:
    with pytest.raises(IncompleteUploadError) as caught:
        Confirmation(_rows(count, "new")).raise_if_incomplete()
    return str(caught.value)


def _other_frame(count: int) -> str:
    with pytest.raises(ValueError, match="this report is about") as caught:
        UploadReport(bytes(count)).rest(pd.DataFrame())
    return str(caught.value)


def _wrong_ids(count: int) -> str:
    request = httpx.Request("POST", "http://phoenix.test")
    response = httpx.Response(200, json={"data": [{"id": "x"}] * count}, request=request)
    return str(inserted_annotations(response, count + 1))


SAYINGS: dict[str, Callable[[int], str]] = {
    "refusal": _refusal,
    "duplicates": _duplicates,
    "skipped": _skipped,
    "not arrived": _not_arrived,
    "frame of another upload": _other_frame,
    "wrong number of IDs": _wrong_ids,
    "new": lambda count: str(Comparison(_rows(count, "new"))),
    "unchanged": lambda count: str(Comparison(_rows(count, "unchanged"))),
    "changed": lambda count: str(Comparison(_rows(count, "changed"))),
    "missing_trace": lambda count: str(Comparison(_rows(count, "missing_trace"))),
}


@pytest.mark.parametrize("count", [1, 2, 3, 11])
@pytest.mark.parametrize("saying", SAYINGS)
def test_one_is_singular_and_several_are_plural(
    saying: str, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="phoenix_traces"):
        said = SAYINGS[saying](count)
    assert str(count) in said
    for text in (said, *caplog.messages):
        assert not ONE_OF_MANY.search(text), text
        assert not MANY_OF_ONE.search(text), text


@both_modes
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"annotation_name": "note"}, "annotation_name: 'note': the name 'note' is reserved"),
        ({"annotation_name": " "}, "annotation_name: ' ': annotation_name values must be"),
        ({"annotator_kind": "X"}, "annotator_kind: 'X': Invalid annotator_kind"),
        ({"score": "high"}, "score: 'high': Score value 'high' cannot be converted"),
        ({"label": 5}, "label: 5: must be text, not int"),
        ({"label": None}, "At least one of label, score, or explanation must be"),
        ({"metadata": {"a": {1}, "b": [object]}}, "metadata"),
        ({"annotation_name": "n" * 2601}, "annotation_name and identifier take 2601 bytes"),
    ],
    ids=str,
)
def test_a_single_annotation_names_its_arguments_and_no_row(
    changes: dict[str, Any], message: str, mode: Mode
) -> None:
    given = {"trace_id": TRACE_ID, "annotation_name": "tone", "label": "good", **changes}
    phoenix = AnyPhoenix()
    with pytest.raises(AnnotationValidationError) as caught:
        phoenix.traces(mode).add_trace_annotation(**given)
    assert message in str(caught.value)
    assert str(caught.value).startswith(message)
    assert not re.search(r"\brow \d|result\b", str(caught.value))
    assert phoenix.requests == []


@pytest.mark.parametrize("key", ["label", "score", "explanation"])
@pytest.mark.parametrize("late", [False, True])
def test_a_key_of_the_result_in_a_flat_mapping_is_told_its_place(key: str, late: bool) -> None:
    flat = {**annotation(), key: 1}
    given = [annotation(name="note")] * 1000 * late + [flat]
    with pytest.raises(AnnotationValidationError) as caught:
        AnyPhoenix().traces(Mode.SYNC).log_trace_annotations(trace_annotations=given)
    failure = caught.value.failures[-1]
    assert failure.message == f'belongs in result: put it inside, "result": {{"{key}": ...}}'


@pytest.mark.parametrize("key", ["trace_id", "name", "annotator_kind", "metadata", "identifier"])
def test_a_key_of_the_annotation_inside_the_result_is_told_its_place(key: str) -> None:
    given = [annotation(result={"score": 1, key: "x"})]
    with pytest.raises(AnnotationValidationError, match=f"put {key} beside result"):
        AnyPhoenix().traces(Mode.SYNC).log_trace_annotations(trace_annotations=given)


def test_traces_that_may_be_in_another_project_suggest_to_name_it() -> None:
    request = httpx.Request("GET", "http://phoenix.test/v1/projects/default/trace_annotations")
    response = httpx.Response(404, text="None of the supplied trace_ids exist", request=request)
    error = AbsentTraces((TRACE_ID,), response).error()
    assert "if they are in another project, say so by project_identifier" in str(error)
