"""Annotations that are right, for tests to change."""

from __future__ import annotations

from typing import Any

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


def annotation(trace_id: Any = TRACE_ID, **changes: Any) -> dict[str, Any]:
    """Return an annotation as a plain mapping, with some of its keys changed or added."""
    right = {
        "trace_id": trace_id,
        "name": "correctness",
        "annotator_kind": "HUMAN",
        "result": {"label": "correct"},
    }
    return right | changes


def numbered(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Return annotations of as many traces, `trace-0` and so on."""
    return [annotation(f"trace-{number}", **changes) for number in range(count)]
