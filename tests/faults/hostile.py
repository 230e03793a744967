"""Answers that no Phoenix gives: several hundred, made from parts, the same every time."""

from __future__ import annotations

import encodings.aliases
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.support.rawserver import answer

STATUSES = (
    *(200, 201, 202, 204, 206, 226, 299, 300, 301, 302, 303, 304, 307, 308, 399),
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 418, 421, 422),
    *(425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 511, 520, 599),
    *(600, 777, 999),
)
# Where an answer's body is looked into.
READ_STATUSES = (200, 299, 404, 422, 500, 503)

DEEP = 100_000


@dataclass(frozen=True)
class Hostile:
    """One answer.

    Attributes:
        name: For messages.
        wire: Its bytes.
        blamed: Rows of the request that it points at rightly; None where that is open.
    """

    name: str
    wire: bytes
    blamed: frozenset[int] | None = None

    def play(self, path: str) -> list[bytes]:
        """Give this answer, whatever was asked."""
        return [self.wire]


def hostile_answers(rows: int) -> list[Hostile]:
    """Return all answers.

    Args:
        rows: How many rows the requests have that 422s point into.
    """
    return [
        *_bodies(),
        *_charsets(),
        *_codings(),
        *_framings(),
        *_heads(),
        *_locations(rows),
        *_items(),
    ]


# Bodies


def _json_bodies() -> dict[str, bytes]:
    deep_list, deep_object = b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP
    ids = [{"id": str(number)} for number in range(2)]
    values: dict[str, Any] = {
        "a number": 1,
        "null": None,
        "text": "text",
        "a list": [],
        "an object": {},
        "data null": {"data": None},
        "data text": {"data": "ids"},
        "data object": {"data": {"id": "a"}},
        "data of null": {"data": [None, None]},
        "data of numbers": {"data": [1, 2]},
        "ids of numbers": {"data": [{"id": 1}, {"id": 2}]},
        "ids of null": {"data": [{"id": None}] * 2},
        "ids of lists": {"data": [{"id": ["a"]}] * 2},
        "the same id twice": {"data": [{"id": "a"}] * 2},
        "no ids": {"data": []},
        "too few ids": {"data": ids[:1]},
        "too many ids": {"data": ids * 5_000},
        "a long id": {"data": [{"id": "x" * 100_000}] * 2},
        "an empty id": {"data": [{"id": ""}] * 2},
        "cursor a number": {"data": ids, "next_cursor": 1},
        "cursor the same": {"data": ids, "next_cursor": "a"},
        "cursor long": {"data": ids, "next_cursor": "x" * 70_000},
        "cursor odd": {"data": ids, "next_cursor": "\x00\n/../?&#%é"},
        "empty page with cursor": {"data": [], "next_cursor": "a"},
        "detail null": {"detail": None},
        "detail text": {"detail": "no"},
        "detail of text": {"detail": ["no", "no"]},
        "detail nested": {"detail": {"detail": [{"loc": []}]}},
        "detail without msg": {"detail": [{"loc": ["body", "data", 0]}]},
        "detail msg null": {"detail": [{"loc": ["body", "data", 0], "msg": None}]},
    }
    return {name: json.dumps(value).encode() for name, value in values.items()} | {
        "deep list": deep_list,
        "deep object": deep_object,
        "deep data": b'{"data":' + deep_list + b"}",
        "deep id": b'{"data":[{"id":' + deep_object + b"}]}",
        "deep detail": b'{"detail":' + deep_list + b"}",
        "deep loc": b'{"detail":[{"loc":["body","data",' + deep_list + b'],"msg":"x"}]}',
        "deep msg": b'{"detail":[{"loc":["body","data",0],"msg":' + deep_object + b"}]}",
        "deep, not closed": b"[" * DEEP,
        "deep, 150 levels": b'{"data":' + b"[" * 150 + b"]" * 150 + b"}",
        "huge integer": b'{"data":[{"id":' + b"9" * 10_000 + b"}]}",
        "huge loc": b'{"detail":[{"loc":["body","data",' + b"9" * 10_000 + b'],"msg":"x"}]}',
        "huge exponent": b'{"data":[{"id":1e999999}]}',
        "NaN": b'{"data":[NaN,Infinity,-Infinity]}',
        "the same key twice": b'{"data":[{"id":"a"},{"id":"b"}],"data":[]}',
        "lone surrogates": b'{"data":[{"id":"\\ud800"},{"id":"\\udfff"}]}',
        "NUL": b'{"data":[{"id":"\\u0000"},{"id":"b"}]}',
        "cut": b'{"data":[{"id":"a"},{"i',
        "twice": b'{"data":[]}{"data":[]}',
        "comments": b'/* */{"data":[]}',
        "single quotes": b"{'data': []}",
        "BOM": b'\xef\xbb\xbf{"data":[]}',
        "UTF-16": '{"data":[]}'.encode("utf-16"),
        "UTF-32": '{"data":[]}'.encode("utf-32"),
        "invalid UTF-8": b'{"data":[{"id":"\xff\xfe"}]}',
        "invalid UTF-8 in words": b'{"detail":[{"loc":["\xff"],"msg":"\xc3\x28"}]}',
    }


