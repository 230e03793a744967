"""Every value that is accepted is read back equal, on both databases and through every method."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.live import annotations_of, make_traces
from tests.support.modes import AnyTraces, Mode, both_modes, client_traces

if TYPE_CHECKING:
    from collections.abc import Callable

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

Annotation = dict[str, Any]

# White space around text is taken away, and blank text is absent: other tests are about that.
texts = (
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
    .map(str.strip)
    .filter(lambda text: text.strip("\x1c\x1d\x1e\x1f") != "")
)
scores = st.floats(allow_nan=False, allow_infinity=False)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(-(2.0**63), 2.0**64, exclude_min=True, exclude_max=True)
    | texts
)
metadata = st.dictionaries(
    texts,
    st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    ),
    max_size=4,
)
accepted = st.fixed_dictionaries(
    {
        "name": texts.filter(lambda name: name != "note"),
        "annotator_kind": st.sampled_from(["LLM", "CODE", "HUMAN"]),
        "label": texts | st.none(),
        "score": scores | st.none(),
        "explanation": texts,
        "metadata": metadata | st.none(),
        "identifier": texts | st.none(),
    }
)
uploads = st.lists(
    accepted,
    min_size=1,
    max_size=40,
    unique_by=lambda annotation: (annotation["name"], annotation["identifier"]),
)


def wide(character: str, times: int) -> dict[str, Any]:
    return {"key": character * times, character * times: "value"}


def nested(levels: int) -> dict[str, Any]:
    """Return metadata of so many levels, mappings and lists in turn."""
    value: Any = {"bottom": 0}
    for level in range(levels - 1):
        is_list = level % 2 == 0 and level < levels - 2
        value = [value] if is_list else {"down": value}
    return dict(value)


EXTREMES: list[dict[str, Any]] = [
    {"score": 5e-324},
    {"score": 2.2250738585072014e-308},
    {"score": 1.7976931348623157e308},
    {"score": -1.7976931348623157e308},
    {"score": -0.0},
    {"score": 0.1 + 0.2},
    {"score": 0},
    {"label": "\U0010ffff\ufffe\u202e\u200d\U0001f469\u200d\U0001f680"},
    {"label": "\ufeff\x01\x7f\x85\ufffd"},
    {"label": "\"\\\n\t\r\\u0000 {{}} %s '; DROP TABLE trace_annotations; --"},
    {"explanation": "long " * 40_000 + "end"},
    {"metadata": {"low": -(2**63), "high": 2**64 - 1, "beyond a double": 2**53 + 1}},
    {"metadata": {"low": -9223372036854774784.0, "high": 18446744073709549568.0, "tiny": 5e-324}},
    {"metadata": {"none": None, "empty": {}, "no items": [], "blank": "", "": "no key"}},
    {"metadata": wide("\U0001f600", 500)},
    {"metadata": wide("\u0001", 5)},
    {"metadata": nested(200)},
    {"name": "n" * 2_600},
    {"name": "\u20ac" * 400, "identifier": "\U0001f600" * 350},
    {"name": "Note"},
    {"name": "notes"},
]


@pytest.fixture(scope="module")
def traces(server: PhoenixProcess) -> Callable[[], str]:
    """Hand out traces in turn; what earlier tests wrote to them has other keys or is replaced."""
    return itertools.cycle(make_traces(server, 20)).__next__


def add_one_by_one(traces: AnyTraces, trace_id: str, wanted: list[Annotation]) -> list[Any]:
    arguments = ["annotator_kind", "label", "score", "explanation", "metadata", "identifier"]
    return [
        traces.add_trace_annotation(
            trace_id=trace_id,
            annotation_name=annotation["name"],
            sync=True,
            **{name: annotation[name] for name in arguments},
        )
        for annotation in wanted
    ]


def log_list(traces: AnyTraces, trace_id: str, wanted: list[Annotation]) -> Any:
    as_sent = [
        {
            "trace_id": trace_id,
            **{name: annotation[name] for name in ("name", "annotator_kind")},
            "result": {name: annotation[name] for name in ("label", "score", "explanation")},
            **{name: annotation[name] for name in ("metadata", "identifier")},
        }
        for annotation in wanted
    ]
    return traces.log_trace_annotations(trace_annotations=as_sent, sync=True)


def log_frame(traces: AnyTraces, trace_id: str, wanted: list[Annotation]) -> Any:
    frame = pd.DataFrame(wanted).assign(trace_id=trace_id)
    return traces.log_trace_annotations_dataframe(dataframe=frame, sync=True)


every_method = pytest.mark.parametrize("send", [add_one_by_one, log_list, log_frame])


def is_same(found: Any, meant: Any) -> bool:
    """Compare JSON: PostgreSQL gives a whole float back as an integer that reads as that float."""
    if isinstance(meant, dict):
        same_keys = isinstance(found, dict) and found.keys() == meant.keys()
        return same_keys and all(is_same(found[key], meant[key]) for key in meant)
    if isinstance(meant, list):
        same_length = isinstance(found, list) and len(found) == len(meant)
        return same_length and all(map(is_same, found, meant))
    if isinstance(meant, float):
        return type(found) in (int, float) and float(found) == meant
    return type(found) is type(meant) and bool(found == meant)


def assert_stored(server: PhoenixProcess, trace_id: str, wanted: list[Annotation]) -> list[str]:
    """Compare what is stored with what was meant, and return its IDs in that order."""
    stored = {
        (each["name"], each["identifier"]): each for each in annotations_of(server, [trace_id])
    }
    ids: list[str] = []
    for annotation in wanted:
        found = stored[annotation["name"], annotation["identifier"] or ""]
        assert found["annotator_kind"] == annotation["annotator_kind"]
        assert found["result"] == {
            name: annotation[name] for name in ("label", "score", "explanation")
        }
        assert is_same(found["metadata"], annotation["metadata"] or {})
        ids.append(found["id"])
    return ids


@every_method
@both_modes
def test_what_is_accepted_is_read_back_equal(
    server: PhoenixProcess, traces: Callable[[], str], mode: Mode, send: Any
) -> None:
    ours = client_traces(mode, base_url=server.base_url)

    # Not made smaller on failure, because every attempt costs the time of real requests.
    @settings(max_examples=6, phases=[Phase.generate])
    @given(uploads)
    def check(wanted: list[Annotation]) -> None:
        trace_id = traces()
        inserted = send(ours, trace_id, wanted)
        assert [each.id for each in inserted] == assert_stored(server, trace_id, wanted)

    check()


@every_method
@both_modes
def test_the_largest_smallest_and_strangest_values_are_read_back_equal(
    server: PhoenixProcess, traces: Callable[[], str], mode: Mode, send: Any
) -> None:
    plain = dict.fromkeys(["label", "score", "explanation", "metadata", "identifier"])
    wanted = [
        plain | {"name": f"extreme {number}", "annotator_kind": "CODE", "label": "x"} | extreme
        for number, extreme in enumerate(EXTREMES)
    ]
    trace_id = traces()
    inserted = send(client_traces(mode, base_url=server.base_url), trace_id, wanted)
    assert [each.id for each in inserted] == assert_stored(server, trace_id, wanted)


@both_modes
def test_numpy_and_other_values_of_python_programs_are_read_back_as_json(
    server: PhoenixProcess, traces: Callable[[], str], mode: Mode
) -> None:
    trace_id = traces()
    stamp = pd.Timestamp("2026-11-22T10:00:00Z")
    client_traces(mode, base_url=server.base_url).add_trace_annotation(
        trace_id=trace_id,
        annotation_name=f"python {mode.value}",
        score=True,
        metadata={"series": pd.Series([1, 2]).to_numpy(), "at": stamp, "missing": pd.NA},
        sync=True,
    )
    (found,) = [
        each
        for each in annotations_of(server, [trace_id])
        if each["name"] == f"python {mode.value}"
    ]
    assert found["result"]["score"] == 1
    assert found["metadata"] == {"series": [1, 2], "at": stamp.isoformat(), "missing": None}
