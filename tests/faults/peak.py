"""A program that uploads a frame, and prints how much memory that took beside the frame.

    python -m tests.faults.peak ROWS {sync,async} {stored,queued}

Linux only, because nothing else tells the peak of a part of a process's life.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from phoenix_traces import AsyncClient, Client, UploadOptions
from tests.faults.stub import ROOT, stub_server

STATUS = Path("/proc/self/status")
FORGET_PEAK = "5"
OPTIONS = UploadOptions(max_concurrency=4)


def frame_of(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trace_id": [f"{at:032x}" for at in range(1, rows + 1)],
            "name": "correctness",
            "annotator_kind": "CODE",
            "label": ["good", "bad"] * (rows // 2),
            "score": [at / rows for at in range(1, rows + 1)],
        }
    )


def upload(base_url: str, arguments: dict[str, Any], *, is_async: bool) -> None:
    async def send() -> None:
        async with AsyncClient(base_url=base_url) as client:
            await client.traces.log_trace_annotations_dataframe(**arguments)

    if is_async:
        asyncio.run(send())
        return
    with Client(base_url=base_url) as client:
        client.traces.log_trace_annotations_dataframe(**arguments)


def peak_of(rows: int, *, is_async: bool, sync: bool) -> int:
    """Upload, and return the most bytes that were in use above what the frame takes."""
    frame = frame_of(rows)
    arguments = {"dataframe": frame, "sync": sync, "options": OPTIONS}
    with stub_server() as base_url:
        # What is made once, such as imports and models, is no part of it.
        upload(base_url, {**arguments, "dataframe": frame.head(1_000)}, is_async=is_async)
        # What building the frame has freed must not count as room that is there already.
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        before = kibibytes("VmRSS")
        Path("/proc/self/clear_refs").write_text(FORGET_PEAK, encoding="ascii")
        upload(base_url, arguments, is_async=is_async)
        return (kibibytes("VmHWM") - before) * 1024


def kibibytes(name: str) -> int:
    lines = STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def measured(rows: int, *, is_async: bool, sync: bool) -> int:
    """Return what the program prints when it runs on its own, in bytes."""
    words = ["async" if is_async else "sync", "stored" if sync else "queued"]
    command = [sys.executable, "-m", "tests.faults.peak", str(rows), *words]
    return int(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


if __name__ == "__main__":
    peak = peak_of(int(sys.argv[1]), is_async=sys.argv[2] == "async", sync=sys.argv[3] == "stored")
    sys.stdout.write(f"{peak}\n")
