"""Annotations with the same key: the server keeps the last one, so only the last one is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phoenix_traces.errors import DuplicateAnnotationWarning
from phoenix_traces.inputs.rows import Key
from phoenix_traces.rules.text import counted
from phoenix_traces.warn import warn_caller

_MOST_SHOWN = 10


def superseded_positions(keys: Iterable[tuple[int, Key]]) -> dict[int, int]:
    """Return the position of each annotation that a later one replaces, and of that later one.

    Args:
        keys: Positions, in order, with (trace_id, name, identifier); no identifier is "".
    """
    positions: dict[Key, list[int]] = {}
    for position, key in keys:
        positions.setdefault(key, []).append(position)
    return {early: same[-1] for same in positions.values() for early in same[:-1]}


def warn_about(superseded: Mapping[int, int], *, judgements_per_row: int = 1) -> None:
    """Warn about annotations that others replace, naming their rows."""
    if not superseded:
        return
    many = judgements_per_row
    shown = [
        f"{early // many} by {last // many}"
        for early, last in sorted(superseded.items())[:_MOST_SHOWN]
    ]
    if len(superseded) > len(shown):
        shown.append(f"and {len(superseded) - len(shown)} more")
    same = "the same (trace_id, name, identifier) as a later one and"
    verbs = f"has {same} is replaced by"
    if len(superseded) > 1:
        verbs = f"have {same} are replaced by"
    warn_caller(
        DuplicateAnnotationWarning(
            f"{counted(len(superseded), 'annotation')} {verbs} "
            f"it: row {', '.join(shown)}. The last one wins; give each its own identifier to keep "
            "them all"
        )
    )
