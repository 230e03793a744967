"""Several judgements in each row of a frame: each is checked like a frame of its own.

Their rows are lines of one upload: those of row 0, those of row 1 and so on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import Failures, Found, Trouble
from phoenix_traces.inputs.duplicates import warn_about
from phoenix_traces.inputs.frames.checking import Findings, examine
from phoenix_traces.inputs.frames.columns import FrameColumns, FrameKeys
from phoenix_traces.inputs.frames.rows import items_of
from phoenix_traces.inputs.frames.rubric_checks import RowRules
from phoenix_traces.inputs.rows import Key, Rows
from phoenix_traces.inputs.wire_row import WireRow, encode_rows, key_of


@dataclass(frozen=True)
class Judgement:
    """One judgement of each row.

    Attributes:
        columns: Where its parts stand.
        rules: What it must follow.
        left_out: Positions of rows that have none and are left out, and why.
        faults: What is known to be wrong with other rows, each by its position.
    """

    columns: FrameColumns
    rules: RowRules
    left_out: Mapping[int, str] = field(default_factory=dict[int, str])
    faults: Sequence[Found] = ()


def rows_of(judgements: Sequence[Judgement], *, skip_empty: bool = False) -> Rows[WireRow]:
    """Return the judgements of a frame as rows to send.

    Args:
        judgements: At least one, all of the same frame, with names that differ.
        skip_empty: Whether judgements without label, score and explanation are left out.

    Raises:
        AnnotationValidationError: naming everything that is refused.
    """
    findings = _checked(judgements, skip_empty=skip_empty)
    many = len(judgements)
    superseded: dict[int, int] = {}
    left_out: dict[int, str] = {}
    for place, each in enumerate(findings):
        superseded |= {at * many + place: by * many + place for at, by in each.superseded.items()}
        left_out |= {at * many + place: why for at, why in each.left_out.items()}
    warn_about(superseded, judgements_per_row=many)
    return Rows(
        total=len(judgements[0].columns) * many,
        items=_items(judgements, findings),
        encode=encode_rows,
        key=key_of,
        superseded=superseded,
        left_out=left_out,
        judgements_per_row=many,
        keys=_Keys([each.columns for each in judgements]),
    )


def _checked(judgements: Sequence[Judgement], *, skip_empty: bool) -> list[Findings]:
    columns = judgements[0].columns
    findings: list[Findings] = []
    failures: list[Found] = []
    for each in judgements:
        left_out = {**each.left_out, **{fault.place: "" for fault in each.faults}}
        found, wrong = examine(each.columns, each.rules, left_out=left_out, skip_empty=skip_empty)
        findings.append(found)
        several = [*each.faults, *wrong.found()]
        failures += _named(several, each) if len(judgements) > 1 else several
    if failures:
        failures.sort(key=itemgetter(0))
        together = Failures(columns.label)
        together.add(failures, range(len(columns)))
        raise AnnotationValidationError(together, total=len(columns) * len(judgements))
    return findings


def _named(failures: Iterable[Found], judgement: Judgement) -> Iterator[Found]:
    """Yield failures whose words say which annotation they are about."""
    name = judgement.columns.constants["name"]
    words: dict[Trouble, Trouble] = {}
    for each in failures:
        trouble = each.trouble
        if trouble not in words:
            words[trouble] = trouble._replace(text=f"{trouble.text} (annotation {name!r})")
        yield each._replace(trouble=words[trouble])


def _items(
    judgements: Sequence[Judgement], findings: Sequence[Findings]
) -> Iterable[tuple[int, WireRow]]:
    many = len(judgements)

    def lines(place: int) -> Iterator[tuple[int, WireRow]]:
        for position, row in items_of(judgements[place].columns, findings[place]):
            yield position * many + place, row

    return heapq.merge(*map(lines, range(many)), key=itemgetter(0))


@dataclass(frozen=True)
class _Keys:
    """The keys of all lines, read as often as somebody goes through them."""

    every: Sequence[FrameColumns]

    def __iter__(self) -> Iterator[Key]:
        return chain.from_iterable(zip(*map(FrameKeys, self.every), strict=True))
