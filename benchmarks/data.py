"""The judgements that every contestant is given: the same content as a frame and as dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Literal, TypeAlias

import pandas as pd
import pyarrow as pa

NAME = "answer quality"
KIND: Literal["LLM"] = "LLM"

Columns: TypeAlias = Mapping[str, Sequence[Any]]
Dtype: TypeAlias = Literal["str", "object", "Arrow"]
Row: TypeAlias = dict[str, Any]

_LABELS = ("correct", "incomplete", "incorrect", "not answered")
_REVIEWERS = ("rubric-2", "rubric-3", "ana", "ben")

# Which of four rows have a cell: half of them, and each row keeps a result.
_FILLED = {"label": (2, 3), "score": (0, 3), "explanation": (0, 1), "metadata": (1, 2)}


def columns(rows: int, *, half_missing: bool = False) -> dict[str, list[Any]]:
    """Return the same made-up judgements at every call, by column.

    Args:
        rows: How many.
        half_missing: Whether half of the cells are empty, trace ids apart.
    """
    random = Random(20)
    made: dict[str, list[Any]] = {
        "trace_id": [f"{random.getrandbits(128):032x}" for _ in range(rows)],
        "label": [random.choice(_LABELS) for _ in range(rows)],
        "score": [round(random.random(), 3) for _ in range(rows)],
        "explanation": [
            f"Passage {random.randrange(10**6)} of the handbook says so; the answer leaves out one "
            "of its conditions."
            for _ in range(rows)
        ],
        "metadata": [
            {"reviewer": random.choice(_REVIEWERS), "seconds": random.randrange(90), "run": 17}
            for _ in range(rows)
        ],
    }
    if half_missing:
        for name, filled in _FILLED.items():
            made[name] = [cell if at % 4 in filled else None for at, cell in enumerate(made[name])]
    return made


def frame(content: Columns, *, dtype: Dtype = "str", in_index: bool = False) -> pd.DataFrame:
    """Return judgements as a frame.

    Args:
        content: From `columns`.
        dtype: Of the text; "Arrow" makes the scores Arrow's too.
        in_index: Whether the trace ids are the index.
    """
    arrow_text = pd.ArrowDtype(pa.string())
    text: Any = {"str": "str", "object": object, "Arrow": arrow_text}[dtype]
    number: Any = pd.ArrowDtype(pa.float64()) if dtype == "Arrow" else "float64"
    dtypes = {"trace_id": text, "label": text, "explanation": text, "score": number}
    made = pd.DataFrame(
        {name: pd.Series(cells, dtype=dtypes.get(name, object)) for name, cells in content.items()}
    )
    return made.set_index("trace_id") if in_index else made


def frame_of_judges(trace_ids: Sequence[str], rows: int) -> pd.DataFrame:
    """Return judgements of traces that a server has, each trace judged as often as it takes."""
    content = columns(rows)
    content["trace_id"] = [trace_ids[at % len(trace_ids)] for at in range(rows)]
    content["identifier"] = [f"judge {at // len(trace_ids)}" for at in range(rows)]
    return frame(content)


def wire_rows(content: Columns) -> list[Row]:
    """Return judgements as the dicts that the server is to get: what the floor is given."""
    rows = zip(*(content[name] for name in content), strict=True)
    return [_wire_row(dict(zip(content, row, strict=True))) for row in rows]


def _wire_row(cells: Row) -> Row:
    filled = {name: cell for name, cell in cells.items() if cell is not None}
    row: Row = {
        "trace_id": filled["trace_id"],
        "name": NAME,
        "annotator_kind": KIND,
        "result": {
            name: filled[name] for name in ("label", "score", "explanation") if name in filled
        },
    }
    return row | {name: filled[name] for name in ("metadata", "identifier") if name in filled}