def _other_bodies() -> dict[str, bytes]:
    return {
        "nothing": b"",
        "white space": b" \r\n\t" * 10,
        "HTML": b"<!DOCTYPE html><html><body>sign in</body></html>",
        "binary": bytes(range(256)) * 4,
        "zeros": bytes(5_000),
        "XML": b"<?xml version='1.0'?><a/>",
        "missing nobody": b"Traces with IDs  do not exist.",
        "missing others": b"Traces with IDs x, y do not exist.",
        "missing odd": b"Traces with IDs t0, t0, , do not exist.",
        "missing many": b"Traces with IDs " + b"t0, " * 50_000 + b" do not exist.",
        "absent": b"None of the supplied trace_ids exist in the project",
        "long": b"x" * 300_000,
        "escapes": b"\x1b[2J\x1b[31m\x00\x07",
    }


def _bodies() -> Iterator[Hostile]:
    random = Random(1)
    for name, body in (_json_bodies() | _other_bodies()).items():
        for status in {*random.sample(STATUSES, 2), *random.sample(READ_STATUSES, 3), 200}:
            kind = random.choice(["application/json", "text/plain", "", "application/json; x"])
            yield Hostile(f"{name}, {status}", answer(status, body, content_type=kind))
    for status in STATUSES:
        yield Hostile(f"status {status}", answer(status, random.choice([b"", b"words", b"{}"])))


def _charsets() -> Iterator[Hostile]:
    random = Random(2)
    odd = ["undefined", "idna", "punycode", "rot13", "hex", "base64", "zlib", "bz2", "uu", "quopri"]
    odd += ["utf-16", "utf-32", "utf-7", "utf-8-sig", "raw_unicode_escape", "unicode_escape"]
    odd += ["mbcs", "oem", "", '""', "x" * 3_000, "\t", "a\\b", "*", "utf-8; charset=hex", "é"]
    known = sorted(set(encodings.aliases.aliases.values()) - set(odd))
    for charset in [*odd, *known]:
        for status in random.sample(READ_STATUSES, 2):
            body = random.choice(["words".encode("utf-16"), b"\xff\xfe\x00", b'{"detail":"\xe4"}'])
            kind = f"{random.choice(['text/plain', 'application/json'])}; charset={charset}"
            yield Hostile(
                f"charset {charset[:30]}, {status}", answer(status, body, content_type=kind)
            )


def _codings() -> Iterator[Hostile]:
    good = b'{"data": [{"id": "a"}, {"id": "b"}]}'
    packed, deflated = gzip.compress(good), zlib.compress(good)
    bomb = gzip.compress(bytes(5_000_000))
    bodies = {
        "gzip that is none": ("gzip", good),
        "gzip cut": ("gzip", packed[:-5]),
        "gzip of nothing": ("gzip", b""),
        "gzip with another checksum": ("gzip", packed[:-8] + bytes(8)),
        "gzip with more after it": ("gzip", packed + b"more"),
        "two gzips": ("gzip", packed + packed),
        "gzip bomb": ("gzip", bomb),
        "gzip bomb in a bomb": ("gzip, gzip", gzip.compress(bomb)),
        "deflate that is none": ("deflate", good),
        "deflate cut": ("deflate", deflated[:-3]),
        "deflate bomb": ("deflate", zlib.compress(bytes(5_000_000))),
        "br": ("br", b"\x1b\x23\x00"),
        "zstd": ("zstd", b"\x28\xb5\x2f\xfd\x00\x00"),
        "an unknown one": ("x-sdch", good),
        "many": (", ".join(["gzip"] * 500), packed),
        "none by name": ("identity", good),
        "empty": ("", good),
        "odd": (";q=0, \t,", good),
    }
    for name, (coding, body) in bodies.items():
        for status in (200, 404, 422, 503):
            yield Hostile(f"{name}, {status}", answer(status, body, f"Content-Encoding: {coding}"))


