"""Answers are decoded no further than their limit: over sockets, with small limits."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from phoenix_traces import (
    ConfigurationError,
    PhoenixTransportError,
    UnexpectedResponseError,
    UploadOptions,
)
from phoenix_traces.transport.decoding import BodyBuffer, TooManyBytesError
from tests.support.annotations import annotation
from tests.support.modes import Mode, both_modes, client_traces
from tests.support.rawserver import RawServer, answer

LIMIT = 10_000
GOOD = b'{"data": [{"id": "a"}]}'


def _raw_deflate(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(body) + deflater.flush()


CODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "GZIP": ("GZIP", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "deflate without its header": ("deflate", _raw_deflate),
    "identity": ("identity", bytes),
    "none": ("", bytes),
}


def _decoded(body: bytes, coding: str, *, most: int = LIMIT) -> bytes:
    buffer = BodyBuffer(httpx.Headers({"content-encoding": coding}), most=most)
    for at in range(0, len(body), 7):
        buffer.add(body[at : at + 7])
    return buffer.decoded()


@pytest.mark.parametrize("name", CODERS)
@pytest.mark.parametrize("size", [0, 1, 2, 100, LIMIT])
def test_a_body_is_decoded_up_to_the_limit_and_no_further(name: str, size: int) -> None:
    coding, encode = CODERS[name]
    # Nothing is not encoded by anyone.
    body = bytes(itertools.islice(itertools.cycle(b"[1, 23]"), size))
    assert _decoded(encode(body) if body else b"", coding) == body
    with pytest.raises(TooManyBytesError):
        _decoded(encode(body + b"x"), coding, most=size)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        gzip.compress(GOOD, mtime=0)[:-9],
        b"\x1f\x8b",
        gzip.compress(GOOD, mtime=0)[:10] + b"\xff" * 9,
    ],
)
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_what_it_says_is_an_error_of_decoding(body: bytes, coding: str) -> None:
    with pytest.raises(httpx.DecodingError, match=coding):
        _decoded(body, coding)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "?"])
def test_a_coding_that_nobody_asked_for_is_left_as_it_is(coding: str) -> None:
    assert _decoded(b"\x1b\x03", coding) == b"\x1b\x03"


def test_a_bomb_takes_no_more_memory_than_the_limit_allows() -> None:
    bomb = gzip.compress(bytes(300_000_000), 1, mtime=0)
    limit = 1_000_000
    buffer = BodyBuffer(httpx.Headers({"content-encoding": "gzip"}), most=len(bomb) + limit)
    buffer.add(bomb)
    tracemalloc.start()
    with pytest.raises(TooManyBytesError):
        buffer.decoded()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # zlib's output grows by doubling, and what was there is copied.
    assert peak < 4 * (len(bomb) + limit)


# In both clients


TOO_LARGE: dict[str, bytes] = {
    "its length says so": answer(200, b" " * (LIMIT + 1)),
    "without a length": b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (LIMIT + 1),
    "in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"8\r\n        \r\n" * 2000,
    "gzip": answer(200, gzip.compress(bytes(LIMIT + 1), mtime=0), "Content-Encoding: gzip"),
    "deflate": answer(200, zlib.compress(bytes(LIMIT + 1)), "Content-Encoding: deflate"),
    "good JSON first": answer(200, GOOD + b" " * LIMIT),
    "with an error": answer(404, b"x" * (LIMIT + 1)),
    "with a refusal": answer(
        401, gzip.compress(bytes(LIMIT + 1), mtime=0), "Content-Encoding: gzip"
    ),
}


@both_modes
@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_larger_answer_is_unexpected_and_its_rows_are_accounted_for(
    name: str, mode: Mode
) -> None:
    with RawServer(lambda path: [TOO_LARGE[name]]) as server:
        traces = client_traces(mode, base_url=server.url, max_response_bytes=LIMIT)
        with pytest.raises(UnexpectedResponseError, match="larger than the 10,000") as caught:
            traces.log_trace_annotations(
                trace_annotations=[annotation("a"), annotation("b")],
                options=UploadOptions(on_error="continue", batch_size=1),
                sync=True,
            )
    report = caught.value.report
    assert report is not None
    is_good = caught.value.status_code == 200
    assert (report.unknown if is_good else report.not_stored) == {0, 1}
    assert caught.value.response.content == b""


@both_modes
@pytest.mark.parametrize("encode", [bytes, gzip.compress])
def test_reading_asks_for_smaller_pages_first(encode: Callable[[bytes], bytes], mode: Mode) -> None:
    headers = ["Content-Encoding: gzip"] if encode is gzip.compress else []

    def play(path: str) -> list[bytes]:
        return [answer(200, encode(_page(path, total=30, size=1_000)), *headers)]

    with RawServer(play) as server:
        traces = client_traces(mode, base_url=server.url, max_response_bytes=LIMIT)
        found = traces.get_trace_annotations(trace_ids=["t1"])
    assert [each.id for each in found] == [str(number) for number in range(30)]
    limits = [int(limit) for limit in re.findall(r"limit=(\d+)", " ".join(server.requests))]
    assert limits == [1000, 500, 250, 125, 62, 31, 15, 7, 7, 7, 7, 7]


@both_modes
def test_an_annotation_that_is_larger_alone_ends_the_reading(mode: Mode) -> None:
    with RawServer(lambda path: [answer(200, _page(path, total=2, size=LIMIT))]) as server:
        traces = client_traces(mode, base_url=server.url, max_response_bytes=LIMIT)
        with pytest.raises(UnexpectedResponseError, match="max_response_bytes"):
            traces.get_trace_annotations(trace_ids=["t1"], limit=2)
    assert len(server.requests) == 2


def _page(path: str, *, total: int, size: int) -> bytes:
    query = dict(re.findall(r"(limit|cursor)=([^&]*)", unquote(path)))
    start = int(query.get("cursor", 0))
    end = min(start + int(query["limit"]), total)
    item = {
        "trace_id": "t1",
        "name": "correctness",
        "annotator_kind": "HUMAN",
        "created_at": "2026-11-24T00:00:00Z",
        "updated_at": "2026-11-24T00:00:00Z",
        "source": "API",
        "metadata": {"long": "x" * size},
    }
    data: list[dict[str, Any]] = [{**item, "id": str(number)} for number in range(start, end)]
    return json.dumps({"data": data, "next_cursor": str(end) if end < total else None}).encode()


@both_modes
def test_what_is_asked_for_can_be_decoded(mode: Mode) -> None:
    def play(path: str) -> list[bytes]:
        return [answer(200, gzip.compress(GOOD, mtime=0), "Content-Encoding: gzip")]

    with RawServer(play) as server:
        traces = client_traces(mode, base_url=server.url)
        traces.log_trace_annotations(trace_annotations=[annotation()], sync=True)
        asked = [head.lower() for head in server.heads]
    assert all("accept-encoding: gzip, deflate\r\n" in head for head in asked)


@both_modes
def test_an_answer_that_cannot_be_decoded_is_no_answer(mode: Mode) -> None:
    with RawServer(lambda path: [answer(200, GOOD, "Content-Encoding: gzip")]) as server:
        traces = client_traces(mode, base_url=server.url, max_retries=0)
        with pytest.raises(PhoenixTransportError, match="the answer is no gzip") as caught:
            traces.log_trace_annotations(trace_annotations=[annotation()], sync=True)
    assert caught.value.report is not None
    assert caught.value.report.unknown == {0}


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "64", None])
@both_modes
def test_a_limit_that_is_no_number_of_bytes_is_refused(mode: Mode, value: object) -> None:
    traces = client_traces(mode, base_url="http://phoenix.test", max_response_bytes=value)
    with pytest.raises(ConfigurationError, match="max_response_bytes"):
        traces.get_trace_annotations(trace_ids=["t1"])
