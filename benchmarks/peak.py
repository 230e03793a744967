"""A program that prints how much memory an upload needs beside its frame, as JSON.

Its arguments: the contestant, the number of rows, the dtype. Linux only, because nothing else tells
the peak of a part of a process's life.
"""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from pathlib import Path
from typing import cast

from benchmarks.contestants import existing_frame, our_frame
from benchmarks.data import Dtype, columns, frame
from benchmarks.results import EXISTING, OURS
from benchmarks.stand_in import client

_FRAMES = {OURS: our_frame, EXISTING: existing_frame}
_STATUS = Path("/proc/self/status")
_FORGET_PEAK = "5"


def main(contestant: str, rows: int, dtype: Dtype) -> None:
    """Upload a frame once and print what it took."""
    made = frame(columns(rows), dtype=dtype)
    http = client()
    send = _FRAMES[contestant]
    send(made.head(1_000))(http)
    # What building the frame has freed must not count as room that is there already.
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before = _kibibytes("VmRSS")
    Path("/proc/self/clear_refs").write_text(_FORGET_PEAK, encoding="ascii")
    send(made)(http)
    above = (_kibibytes("VmHWM") - before) * 1024
    print(json.dumps({"frame": int(made.memory_usage(deep=True).sum()), "above": above}))


def _kibibytes(name: str) -> int:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), cast("Dtype", sys.argv[3]))
