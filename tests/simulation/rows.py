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


def key_of(row: WireRow) -> tuple[str, str, str]:
    return row["trace_id"], row["name"], row.get("identifier", "")


def rows_of(wire_rows: Sequence[WireRow]) -> Rows[WireRow]:
    superseded = superseded_positions((at, key_of(row)) for at, row in enumerate(wire_rows))
    return Rows(
        total=len(wire_rows),
        items=((at, row) for at, row in enumerate(wire_rows) if at not in superseded),
        encode=encode,
        key=key_of,
        superseded=superseded,
    )
