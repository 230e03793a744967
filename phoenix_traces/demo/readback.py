"""Read the demo's annotations back from the server, and compare them with what was meant."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from pydantic import BaseModel, JsonValue

if TYPE_CHECKING:
    from phoenix_traces.demo.annotate import Written

_MOST = 10_000  # what the server gives in one answer
_POLL_SECONDS = 0.2


class StoredResult(BaseModel):
    """The judgement, as the server has it."""

    label: str | None
    score: float | None
    explanation: str | None


class StoredAnnotation(BaseModel):
    """One annotation, as the server has it; an absent identifier is the empty text."""

    id: str
    trace_id: str
    name: str
    annotator_kind: str
    result: StoredResult
    metadata: Mapping[str, JsonValue]
    identifier: str


class _Page(BaseModel):
    data: list[StoredAnnotation]


def read_back(
    base_url: str, trace_ids: Sequence[str], *, project_name: str, at_least: int, timeout: float
) -> list[StoredAnnotation]:
    """Read the annotations of some traces from the server, waiting for those it only queued.

    Args:
        base_url: The server's address.
        trace_ids: At most 1,000, the server's limit.
        project_name: Phoenix project of the traces.
        at_least: How many there must be.
        timeout: Seconds to wait for that many; then what is there is returned.

    Raises:
        httpx.HTTPError: The server cannot be reached or refuses to answer.
    """
    path = f"/v1/projects/{quote(project_name, safe='')}/trace_annotations"
    deadline = time.monotonic() + timeout
    with httpx.Client(base_url=base_url, timeout=30, trust_env=False) as client:
        while True:
            response = client.get(path, params={"trace_ids": trace_ids, "limit": _MOST})
            found = _Page.model_validate_json(response.raise_for_status().content).data
            if len(found) >= at_least or time.monotonic() > deadline:
                return found
            time.sleep(_POLL_SECONDS)


def differences(written: Sequence[Written], stored: Sequence[StoredAnnotation]) -> list[str]:
    """Say in one line each what the server lacks, has changed, or has too much.

    Args:
        written: What was meant.
        stored: What the server says it has.
    """
    left = {(item.trace_id, item.name, item.identifier): item for item in stored}
    problems: list[str] = []
    for item in written:
        meant = item.meant
        found = left.pop((meant.trace_id, meant.name, meant.identifier or ""), None)
        if found is None:
            problems.append(f"{_title(meant.trace_id, meant.name)} is not there")
        elif (there := _content(found)) != (wanted := _meant_content(item, found)):
            problems.append(f"{_title(meant.trace_id, meant.name)} is {there}, not {wanted}")
    problems += [f"{_title(item.trace_id, item.name)} was never written" for item in left.values()]
    return problems


def _content(stored: StoredAnnotation) -> dict[str, object]:
    return {
        "id": stored.id,
        "annotator_kind": stored.annotator_kind,
        "metadata": dict(stored.metadata),
        **stored.result.model_dump(),
    }


def _meant_content(written: Written, stored: StoredAnnotation) -> dict[str, object]:
    meant = written.meant
    return {
        # Nobody knows beforehand which ID a queued annotation gets.
        "id": stored.id if written.id is None else written.id,
        "annotator_kind": meant.annotator_kind,
        "metadata": meant.metadata or {},
        **meant.result.model_dump(),
    }


def _title(trace_id: str, name: str) -> str:
    return f"{name} of trace {trace_id}"
