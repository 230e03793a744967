"""Tables in plain text."""

from __future__ import annotations

from phoenix_traces.stored.text_table import text_table


def test_columns_are_as_wide_as_their_widest_cell_and_lines_have_no_trailing_space() -> None:
    text = text_table("heading", ["a", "b"], [["long", "x"], ["s", ""]], most_rows=5)
    assert text == "heading\n\na     b\nlong  x\ns"


def test_rows_beyond_the_most_are_counted() -> None:
    text = text_table("heading", ["a"], [["1"], ["2"], ["3"]], most_rows=2)
    assert text.splitlines()[-2:] == ["2", "... and 1 more: see .to_dataframe()"]


def test_without_rows_there_is_only_the_heading() -> None:
    assert text_table("heading", ["a"], [], most_rows=2) == "heading"
