"""What the cells of an evaluation by `arize-phoenix-evals` say: a judgement, or why it failed.

`evaluate_dataframe` writes each score as a dict into the column `<score's name>_score`, and what
became of each evaluator into `<evaluator's name>_execution_details`. In a file they are JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

from phoenix_traces.rules.text import WHITE_SPACE
from phoenix_traces.shown import text_of, type_name

OnFailed: TypeAlias = Literal["raise", "skip"]

SCORE_ENDING = "_score"
DETAILS_ENDING = "_execution_details"

# As they are called there; heuristic is an earlier word for code.
_KINDS = {"llm": "LLM", "human": "HUMAN", "code": "CODE", "heuristic": "CODE"}
_NOT_DONE = {"FAILED": "failed", "DID NOT RUN": "did not run"}


class NoScoreError(Exception):
    """A cell holds something else than a score; the words say what."""


def checked_on_failed(value: object) -> OnFailed:
    """Return what to do about failed evaluations, as it was given.

    Raises:
        TypeError: when it is no text.
        ValueError: when it is another word.
    """
    if not isinstance(value, str):
        raise TypeError(f'on_failed must be "raise" or "skip", not {type_name(value)}')
    if value == "raise":
        return "raise"
    if value == "skip":
        return "skip"
    raise ValueError('on_failed must be "raise" or "skip"')


def looks_like_score(cell: object) -> bool:
    """Tell that a cell may hold a score: a mapping, or text that begins like one in JSON."""
    return isinstance(cell, Mapping) or (
        isinstance(cell, str) and str.lstrip(cell, WHITE_SPACE).startswith("{")
    )


def score_in(cell: object) -> Mapping[str, Any] | None:
    """Return the score in a cell; None where there is none.

    Raises:
        NoScoreError: when the cell holds something else.
    """
    value = _from_json(cell) if isinstance(cell, str) else cell
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _read(cast("Mapping[str, Any]", value))
    raise NoScoreError(
        f"holds no score but {type_name(value)}: a score is a dict, or JSON text of one, as "
        "evaluate_dataframe writes it"
    )


def _read(score: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return dict(score)
    except Exception as error:  # noqa: BLE001 - a mapping of the caller's may raise anything
        reason = type_name(error)
    raise NoScoreError(f"holds no score that can be read: {reason} came of it")


def _from_json(text: str) -> object:
    if not str.strip(text, WHITE_SPACE):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = text_of(error)
    raise NoScoreError(f"holds no score: it is no JSON ({reason})")


def why_failed(details: object) -> str | None:
    """Return why an evaluator gave nothing, by its details; None where it did, or nobody knows."""
    try:
        told = score_in(details)
    except NoScoreError:
        return None
    status: object = told and told.get("status")
    if told is None or not isinstance(status, str) or status not in _NOT_DONE:
        return None
    exceptions: object = told.get("exceptions")
    # Of several attempts the last says it best, and most often they all say the same.
    last: Sequence[object] = ()
    if isinstance(exceptions, (list, tuple)):
        last = cast("Sequence[object]", exceptions)[-1:]
    return f"the evaluation {': '.join([_NOT_DONE[status], *map(text_of, last)])}"


def judgement_of(score: Mapping[str, Any]) -> dict[str, object]:
    """Return the fields of an annotation that a score says.

    The direction goes into the metadata, as `to_annotation_dataframe` puts it there.
    """
    kind = score.get("kind", score.get("source"))
    metadata: Any = score.get("metadata")
    direction = score.get("direction")
    if direction is not None and (metadata is None or isinstance(metadata, Mapping)):
        others = cast("Mapping[str, Any]", metadata or {})
        metadata = {**others, "direction": direction}
    return {
        "annotator_kind": _KINDS.get(kind.strip().lower(), kind) if isinstance(kind, str) else kind,
        "label": score.get("label"),
        "score": score.get("score"),
        "explanation": score.get("explanation"),
        "metadata": metadata,
    }
