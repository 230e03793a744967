"""The carrying out of operations, with the driver of the sync or the async client."""

from __future__ import annotations

from typing import Any

from phoenix_traces.resources.operations import Operation, ResultT
from phoenix_traces.transport.connection import AsyncConnection, SyncConnection
from phoenix_traces.transport.drivers import run, run_async


def perform(connection: SyncConnection, operation: Operation[ResultT]) -> ResultT:
    """Carry out an operation with a sync client, and return or raise what it came to."""
    came_to: Any = None
    while True:
        try:
            exchange = operation.send(came_to)
        except StopIteration as done:
            result: ResultT = done.value
            return result
        came_to = run(connection, exchange)


async def perform_async(connection: AsyncConnection, operation: Operation[ResultT]) -> ResultT:
    """Carry out an operation with an async client, otherwise as `perform` does."""
    came_to: Any = None
    while True:
        try:
            exchange = operation.send(came_to)
        except StopIteration as done:
            result: ResultT = done.value
            return result
        came_to = await run_async(connection, exchange)
