"""The demo: a real Phoenix, a dozen traces, every method, and a look at what is stored."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, TextIO

import httpx
from rich.console import Console
from rich.text import Text

from phoenix_traces import AsyncClient, Client, PhoenixTracesError
from phoenix_traces.demo.annotate import Written, annotate, annotate_async
from phoenix_traces.demo.readback import differences, read_back
from phoenix_traces.demo.story import EXAMPLES
from phoenix_traces.demo.table import annotation_table
from phoenix_traces.testing.phoenix_process import PhoenixProcess, PhoenixStartError
from phoenix_traces.testing.spans import TraceExportError, send_traces, wait_for_traces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROJECT = "tidemark-support"

_WAIT_SECONDS = 60.0
_OK = 0
_FAILED = 1


def run_demo(
    *, keep: bool = False, out: TextIO | None = None, python: str | Path | None = None
) -> int:
    """Start a Phoenix, annotate a dozen traces in it, and print what the server then holds.

    Args:
        keep: Leave the server up until Ctrl-C or until it ends.
        out: Where to print; standard output by default.
        python: Interpreter that has `arize-phoenix`; this one by default.

    Returns:
        0 when the server holds exactly what was written, else 1.
    """
    console = Console(file=out, highlight=False)
    console.print("Starting a real Phoenix on this machine; this takes 10 to 30 seconds ...")
    try:
        with ExitStack() as stack:
            # On a terminal something moves meanwhile; elsewhere this prints nothing.
            with console.status("Phoenix is starting"):
                server = stack.enter_context(PhoenixProcess(python=python))
            code = tell_story(server.base_url, console)
            if keep:
                _keep_up(server, console)
    except PhoenixStartError as error:
        return _fail(console, str(error))
    _say(console, "\nPhoenix is stopped, and its temporary folder removed.")
    if not keep:
        _say(console, "To look around in the web UI, run the demo with --keep.")
    return code


def tell_story(base_url: str, console: Console) -> int:
    """Send the traces to a running server, annotate them, read them back, and show them.

    Args:
        base_url: The server's address.
        console: Where to print.

    Returns:
        0 when the server holds exactly what was written, else 1.
    """
    try:
        trace_ids = send_traces(base_url, EXAMPLES, project_name=PROJECT)
        wait_for_traces(base_url, trace_ids, project_name=PROJECT, timeout=_WAIT_SECONDS)
        _say(console, f"Sent {len(trace_ids)} traces over OTLP: question, retrieval, answer.")
        written = _annotate_all(base_url, trace_ids)
        _say(console, f"Wrote {len(written)} annotations with Client and AsyncClient.")
        stored = read_back(
            base_url,
            trace_ids,
            project_name=PROJECT,
            at_least=len(written),
            timeout=_WAIT_SECONDS,
        )
    except (PhoenixTracesError, TraceExportError, TimeoutError, httpx.HTTPError) as error:
        return _fail(console, str(error))
    if problems := differences(written, stored):
        return _fail(console, "the server holds something else.\n" + "\n".join(problems))
    _say(console, f"Read {len(stored)} annotations back: each as it was written.\n")
    questions = [example.question for example in EXAMPLES]
    console.print(*annotation_table(trace_ids, questions, written), sep="\n")
    return _OK


def _annotate_all(base_url: str, trace_ids: Sequence[str]) -> list[Written]:
    with Client(base_url=base_url) as client:
        written = annotate(client, trace_ids)
    return written + asyncio.run(_annotate_async(base_url, trace_ids))


async def _annotate_async(base_url: str, trace_ids: Sequence[str]) -> list[Written]:
    async with AsyncClient(base_url=base_url) as client:
        return await annotate_async(client, trace_ids)


def _keep_up(server: PhoenixProcess, console: Console) -> None:
    _say(console, f"\nWeb UI: {server.base_url} (project {PROJECT})")
    _say(console, "Phoenix stays up until you press Ctrl-C.")
    try:
        while server.is_running:
            time.sleep(0.2)
        _say(console, "Phoenix has ended on its own.")
    except KeyboardInterrupt:
        _say(console, "")  # leaves the line on which the terminal shows ^C


def _fail(console: Console, reason: str) -> int:
    _say(console, f"The demo failed: {reason}", style="red")
    return _FAILED


def _say(console: Console, message: str, style: str = "") -> None:
    # Text, because messages from elsewhere may hold [brackets], which rich reads as markup.
    console.print(Text(message, style=style), soft_wrap=True)
