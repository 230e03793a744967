"""A program whose children upload at the same time, and that prints the IDs which they got.

    python -m tests.faults.forked URL HOW {sync,async} TRACE_ID

HOW is `os.fork`, or one of the ways in which `multiprocessing` starts a child. A child that is
forked goes on with the parent's client, over which the parent has sent before and other threads of
the parent are sending meanwhile. One that is not forked makes its own.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import multiprocessing
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from phoenix_traces import AsyncClient, Client
from tests.faults.interrupted import say

CHILDREN = 8
UPLOADS = 20
SECONDS = 120  # after which a child that hangs shows where, and ends

Ids = dict[str, str]


class Uploads:
    """Single annotations, each with an identifier of its own."""

    def __init__(self, base_url: str, trace_id: str, *, is_async: bool) -> None:
        self.arguments = (base_url, trace_id, is_async)
        self._trace_id = trace_id
        self._sync = None if is_async else Client(base_url=base_url)
        self._async = AsyncClient(base_url=base_url) if is_async else None

    def upload(self, identifier: str) -> str:
        """Upload one, and return its ID."""
        row: dict[str, Any] = {
            "trace_id": self._trace_id,
            "annotation_name": "forked",
            "score": 1,
            "identifier": identifier,
            "sync": True,
        }
        if self._async is not None:
            return str(asyncio.run(self._async.traces.add_trace_annotation(**row)).id)
        assert self._sync is not None
        return str(self._sync.traces.add_trace_annotation(**row).id)

    def some(self, child: int) -> Ids:
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        identifiers = [f"{child}-{number}" for number in range(UPLOADS)]
        return {identifier: self.upload(identifier) for identifier in identifiers}


# Where a child that is forked finds the client of its parent.
_parents: dict[str, Uploads] = {}


def _child(number: int, arguments: tuple[str, str, bool]) -> Ids:
    if "uploads" not in _parents:
        base_url, trace_id, is_async = arguments
        _parents["uploads"] = Uploads(base_url, trace_id, is_async=is_async)
    return _parents["uploads"].some(number)


def with_multiprocessing(uploads: Uploads, how: str) -> list[Ids]:
    with multiprocessing.get_context(how).Pool(CHILDREN) as pool:
        tasks = [(number, uploads.arguments) for number in range(CHILDREN)]
        return pool.starmap(_child, tasks, chunksize=1)


def with_os_fork(uploads: Uploads) -> list[Ids]:
    gate, opener = os.pipe()
    children = [_forked(uploads, number, gate, opener) for number in range(CHILDREN)]
    os.close(opener)
    os.close(gate)
    found: list[Ids] = []
    for process, ids in children:
        with os.fdopen(ids, "rb") as answer:
            found.append(json.loads(answer.read()))
        _, status = os.waitpid(process, 0)
        assert status == 0
    return found


def _forked(uploads: Uploads, number: int, gate: int, opener: int) -> tuple[int, int]:
    ours, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        return process, ours
    status = 1
    try:
        os.close(opener)
        os.read(gate, 1)  # until all of them are there
        os.write(theirs, json.dumps(uploads.some(number)).encode())
        status = 0
    finally:
        os._exit(status)


def while_others_send(uploads: Uploads, act: Callable[[], list[Ids]]) -> list[Ids]:
    """Act while threads upload, so that locks of theirs are held when the process is forked."""
    stop = Event()

    def send(thread: int) -> None:
        number = 0
        while not stop.is_set():
            uploads.upload(f"thread-{thread}-{number % 10}")
            number += 1

    threads = [Thread(target=send, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        return act()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def main(base_url: str, how: str, mode: str, trace_id: str) -> None:
    uploads = Uploads(base_url, trace_id, is_async=mode == "async")
    uploads.upload("before")
    if how == "os.fork":
        found = while_others_send(uploads, lambda: with_os_fork(uploads))
    else:
        if how == "fork":
            _parents["uploads"] = uploads
        found = with_multiprocessing(uploads, how)
    after = {"after": uploads.upload("after")}
    say(json.dumps([*found, after]))


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main(*sys.argv[1:])