# Heads


def _framings() -> Iterator[Hostile]:
    head = b"HTTP/1.1 200 OK\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    wires = {
        "nothing at all": b"",
        "a line": b"hello\r\n",
        "half a head": head + b"Content-Ty",
        "binary": bytes(range(256)),
        "a greeting of SSH": b"SSH-2.0-OpenSSH_9.0\r\n",
        "TLS": b"\x15\x03\x03\x00\x02\x02\x28",
        "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18),
        "HTTP/0.9": b'{"data": []}',
        "HTTP/1.0": b'HTTP/1.0 200 OK\r\n\r\n{"data": []}',
        "HTTP/1.0 kept alive": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n{}",
        "HTTP/2.0 in text": b"HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/9.9": b"HTTP/9.9 200 OK\r\n\r\n",
        "no version": b"HTTP 200 OK\r\n\r\n",
        "no status": b"HTTP/1.1\r\n\r\n",
        "status in words": b"HTTP/1.1 fine OK\r\n\r\n",
        "line feeds only": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
        "length too long": head + b"Content-Length: 99\r\n\r\n{}",
        "length too short": head + b"Content-Length: 1\r\n\r\n{}",
        "length negative": head + b"Content-Length: -1\r\n\r\n{}",
        "length no number": head + b"Content-Length: two\r\n\r\n{}",
        "length huge": head + b"Content-Length: 99999999999999999999999999\r\n\r\n{}",
        "length of 5,000 digits": head + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}",
        "lengths": head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "lengths in a line": head + b"Content-Length: 2, 2\r\n\r\n{}",
        "length and chunks": head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "chunks: no number": chunked + b"zz\r\n{}\r\n",
        "chunks: too long": chunked + b"ff\r\n{}\r\n0\r\n\r\n",
        "chunks: too short": chunked + b"1\r\n{}\r\n0\r\n\r\n",
        "chunks: negative": chunked + b"-1\r\n{}\r\n0\r\n\r\n",
        "chunks: huge": chunked + b"f" * 30 + b"\r\n{}\r\n",
        "chunks: no end": chunked + b"2\r\n{}\r\n",
        "chunks: a long extension": chunked + b"2;" + b"x" * 200_000 + b"\r\n{}\r\n0\r\n\r\n",
        "chunks: trailers": chunked + b"2\r\n{}\r\n0\r\nX: y\r\n\r\n",
        "chunks: bad trailers": chunked + b"2\r\n{}\r\n0\r\nno colon\r\n\r\n",
        "chunks: many": chunked + b"1\r\n \r\n" * 20_000 + b"0\r\n\r\n",
        "another transfer": head + b"Transfer-Encoding: gzip\r\n\r\n{}",
        "two transfers": head + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "204 with a body": b"HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n{}",
        "304 with a body": b"HTTP/1.1 304 No\r\nContent-Length: 2\r\n\r\n{}",
        "205 with a body": b"HTTP/1.1 205 No\r\nContent-Length: 2\r\n\r\n{}",
        "two answers": answer(200, b"{}") + answer(500, b"x"),
        "an interim answer": b"HTTP/1.1 103 Hints\r\n\r\n" + answer(200, b"{}"),
        "100 interim answers": b"HTTP/1.1 102 Wait\r\n\r\n" * 100 + answer(404, b"x"),
        "interim answers only": b"HTTP/1.1 100 Continue\r\n\r\n" * 10,
        "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\nxx",
        "interim 199": b"HTTP/1.1 199 What\r\n\r\n" + answer(422, b"{}"),
    }
    statuses = ["0", "1", "42", "099", "99", "-1", "1000", "2e2", "0x7B", "٣", "20", "200.5", "100"]
    wires |= {
        f"status {status}": f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}".encode()
        for status in statuses
    }
    for name, wire in wires.items():
        yield Hostile(f"framing: {name}", wire)


