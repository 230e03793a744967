"""What the server has, as frames that can be uploaded again."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pandas as pd
import pytest

from phoenix_traces.inputs.frames.rows import annotation_frame
from phoenix_traces.stored.annotations import StoredResult, TraceAnnotation, annotations_table

MOMENT = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=timezone.utc)

DTYPES = {
    "trace_id": "string",
    "annotation_name": "string",
    "annotator_kind": "string",
    "label": "string",
    "score": "float64",
    "explanation": "string",
    "metadata": "object",
    "identifier": "string",
    "created_at": "datetime64[us, UTC]",
    "updated_at": "datetime64[us, UTC]",
    "source": "string",
    "user_id": "string",
}


def stored(number: int, **changes: Any) -> TraceAnnotation:
    return TraceAnnotation(
        **{
            "id": f"id-{number}",
            "trace_id": f"t{number}",
            "name": "correctness",
            "annotator_kind": "LLM",
            "result": StoredResult(label="good", score=0.5, explanation="why"),
            "metadata": {"model": ["m", 1]},
            "identifier": "run-1",
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "source": "API",
            "user_id": None,
            **changes,
        }
    )


@pytest.mark.parametrize("count", [0, 1, 3])
def test_columns_have_their_types_however_few_the_rows_are(count: int) -> None:
    frame = annotations_table([stored(number) for number in range(count)])
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == DTYPES
    assert frame.index.name == "annotation_id"
    assert frame.index.tolist() == [f"id-{number}" for number in range(count)]


def test_what_is_missing_is_missing() -> None:
    empty = stored(0, result=StoredResult(score=1), identifier="")
    (row,) = annotations_table([empty]).isna().to_dict("records")
    assert [name for name, missing in row.items() if missing] == [
        "label",
        "explanation",
        "identifier",
        "user_id",
    ]


def test_a_missing_score_is_missing_and_times_are_exact() -> None:
    frame = annotations_table([stored(0, result=StoredResult(label="a"))])
    assert frame["score"].isna().all()
    assert frame["created_at"].iloc[0] == pd.Timestamp(MOMENT)


def test_the_frame_can_be_uploaded_as_it_is() -> None:
    given = [
        stored(0),
        stored(1, result=StoredResult(label="a"), identifier="", metadata={}),
        stored(2, result=StoredResult(score=0.0), annotator_kind="HUMAN"),
    ]
    rows = annotation_frame(annotations_table(given))
    sent = json.loads(rows.encode([row for _, row in rows.items]))
    assert sent[0] == {
        "trace_id": "t0",
        "name": "correctness",
        "annotator_kind": "LLM",
        "result": {"label": "good", "score": 0.5, "explanation": "why"},
        "metadata": {"model": ["m", 1]},
        "identifier": "run-1",
    }
    assert sent[1]["result"] == {"label": "a"}
    assert "identifier" not in sent[1]
    assert sent[2]["result"] == {"score": 0.0}
