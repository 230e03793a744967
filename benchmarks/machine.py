"""Where and when the benchmarks ran, and with which versions."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

_PACKAGES = (
    "phoenix-traces",
    "arize-phoenix-client",
    "arize-phoenix",
    "httpx",
    "httpx-retries",
    "numpy",
    "orjson",
    "pandas",
    "pandera",
    "pyarrow",
    "pydantic",
    "pydantic-core",
)
_GIBIBYTE = 2**30


def describe() -> dict[str, str]:
    """Return what a reader needs to know about this machine, in order."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory() / _GIBIBYTE:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "load before the run": f"{os.getloadavg()[0]:.1f}",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        **{name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
