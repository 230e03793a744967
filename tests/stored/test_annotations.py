"""What Phoenix has, parsed tolerantly."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from phoenix_traces.stored.annotations import (
    StoredResult,
    TraceAnnotation,
    annotations_table,
    note_from,
)

ITEM: dict[str, Any] = {
    "id": "id-1",
    "trace_id": "t1",
    "name": "correctness",
    "annotator_kind": "LLM",
    "result": {"label": "good", "score": 1, "explanation": None},
    "metadata": {"model": "m"},
    "identifier": "",
    "created_at": "2026-11-22T12:00:00+00:00",
    "updated_at": "2026-11-22T12:00:00+00:00",
    "source": "API",
    "user_id": None,
}


def test_keys_of_a_newer_server_are_ignored() -> None:
    item = ITEM | {"mode": "blue", "result": ITEM["result"] | {"confidence": 0.5}}
    assert TraceAnnotation.model_validate(item) == TraceAnnotation.model_validate(ITEM)


def test_a_result_and_metadata_of_null_are_empty() -> None:
    found = TraceAnnotation.model_validate(ITEM | {"result": None, "metadata": None})
    assert found.result == StoredResult()
    assert found.metadata == {}


def test_a_kind_of_a_newer_server_comes_as_its_text() -> None:
    assert TraceAnnotation.model_validate(ITEM | {"annotator_kind": "PANEL"}).annotator_kind == (
        "PANEL"
    )


def test_a_note_is_the_explanation_of_an_annotation() -> None:
    item = ITEM | {"name": "note", "result": {"explanation": "look here"}, "identifier": "a"}
    note = note_from(TraceAnnotation.model_validate(item))
    assert (note.note, note.identifier, note.trace_id) == ("look here", "a", "t1")


# A time of every edge that JSON can bring, beside the hour in UTC that it is, or None where UTC has
# no such time.
MOMENTS = {
    "2026-11-22T12:00:00Z": datetime(2026, 11, 22, 12),
    "2026-11-22T12:00:00": datetime(2026, 11, 22, 12),
    "2026-11-22T12:00:00+05:00": datetime(2026, 11, 22, 7),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1),
    "0001-01-01T00:00:00-02:00": datetime(1, 1, 1, 2),
    "0001-01-01T00:00:00+14:00": None,
    "9999-12-31T23:00:00Z": datetime(9999, 12, 31, 23),
    "9999-12-31T23:00:00+02:00": datetime(9999, 12, 31, 21),
    "9999-12-31T23:59:59-23:59": None,
    "9999-12-31T23:59:59.999999-00:01": None,
}


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
@pytest.mark.parametrize("text", MOMENTS)
def test_a_time_that_is_read_is_one_of_utc_and_of_frames(field: str, text: str) -> None:
    expected = MOMENTS[text]
    item = ITEM | {field: text}
    if expected is None:
        with pytest.raises(ValidationError, match="outside the years 1 to 9999"):
            TraceAnnotation.model_validate(item)
        return
    found = TraceAnnotation.model_validate(item)
    moment: datetime = getattr(found, field)
    assert moment - expected.replace(tzinfo=timezone.utc) == timedelta(0)
    # Beside another, because a frame has one dtype for all of them.
    frame = annotations_table([TraceAnnotation.model_validate(ITEM), found])
    assert frame[field].iloc[1].to_pydatetime() == moment
