"""A comparison prints as a table, knows its positions, and complains when it is asked to."""

from __future__ import annotations

import pickle

import pytest

from phoenix_traces import ComparedRow, Comparison, Confirmation, IncompleteUploadError

ROWS = (
    ComparedRow(0, "t0", "tone", None, "unchanged", annotation_id="id-1"),
    ComparedRow(1, "t1", "tone", "ann", "changed", {"score": (0.5, 1.0)}, True, "id-2"),
    ComparedRow(2, "t2", "tone", None, "missing_trace"),
    ComparedRow(3, "t3", "tone", None, "new"),
    ComparedRow(4, "t3", "tone", None, "superseded"),
)


def test_it_prints_as_a_table_of_what_is_not_unchanged() -> None:
    assert str(Comparison(ROWS)) == (
        "5 annotations: 1 new, 1 unchanged, 1 changed (1 of them a HUMAN judgement), "
        "1 of a missing trace, 1 superseded\n"
        "\n"
        "row  trace_id  name  identifier  status         what differs\n"
        "1    t1        tone  ann         changed        "
        "replaces a HUMAN judgement; score: 0.5 -> 1.0\n"
        "2    t2        tone              missing_trace\n"
        "3    t3        tone              new\n"
        "4    t3        tone              superseded"
    )


def test_when_nothing_differs_it_prints_as_one_line() -> None:
    assert str(Comparison(ROWS[:1])) == "1 annotation: 0 new, 1 unchanged, 0 changed"


def test_a_long_value_does_not_fill_the_table() -> None:
    row = ComparedRow(0, "t", "n", None, "changed", {"label": ("a" * 500, "b")})
    assert max(map(len, str(Comparison((row,))).splitlines())) < 200


def test_it_becomes_a_frame_with_a_row_for_each_row_of_the_input() -> None:
    frame = Comparison(ROWS).to_dataframe()
    assert frame.index.tolist() == [0, 1, 2, 3, 4]
    assert frame["status"].tolist() == [row.status for row in ROWS]
    assert frame["overwrites_human"].tolist() == [False, True, False, False, False]
    assert frame["differences"].tolist()[1] == {"score": (0.5, 1.0)}
    assert frame["identifier"].isna().tolist() == [True, False, True, True, True]


def test_a_confirmation_counts_what_has_arrived() -> None:
    confirmation = Confirmation(ROWS)
    assert confirmation.confirmed == (0,)
    assert confirmation.incomplete == (1, 2, 3)
    assert not confirmation.is_complete
    assert repr(confirmation).startswith("<Confirmation of 5 annotations: 1 new")


def test_an_incomplete_confirmation_names_the_rows_when_it_is_asked_to_raise() -> None:
    confirmation = Confirmation(ROWS)
    with pytest.raises(IncompleteUploadError, match="3 of 5 annotations have not") as caught:
        confirmation.raise_if_incomplete()
    assert "t2" in str(caught.value)
    assert "superseded" not in str(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).confirmation == confirmation


def test_a_complete_confirmation_does_not_raise() -> None:
    confirmation = Confirmation((ROWS[0], ROWS[4]))
    confirmation.raise_if_incomplete()
    assert confirmation.is_complete


@pytest.mark.parametrize("place", ["trace_id", "name", "identifier", "was", "given", "field"])
def test_no_text_about_a_row_grows_with_what_is_in_it(place: str) -> None:
    parts = dict.fromkeys(("trace_id", "name", "identifier", "was", "given"), "a")
    long = {**parts, "field": "label", place: "long" * 100_000}
    differences = {long["field"]: (long["was"], long["given"])}
    keys = long["trace_id"], long["name"], long["identifier"]
    row = ComparedRow(0, *keys, "changed", differences)
    with pytest.raises(IncompleteUploadError) as caught:
        Confirmation((row,)).raise_if_incomplete()
    for text in (repr(row), row.described(), str(Comparison((row,))), repr(caught.value)):
        assert len(text) < 1_000


def test_a_row_shows_all_of_its_parts() -> None:
    assert repr(ROWS[1]) == (
        "ComparedRow(position=1, trace_id='t1', name='tone', identifier='ann', status='changed', "
        "differences={'score': (0.5, 1.0)}, overwrites_human=True, annotation_id='id-2')"
    )
