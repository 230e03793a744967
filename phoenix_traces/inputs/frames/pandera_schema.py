"""The rules for frames, as a pandera schema.

Each check looks at a whole column at once and goes to single cells only when that fails. The rules
themselves are the models': a test proves that the checks refuse exactly the rows that the models
refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import pandas as pd
import pandera.pandas as pa
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from phoenix_traces.inputs.frames.cells import cells, score_or_none, text_or_none
from phoenix_traces.inputs.frames.columns import ID_NAMES, KIND_NAME, NAME_NAMES
from phoenix_traces.inputs.wire_row import RESULT_NAMES
from phoenix_traces.rules import fast_path
from phoenix_traces.rules.annotation import AnnotationResult
from phoenix_traces.rules.fields import (
    ANNOTATOR_KINDS,
    MAX_KEY_BYTES,
    MOST_BYTES_PER_CHARACTER,
    NO_TRACE_IDS,
    RESERVED_NAME,
)
from phoenix_traces.rules.metadata import json_object
from phoenix_traces.rules.text import text_problem

Column: TypeAlias = "pd.Series[Any]"
Verdict: TypeAlias = "bool | Column"

_CELLS_TOGETHER = 50


def storable_text(column: Column) -> Verdict:
    """Hold when each cell is missing or text that the server can store."""
    return _verdict(column, fast_path.are_texts, lambda cell: cell is None or _is_storable(cell))


def present_text(column: Column) -> Verdict:
    """Hold when each cell is text that the server can store, and not blank."""
    return _verdict(column, fast_path.are_present_texts, _is_present)


def trace_id(column: Column) -> Verdict:
    """Hold when each cell is present text, and not the id of no trace."""
    return _verdict(column, fast_path.are_trace_ids, _is_trace_id)


def annotation_name(column: Column) -> Verdict:
    """Hold when each cell is present text, and not the name that the server keeps for notes."""
    return _verdict(column, fast_path.are_names, _is_name)


def annotator_kind(column: Column) -> Verdict:
    """Hold when each cell is LLM, CODE or HUMAN."""
    return _verdict(column, fast_path.are_annotator_kinds, _is_kind)


def score(column: Column) -> Verdict:
    """Hold when each cell is missing, a finite number, or text that is one."""
    return _verdict(column, fast_path.are_scores, _is_score)


def metadata(column: Column) -> Verdict:
    """Hold when each cell is missing or becomes a JSON object that the server can store."""
    return _verdict(column, fast_path.are_metadata, _is_metadata)


def has_result(frame: pd.DataFrame) -> Verdict:
    """Hold when each row has a label, a score or an explanation that is not blank."""
    columns = [cells(frame[name].array) for name in RESULT_NAMES if name in frame.columns]
    if any(all(_has_content(value) for value in values) for values in columns):
        return True
    rows = zip(*columns, strict=True)
    return _verdicts(frame, (any(_has_content(value) for value in row) for row in rows))


def key_fits(frame: pd.DataFrame) -> Verdict:
    """Hold when name and identifier of each row fit PostgreSQL's index together."""
    columns = [
        cells(frame[name].array) for name in (*NAME_NAMES, "identifier") if name in frame.columns
    ]
    longest = sum(
        max((len(value) for value in values if isinstance(value, str)), default=0)
        for values in columns
    )
    if longest * MOST_BYTES_PER_CHARACTER <= MAX_KEY_BYTES:
        return True
    rows = zip(*columns, strict=True)
    return _verdicts(frame, (sum(map(_bytes_of, row)) <= MAX_KEY_BYTES for row in rows))


def has_one_name(frame: pd.DataFrame) -> bool:
    """Hold when not both name columns are there."""
    return not all(name in frame.columns for name in NAME_NAMES)


def has_one_id(frame: pd.DataFrame) -> bool:
    """Hold when not both id columns are there."""
    return not all(name in frame.columns for name in ID_NAMES)


def has_result_column(frame: pd.DataFrame) -> bool:
    """Hold when there is a column for a label, a score or an explanation."""
    return any(name in frame.columns for name in RESULT_NAMES)


def _verdict(
    column: Column,
    are_plain: Callable[[Sequence[object]], bool],
    is_good: Callable[[object], bool],
) -> Verdict:
    """Look at single cells only where the few around them are not plain."""
    values = cells(column.array)
    if are_plain(values):
        return True
    verdicts: list[bool] = []
    for start in range(0, len(values), _CELLS_TOGETHER):
        some = values[start : start + _CELLS_TOGETHER]
        verdicts += [True] * len(some) if are_plain(some) else map(is_good, some)
    return _verdicts(column, verdicts)


def _verdicts(column: Column | pd.DataFrame, verdicts: Iterable[bool]) -> Column:
    return pd.Series(list(verdicts), index=column.index, dtype=bool)


def _is_storable(value: object) -> bool:
    return isinstance(value, str) and text_problem(value) is None


def _is_present(value: object) -> bool:
    return _is_storable(value) and text_or_none(value) is not None


def _is_trace_id(value: object) -> bool:
    return _is_present(value) and text_or_none(value) not in NO_TRACE_IDS


def _is_name(value: object) -> bool:
    return _is_present(value) and text_or_none(value) != RESERVED_NAME


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in ANNOTATOR_KINDS


def _is_score(value: object) -> bool:
    try:
        AnnotationResult.model_validate({"label": "any", "score": score_or_none(value)})
    except ValidationError:
        return False
    return True


def _is_metadata(value: object) -> bool:
    try:
        if value is not None:
            json_object(value)
    except PydanticCustomError:
        return False
    return True


def _has_content(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or text_or_none(value) is not None)


def _bytes_of(value: object) -> int:
    return len((text_or_none(value) or "").encode("utf-8", "surrogatepass"))


def _column(name: str, error: str, *checks: Callable[[Column], Verdict]) -> pa.Column:
    return pa.Column(
        name=name,
        required=False,
        nullable=True,
        checks=[pa.Check(check, error=f"{name} {error}", ignore_na=False) for check in checks],
    )


_REQUIRED_TEXT = "values must be non-empty strings without NUL characters or lone surrogates"
_TEXT = "must be text without NUL characters or lone surrogates, or missing"

trace_annotation_schema: pa.DataFrameSchema = pa.DataFrameSchema(
    name="trace_annotations",
    columns={
        **{
            name: _column(name, f"{_REQUIRED_TEXT}, and not zeros alone", trace_id)
            for name in ID_NAMES
        },
        **{
            name: _column(name, f"{_REQUIRED_TEXT}, and not 'note'", annotation_name)
            for name in NAME_NAMES
        },
        KIND_NAME: _column(KIND_NAME, "must be LLM, CODE or HUMAN", annotator_kind),
        "label": _column("label", _TEXT, storable_text),
        "score": _column("score", "must be a finite number, or missing", score),
        "explanation": _column("explanation", _TEXT, storable_text),
        "metadata": _column("metadata", "must be a JSON object, or missing", metadata),
        "identifier": _column("identifier", _TEXT, storable_text),
    },
    checks=[
        pa.Check(has_one_id, error="there must be one column for the trace ids"),
        pa.Check(has_one_name, error="there must be one column for the names"),
        pa.Check(has_result_column, error="there must be a label, score or explanation column"),
        pa.Check(has_result, error="each row needs a label, score or explanation", ignore_na=False),
        pa.Check(
            key_fits,
            error=f"name and identifier must take at most {MAX_KEY_BYTES} bytes together",
            ignore_na=False,
        ),
    ],
    # A pipeline's frame has other columns too, and often its trace ids in the index.
    strict=False,
)
