"""The package's own log: it tells of trouble and of progress, and never of secrets or cells."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import warnings
from typing import Any
from urllib.parse import urlsplit

import pytest

from phoenix_traces import AsyncClient, Client, PhoenixHTTPError, UploadOptions
from phoenix_traces.testing import FakePhoenix
from tests.support.faultproxy import FaultProxy
from tests.support.modes import Mode, both_modes

KEY = "sk-planted-key-0123456789"
CELL = "a cell that nobody else may read"
HEADER = "planted-header-value-98765"


def _rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "trace_id": f"trace-{number}",
            "name": "tone",
            "annotator_kind": "CODE",
            "result": {"label": CELL, "score": number},
            "metadata": {"note": CELL},
        }
        for number in range(count)
    ]


def _lines(caplog: pytest.LogCaptureFixture, level: int = logging.DEBUG) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("phoenix_traces") and record.levelno >= level
    ]


def _upload(mode: Mode, url: str, count: int, **arguments: Any) -> None:
    client: dict[str, Any] = {
        "base_url": url,
        "api_key": KEY,
        "headers": {"x-tenant": HEADER},
    }

    async def upload() -> None:
        async with AsyncClient(**client) as phoenix:
            await phoenix.traces.log_trace_annotations(trace_annotations=_rows(count), **arguments)

    if mode is Mode.ASYNC:
        asyncio.run(upload())
        return
    with Client(**client) as phoenix:
        phoenix.traces.log_trace_annotations(trace_annotations=_rows(count), **arguments)


@both_modes
def test_an_upload_tells_its_start_each_retry_and_its_end(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "phoenix_traces")
    fake = FakePhoenix(*(f"trace-{number}" for number in range(3)))
    with fake.serve() as url, FaultProxy(urlsplit(url).port or 0, script=["reset_before"]) as proxy:
        _upload(mode, proxy.url, 3, sync=True)
    begin, retry, end = _lines(caplog)
    assert begin == "upload of 3 annotations begins (sync=True, 0 superseded)"
    assert retry.startswith("POST /v1/trace_annotations: no answer (Re")
    assert "; retry 1 of 10 in " in retry
    assert end == "upload of 3 annotations ends: 3 stored"


def test_the_reason_of_a_retry_is_its_status(caplog: pytest.LogCaptureFixture) -> None:
    fake = FakePhoenix("trace-0")
    fake.fail_next(503, retry_after=0)
    with fake.serve() as url:
        _upload(Mode.SYNC, url, 1, sync=True)
    assert "answered 503; retry 1 of 10 in " in _lines(caplog, logging.WARNING)[0]


@both_modes
def test_what_is_skipped_and_given_up_is_a_warning(
    mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakePhoenix("trace-0")
    with fake.serve() as url, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _upload(mode, url, 3, sync=True, options=UploadOptions(on_missing_trace="skip"))
        assert "2 rows are skipped: their traces do not exist" in _lines(caplog, logging.WARNING)
        with pytest.raises(PhoenixHTTPError):
            _upload(mode, url, 3, sync=True)
    assert "3 rows are given up: TraceNotFoundError (404)" in _lines(caplog, logging.WARNING)


def test_a_single_annotation_tells_of_trouble_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "phoenix_traces")
    with FakePhoenix("trace-0").serve() as url:
        _upload(Mode.SYNC, url, 1, sync=True)
    assert _lines(caplog) == []


@both_modes
@pytest.mark.parametrize("status", [400, 401, 404, 413, 422, 500, 503])
def test_no_line_holds_a_key_a_header_or_a_cell_whatever_the_server_repeats(
    mode: Mode, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Of every logger at DEBUG, those of the libraries below included."""
    caplog.set_level(logging.DEBUG)
    fake = FakePhoenix(*(f"trace-{number}" for number in range(5)))
    repeated = f"you sent {KEY}, {HEADER} and {CELL}"
    fake.fail_next(status, retry_after=0, body=repeated)
    with (
        fake.serve() as url,
        FaultProxy(urlsplit(url).port or 0, script=["cut"]) as proxy,
    ):
        try:
            _upload(mode, proxy.url, 5, sync=True)
        except PhoenixHTTPError:
            assert status not in (503,)
    text = "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    ours = "\n".join(_lines(caplog))
    assert "retry 1 of 10" in ours
    for secret in (KEY, HEADER, CELL):
        assert secret not in ours
    assert KEY not in text
    assert HEADER not in text


def test_nothing_is_printed_where_no_program_asks_for_the_log() -> None:
    code = """
from phoenix_traces.testing import FakePhoenix
fake = FakePhoenix("t")
fake.fail_next(503, retry_after=0)
fake.client().traces.add_trace_annotation(
    trace_id="t", annotation_name="n", label="l", sync=True)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")
