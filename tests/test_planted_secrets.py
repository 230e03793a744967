"""A secret planted in every way that it can be given and echoed: it shows nowhere.

Over a socket, by both kinds of client and by httpx clients of the caller's own.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import logging
import pickle
import re
import socket
import threading
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import cycle, product
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from phoenix_traces import AsyncClient, AsyncTraces, Client, PhoenixHTTPError, Traces
from tests.support.annotations import annotation
from tests.support.sizes import some_of

KEY = 'sk-VERY/"secret"+key=0123456789'
# Every part of it that is long enough to be recognised.
TELLTALES = ("0123456789", "sk-very", 'secret"+key', quote(KEY, safe="").lower())

Encode = Callable[[str], str]
ENCODINGS: dict[str, Encode] = {
    "as it is": str,
    "percent-encoded": lambda text: quote(text, safe=""),
    "all percent-encoded": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "inside of base64": lambda text: base64.b64encode(f"a {text} b".encode()).decode(),
    "in base64 for URLs": lambda text: base64.urlsafe_b64encode(f"ab{text}".encode()).decode(),
    "in JSON": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "all escaped in JSON": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "in HTML": html.escape,
    "in numbers of HTML": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "as Python shows it": lambda text: repr(text.encode()),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in capitals": str.upper,
    "all of it twice": lambda text: f"{text}{text}",
    "in several ways at once": lambda text: "".join(
        way(each) for way, each in zip(cycle(WAYS), text, strict=False)
    ),
    "in numbers of HTML in URLs": lambda text: "".join(f"%26%23{ord(each)}%3B" for each in text),
    "in numbers of HTML in JSON": lambda text: "".join(f"\\u0026#x{ord(e):x};" for e in text),
    "in blocks": lambda text: _wrapped(text, " "),
    "with escaped line breaks": lambda text: _wrapped(text, "\\n"),
    "in base64 in lines": lambda text: _wrapped(base64.b64encode(text.encode()).decode(), "%0A"),
}
# One character, as each way of escaping writes it.
WAYS: tuple[Encode, ...] = (
    lambda each: f"\\u{ord(each):04x}",
    lambda each: f"&#{ord(each)};",
    lambda each: f"%{ord(each):02X}",
    lambda each: f"&#x{ord(each):04X};",
    lambda each: f"\\x{ord(each):02x}",
    lambda each: f"\\u{{{ord(each):x}}}",
    lambda each: f"%u{ord(each):04x}",
)


def _wrapped(text: str, between: str) -> str:
    return between.join(text[start : start + 7] for start in range(0, len(text), 7))


def _answer(status: str, body: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"content-length: {len(body.encode())}", "", body]
    return "\r\n".join(lines).encode()


PLACES: dict[str, Callable[[str], bytes]] = {
    "reason": lambda echo: _answer(f"401 Bad token {echo}", "words"),
    "reason of a good answer": lambda echo: _answer(f"200 {echo}", "no JSON"),
    "Content-Type": lambda echo: _answer("200 OK", "no JSON", f"content-type: text/{echo}"),
    "header": lambda echo: _answer("403 Forbidden", "words", f"x-echo: Bearer {echo}"),
    "version": lambda echo: _answer("500 No", "words", f"x-phoenix-server-version: {echo}"),
    "cookie": lambda echo: _answer("500 No", "words", f"set-cookie: session={echo}"),
    "redirect": lambda echo: _answer("307 There", "", f"location: http://o.test/?key={echo}"),
    "body": lambda echo: _answer("401 Unauthorized", f"Invalid token {echo}, go"),
    "JSON": lambda echo: _answer(
        "422 No",
        json.dumps({"detail": [{"loc": ["body", echo], "msg": echo}]}),
        "content-type: application/json",
    ),
    "page": lambda echo: _answer("502 Bad Gateway", f"<html>{echo}</html>"),
    "lines": lambda echo: _answer("401 Unauthorized", f"Key:\n{_wrapped(echo, chr(10))}"),
    "broken page": lambda echo: _answer("502 Bad Gateway", f"<p>{_wrapped(echo, '<br/> ')}</p>"),
    "across the cut": lambda echo: _answer("500 No", "x" * 1990 + echo),
    "a proxy's 407": lambda echo: _answer(
        f"407 {echo}", echo, f"proxy-authenticate: Basic realm={echo}"
    ),
    "no HTTP": lambda echo: f"{echo}\r\n\r\n".encode(),
    "a line too long": lambda echo: b"HTTP/1.1 200 OK\r\nx: " + echo.encode() * 9000,
}

# How a secret is given: arguments of a client, the environment, and an httpx client of one's own.
GIVEN: dict[str, tuple[dict[str, Any], dict[str, str], dict[str, Any] | None]] = {
    "api_key": ({"api_key": KEY}, {}, None),
    "a header": ({"headers": {"X-Gateway": KEY}}, {}, None),
    "a cookie header": ({"headers": {"Cookie": f"session={KEY}; a=b"}}, {}, None),
    "PHOENIX_API_KEY": ({}, {"PHOENIX_API_KEY": KEY}, None),
    "PHOENIX_CLIENT_HEADERS": ({}, {"PHOENIX_CLIENT_HEADERS": f"x-a={quote(KEY, safe='')}"}, None),
    "password in base_url": ({"userinfo": f"user:{quote(KEY, safe='')}@"}, {}, None),
    "user in base_url": ({"userinfo": f"{quote(KEY, safe='')}@"}, {}, None),
    "a proxy's password": ({}, {"HTTP_PROXY": f"http://u:{quote(KEY, safe='')}@{{host}}"}, None),
    "own cookies": ({}, {}, {"cookies": {"session": KEY}}),
    "own auth": ({}, {}, {"auth": ("user", KEY)}),
    "own headers": ({}, {}, {"headers": {"x-api-key": KEY}}),
    "own params": ({}, {}, {"params": {"api_key": KEY}}),
    "own userinfo": ({}, {}, {"userinfo": f"user:{quote(KEY, safe='')}@"}),
    "headers of Traces": ({"headers": {"authorization": f"Bearer {KEY}"}}, {}, {}),
}
CASES = [
    (given, place, encoding)
    for (given, place), encoding in zip(
        [pair for pair in product(GIVEN, PLACES) for _ in range(2)], cycle(ENCODINGS), strict=False
    )
]


@contextmanager
def _server(answer: bytes) -> Generator[str, None, None]:
    """Give one answer to everything."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _upload(given: str, host: str, kind: str) -> BaseException | None:
    arguments, _, own = GIVEN[given]
    arguments = dict(arguments)
    base_url = f"http://{arguments.pop('userinfo', '')}{host}"
    if own is None:
        return _try(kind, lambda: _made(kind, base_url=base_url, max_retries=0, **arguments))
    own = {"verify": False, **own}  # certificates take a while to load, and there is no TLS
    own["base_url"] = f"http://{own.pop('userinfo', '')}{host}"
    return _try(kind, lambda: _over_own(kind, own, arguments))