COOKIES = [
    *("", "=", ";", "a=b; expires=99999999999", "a=b; max-age=" + "9" * 400, "a" * 60_000),
    *("a=b; expires=Mon, 99 Foo 0000 99:99:99 GMT", "\xff=\xff; path", 'a="b; secure="; max-age=x'),
    "a=b; domain=.; port=x; version=y",
]
LOCATIONS = [
    *(
        "",
        "//",
        "http://",
        "http://[::1",
        "http://a:99999/",
        "x:y",
        "\xff",
        "http://\xff",
        "?",
        "#",
    ),
    *("/" + "x" * 70_000, "https://user:pw@other/", "javascript:1", "http://a..b/", "http://xn--/"),
    *("http://a\\b", "http://%00/", " ", "file:///etc/passwd", "http://" + "x" * 300 + "/", "#"),
]
WAITS = [
    *(
        "",
        "-1",
        "1e9",
        "9" * 5_000,
        "soon",
        "0x10",
        "\xb2",
        "inf",
        "nan",
        "1, 2",
        "0.5",
        ",",
        "GMT",
    ),
    *("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Fri, 99 Foo 2026", "0 0 0 0 0", "GMT"),
    *("Mon, 31 Feb 2026 00:00:00 GMT", "1 Jan 1 00:00:00 +9999", "1 Jan 10000 00:00:00 GMT"),
    "Mon, 01 Jan 2026 00:00:00 -99999999",
]
VERSIONS = [
    *("", "1", "9" * 5_000 + ".1.1", "0.0.0", "1.2.3", "12.0.0rc1", "-1.0.0", "\xb2.1.1", "latest"),
    *("99999999999.0.0", "v15.1.0", "15.1", "1.1." + "9" * 5_000, "14.13.0"),
]


def _numbered(name: str, header: str, values: list[str]) -> dict[str, list[str]]:
    return {f"{name} {number}": [f"{header}: {value}"] for number, value in enumerate(values)}


def _heads() -> Iterator[Hostile]:
    random = Random(3)
    lines: dict[str, list[str]] = {
        "10,000 headers": [f"X-{number}: y" for number in range(10_000)],
        "a header of 1 MB": ["X: " + "y" * 1_000_000],
        "a header of 90 KB": ["X: " + "y" * 90_000],
        "a name of 90 KB": ["X" * 90_000 + ": y"],
        "no colon": ["no colon here"],
        "no name": [": value"],
        "a space before the colon": ["X : y"],
        "folded": ["X: a\r\n b\r\n\tc"],
        "NUL in a header": ["X: a\x00b"],
        "bare CR in a header": ["X: a\rb"],
        "bytes beyond ASCII": ["X: \xff\xfe\xe4"],
        "several types": ["Content-Type: text/html", "Content-Type: x; charset=hex"],
        "an empty type": ["Content-Type:"],
        "an odd type": ["Content-Type: ;;;charset=;=\x7f"],
        **_numbered("cookie", "Set-Cookie", COOKIES),
        **_numbered("location", "Location", LOCATIONS),
        **_numbered("wait", "Retry-After", WAITS),
        **_numbered("version", "x-phoenix-server-version", VERSIONS),
    }
    for name, added in lines.items():
        if name.startswith("location"):
            statuses = [200, 301, 302, 307, 308]
        elif name.startswith("wait"):
            statuses = [429, 503]
        else:
            statuses = random.sample(READ_STATUSES, 3)
        for status in statuses:
            yield Hostile(f"{name}, {status}", answer(status, b'{"data": []}', *added))
    for reason in ["", " ", "\xff\xfe", "a" * 50_000, "\t", "OK\x00", "\x1b[31m"]:
        wire = f"HTTP/1.1 404 {reason}\r\nContent-Length: 2\r\n\r\n{{}}".encode("latin-1")
        yield Hostile(f"reason {reason[:9]!r}", wire)


# What is looked into


