"""Whatever an answer holds, only our own errors leave, and accounts add up: over a socket."""

from __future__ import annotations

import asyncio
import pickle
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    AsyncClient,
    Client,
    PhoenixHTTPError,
    PhoenixTracesError,
    ServerValidationError,
    UploadOptions,
    UploadReport,
)
from tests.faults.hostile import Hostile, hostile_answers
from tests.support.modes import Mode, both_modes
from tests.support.rawserver import RawServer
from tests.support.rubrics import Correctness

ROWS = [
    {
        "trace_id": f"t{number}",
        "name": "tone",
        "annotator_kind": "HUMAN",
        "result": {"label": "a", "score": number},
    }
    for number in range(4)
]
FRAME = pd.DataFrame(
    {"trace_id": ["t0", "t1", "t2", "t3"], "label": list("abab"), "identifier": list("wxyz")}
)
IN_A_BATCH = 2
MOST_BYTES = 1_000_000

ANSWERS = hostile_answers(rows=IN_A_BATCH)
AT_ONCE = 100


@dataclass(frozen=True)
class Method:
    """One public method, called on `client.traces` or `client.annotation_configs`."""

    resource: str
    name: str
    arguments: dict[str, Any]

    @property
    def is_upload(self) -> bool:
        return "options" in self.arguments


def _upload(name: str, *, on_error: str, sync: bool, **arguments: Any) -> Method:
    options = {
        "on_error": on_error,
        "batch_size": IN_A_BATCH,
        **{key: arguments.pop(key) for key in list(arguments) if key in UploadOptions.model_fields},
    }
    what = {"dataframe": FRAME, "annotation_name": "tone", "annotator_kind": "HUMAN"}
    if not name.endswith("dataframe"):
        what = {"trace_annotations": ROWS}
    return Method("traces", name, {**what, **arguments, "options": options, "sync": sync})


ONE = {"trace_id": "t0", "annotation_name": "tone", "label": "a"}
CONFIG = {"name": "tone", "type": "CATEGORICAL", "values": [{"label": "a"}]}
READ = {"trace_ids": ["t0", "t1"]}
UPLOADS = [
    _upload("log_trace_annotations", on_error="continue", sync=True),
    _upload("log_trace_annotations", on_error="continue", sync=False),
    _upload("log_trace_annotations", on_error="raise", sync=True, max_concurrency=2),
    _upload("log_trace_annotations_dataframe", on_error="continue", sync=True, max_concurrency=2),
    _upload("log_trace_annotations", on_error="continue", sync=True, on_missing_trace="skip"),
    _upload("log_trace_annotations", on_error="continue", sync=True, skip_unchanged=True),
    _upload("log_trace_annotations_dataframe", on_error="raise", sync=False, overwrite="never"),
]
OTHERS = [
    Method("traces", "add_trace_annotation", {**ONE, "sync": True}),
    Method("traces", "add_trace_annotation", {**ONE, "sync": False}),
    Method(
        "traces", "log_trace_annotations", {"trace_annotations": ROWS, "validate_configs": True}
    ),
    Method("traces", "get_trace_annotations", READ),
    Method("traces", "get_trace_annotations", {"identifiers": ["a"], "limit": 1}),
    Method("traces", "iter_trace_annotations", READ),
    Method("traces", "get_trace_annotations_dataframe", READ),
    Method("traces", "compare_trace_annotations", {"trace_annotations": ROWS}),
    Method("traces", "confirm_trace_annotations", {"trace_annotations": ROWS, "timeout": 0.0}),
    Method("traces", "add_trace_note", {"trace_id": "t0", "note": "n"}),
    Method("traces", "get_trace_notes", READ),
    Method(
        "traces", "delete_trace_annotations", {"project_identifier": "default", "delete_all": True}
    ),
    Method("traces", "get_traces", {"project_identifier": "default", "include_spans": True}),
    Method("traces", "iter_traces", {"project_identifier": "default", "error": False}),
    Method("traces", "get_traces_dataframe", {"project_identifier": "default"}),
    Method("annotation_configs", "list", {}),
    Method("annotation_configs", "list", {"project_identifier": "default"}),
    Method("annotation_configs", "get", {"name_or_id": "tone"}),
    Method("annotation_configs", "create", {"config": CONFIG}),
    Method("annotation_configs", "update", {"name_or_id": "tone", "config": CONFIG}),
    Method("annotation_configs", "put", {"annotation_type": Correctness, "on_unsaid": "ignore"}),
    Method("annotation_configs", "delete", {"name_or_id": "tone"}),
    Method("annotation_configs", "assign", {"name_or_id": "tone", "project_identifier": "p"}),
    Method("annotation_configs", "unassign", {"name_or_id": "tone", "project_identifier": "p"}),
]
METHODS = [*UPLOADS, *OTHERS]


def _methods_for(hostile: Hostile) -> list[Method]:
    if hostile.blamed is not None:
        return UPLOADS[:4]
    # Each answer meets a few methods, and each method many answers of every kind.
    return Random(hostile.name).sample(METHODS, 3)


def _arguments(method: Method, reports: list[UploadReport]) -> dict[str, Any]:
    if not method.is_upload:
        return method.arguments
    options = UploadOptions(**method.arguments["options"], on_report=reports.append)
    return {**method.arguments, "options": options}


