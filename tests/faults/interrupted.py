"""A program that uploads a frame until Ctrl-C, and prints what it knows of the rows then.

    python -m tests.faults.interrupted URL CONCURRENCY {sync,async} TRACE_ID...

It says "under way" when Ctrl-C may come.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from phoenix_traces import AsyncClient, Client, UploadOptions, UploadReport
from tests.faults.uploads import Case, frame_of

ROWS = 2_000
ROWS_BEFORE = 300


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def case_of(concurrency: int, *, is_async: bool) -> Case:
    return Case(concurrency, 0.0, ROWS, is_async=is_async, sync=True)


def main(base_url: str, concurrency: int, is_async: bool, trace_ids: list[str]) -> None:
    case = case_of(concurrency, is_async=is_async)
    reports: list[UploadReport] = []

    def on_progress(done: int, total: int) -> None:
        if done == ROWS_BEFORE:
            say("under way")

    arguments = {
        "dataframe": frame_of(case, trace_ids, case.identifier),
        "sync": True,
        "options": UploadOptions(
            max_concurrency=concurrency, on_progress=on_progress, on_report=reports.append
        ),
    }
    try:
        upload(base_url, arguments, is_async=is_async)
    except KeyboardInterrupt as error:
        (report,) = reports
        known = {
            "stored": sorted(report.stored),
            "not_stored": sorted(report.not_stored),
            "unknown": sorted(report.unknown),
            "is_attached": getattr(error, "report", None) == report,
        }
        say(json.dumps(known))


def upload(base_url: str, arguments: dict[str, Any], *, is_async: bool) -> None:
    async def send() -> None:
        async with AsyncClient(base_url=base_url) as client:
            await client.traces.log_trace_annotations_dataframe(**arguments)

    if is_async:
        asyncio.run(send())
        return
    with Client(base_url=base_url) as client:
        client.traces.log_trace_annotations_dataframe(**arguments)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "async", sys.argv[4:])
