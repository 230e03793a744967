"""The spans in a body of OTLP over HTTP, read without the protobuf library.

Only what the fake server keeps is read; everything else is skipped as protobuf demands. The numbers
are those of opentelemetry-proto's `trace_service.proto`, `trace.proto`, `resource.proto` and
`common.proto`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeAlias

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_STATUS_CODES = {0: "UNSET", 1: "OK", 2: "ERROR"}

Fields: TypeAlias = "Iterator[tuple[int, Any]]"


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as it arrived."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    start_time: datetime
    end_time: datetime
    status_code: str
    attributes: dict[str, Any]


def received_spans(content: bytes) -> list[tuple[str | None, ReceivedSpan]]:
    """Return the spans of an `ExportTraceServiceRequest`, each with the project it names.

    Raises:
        ValueError: It is none.
    """
    found: list[tuple[str | None, ReceivedSpan]] = []
    for resource_spans in _messages(content, 1):
        project = None
        for resource in _messages(resource_spans, 1):
            project = _attributes(resource, 1).get("openinference.project.name") or None
        for scope_spans in _messages(resource_spans, 2):
            found += [(project, _span(span)) for span in _messages(scope_spans, 2)]
    return found


def _span(content: bytes) -> ReceivedSpan:
    fields = dict(_fields(content))
    status = dict(_fields(fields.get(15, b"")))
    return ReceivedSpan(
        trace_id=fields.get(1, b"").hex(),
        span_id=fields.get(2, b"").hex(),
        parent_id=fields.get(4, b"").hex() or None,
        name=fields.get(5, b"").decode(),
        start_time=_moment(fields.get(7, 0)),
        end_time=_moment(fields.get(8, 0)),
        status_code=_STATUS_CODES.get(status.get(3, 0), "UNSET"),
        attributes=_attributes(content, 9),
    )


def _moment(nanoseconds: int) -> datetime:
    # As the server does it, so that it is wrong by the same fraction.
    return datetime.fromtimestamp(nanoseconds / 1e9, tz=timezone.utc)


def _attributes(content: bytes, number: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_value in _messages(content, number):
        fields = dict(_fields(key_value))
        found[fields.get(1, b"").decode()] = _value(fields.get(2, b""))
    return found


def _value(content: bytes) -> Any:
    for number, value in _fields(content):
        if number == 1:
            return value.decode()
        if number == 2:
            return bool(value)
        if number == 3:
            return value - 2**64 if value >= 2**63 else value
        if number == 4:
            return struct.unpack("<d", struct.pack("<Q", value))[0]
    return None  # lists, maps and bytes are not among what is kept


def _messages(content: bytes, wanted: int) -> Iterator[bytes]:
    for number, value in _fields(content):
        if number == wanted:
            if not isinstance(value, bytes):
                raise ValueError("a number in the place of a message")
            yield value


def _fields(content: bytes) -> Fields:
    at = 0
    while at < len(content):
        tag, at = _varint(content, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(content, at)
            yield number, value
        elif kind == _BYTES:
            length, at = _varint(content, at)
            yield number, _cut(content, at, length)
            at += length
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
            yield number, int.from_bytes(_cut(content, at, length), "little")
            at += length
        else:
            raise ValueError(f"no such kind of field: {kind}")
        if number == 0:
            raise ValueError("a field without a number")


def _cut(content: bytes, at: int, length: int) -> bytes:
    if at + length > len(content):
        raise ValueError("the message ends too early")
    return content[at : at + length]


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            raise ValueError("the message ends too early")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), at
    raise ValueError("a number of more than 64 bits")
