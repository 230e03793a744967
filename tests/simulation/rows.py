"""Rows of a script as the exchange takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from phoenix_traces.inputs.duplicates import superseded_positions
from phoenix_traces.inputs.rows import Rows

WireRow = dict[str, Any]


def encode(rows: Sequence[WireRow]) -> bytes:
    return json.dumps(rows, separators=(",", ":")).encode()


def trace_id(row: WireRow) -> str:
    return str(row["trace_id"])


def rows_of(wire_rows: Sequence[WireRow]) -> Rows[WireRow]:
    superseded = superseded_positions(
        (at, (row["trace_id"], row["name"], row.get("identifier", "")))
        for at, row in enumerate(wire_rows)
    )
    return Rows(
        total=len(wire_rows),
        items=((at, row) for at, row in enumerate(wire_rows) if at not in superseded),
        encode=encode,
        trace_id=trace_id,
        superseded=superseded,
    )
