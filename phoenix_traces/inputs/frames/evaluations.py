"""Frames of `arize-phoenix-evals` into rows: evaluators side by side, or below each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from typing_extensions import override

from phoenix_traces.errors import AnnotationValidationError
from phoenix_traces.failures import AnnotationFailure, Found, Trouble
from phoenix_traces.inputs.empty import WHY_EMPTY, empty_places
from phoenix_traces.inputs.evaluations import (
    DETAILS_ENDING,
    SCORE_ENDING,
    NoScoreError,
    OnFailed,
    judgement_of,
    looks_like_score,
    score_in,
    why_failed,
)
from phoenix_traces.inputs.frame_types import AnyFrame
from phoenix_traces.inputs.frames.cells import without_missing
from phoenix_traces.inputs.frames.columns import KIND_NAME, NAME_NAMES, FrameColumns
from phoenix_traces.inputs.frames.interface import Column, Frame
from phoenix_traces.inputs.frames.layout import resolve, resolve_several
from phoenix_traces.inputs.frames.opening import opened
from phoenix_traces.inputs.frames.rubric_checks import RowRules
from phoenix_traces.inputs.frames.several import Judgement, rows_of
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.inputs.wire_row import RESULT_NAMES, WireRow
from phoenix_traces.rules.rubrics import Rubrics

_FIELDS = (KIND_NAME, *RESULT_NAMES, "metadata")
_KEYS = {KIND_NAME: "kind"}  # as a score calls what an annotation calls otherwise
_UNKNOWN_WHY = "there is no score"
_ROWS_TOGETHER = 5_000


def evaluation_frame(
    results: AnyFrame,
    *,
    annotator_kind: str | None,
    on_failed: OnFailed,
    skip_empty: bool = False,
    rubrics: Rubrics | None = None,
) -> Rows[WireRow]:
    """Return the evaluations in a frame as rows to send.

    Args:
        results: Only read.
        annotator_kind: Kind of all of them; wins over what the scores say.
        on_failed: Whether failed evaluations are refused or left out.
        skip_empty: Whether scores without a judgement are left out even so.
        rubrics: What evaluations of some names must be too.

    Raises:
        TypeError: when it is no frame, or one that must be computed first.
        ConfigurationError: when it takes pyarrow to read it, which is not installed.
        AnnotationValidationError: naming everything that is refused.
    """
    frame = opened(results)
    evaluations = _side_by_side(frame)
    if evaluations:
        parts = {each.name: each.parts() for each in evaluations}
        every = resolve_several(frame, parts, annotator_kind, {})
    elif _is_long(frame):
        every = [resolve(frame, None, annotator_kind, {})]
        evaluations = [_Evaluations("", empty=list(_empty_rows(every[0])))]
    else:
        raise AnnotationValidationError([_nothing_there(frame)], total=len(frame))
    judgements: list[Judgement] = []
    for columns, found in zip(every, evaluations, strict=True):
        left_out, refused = found.sorted_out(on_failed, skip_empty=skip_empty)
        faults = [*found.faults, *_faults(found.column, refused)]
        if annotator_kind is None:
            faults += found.without_kind()
        faults.sort(key=itemgetter(0))
        judgements.append(Judgement(columns, RowRules(None, rubrics, columns), left_out, faults))
    return rows_of(judgements)


@dataclass
class _Evaluations:
    """What a column of scores says.

    Attributes:
        column: Its name.
        failed: Positions of rows without an evaluation, and why.
        empty: Positions of scores without a judgement.
        faults: What is in cells that are no scores, by position.
        cells: By field, of all rows.
    """

    column: str
    failed: dict[int, str] = field(default_factory=dict[int, str])
    empty: list[int] = field(default_factory=list[int])
    faults: list[Found] = field(default_factory=list[Found])
    cells: dict[str, list[object]] = field(default_factory=dict[str, list[object]])

    @property
    def name(self) -> str:
        """Return the name of the annotations."""
        return self.column.removesuffix(SCORE_ENDING)

    def parts(self) -> dict[str, tuple[str, Column]]:
        """Return the cells by field, and how messages call them."""
        return {
            name: (f"{self.column}.{_KEYS.get(name, name)}", _Cells(cells))
            for name, cells in self.cells.items()
        }

    def without_kind(self) -> Iterator[Found]:
        """Yield the scores that do not say who judged."""
        known = {*self.failed, *self.empty, *(fault.place for fault in self.faults)}
        words = "is missing: pass annotator_kind=, 'LLM', 'CODE' or 'HUMAN'"
        trouble = Trouble(f"{self.column}.{_KEYS[KIND_NAME]}", words)
        for position, kind in enumerate(self.cells.get(KIND_NAME, ())):
            if kind is None and position not in known:
                yield Found(position, trouble, None)

    def sorted_out(
        self, on_failed: OnFailed, *, skip_empty: bool
    ) -> tuple[dict[int, str], dict[int, str]]:
        """Return which rows without a judgement are left out and which are refused, and why."""
        empty = dict.fromkeys(self.empty, WHY_EMPTY)
        if on_failed == "skip":
            return self.failed | empty, {}
        return (empty, self.failed) if skip_empty else ({}, self.failed | empty)


class _Cells(Column):
    """Cells that were read already."""

    def __init__(self, cells: Sequence[object]) -> None:
        self._cells = cells

    @override
    def __len__(self) -> int:
        return len(self._cells)

    @override
    def cells_at(self, positions: range | list[int]) -> list[object]:
        """Return cells as Python values; what is missing is None."""
        return [self._cells[at] for at in positions]


def _side_by_side(frame: Frame) -> list[_Evaluations]:
    """Return what each column of scores says, and each evaluator that failed in every row."""
    columns = {
        name: frame.column(place)
        for place, name in enumerate(frame.column_names)
        if isinstance(name, str) and name.endswith((SCORE_ENDING, DETAILS_ENDING))
    }
    _refuse_repeated(frame, columns)
    every_row = range(len(frame))
    read = {name: column.cells_at(every_row) for name, column in columns.items()}
    details = {
        name.removesuffix(DETAILS_ENDING): list(map(why_failed, cells))
        for name, cells in read.items()
        if name.endswith(DETAILS_ENDING)
    }
    scores = {
        name: cells
        for name, cells in read.items()
        if name.endswith(SCORE_ENDING)
        and (name.removesuffix(SCORE_ENDING) in details or any(map(looks_like_score, cells)))
    }
    # Without a column of scores: it gives them other names, or failed in every row.
    others = {name: why for name, why in details.items() if f"{name}{SCORE_ENDING}" not in scores}
    silent: list[object] = [None] * len(frame)
    scores |= {f"{name}{SCORE_ENDING}": silent for name, why in others.items() if why and all(why)}
    return [
        _read(name, cells, _reasons(name, details, others, len(frame)))
        for name, cells in scores.items()
    ]


def _reasons(
    column: str,
    details: Mapping[str, Sequence[str | None]],
    others: Mapping[str, Sequence[str | None]],
    rows: int,
) -> tuple[Sequence[str | None], bool]:
    """Return why evaluations failed, by row, and whether it is sure that they are these."""
    own = details.get(column.removesuffix(SCORE_ENDING))
    if own is not None:
        return own, True
    if not others:
        return [None] * rows, False
    rows_of_others = zip(*others.values(), strict=True)
    return [next((why for why in row if why), None) for row in rows_of_others], False


def _refuse_repeated(frame: Frame, columns: Mapping[str, Column]) -> None:
    labels = [label for label in frame.column_names if isinstance(label, str)]
    repeated = [name for name in columns if labels.count(name) > 1]
    if repeated and not frame.has_nested_columns:
        failures = [
            _failure(f"DataFrame has {labels.count(name)} columns named {name!r}; keep one", name)
            for name in repeated
        ]
        raise AnnotationValidationError(failures, total=len(frame))


def _failure(message: str, column: str | None = None) -> AnnotationFailure:
    return AnnotationFailure(None, None, column, None, message)


def _read(
    column: str, cells: Sequence[object], reasons: tuple[Sequence[str | None], bool]
) -> _Evaluations:
    found = _Evaluations(column)
    why, is_sure = reasons
    rows: list[Mapping[str, object]] = []
    for position, cell in enumerate(cells):
        judgement: Mapping[str, object] = {}
        try:
            score = score_in(cell)
        except NoScoreError as error:
            found.faults.append(Found(position, Trouble.short(column, str(error)), cell))
        else:
            if score is None or (is_sure and why[position]):
                found.failed[position] = why[position] or _UNKNOWN_WHY
            else:
                judgement = judgement_of(score)
        rows.append(judgement)
    found.cells = {name: without_missing([row.get(name) for row in rows]) for name in _FIELDS}
    known = {*found.failed, *(fault.place for fault in found.faults)}
    found.empty = [at for at in empty_places(found.cells) if at not in known]
    return found


def _faults(column: str, failed: Mapping[int, str]) -> Iterator[Found]:
    how = 'evaluate it again, or pass on_failed="skip" to leave it out'
    for position, why in failed.items():
        # Cut before what to do, which must stay.
        trouble = Trouble.short(column or None, why)
        yield Found(position, trouble._replace(text=f"not evaluated: {trouble.text}; {how}"), None)


def _is_long(frame: Frame) -> bool:
    names = {label for label in frame.column_names if isinstance(label, str)}
    return not names.isdisjoint(NAME_NAMES) and not names.isdisjoint(RESULT_NAMES)


def _empty_rows(columns: FrameColumns) -> Iterator[int]:
    for positions, cells in columns.slices(_ROWS_TOGETHER):
        for place in empty_places(cells):
            yield positions[place]


def _nothing_there(frame: Frame) -> AnnotationFailure:
    if not len(frame):
        return _failure(f"DataFrame cannot be empty{frame.why_empty}")
    return _failure(
        "DataFrame has no evaluations: pass what evaluate_dataframe returns, whose columns "
        "'<name>_score' hold dicts, or what to_annotation_dataframe returns, with trace ids"
    )
