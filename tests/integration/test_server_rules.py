"""Each rule matters: what a real Phoenix does with values that this package refuses.

Every bad value goes out with plain httpx, past our checks, and is shown to be refused by them.
"""

from __future__ import annotations

import itertools
import json
import math
import random
import string
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from phoenix_traces import AnnotationValidationError, Client
from tests.support.live import Stored, annotations_of, make_traces, post_raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

Change = dict[str, Any]

NOTHING = {"label": None, "score": None, "explanation": None}
SURROGATE = "x\ud800y"
NUL = "x\x00y"

numbers = itertools.count()


@pytest.fixture(scope="module")
def trace_id(server: PhoenixProcess) -> str:
    (trace_id,) = make_traces(server, 1)
    return trace_id


@pytest.fixture(scope="module")
def trace_on_postgres(phoenix_postgres: PhoenixProcess) -> str:
    (trace_id,) = make_traces(phoenix_postgres, 1)
    return trace_id


def annotation(trace_id: str, change: Change) -> Change:
    """Return an annotation with a name of its own, changed."""
    right = {
        "trace_id": trace_id,
        "name": f"rule {next(numbers)}",
        "annotator_kind": "HUMAN",
        "result": {"label": "fine"},
    }
    return right | change


def post(server: PhoenixProcess, *rows: Change) -> httpx.Response:
    # Python's json writes NaN as such and escapes lone surrogates, which is what is wanted here.
    return post_raw(server, json.dumps({"data": rows}))


def stored(server: PhoenixProcess, response: httpx.Response, trace_id: str) -> Stored:
    """Return what the server made of the one annotation that it has just stored."""
    assert response.status_code == 200
    (inserted,) = response.json()["data"]
    (found,) = [each for each in annotations_of(server, [trace_id]) if each["id"] == inserted["id"]]
    return found


def names(server: PhoenixProcess, trace_id: str) -> set[str]:
    return {each["name"] for each in annotations_of(server, [trace_id])}


def assert_refused_here(server: PhoenixProcess, row: Change) -> None:
    with Client(base_url=server.base_url) as client, pytest.raises(AnnotationValidationError):
        client.traces.log_trace_annotations(trace_annotations=[row], sync=True)


def random_text(length: int) -> str:
    """Return text that PostgreSQL cannot compress."""
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


def nested(levels: int) -> Change:
    value: Change = {}
    for _ in range(levels - 1):
        value = {"down": value}
    return value


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": None}, ["name"]),
        ({"name": 7}, ["name"]),
        ({"trace_id": 7}, ["trace_id"]),
        ({"identifier": 7}, ["identifier"]),
        ({"annotator_kind": None}, ["annotator_kind"]),
        ({"annotator_kind": "ROBOT"}, ["annotator_kind"]),
        ({"annotator_kind": "human"}, ["annotator_kind"]),
        ({"result": {"label": 0}}, ["result", "label"]),
        ({"result": {"label": False}}, ["result", "label"]),
        ({"result": {"explanation": 1}}, ["result", "explanation"]),
        ({"metadata": [1]}, ["metadata"]),
        ({"metadata": "text"}, ["metadata"]),
    ],
    ids=str,
)
def test_a_wrong_type_or_kind_makes_the_whole_request_a_422(
    server: PhoenixProcess, trace_id: str, change: Change, place: list[str]
) -> None:
    good, bad = annotation(trace_id, {}), annotation(trace_id, change)
    response = post(server, good, bad)
    assert response.status_code == 422
    assert [each["loc"] for each in response.json()["detail"]] == [["body", "data", 1, *place]]
    assert good["name"] not in names(server, trace_id)
    assert_refused_here(server, bad)


def test_an_identifier_of_null_is_a_422_so_an_absent_one_is_left_out(
    server: PhoenixProcess, trace_id: str
) -> None:
    assert post(server, annotation(trace_id, {"identifier": None})).status_code == 422
    with Client(base_url=server.base_url) as client:
        row = annotation(trace_id, {"identifier": None})
        inserted = client.traces.log_trace_annotations(trace_annotations=[row], sync=True)
    assert len(inserted) == 1


def test_the_name_note_makes_the_whole_request_a_400(server: PhoenixProcess, trace_id: str) -> None:
    good, note = annotation(trace_id, {}), annotation(trace_id, {"name": "note"})
    response = post(server, good, note)
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/plain")
    assert "reserved" in response.text
    assert good["name"] not in names(server, trace_id)
    assert_refused_here(server, note)


