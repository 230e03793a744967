"""Play the script of a seed, and then send the rest."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace

from phoenix_traces.report import UploadReport
from phoenix_traces.transport.retries import RepeatingTransport
from phoenix_traces.uploads.upload import Upload
from tests.simulation.clock import VirtualTime
from tests.simulation.rows import rows_of
from tests.simulation.run import MakeRows, MakeTransport, MakeUpload, Parts, Run, Tell
from tests.simulation.script import Script, script_of
from tests.simulation.server import KEPT_SECONDS, KINDS, ModelServer, key_of
from tests.simulation.watch import demand


def _say_nothing(what: str) -> None:
    """Do without the story."""


def play(
    seed: int,
    time: VirtualTime,
    *,
    make_upload: MakeUpload = Upload,
    make_rows: MakeRows = rows_of,
    make_transport: MakeTransport = RepeatingTransport,
    make_server: Callable[..., ModelServer] = ModelServer,
    sends_the_rest: bool = True,
    tell: Tell = _say_nothing,
) -> None:
    """Play the script of a seed, and then send the rest.

    Args:
        seed: Which script.
        time: A clock that stands under the retries.
        make_upload: Another exchange than ours, to see it caught.
        make_rows: Another way to make rows of them, likewise.
        make_transport: Other retries than ours, likewise.
        make_server: Another model.
        sends_the_rest: Whether what the account says is missing is sent again.
        tell: Told what happens.

    Raises:
        BrokenPromiseError: naming the promise that was broken.
    """
    script = script_of(seed)
    tell(repr(script))
    time.reset(script.random)
    server = make_server(script.arrivals, random=script.random)
    for row in script.earlier:
        server.put(row)
    parts = Parts(make_upload, make_rows, make_transport)
    # Calls are steps of coroutines made by hand: one that an interrupt left would otherwise leave
    # the end of its time set for whatever comes next.
    report = copy_context().run(Run(script, server, time, parts, tell).to_the_end)
    if sends_the_rest:
        _send_the_rest(script, report, server, time, tell)


def _send_the_rest(
    script: Script, report: UploadReport, server: ModelServer, time: VirtualTime, tell: Tell
) -> None:
    """Send again what the account says is missing: then everything must be there, and right."""
    server.arrivals = dict.fromkeys(server.arrivals, 0.0)
    rest = report.rest(script.rows)
    if rest:
        calm = replace(
            script,
            rows=rest,
            options={"on_error": "continue", "batch_size": 3},
            fault_rate=0.0,
            body_limit=None,
            interrupt_after=None,
            progress_fails_at=None,
        )
        parts = Parts(Upload, rows_of, RepeatingTransport)
        copy_context().run(Run(calm, server, time, parts, tell).to_the_end)
    server.work_off(time.now + KEPT_SECONDS)
    last = {key_of(row): row for row in script.rows}
    for key, row in last.items():
        if row["annotator_kind"] in KINDS:
            demand(key in server.table, "a row is missing after the rest was sent")
            demand(server.table[key].row == row, "a row is wrong after the rest was sent")
