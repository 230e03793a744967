"""Why a trace may be missing: what an id looks like, and the form in which Phoenix stores it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST_SHOWN = 10


def describe_missing(trace_ids: Sequence[str]) -> str:
    """Return a hint for the ids that do not look as OTLP traces are stored: 32 lowercase hex."""
    hints = [f"{each!r} {problem}" for each in trace_ids if (problem := _problem(each))]
    shown = hints[:_MOST_SHOWN]
    if len(hints) > len(shown):
        shown.append(f"and {len(hints) - len(shown)} more like these")
    return "; ".join(shown)


def _problem(trace_id: str) -> str | None:
    if re.fullmatch(r"(0[xX])?[0-9a-fA-F]{16}", trace_id):
        return "looks like a span id: 16 hex digits, where a trace id has 32"
    features = [
        name
        for name, found in (
            ("starts with 0x", trace_id[:2].lower() == "0x"),
            ("has dashes", "-" in trace_id),
            ("has capitals", trace_id != trace_id.lower()),
        )
        if found
    ]
    stored = trace_id.lower().removeprefix("0x").replace("-", "")
    if features and re.fullmatch(r"[0-9a-f]{32}", stored):
        return f"{' and '.join(features)}: Phoenix stores it as {stored!r}"
    return None
