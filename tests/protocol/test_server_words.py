from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoenix_traces.protocol.server_words import (
    missing_trace_ids,
    refused_rows,
    text_of,
    validation_words,
)

DEEP = b'{"detail": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _answer(status: int, content: bytes | str, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers=headers)


# Text


@pytest.mark.parametrize(
    "charset",
    ["undefined", "utf-16", "idna", "punycode", "rot13", "hex", "base64", "zlib", "no-such", ""],
)
def test_text_is_read_as_utf_8_whatever_charset_is_named(charset: str) -> None:
    kind = {"content-type": f"text/plain; charset={charset}"}
    assert text_of(_answer(404, "grün ".encode(), **kind)) == "grün"


def test_a_mark_at_the_beginning_and_bytes_that_are_no_text_do_no_harm() -> None:
    assert text_of(_answer(404, b"\xef\xbb\xbf ok\xff")) == "ok\ufffd"


# 404


@pytest.mark.parametrize(
    ("text", "sent", "missing"),
    [
        ("Traces with IDs a do not exist.", ["a", "b"], ("a",)),
        ("Traces with IDs c, a do not exist.", ["a", "b", "c", "a"], ("a", "c")),
        ("Traces with IDs x, y do not exist.", ["x, y", "z"], ("x, y",)),
        ("Traces with IDs x, y do not exist.\n", ["x, y", "x"], ("x, y",)),
        ("Traces with IDs x, y do not exist.", ["x, y", "x", "y"], ()),
        ("Traces with IDs a, a do not exist.", ["a", "b"], ()),
        ("Traces with IDs a, b do not exist.", ["a"], ()),
        ("Traces with IDs  do not exist.", ["a"], ()),
        ("Traces with IDs do not exist.", ["a"], ()),
        ("a", ["a"], ()),
        ("Not Found", ["a"], ()),
        ("", ["a"], ()),
        ("Traces with IDs a do not exist.", [], ()),
    ],
)
def test_missing_traces_are_read_from_the_servers_sentence(
    text: str, sent: list[str], missing: tuple[str, ...]
) -> None:
    assert missing_trace_ids(_answer(404, text), sent) == missing


IDS = st.lists(
    st.sampled_from(["a", "b", "c", "a, b", "b, a", "a, a", "c, a, b", ",", "a,", ", a", "IDs"]),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(sent=IDS, data=st.data())
@example(sent=["a", "b", "a, b"], data=None)
def test_missing_traces_are_named_only_where_the_sentence_means_nothing_else(
    sent: list[str], data: st.DataObject | None
) -> None:
    count = 2 if data is None else data.draw(st.integers(1, min(4, len(sent))))
    missing = sent[:count] if data is None else data.draw(st.permutations(sent))[:count]
    text = f"Traces with IDs {', '.join(missing)} do not exist."
    found = missing_trace_ids(_answer(404, text), sent)
    others = [
        each
        for size in range(1, len(sent) + 1)
        for each in permutations(sent, size)
        if ", ".join(each) == ", ".join(missing)
    ]
    if found:
        assert {frozenset(each) for each in others} == {frozenset(found)}
        assert [each for each in sent if each in missing] == list(found)
    elif not any(", " in each for each in sent):
        pytest.fail("ids without the separator can be read in one way only")


# 422


def _detail(*locations: Any) -> bytes:
    return json.dumps({"detail": [{"loc": each, "msg": "is wrong"} for each in locations]}).encode()


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (_detail(["body", "data", 2, "name"], ["body", "data", 0], ["body", "data", 2]), [0, 2]),
        (_detail(["body", "data", 1], None, ["body"], "body", 7, [["body"], "data", 0]), [1]),
        (_detail(["body", "data", -1], ["body", "data", -99], ["body", "data", 3]), []),
        (_detail(["body", "data", 10**30], ["body", "data", 1.0], ["body", "data", "1"]), []),
        (_detail(["body", "data", True], ["body", "data", None], ["body", "data", [1]]), []),
        (_detail(["body", "data"], ["query", "sync"], ["query", "data", 1]), []),
        (b'{"detail": [1, null, {}, {"loc": ["body", "data", 1]}, {"msg": "x"}]}', [1]),
        (b'{"detail": "no list"}', []),
        (b'{"detail": null}', []),
        (b"[]", []),
        (b"Invalid request", []),
        (b"\xff\xfe{", []),
        (b'{"detail": [{"loc": ["body", "data", 1' + b"0" * 5_000 + b"]}]}", []),
        (DEEP, []),
    ],
    ids=range(14),
)
def test_a_row_is_blamed_only_where_the_location_is_a_place_in_the_request(
    body: bytes, places: list[int]
) -> None:
    assert list(refused_rows(_answer(422, body), 3)) == places


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_detail(["body", "data", 1, "name"], ["query"]), "data.1.name: is wrong; : is wrong"),
        (_detail(["body", 10**30, None, [1], 1.5, True]), "?.?.?.?.?: is wrong"),
        (b'{"detail": [{"loc": ["body"], "msg": 7}, {"loc": ["body"]}, 3]}', ""),
        (DEEP, ""),
    ],
    ids=range(4),
)
def test_the_words_of_a_refusal_are_put_in_a_line(body: bytes, words: str) -> None:
    assert validation_words(_answer(422, body)) == words