def _locations(rows: int) -> Iterator[Hostile]:
    random = Random(4)
    steps: list[Any] = [*range(rows), -1, -99, rows, 99, 10**30, -(10**30), 0.0, 1.0, 1.5, "0"]
    steps += [None, True, False, [], [0], {}, {"0": 0}, "", "data", "name"]
    firsts: list[Any] = ["body", "body", "body", "query", None, 0, [], {}, ["body"]]
    seconds: list[Any] = ["data", "data", "data", "sync", None, 0, [], {}]

    def location() -> Any:
        if random.random() < 0.1:
            return random.choice([None, "body.data.0", 0, {}, [], True, {"0": "body"}])
        path = [random.choice(firsts), random.choice(seconds), random.choice(steps), "name"]
        return path[: random.choice([1, 2, 3, 3, 4, 4])]

    for number in range(150):
        locations = [location() for _ in range(random.choice([0, 1, 1, 2, 5]))]
        entries: list[Any] = [
            {"loc": each, "msg": random.choice(["is wrong", "is wrong", None, 3, ["x"]])}
            for each in locations
        ]
        entries += random.choice([[], [], [None], ["text"], [{}], [[]], [{"msg": "no loc"}]])
        random.shuffle(entries)
        blamed = {
            each[2]
            for each in locations
            if type(each) is list
            and len(each) > 2
            and (type(each[0]), type(each[1]), type(each[2])) == (str, str, int)
            and (each[0], each[1]) == ("body", "data")
            and 0 <= each[2] < rows
        }
        body = json.dumps({"detail": entries}).encode()
        yield Hostile(f"location {number}", answer(422, body), frozenset(blamed))


def _items() -> Iterator[Hostile]:
    """Annotations, configs and traces with one field that is something else."""
    annotation: dict[str, Any] = {
        "id": "1",
        "trace_id": "t0",
        "name": "tone",
        "annotator_kind": "HUMAN",
        "result": {"label": "a", "score": 1.0, "explanation": None},
        "metadata": {},
        "identifier": "",
        "created_at": "2026-11-24T00:00:00Z",
        "updated_at": "2026-11-24T00:00:00Z",
        "source": "API",
        "user_id": None,
    }
    config: dict[str, Any] = {
        "id": "1",
        "name": "tone",
        "type": "CATEGORICAL",
        "values": [{"label": "a", "score": 1}],
        "description": None,
        "optimization_direction": "NONE",
        "lower_bound": 0,
        "upper_bound": 1,
        "threshold": 0,
    }
    span: dict[str, Any] = {
        "id": "1",
        "span_id": "a",
        "parent_id": None,
        "name": "root",
        "span_kind": "LLM",
        "status_code": "OK",
        "start_time": "2026-11-24T00:00:00Z",
        "end_time": "2026-11-24T00:00:00Z",
    }
    trace: dict[str, Any] = {
        "id": "1",
        "trace_id": "t0",
        "project_id": "p",
        "start_time": "2026-11-24T00:00:00Z",
        "end_time": "2026-11-24T00:00:00Z",
        "token_count_prompt": 1,
        "token_count_completion": 1,
        "token_count_total": 2,
        "spans": [span],
    }
    odd: list[Any] = [None, True, -1, 10**400, 1.5, "", "x\x00", "9999-12-31T23:59:59-23:59", []]
    odd += [{}, [[]], {"a": {"b": [None]}}, "0001-01-01T00:00:00+23:59", float("nan"), "UNKNOWN"]
    random = Random(5)
    for item in (
        annotation,
        config,
        config | {"type": "CONTINUOUS"},
        config | {"type": "FREEFORM"},
        trace,
    ):
        for field in item:
            for value in random.sample(odd, 3):
                changed = item | {field: value}
                for data in ([changed, item], changed):
                    body = json.dumps({"data": data, "next_cursor": None}).encode()
                    name = f"{item.get('type', 'item')}.{field} = {str(value)[:20]!r}"
                    yield Hostile(f"{name} in {type(data).__name__}", answer(200, body))
    for field in span:
        for value in random.sample(odd, 3):
            data = [trace | {"spans": [span | {field: value}, span]}]
            body = json.dumps({"data": data, "next_cursor": None}).encode()
            yield Hostile(f"span.{field} = {str(value)[:20]!r}", answer(200, body))