def _check(hostile: Hostile, method: Method, call: Callable[[], Any]) -> BaseException | None:
    """Call a method and return what it raised, if that may leave."""
    try:
        call()
    except PhoenixTracesError as error:
        return error
    except BaseException as error:
        raise AssertionError(f"{method.name} raised {error!r} for {hostile.name}") from error
    return None


def _judge(
    hostile: Hostile, method: Method, error: BaseException | None, reports: list[UploadReport]
) -> None:
    if isinstance(error, PhoenixHTTPError):
        again = pickle.loads(pickle.dumps(error))
        assert str(again) == str(error)
        assert len(str(error)) < 20_000
    if not method.is_upload:
        return
    (report,) = reports
    parts = (report.stored, report.queued, report.not_stored, report.unknown)
    assert sum(map(len, parts)) == report.total == len(ROWS)
    assert frozenset().union(*parts) == frozenset(range(len(ROWS)))
    named = [position for failure in report.failures for position in failure.positions]
    assert len(named) == len(set(named))
    assert (report.stored | report.queued).isdisjoint(named)
    if error is None:
        assert not report.unknown
    else:
        assert named
    if hostile.blamed is not None:
        _judge_blame(hostile.blamed, method, report)


def _judge_blame(blamed: frozenset[int], method: Method, report: UploadReport) -> None:
    goes_on = method.arguments["options"]["on_error"] == "continue"
    batches = [tuple(range(at, at + IN_A_BATCH)) for at in range(0, len(ROWS), IN_A_BATCH)]
    expected = {each for batch in batches for each in _blame(batch, blamed, goes_on=goes_on)}
    found = {
        (failure.positions, failure.error.positions)
        for failure in report.failures
        if isinstance(failure.error, ServerValidationError)
    }
    assert len(found) == len(report.failures)
    assert found == expected if goes_on else found <= expected


def _blame(
    rows: tuple[int, ...], blamed: frozenset[int], *, goes_on: bool
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield which rows fail together and which are named, when each answer blames these places."""
    named = tuple(rows[place] for place in sorted(blamed) if place < len(rows))
    if not goes_on or not named:
        yield rows, named
        return
    yield named, named
    if rest := tuple(row for row in rows if row not in named):
        yield from _blame(rest, blamed, goes_on=goes_on)


def _run_sync(client: Client, answers: list[Hostile], server: RawServer) -> int:
    count = 0
    with client:
        for hostile in answers:
            server.play = hostile.play
            for method in _methods_for(hostile):
                reports: list[UploadReport] = []
                bound = getattr(getattr(client, method.resource), method.name)
                arguments = _arguments(method, reports)

                def call(bound: Any = bound, arguments: Any = arguments) -> None:
                    result = bound(**arguments)
                    if isinstance(result, Iterator):
                        list(result)

                error = _check(hostile, method, call)
                _judge(hostile, method, error, reports)
                count += 1
    return count


async def _run_async(answers: list[Hostile], server: RawServer) -> int:
    count = 0
    async with AsyncClient(
        base_url=server.url, api_key="key", max_retries=0, max_response_bytes=MOST_BYTES
    ) as client:
        for hostile in answers:
            server.play = hostile.play
            for method in _methods_for(hostile):
                reports: list[UploadReport] = []
                bound = getattr(getattr(client, method.resource), method.name)
                arguments = _arguments(method, reports)
                error: BaseException | None = None
                try:
                    result = bound(**arguments)
                    if isinstance(result, AsyncIterator):
                        async for _ in result:
                            pass
                    else:
                        await result
                except PhoenixTracesError as ours:
                    error = ours
                except BaseException as other:
                    raise AssertionError(
                        f"{method.name} raised {other!r} for {hostile.name}"
                    ) from other
                _judge(hostile, method, error, reports)
                count += 1
    return count


def test_there_are_many_answers_and_every_method_meets_many() -> None:
    assert len(ANSWERS) >= 500
    assert len({each.wire for each in ANSWERS}) >= 500
    met = [method.name for hostile in ANSWERS for method in _methods_for(hostile)]
    assert min(met.count(method.name) for method in METHODS) >= 50


@both_modes
@pytest.mark.parametrize("first", range(0, len(ANSWERS), AT_ONCE))
def test_only_our_own_errors_leave_whatever_an_answer_holds(first: int, mode: Mode) -> None:
    answers = ANSWERS[first : first + AT_ONCE]
    with RawServer(lambda path: []) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of rows that are left out, as asked
        if mode is Mode.SYNC:
            client = Client(
                base_url=server.url, api_key="key", max_retries=0, max_response_bytes=MOST_BYTES
            )
            count = _run_sync(client, answers, server)
        else:
            count = asyncio.run(_run_async(answers, server))
    assert count == sum(len(_methods_for(hostile)) for hostile in answers)


def test_only_our_own_errors_leave_over_a_client_of_the_callers_own() -> None:
    answers = [each for each in ANSWERS[::7] if "bomb" not in each.name]
    with (
        RawServer(lambda path: []) as server,
        httpx.Client(base_url=server.url) as http_client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", UserWarning)  # of rows that are left out, as asked
        assert _run_sync(Client(http_client=http_client), answers, server) >= 600
