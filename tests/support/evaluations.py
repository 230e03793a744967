"""Evaluations as `arize-phoenix-evals` writes them into a frame, and what they become."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from phoenix_traces import UploadOptions, UploadReport
from tests.support.modes import AnyPhoenix, Mode

ANSWERS = pd.DataFrame(
    {
        "trace_id": ["t0", "t1", "t2", "t3"],
        "answer": ["nice", "empty", "broken", "rude empty"],
        "bleu_score": [0.1, 0.2, 0.3, 0.4],
        "label": [1, 2, 3, 4],
    }
)
# By line of the report.
FAILED = {2: "no answer", 5: "the model is busy", 6: "no answer"}

_DONE = {"status": "COMPLETED", "exceptions": list[str](), "execution_seconds": 0.1}


def _failed(why: str) -> dict[str, Any]:
    return {"status": "FAILED", "exceptions": [why], "execution_seconds": 0.1}


def _length(score: int) -> dict[str, Any]:
    return {
        "name": "length",
        "score": score,
        "metadata": {},
        "kind": "code",
        "direction": "minimize",
    }


def _tone(label: str, score: int) -> dict[str, Any]:
    return {
        "name": "tone",
        "score": score,
        "label": label,
        "explanation": "because",
        "metadata": {"model": "fake"},
        "kind": "llm",
        "direction": "maximize",
    }


_COLUMNS: dict[str, Any] = {
    "length_execution_details": [
        _DONE,
        _failed("ValueError('no answer')"),
        _DONE,
        _failed("ValueError('no answer')"),
    ],
    "tone_execution_details": [
        _DONE,
        _DONE,
        _failed("RuntimeError('the model is busy')"),
        _DONE,
    ],
    "length_score": [_length(4), None, _length(6), None],
    "tone_score": [_tone("kind", 1), _tone("kind", 1), None, _tone("rude", 0)],
}
RESULTS = ANSWERS.assign(**_COLUMNS)

# As it is where both evaluators failed in every row.
_FAILED_COLUMNS: dict[str, Any] = {
    "length_execution_details": [_failed("x")] * 4,
    "tone_execution_details": [_failed("y")] * 4,
}
ALL_FAILED = ANSWERS.assign(**_FAILED_COLUMNS)

SENT = [
    ("t0", "length", "CODE", {"score": 4.0}, {"direction": "minimize"}),
    (
        "t0",
        "tone",
        "LLM",
        {"label": "kind", "score": 1.0, "explanation": "because"},
        {"model": "fake", "direction": "maximize"},
    ),
    (
        "t1",
        "tone",
        "LLM",
        {"label": "kind", "score": 1.0, "explanation": "because"},
        {"model": "fake", "direction": "maximize"},
    ),
    ("t2", "length", "CODE", {"score": 6.0}, {"direction": "minimize"}),
    (
        "t3",
        "tone",
        "LLM",
        {"label": "rude", "score": 0.0, "explanation": "because"},
        {"model": "fake", "direction": "maximize"},
    ),
]


def sent(phoenix: AnyPhoenix) -> list[tuple[Any, ...]]:
    """Return what arrived, in order."""
    return [
        (row["trace_id"], row["name"], row["annotator_kind"], row["result"], row["metadata"])
        for row in phoenix.rows
    ]


def logged(
    results: Any, mode: Mode = Mode.SYNC, **arguments: Any
) -> tuple[AnyPhoenix, UploadReport]:
    """Return what arrived of a frame, and the account."""
    phoenix = AnyPhoenix()
    reports: list[UploadReport] = []
    options = UploadOptions(on_report=reports.append)
    given = {"on_failed": "skip", "sync": True, "options": options} | arguments
    phoenix.traces(mode).log_evaluations(results=results, **given)
    return phoenix, reports[0]


def as_json(results: pd.DataFrame) -> pd.DataFrame:
    """Return results as they are read from a file, with texts in place of dicts."""
    texts = results.copy()
    for name in set(results.columns).difference(ANSWERS.columns):
        cells = [None if each is None else json.dumps(each) for each in results[name]]
        texts[name] = pd.Series(cells, index=results.index, dtype=object)
    return texts
