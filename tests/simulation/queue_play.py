"""Play the script of a seed through the queue."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from phoenix_traces.inputs.rows import Rows
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.uploads.options import UploadOptions
from phoenix_traces.uploads.queued import QueuedUpload
from tests.simulation.clock import VirtualTime
from tests.simulation.network import LATEST, TIMEOUT
from tests.simulation.queue_script import queue_script_of
from tests.simulation.queue_server import QueueServer
from tests.simulation.queue_watch import QueueWatch
from tests.simulation.rows import WireRow, rows_of
from tests.simulation.run import MakeUpload, Parts, Run, Tell
from tests.simulation.script import Script
from tests.simulation.watch import demand


def _say_nothing(what: str) -> None:
    """Do without the story."""


def make_queued(
    rows: Rows[WireRow], *, sync: bool, options: UploadOptions
) -> QueuedUpload[WireRow]:
    assert sync
    return QueuedUpload(rows, options=options)


def play_queued(
    seed: int,
    time: VirtualTime,
    *,
    make_upload: MakeUpload = make_queued,
    tell: Tell = _say_nothing,
) -> None:
    """Play the script of a seed through the queue.

    Args:
        seed: Which script.
        time: A clock that stands under the retries.
        make_upload: Another exchange than ours, to see it caught.
        tell: Told what happens.

    Raises:
        BrokenPromiseError: naming the promise that was broken.
    """
    script, world = queue_script_of(seed)
    tell(f"{script!r}\n{world!r}")
    time.reset(script.random)
    server = QueueServer(script.arrivals, random=script.random, time=time, world=world)
    for row in script.earlier:
        server.put(row)
    make_watch: Callable[..., Any] = partial(QueueWatch, dates_are_right=world.dates == "right")
    parts = Parts(make_upload, rows_of, RepeatingTransport, make_watch)
    run = Run(script, server, time, parts, tell)
    copy_context().run(run.to_the_end)
    demand(run.ended_at <= _longest(script), "takes longer than it may")


def _longest(script: Script) -> float:
    """Return the seconds in which everything must have ended.

    Each request of each row ends within the budget of its call and its last attempt; there are a
    look at the end of the time, one request through the queue and one that is final, and those for
    traces that come late.
    """
    call = script.budget + TIMEOUT + LATEST
    options = script.options
    row: float = 6 * call + options["confirm_within"] + options["wait_for_traces"]
    return (len(script.rows) + 1) * row
