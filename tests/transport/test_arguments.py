from __future__ import annotations

import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr

from phoenix_traces import AsyncClient, AsyncTraces, Client, ConfigurationError, Traces

KINDS = pytest.mark.parametrize("kind", [Client, AsyncClient])

SECRET = "sk-very-secret-key-0123456789"
NAN = float("nan")
INFINITY = float("inf")


class _Odd:
    def __repr__(self) -> str:
        raise AssertionError("the repr of a caller's value is not asked for")


def _timeout(**steps: Any) -> httpx.Timeout:
    return httpx.Timeout(5, **steps)


NO_NUMBERS: list[object] = ["5", b"5", None, [5], (5, 5, 5, 5), {}, True, 5j, Decimal(5), _Odd()]
NO_SECONDS: list[object] = [*NO_NUMBERS, -1, 0, -0.0, NAN, INFINITY, -INFINITY, 1e10, 10**400]
NO_TEXTS: list[object] = [SECRET.encode(), 7, 1.5, True, [SECRET], SecretStr(SECRET), _Odd()]

BAD: dict[str, list[object]] = {
    "timeout": [
        *NO_SECONDS,
        *(_timeout(connect=value) for value in NO_SECONDS if value is not None),
        *(_timeout(read=value) for value in (-1, 0, NAN, INFINITY)),
        *(_timeout(write=value) for value in (-1, 0, NAN, INFINITY)),
        *(_timeout(pool=value) for value in (-1, NAN, INFINITY)),
    ],
    "max_retries": [-1, -(10**5000), 1.0, NAN, "3", b"3", None, [3], True, False, np.array([1, 2])],
    "api_key": [*NO_TEXTS, f"{SECRET} x", f"{SECRET}\x00", f"{SECRET}\r\nx: y", f"{SECRET}\u00fc"],
    "base_url": [*NO_TEXTS, "nowhere", "http://", "http://host:65536"],
    "headers": [
        [("x-a", SECRET)],
        {("x-a", SECRET)},
        f"x-a={SECRET}",
        SECRET.encode(),
        7,
        True,
        _Odd(),
        {"x-a": SECRET.encode()},
        {"x-a": 7},
        {"x-a": None},
        {"x-a": [SECRET]},
        {b"x-a": SECRET},
        {1: SECRET},
        {None: SECRET},
        {SECRET + " ": "x-a"},
        {"": SECRET},
        {"x a": SECRET},
        {"x\n": SECRET},
        {"x:": SECRET},
        {"x-a": f"{SECRET}\r\nx-b: c"},
        {"x-a": f"{SECRET}\n"},
        {"x-a": f"{SECRET}\x00"},
        {"x-a": f"{SECRET}\u20ac"},
        {"x-a": f"{SECRET}\udcff"},
        {"x-a": f"{SECRET}\x7f"},
        {"x-a": f"{SECRET}\t"},
    ],
    "http_client": [httpx.URL("http://a.test"), 7, "client", object, _Odd()],
}


@pytest.mark.usefixtures("no_tls")
@KINDS
@pytest.mark.parametrize("name", BAD)
def test_an_argument_that_cannot_work_is_refused_by_its_name(name: str, kind: type[Any]) -> None:
    for value in BAD[name]:
        with pytest.raises(ConfigurationError) as caught:
            kind(**{"base_url": "http://a.test", name: value})
        assert str(caught.value).startswith(name), (name, caught.value)
        assert SECRET not in str(caught.value) + repr(caught.value.__context__)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
        assert len(str(caught.value)) < 300


def test_there_are_many_of_them() -> None:
    assert sum(map(len, BAD.values())) == 109


@pytest.mark.usefixtures("no_tls")
@KINDS
@pytest.mark.parametrize(
    "arguments",
    [
        {"timeout": 5},
        {"timeout": 0.001},
        {"timeout": Fraction(1, 2)},
        {"timeout": np.float32(5)},
        {"timeout": np.int64(5)},
        {"timeout": httpx.Timeout(None)},
        {"timeout": httpx.Timeout(5, pool=0)},
        {"timeout": 1e9},
        {"max_retries": 0},
        {"max_retries": np.int64(3)},
        {"max_retries": 10**400},
        {"api_key": f"  {SECRET}\n"},
        {"api_key": ""},
        {"api_key": "  "},
        {"base_url": ""},
        {"base_url": " "},
        {"base_url": httpx.URL("http://a.test")},
        {"headers": {}},
        {"headers": {"X-A": ""}},
        {"headers": httpx.Headers({"x-a": "b"})},
    ],
)
def test_what_can_work_is_taken(arguments: dict[str, Any], kind: type[Any]) -> None:
    assert kind(**arguments)


OTHER_KINDS: list[tuple[Callable[[Any], object], object, str]] = [
    (
        lambda given: Client(http_client=given),
        httpx.AsyncClient(),
        "http_client must be an httpx.Cl",
    ),
    (
        lambda given: AsyncClient(http_client=given),
        httpx.Client(),
        "http_client must be an httpx.As",
    ),
    (Traces, httpx.AsyncClient(), "client must be an httpx.Client, not"),
    (AsyncTraces, httpx.Client(), "client must be an httpx.AsyncClient, not"),
    (Traces, Client, "client must be an httpx.Client, not"),
]


@pytest.mark.parametrize(("make", "given", "words"), OTHER_KINDS)
def test_the_other_kind_of_client_is_refused(
    make: Callable[[Any], object], given: object, words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make(given)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("kind", [Traces, AsyncTraces])
@pytest.mark.parametrize("name", ["headers", "base_url"])
def test_traces_over_a_client_of_ones_own_check_the_same(
    name: str, kind: type[Any], caplog: pytest.LogCaptureFixture
) -> None:
    own = httpx.Client() if kind is Traces else httpx.AsyncClient()
    for value in BAD[name]:
        with pytest.raises(ConfigurationError) as caught:
            kind(own, **{name: value})
        assert str(caught.value).startswith(name)
        assert SECRET not in str(caught.value)
    assert caplog.records == []
    assert kind(own, headers={"x-a": "b"}, base_url="http://u:p@a.test/b")


@KINDS
def test_a_client_whose_making_failed_has_a_repr(kind: type[Any]) -> None:
    client: Any = object.__new__(kind)
    assert repr(client) == f"<{kind.__name__} that is not set up>"
    with pytest.raises(ConfigurationError):
        client.__init__(api_key=7)
    assert repr(client) == f"<{kind.__name__} that is not set up>"
