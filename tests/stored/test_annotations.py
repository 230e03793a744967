"""What Phoenix has, parsed tolerantly."""

from __future__ import annotations

from typing import Any

from phoenix_traces.stored.annotations import StoredResult, TraceAnnotation, note_from

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
    item = ITEM | {"colour": "blue", "result": ITEM["result"] | {"confidence": 0.5}}
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