@pytest.mark.parametrize("change", [{"result": None}, {"result": {}}], ids=str)
def test_an_annotation_without_a_judgement_is_stored_as_a_row_of_nulls(
    server: PhoenixProcess, trace_id: str, change: Change
) -> None:
    row = annotation(trace_id, change)
    assert stored(server, post(server, row), trace_id)["result"] == NOTHING
    assert_refused_here(server, row)


def test_an_annotation_whose_result_is_missing_is_stored_as_a_row_of_nulls(
    server: PhoenixProcess, trace_id: str
) -> None:
    row = annotation(trace_id, {})
    del row["result"]
    assert stored(server, post(server, row), trace_id)["result"] == NOTHING
    assert_refused_here(server, row)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_blank_name_is_stored_as_it_is(server: PhoenixProcess, trace_id: str, name: str) -> None:
    row = annotation(trace_id, {"name": name})
    assert stored(server, post(server, row), trace_id)["name"] == name
    assert_refused_here(server, row)


def test_white_space_and_blank_text_are_stored_as_they_are(
    server: PhoenixProcess, trace_id: str
) -> None:
    result = {"label": " padded ", "score": None, "explanation": ""}
    row = annotation(trace_id, {"name": f" spaced {next(numbers)} ", "result": result})
    found = stored(server, post(server, row), trace_id)
    assert found["name"] == row["name"]
    assert found["result"] == result


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_is_stored_and_read_back_as_null(
    server: PhoenixProcess, trace_id: str, score: float
) -> None:
    row = annotation(trace_id, {"result": {"score": score}})
    assert stored(server, post(server, row), trace_id)["result"] == NOTHING
    assert_refused_here(server, row)


@pytest.mark.parametrize(("text", "read"), [("0.5", 0.5), ("nan", None)])
def test_a_score_that_is_text_is_read_as_a_number_even_when_it_is_none(
    server: PhoenixProcess, trace_id: str, text: str, read: float | None
) -> None:
    row = annotation(trace_id, {"result": {"score": text}})
    assert stored(server, post(server, row), trace_id)["result"]["score"] == read
    assert_refused_here(server, row)


def test_a_score_of_true_is_stored_as_1(server: PhoenixProcess, trace_id: str) -> None:
    row = annotation(trace_id, {"result": {"score": True}})
    assert stored(server, post(server, row), trace_id)["result"]["score"] == 1


@pytest.mark.parametrize("change", [{"lable": "x"}, {"result": {"lable": "x"}}], ids=str)
def test_a_misspelt_key_is_dropped_without_a_word(
    server: PhoenixProcess, trace_id: str, change: Change
) -> None:
    row = annotation(trace_id, change)
    assert "lable" not in json.dumps(stored(server, post(server, row), trace_id))
    assert_refused_here(server, row)


@pytest.mark.parametrize("form", ["{}", " {}", "0x{}", "{} "])
def test_a_trace_id_is_compared_exactly(server: PhoenixProcess, trace_id: str, form: str) -> None:
    written = form.format(trace_id.upper())
    response = post(server, annotation(written, {}))
    assert response.status_code == 404
    assert response.text == f"Traces with IDs {written} do not exist."


@pytest.mark.parametrize("no_trace", [" ", "0" * 32])
def test_an_id_of_no_trace_is_an_unknown_trace(server: PhoenixProcess, no_trace: str) -> None:
    row = annotation(no_trace, {})
    assert post(server, row).status_code == 404
    assert_refused_here(server, row)


def test_an_empty_list_is_answered_as_if_all_were_well(server: PhoenixProcess) -> None:
    response = post(server)
    assert (response.status_code, response.json()) == (200, {"data": []})
    with Client(base_url=server.base_url) as client, pytest.raises(AnnotationValidationError):
        client.traces.log_trace_annotations(trace_annotations=[])


def test_nan_in_metadata_is_stored_as_null(server: PhoenixProcess, trace_id: str) -> None:
    row = annotation(trace_id, {"metadata": {"value": math.nan}})
    assert stored(server, post(server, row), trace_id)["metadata"] == {"value": None}
    assert_refused_here(server, row)


@pytest.mark.parametrize(
    "metadata",
    [{"value": 2**64}, {"value": -(2**63) - 1}, nested(300)],
    ids=["too large", "too small", "too deep"],
)
def test_integers_beyond_64_bits_and_deep_nesting_are_a_500(
    server: PhoenixProcess, trace_id: str, metadata: Change
) -> None:
    row = annotation(trace_id, {"metadata": metadata})
    assert post(server, row).status_code == 500
    assert_refused_here(server, row)


