"""A Phoenix for tests: `FakePhoenix` in memory, and `PhoenixProcess`, the real one in a process.

pytest is not needed. Where it is installed there is the fixture `fake_phoenix`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_traces.testing.fake.messages import Answer, ConnectionDroppedError, Request
    from phoenix_traces.testing.fake_phoenix import FakePhoenix
    from phoenix_traces.testing.phoenix_process import PhoenixProcess, PhoenixStartError
    from phoenix_traces.testing.spans import (
        TraceExportError,
        new_trace_ids,
        send_many_traces,
        send_traces,
        wait_for_traces,
    )

__all__ = [
    "Answer",
    "ConnectionDroppedError",
    "FakePhoenix",
    "PhoenixProcess",
    "PhoenixStartError",
    "Request",
    "TraceExportError",
    "new_trace_ids",
    "send_many_traces",
    "send_traces",
    "wait_for_traces",
]

# Each is imported when it is first asked for: the real server's parts need more than a test of
# somebody's own code does, and pytest imports this package in every run.
_MODULES = {
    "Answer": "fake.messages",
    "ConnectionDroppedError": "fake.messages",
    "FakePhoenix": "fake_phoenix",
    "PhoenixProcess": "phoenix_process",
    "PhoenixStartError": "phoenix_process",
    "Request": "fake.messages",
    "TraceExportError": "spans",
    "new_trace_ids": "spans",
    "send_many_traces": "spans",
    "send_traces": "spans",
    "wait_for_traces": "spans",
}

if not TYPE_CHECKING:  # or else a checker would take every name for one of ours

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
