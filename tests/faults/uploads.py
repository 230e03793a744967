"""One upload through the proxy, and what Phoenix has of it in the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd

from phoenix_traces import AsyncClient, Client, UploadOptions, UploadReport
from phoenix_traces.errors import PhoenixHTTPError
from tests.support.faultproxy import FaultProxy
from tests.support.live import PROJECT, plain_client

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

# Long enough to be no accident, and nobody waits for half a minute a hundred times.
STALL_SECONDS = 0.5
SECONDS_IN_QUEUE = 90.0
SECONDS_AFTER_ERROR = 8.0
POLL_SECONDS = 0.25
MOST_IN_AN_ANSWER = 10_000


@dataclass(frozen=True)
class Case:
    """An upload: which faults it meets, and how it is done.

    Attributes:
        rate: Share of the requests that are broken.
        is_async: Which of the two clients does it.
    """

    seed: int
    rate: float
    rows: int
    is_async: bool
    sync: bool

    @property
    def identifier(self) -> str:
        """Return what tells its annotations from all others."""
        return f"{self.rate}-{self.seed}-{self.is_async}-{self.sync}"


def case_of(seed: int, rate: float, rows: int) -> Case:
    """Return the case of a seed: four in turn have the two clients, and `sync` true and false."""
    return Case(seed, rate, rows, is_async=seed % 2 == 1, sync=seed // 2 % 2 == 0)


@dataclass(frozen=True)
class Outcome:
    """What became of an upload.

    Attributes:
        error: Why it did not complete.
        report: What the client says of each row, if it says anything.
        faults: How many requests were broken.
        there: The score that Phoenix has for each row, in a list because it might have several.
    """

    error: Exception | None
    report: UploadReport | None
    faults: int
    there: dict[int, list[float]]
    seconds: float

    def missing(self, rows: Sequence[int]) -> int:
        """Return how many of some rows Phoenix does not have."""
        return sum(at not in self.there for at in rows)

    @property
    def doubled(self) -> int:
        """Return how many rows Phoenix has more than once."""
        return sum(len(scores) > 1 for scores in self.there.values())

    @property
    def wrong(self) -> int:
        """Return how many rows have another value than they were sent with."""
        return sum(scores[0] != at for at, scores in self.there.items())


def frame_of(case: Case, trace_ids: Sequence[str], identifier: str) -> pd.DataFrame:
    """Return rows each of which has a key of its own, and its position as its score."""
    return pd.DataFrame(
        {
            "trace_id": [trace_ids[at % len(trace_ids)] for at in range(case.rows)],
            "name": [f"row {at}" for at in range(case.rows)],
            "annotator_kind": "CODE",
            "score": [float(at) for at in range(case.rows)],
            "label": [f"label {at}" for at in range(case.rows)],
            "identifier": identifier,
        }
    )


def upload(
    phoenix: PhoenixProcess,
    case: Case,
    trace_ids: Sequence[str],
    *,
    options: UploadOptions | None = None,
    **faults: Any,
) -> Outcome:
    """Upload with the default client, and read back what Phoenix has."""
    reports: list[UploadReport] = []
    options = (options or UploadOptions()).model_copy(update={"on_report": reports.append})
    arguments = {
        "dataframe": frame_of(case, trace_ids, case.identifier),
        "sync": case.sync,
        "options": options,
    }
    error: Exception | None = None
    began = time.monotonic()
    with _proxy(phoenix, case, **faults) as proxy:
        try:
            _send(proxy.url, arguments, is_async=case.is_async)
        except PhoenixHTTPError as caught:
            error = caught
    seconds = time.monotonic() - began
    there = _there(phoenix, case, case.identifier, error)
    return Outcome(error, reports[0], proxy.faults.total(), there, seconds)


def upload_with_existing_client(
    phoenix: PhoenixProcess, case: Case, trace_ids: Sequence[str]
) -> Outcome:
    """Do the same with the client that Phoenix has, which accounts for nothing."""
    identifier = f"existing-{case.identifier}"
    arguments = {"dataframe": frame_of(case, trace_ids, identifier), "sync": case.sync}
    error: Exception | None = None
    began = time.monotonic()
    with _proxy(phoenix, case) as proxy:
        try:
            _send_with_existing_client(proxy.url, arguments, is_async=case.is_async)
        except httpx.HTTPError as caught:
            error = caught
    seconds = time.monotonic() - began
    there = _there(phoenix, case, identifier, error)
    return Outcome(error, None, proxy.faults.total(), there, seconds)


def _proxy(phoenix: PhoenixProcess, case: Case, **faults: Any) -> FaultProxy:
    return FaultProxy(
        phoenix.port,
        **{"seed": case.seed, "rate": case.rate, "stall_seconds": STALL_SECONDS, **faults},
    )


def _send(base_url: str, arguments: dict[str, Any], *, is_async: bool) -> None:
    async def send() -> None:
        async with AsyncClient(base_url=base_url) as client:
            await client.traces.log_trace_annotations_dataframe(**arguments)

    if is_async:
        asyncio.run(send())
        return
    with Client(base_url=base_url) as client:
        client.traces.log_trace_annotations_dataframe(**arguments)


def _send_with_existing_client(base_url: str, arguments: dict[str, Any], *, is_async: bool) -> None:
    from phoenix.client.resources.traces import AsyncTraces, Traces

    async def send() -> None:
        async with httpx.AsyncClient(base_url=base_url) as client:
            await AsyncTraces(client).log_trace_annotations_dataframe(**arguments)

    if is_async:
        asyncio.run(send())
        return
    with httpx.Client(base_url=base_url) as client:
        Traces(client).log_trace_annotations_dataframe(**arguments)


def _there(
    phoenix: PhoenixProcess, case: Case, identifier: str, error: Exception | None
) -> dict[int, list[float]]:
    """Return what Phoenix has, and give it time to store what it has only queued."""
    there = stored_under(phoenix, identifier)
    if case.sync:
        return there
    # How many rows a queue holds is not known after an error, so then it is left to work for long.
    patience = SECONDS_IN_QUEUE if error is None else SECONDS_AFTER_ERROR
    deadline = time.monotonic() + patience
    while len(there) < case.rows and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        there = stored_under(phoenix, identifier)
    return there


def stored_under(phoenix: PhoenixProcess, identifier: str) -> dict[int, list[float]]:
    there: dict[int, list[float]] = {}
    path = f"/v1/projects/{PROJECT}/trace_annotations"
    question: dict[str, Any] = {"identifier": identifier, "limit": MOST_IN_AN_ANSWER}
    with plain_client(phoenix) as client:
        answer = client.get(path, params=question).raise_for_status().json()
    assert answer["next_cursor"] is None
    for each in answer["data"]:
        assert each["result"]["label"] == f"label {each['name'].removeprefix('row ')}"
        there.setdefault(int(each["name"].removeprefix("row ")), []).append(each["result"]["score"])
    return there