def everywhere(text: str) -> Iterator[Change]:
    """Put a text into every place that takes one."""
    for field in ("name", "trace_id", "identifier"):
        yield {field: text}
    for field in ("label", "explanation"):
        yield {"result": {field: text}}
    yield {"metadata": {"key": text}}
    yield {"metadata": {"list": [{text: 1}]}}


@pytest.mark.parametrize("change", list(everywhere(SURROGATE)), ids=ascii)
def test_a_lone_surrogate_is_a_500(server: PhoenixProcess, trace_id: str, change: Change) -> None:
    row = annotation(trace_id, change)
    assert post(server, row).status_code == 500
    assert_refused_here(server, row)


@pytest.mark.parametrize("change", list(everywhere(NUL)), ids=ascii)
def test_a_nul_character_is_a_500_on_postgresql(
    phoenix_postgres: PhoenixProcess, trace_on_postgres: str, change: Change
) -> None:
    row = annotation(trace_on_postgres, change)
    assert post(phoenix_postgres, row).status_code == 500
    assert_refused_here(phoenix_postgres, row)


def test_a_nul_character_is_stored_by_sqlite(phoenix: PhoenixProcess) -> None:
    (trace_id,) = make_traces(phoenix, 1)
    row = annotation(trace_id, {"result": {"label": NUL}})
    assert stored(phoenix, post(phoenix, row), trace_id)["result"]["label"] == NUL
    assert_refused_here(phoenix, row)


@pytest.mark.parametrize("sizes", [(2_600, 0), (1_300, 1_300), (2, 2_598)], ids=str)
def test_name_and_identifier_of_2600_bytes_together_are_stored_by_both_databases(
    server: PhoenixProcess, trace_id: str, sizes: tuple[int, int]
) -> None:
    name, identifier = map(random_text, sizes)
    found = stored(
        server,
        post(server, annotation(trace_id, {"name": name, "identifier": identifier})),
        trace_id,
    )
    assert (found["name"], found["identifier"]) == (name, identifier)


@pytest.mark.parametrize("sizes", [(3_000, 0), (1_500, 1_500)], ids=str)
def test_name_and_identifier_of_3000_bytes_together_are_a_500_on_postgresql(
    phoenix_postgres: PhoenixProcess, trace_on_postgres: str, sizes: tuple[int, int]
) -> None:
    name, identifier = map(random_text, sizes)
    row = annotation(trace_on_postgres, {"name": name, "identifier": identifier})
    assert post(phoenix_postgres, row).status_code == 500
    assert_refused_here(phoenix_postgres, row)


@pytest.mark.parametrize("number", [2.0**64, -(2.0**63), 1e300])
def test_a_float_beyond_64_bits_in_metadata_makes_the_trace_unreadable_on_postgresql(
    phoenix_postgres: PhoenixProcess, number: float
) -> None:
    """PostgreSQL gives it back without an exponent, and the server fails on the integer."""
    (trace_id,) = make_traces(phoenix_postgres, 1)
    row = annotation(trace_id, {"metadata": {"value": number}})
    assert_refused_here(phoenix_postgres, row)
    assert post(phoenix_postgres, row).status_code == 200
    with pytest.raises(httpx.HTTPStatusError, match="500"):
        annotations_of(phoenix_postgres, [trace_id])
    assert post(phoenix_postgres, row | {"metadata": {}}).status_code == 200
    assert len(annotations_of(phoenix_postgres, [trace_id])) == 1


def test_a_float_beyond_64_bits_in_metadata_is_kept_by_sqlite(phoenix: PhoenixProcess) -> None:
    (trace_id,) = make_traces(phoenix, 1)
    row = annotation(trace_id, {"metadata": {"value": 1e300}})
    assert stored(phoenix, post(phoenix, row), trace_id)["metadata"] == {"value": 1e300}


def test_one_key_twice_in_a_request_gives_one_id_twice_and_the_last_one_wins(
    server: PhoenixProcess, trace_id: str
) -> None:
    first = annotation(trace_id, {"result": {"label": "first", "explanation": "gone"}})
    response = post(server, first, first | {"result": {"score": 2}})
    one, other = response.json()["data"]
    assert one == other
    (found,) = [
        each for each in annotations_of(server, [trace_id]) if each["name"] == first["name"]
    ]
    assert found["result"] == NOTHING | {"score": 2}