def _made(kind: str, **arguments: Any) -> tuple[Any, Any]:
    client = Client(**arguments) if kind == "sync" else AsyncClient(**arguments)
    return client, client.traces


def _over_own(kind: str, own: dict[str, Any], arguments: dict[str, Any]) -> tuple[Any, Any]:
    if kind == "sync":
        client = httpx.Client(**own)
        return client, Traces(client, **arguments)
    async_client = httpx.AsyncClient(**own)
    return async_client, AsyncTraces(async_client, **arguments)


def _try(kind: str, make: Callable[[], tuple[Any, Any]]) -> BaseException | None:
    """Return the error of an upload; raised and caught as users see it."""
    arguments: Any = {"trace_annotations": [annotation(), annotation(name="b")], "sync": True}

    async def upload() -> None:
        client, traces = make()
        async with client:
            await traces.log_trace_annotations(**arguments)

    try:
        if kind == "async":
            asyncio.run(upload())
        else:
            client, traces = make()
            with client:
                traces.log_trace_annotations(**arguments)
    except PhoenixHTTPError as error:
        return error
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if error.__cause__ is not None:
            yield error.__cause__
        error = error.__context__


def _everything_in(error: BaseException) -> str:
    """Return all that a person or a program may print of an error."""
    parts = [*traceback.format_exception(error)]
    for each in _chain(error):
        parts += [str(each), repr(each), repr(each.args), repr(vars(each))]
        parts.append(pickle.dumps(each).decode("latin-1"))
        if isinstance(each, httpx.HTTPStatusError):
            response = each.response
            parts += [response.text, str(response.headers.multi_items()), response.reason_phrase]
            parts += [response.content.decode("latin-1"), str(response.request.headers)]
            parts += [str(response.request.url), repr(response.extensions)]
        if isinstance(each, PhoenixHTTPError) and each.report is not None:
            parts += [repr(each.report), each.report.summary()]
            parts += [str(failure.error) for failure in each.report.failures]
    return "\n".join(parts)


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("given", GIVEN)
def test_a_planted_secret_shows_nowhere(
    given: str, kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("http", "phoenix_traces", "asyncio", "hpack")):
            caplog.set_level(logging.DEBUG, logger=name)
    cases = [each for each in CASES if each[0] == given]
    for _, place, encoding in some_of(cases, 8, seed=(given, kind)):
        echo = ENCODINGS[encoding](KEY)
        answer = PLACES[place](echo)
        with _server(answer) as host, monkeypatch.context() as patch:
            for name, value in GIVEN[given][1].items():
                patch.setenv(name, value.replace("{host}", host))
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                error = _upload(given, host, kind)
        case = (given, place, encoding)
        assert error is not None, case
        logged = [f"{each.getMessage()} {vars(each)!r}" for each in caplog.records]
        shown = "\n".join([_everything_in(error), *logged, *(str(each) for each in warned)]).lower()
        for telltale in {*TELLTALES, echo.lower(), echo.lower()[2:-2]}:
            assert telltale not in shown, (case, telltale)
            assert _joined(telltale) not in _joined(shown), (case, telltale)
        assert any("http" in each.name for each in caplog.records), case
        caplog.clear()


def _joined(text: str) -> str:
    """Return a text without what may break its lines."""
    return re.sub(r"\s|\\+[nrt]|<br/>", "", text)


def test_there_are_many_cases() -> None:
    assert len(CASES) == 448
    assert len(set(CASES)) == len(CASES)
    assert {each[2] for each in CASES} == set(ENCODINGS)
