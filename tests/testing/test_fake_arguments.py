"""What a test hands to the fake: what cannot work is refused at once, and by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import product
from typing import Any

import httpx
import pytest

from phoenix_traces.testing import FakePhoenix

KEY = "sk-planted-0123456789"
INFINITE = float("inf")

# Values of every kind.
THINGS: dict[str, list[Any]] = {
    "none": [None],
    "flag": [True, False],
    "text": ["", "503", "14.0.0", "t1", "half \ud800"],
    "bytes": [b"t1"],
    "count": [0, 1, 7, 10**30],
    "negative": [-1, -(10**30), -0.5],
    "float": [0.5, 7.0],
    "no number": [float("nan"), INFINITE, -INFINITE],
    "list": [["t1"], [], [14, 0, 0]],
    "tuple": [("t1",), (14,), (14, 0, 0, 0), (14, 0, "0"), (14, True, 0), (-1, 0, 0), (11, 9, 9)],
    "mapping": [{}, {KEY: "viewer"}, {"a": "b"}],
    "datetime": [datetime(2026, 1, 1)],
    "aware": [datetime(2026, 1, 1, tzinfo=timezone.utc)],
    "function": [print],
    "class": [ValueError],
    "exception": [ValueError("x")],
    "object": [object()],
}
# For each argument the kinds of which every value works. Of others the values are in WORKS.
GOOD: dict[str, set[str]] = {
    **{name: {"text"} for name in ("trace_ids", "project", "path")},
    **{name: {"text", "none"} for name in ("session_id", "name", "identifier")},
    **{name: {"flag"} for name in ("any_trace", "read_only", "failed", "cut_off")},
    **{name: {"count"} for name in ("prompt_tokens", "completion_tokens")},
    **{name: {"aware", "none"} for name in ("start_time", "end_time")},
    "now": {"function", "class", "none"},
    "max_body_bytes": {"count", "none"},
    "api_keys": {"none"},
    "headers": {"none"},
    "error": {"exception"},
    "queue_seconds": {"float"},
    "seconds": {"float"},
    "retry_after": {"float", "none"},
}
WORKS: dict[str, list[Any]] = {
    "api_keys": [{}, {KEY: "viewer"}],
    "headers": [{}, {"a": "b"}, {KEY: "viewer"}],
    "times": [1, 7],
    "queue_seconds": [0, 1, 7],
    "seconds": [0, 1, 7],
    "retry_after": [0, 1, 7, "", "503", "14.0.0", "t1"],
    "port": [0, 1, 7],
}

SKIPPED = {"body"}  # nearly anything can be one; see below


def _parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    return [each for each in inspect.signature(function).parameters.values() if each.name != "self"]


METHODS: dict[str, dict[str, Any]] = {
    "FakePhoenix": {},
    "knows_traces": {"trace_ids": "t"},
    "forgets_traces": {"trace_ids": "t"},
    "stored": {},
    "notes": {},
    "fail_next": {"status": 503},
    "answer_next": {},
    "drop_next": {},
    "raise_next": {"error": httpx.ReadTimeout("slow")},
    "pass_time": {"seconds": 1},
    "serve": {},
}


def _function(method: str) -> Callable[..., object]:
    if method == "FakePhoenix":
        return FakePhoenix
    function: Callable[..., object] = getattr(FakePhoenix("t1"), method)
    if method != "serve":
        return function

    def serve(**arguments: Any) -> None:
        try:
            with FakePhoenix().serve(**arguments):
                pass
        except PermissionError:
            assert arguments["port"] in (1, 7)  # where only root may listen

    serve.__dict__["__signature__"] = inspect.signature(function)
    return serve


ARGUMENTS = [
    (method, each.name)
    for method in METHODS
    for each in _parameters(_function(method))
    if each.name not in SKIPPED
]


def _outcome(method: str, name: str, value: object) -> Exception | None:
    given = METHODS[method] | {name: value}
    places = [given.pop("trace_ids")] if "trace_ids" in given else []
    try:
        _function(method)(*places, **given)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    return None


def _works(name: str, kind: str, value: object) -> bool:
    return kind in GOOD.get(name, ()) or any(
        type(each) is type(value) and each == value for each in WORKS.get(name, ())
    )


CASES = [
    (method, name, kind, value)
    for (method, name), kind in product(ARGUMENTS, THINGS)
    for value in THINGS[kind]
]


@pytest.mark.parametrize(("method", "name"), ARGUMENTS)
def test_what_cannot_work_is_refused_by_name_and_the_rest_is_taken(method: str, name: str) -> None:
    for kind, values in THINGS.items():
        for value in values:
            error = _outcome(method, name, value)
            if _works(name, kind, value):
                assert error is None, (kind, value, error)
            else:
                assert type(error) in (TypeError, ValueError), (kind, value, error)
                assert name in str(error), (kind, value, error)
                assert len(str(error)) < 300
                assert name not in {"api_keys", "headers"} or KEY not in str(error)


def test_every_method_and_many_values_are_tried() -> None:
    others = {"answer", "client", "async_client", "now", "restart", "skip_pause", "transport"}
    methods = {name for name, _ in inspect.getmembers(FakePhoenix, inspect.isfunction)}
    assert {name for name in methods if name[0] != "_"} - others == METHODS.keys() - {"FakePhoenix"}
    assert len(CASES) > 1_200


FAKE: Any = FakePhoenix  # called as a program without types might


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: FAKE(["t1"]), r"trace_ids must be texts, not list; unpack it with \*"),
        (lambda: FAKE(version="14.0.0"), r"three numbers such as \(14, 0, 0\)"),
        (lambda: FAKE(version=(11, 38, 0)), r"\(12, 0, 0\) or newer, not \(11, 38, 0\)"),
        (lambda: FAKE(api_keys={KEY: "owner"}), "role of key 1 must be 'admin', 'member'"),
        (lambda: FAKE(api_keys={"": "admin"}), "key 1 is empty"),
        (lambda: FAKE(base_url="phoenix.test"), "one such as http://phoenix.test"),
        (lambda: FAKE(queue_seconds=-1), "queue_seconds must be from 0 to 1e"),
        (lambda: FAKE().fail_next("503"), "status must be a whole number, not str"),
        (lambda: FAKE().fail_next(200), "status must be from 400 to 599, not 200"),
        (lambda: FAKE().fail_next(503, times=0), "times must be from 1 to 1000000, not 0"),
        (lambda: FAKE().fail_next(503, body=object()), "body must be a text, bytes or"),
        (lambda: FAKE().fail_next(503, headers={"a b": "c"}), "cannot be the name of a"),
        (lambda: FAKE().answer_next(headers={"a": "\n"}), "a character that no header"),
        (lambda: FAKE().raise_next(httpx.ReadTimeout), "an exception, such as"),
        (lambda: FAKE(now=lambda: 5).now(), r"now\(\) must be a datetime, not int"),
    ],
)
def test_the_words_name_the_argument_and_what_would_work(call: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        call()


def test_a_client_of_the_fake_refuses_what_any_client_refuses() -> None:
    for bad in ({"max_retries": "3"}, {"max_response_bytes": -1}, {"total_timeout": "x"}):
        options: dict[str, Any] = bad
        (name,) = options
        with pytest.raises((TypeError, ValueError), match=name):
            FakePhoenix().client(**options)
        with pytest.raises((TypeError, ValueError), match=name):
            FakePhoenix().async_client(**options)
