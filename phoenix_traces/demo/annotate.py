"""Annotate the demo's traces with every method of both clients.

Several judges look at the same answers, and each hands over what it has: the reviewer a
spreadsheet and one alarm, the judging model a list, a script a list that may be late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from phoenix_traces import (
    AnnotationResult,
    AnnotatorKind,
    AsyncClient,
    Client,
    InsertedTraceAnnotation,
    TraceAnnotationData,
)
from phoenix_traces.demo.story import ALARM, EXAMPLES, PRAISE, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

_SLOW_SECONDS = 2


@dataclass(frozen=True)
class Written:
    """What was meant for the server, and the ID that it gave; none when it only queued."""

    meant: TraceAnnotationData
    id: str | None


def annotate(client: Client, trace_ids: Sequence[str]) -> list[Written]:
    """Write the reviewer's verdicts, her alarm, and what the script timed.

    Args:
        client: Points at the demo's server.
        trace_ids: One for each example, in order.
    """
    answers = list(zip(trace_ids, EXAMPLES, strict=True))

    reviewed = [
        _annotation(trace_id, "correctness", "HUMAN", example.correctness)
        for trace_id, example in answers
    ]
    review = client.traces.log_trace_annotations_dataframe(
        dataframe=_frame(reviewed),
        annotation_name="correctness",
        annotator_kind="HUMAN",
        sync=True,
    )

    alarm = client.traces.add_trace_annotation(
        trace_id=trace_ids[ALARM.example],
        annotation_name="escalate",
        annotator_kind="HUMAN",
        label=ALARM.verdict.label,
        score=ALARM.verdict.score,
        explanation=ALARM.verdict.explanation,
        metadata={"ticket": 4711, "pages": ["private-key"]},
        identifier="support-lead",
        sync=True,
    )
    alarmed = _annotation(
        trace_ids[ALARM.example],
        "escalate",
        "HUMAN",
        ALARM.verdict,
        metadata={"ticket": 4711, "pages": ["private-key"]},
        identifier="support-lead",
    )

    timed = [
        _annotation(trace_id, "seconds", "CODE", Verdict("slow", example.seconds))
        for trace_id, example in answers
        if example.seconds > _SLOW_SECONDS
    ]
    client.traces.log_trace_annotations(trace_annotations=timed, sync=False)

    return [
        *_written(reviewed, review),
        Written(alarmed, alarm.id),
        *(Written(meant, None) for meant in timed),
    ]


async def annotate_async(client: AsyncClient, trace_ids: Sequence[str]) -> list[Written]:
    """Write the judging model's verdicts, its praise, and what the script looked up.

    Args:
        client: Points at the demo's server.
        trace_ids: One for each example, in order.
    """
    answers = list(zip(trace_ids, EXAMPLES, strict=True))

    judged = [
        _annotation(
            trace_id,
            "faithfulness",
            "LLM",
            example.faithfulness,
            metadata={"judge": "judge-large-1", "prompt_version": 3},
        )
        for trace_id, example in answers
    ]
    judgement = await client.traces.log_trace_annotations(trace_annotations=judged, sync=True)

    looked_up = [
        _annotation(trace_id, "page_found", "CODE", example.page_found)
        for trace_id, example in answers
        if example.right_page is not None
    ]
    lookup = await client.traces.log_trace_annotations_dataframe(
        dataframe=_frame(looked_up),
        annotation_name="page_found",
        annotator_kind="CODE",
        sync=True,
    )

    praise = await client.traces.add_trace_annotation(
        trace_id=trace_ids[PRAISE.example],
        annotation_name="tone",
        annotator_kind="LLM",
        label=PRAISE.verdict.label,
        score=PRAISE.verdict.score,
        sync=True,
    )
    praised = _annotation(trace_ids[PRAISE.example], "tone", "LLM", PRAISE.verdict)

    return [
        *_written(judged, judgement),
        *_written(looked_up, lookup),
        Written(praised, praise.id),
    ]


def _annotation(
    trace_id: str,
    name: str,
    kind: AnnotatorKind,
    verdict: Verdict,
    *,
    metadata: Mapping[str, JsonValue] | None = None,
    identifier: str | None = None,
) -> TraceAnnotationData:
    return TraceAnnotationData(
        trace_id=trace_id,
        name=name,
        annotator_kind=kind,
        result=AnnotationResult(
            label=verdict.label, score=verdict.score, explanation=verdict.explanation
        ),
        metadata=None if metadata is None else dict(metadata),
        identifier=identifier,
    )


def _frame(annotations: Iterable[TraceAnnotationData]) -> pd.DataFrame:
    """Lay annotations out as a spreadsheet: name and kind are the same in every row."""
    return pd.DataFrame(
        {"trace_id": data.trace_id, **data.result.model_dump()} for data in annotations
    )


def _written(
    meant: Sequence[TraceAnnotationData], inserted: Sequence[InsertedTraceAnnotation]
) -> list[Written]:
    return [Written(data, row.id) for data, row in zip(meant, inserted, strict=True)]
