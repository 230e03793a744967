"""Whatever works with the existing client's `Traces` and `AsyncTraces` works here as well."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.existing import hide_server
from phoenix_traces import AnnotationValidationError, AsyncTraces, Traces
from phoenix_traces.inputs.left_out import LeftOut
from phoenix_traces.testing import FakePhoenix
from tests.testing.congruence.pool import POOL, START, fill_fake
from tests.typing.moved_calls import ANOTHER_RESULT, CALLS, REFUSED

hide_server()
EXISTING = importlib.import_module("phoenix.client.resources.traces")
PAIRS = [(EXISTING.Traces, Traces), (EXISTING.AsyncTraces, AsyncTraces)]
METHODS = sorted(name for name in vars(EXISTING.Traces) if not name.startswith("_"))

# What a parameter left out means, where it is something else here.
OTHER_DEFAULTS = {
    ("get_traces", "timeout"): "None: the client's own, 30 seconds unless given; there it is 5",
}

Recorded = tuple[str, dict[str, Any]]


class _Recorder:
    """Stands where `Traces` does, and keeps what it is called with."""

    def __init__(self) -> None:
        self.calls: list[Recorded] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda **arguments: self.calls.append((name, arguments))


def _recorded(call: Callable[[Any], Any]) -> Recorded:
    recorder = _Recorder()
    call(recorder)
    (found,) = recorder.calls
    return found


def _phoenix() -> FakePhoenix:
    phoenix = FakePhoenix()
    fill_fake(phoenix)
    return phoenix


def _do(kind: type[Any], call: Callable[[Any], Any], phoenix: FakePhoenix) -> Any:
    """Carry out a call on a class of either package, sync or async."""
    if not kind.__name__.startswith("Async"):
        with httpx.Client(transport=phoenix.transport(), base_url=phoenix.base_url) as client:
            return call(kind(client))

    async def awaited() -> Any:
        transport = phoenix.transport()
        async with httpx.AsyncClient(transport=transport, base_url=phoenix.base_url) as client:
            return await call(kind(client))

    return asyncio.run(awaited())


def _plain(value: Any) -> Any:
    """Return a result as plain values of either package: times as times, models as dicts."""
    if isinstance(value, Mapping):
        return {
            key: datetime.fromisoformat(each)
            if key.endswith("_time") and isinstance(each, str)
            else _plain(each)
            for key, each in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value


def _stored(phoenix: FakePhoenix) -> list[Any]:
    return [
        (each.trace_id, each.name, each.identifier, each.annotator_kind, each.result, each.metadata)
        for each in phoenix.stored()
    ]


def test_there_is_something_to_compare() -> None:
    assert "get_traces" in METHODS
    assert len(METHODS) == 4
    assert [name for name in vars(EXISTING.AsyncTraces) if name in METHODS]


@pytest.mark.parametrize(("existing", "ours"), PAIRS)
def test_every_public_name_and_parameter_is_here(existing: type[Any], ours: type[Any]) -> None:
    for name in (each for each in vars(existing) if not each.startswith("_")):
        here = inspect.signature(getattr(ours, name)).parameters
        for parameter in inspect.signature(getattr(existing, name)).parameters.values():
            assert here[parameter.name].kind is parameter.kind, (name, parameter)
            default = here[parameter.name].default
            # Where a ready annotation may come in its place, an overload asks for it or has the
            # default, and the calls below show what is sent.
            if (name, parameter.name) not in OTHER_DEFAULTS and not isinstance(default, LeftOut):
                assert default == parameter.default, (name, parameter)


def test_what_is_only_here_may_be_left_out() -> None:
    for name in METHODS:
        there = inspect.signature(getattr(EXISTING.Traces, name)).parameters
        for parameter in inspect.signature(getattr(Traces, name)).parameters.values():
            assert parameter.name in there or parameter.default is not inspect.Parameter.empty


def _choices(annotation: Any) -> set[Any]:
    """Return the values that an annotation lists: of literals, and True, False and None."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if annotation is bool:
        return {True, False}
    if annotation is type(None):
        return {None}
    return set().union(*map(_choices, get_args(annotation)), set())


@pytest.mark.parametrize("name", METHODS)
def test_the_calls_pass_every_parameter_and_every_value_that_is_listed(name: str) -> None:
    calls = [arguments for each, arguments in map(_recorded, CALLS.values()) if each == name]
    for parameter in list(inspect.signature(getattr(EXISTING.Traces, name)).parameters.values())[
        1:
    ]:
        passed = [arguments[parameter.name] for arguments in calls if parameter.name in arguments]
        assert passed, parameter
        for value in _choices(parameter.annotation):
            assert any(each is value or each == value for each in passed), (parameter, value)


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize(("existing", "ours"), PAIRS, ids=["sync", "async"])
def test_a_call_that_works_there_comes_to_the_same_here(
    what: str, existing: type[Any], ours: type[Any]
) -> None:
    there, here = _phoenix(), _phoenix()
    expected = _plain(_do(existing, CALLS[what], there))
    assert _plain(_do(ours, CALLS[what], here)) == expected
    assert _stored(here) == _stored(there)


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize(("existing", "ours"), PAIRS, ids=["sync", "async"])
def test_a_call_that_is_refused_here_works_there(
    what: str, existing: type[Any], ours: type[Any]
) -> None:
    call, reason = REFUSED[what]
    assert reason
    _do(existing, call, _phoenix())
    with pytest.raises(AnnotationValidationError, match="nothing was sent"):
        _do(ours, call, here := _phoenix())
    assert not here.requests


@pytest.mark.parametrize("what", ANOTHER_RESULT)
@pytest.mark.parametrize(("existing", "ours"), PAIRS, ids=["sync", "async"])
def test_a_call_that_comes_to_something_else_works_there(
    what: str, existing: type[Any], ours: type[Any]
) -> None:
    call, reason = ANOTHER_RESULT[what]
    assert reason
    assert _do(existing, call, _phoenix()) != _do(ours, call, _phoenix())


MOMENTS = st.integers(-1, 9).map(lambda minute: START + timedelta(minutes=minute))
LATENCIES = st.sampled_from([0, 0.123, 1500, 1500.5, 2e3, 60_000, 10**9])


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Return what one may ask `get_traces`, each argument there or not."""
    drawn: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"project_identifier": st.sampled_from(["alpha", "beta", "gamma"])},
            optional={
                "start_time": MOMENTS,
                "end_time": MOMENTS,
                "sort": st.sampled_from([None, "start_time", "latency_ms"]),
                "order": st.sampled_from([None, "asc", "desc"]),
                "include_spans": st.booleans(),
                "session_id": st.sampled_from([None, "s1", "nope", ["s1", "s2"], ("s3",)]),
                "error": st.sampled_from([None, True, False]),
                "min_latency_ms": LATENCIES,
                "max_latency_ms": LATENCIES,
                "limit": st.integers(1, len(POOL) + 1),
                "timeout": st.integers(1, 60),
            },
        )
    )
    for low, high in (("start_time", "end_time"), ("min_latency_ms", "max_latency_ms")):
        if low in drawn and high in drawn and drawn[low] > drawn[high]:
            drawn[low], drawn[high] = drawn[high], drawn[low]
    return drawn


@given(asked=questions())
def test_any_question_about_traces_has_the_same_answer(asked: dict[str, Any]) -> None:
    def ask(traces: Any) -> Any:
        return traces.get_traces(**asked)

    phoenix = _phoenix()
    expected = _plain(_do(EXISTING.Traces, ask, phoenix))
    assert _plain(_do(Traces, ask, phoenix)) == expected
    assert _plain(_do(AsyncTraces, ask, phoenix)) == expected


def test_the_readme_names_every_difference() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = readme.split("## How it differs")[1].split("\n## ")[0]
    for words in (
        "`get_traces`",
        "without a time zone",
        "`limit=0`",
        "`session_id=[]`",
        "5 seconds",
    ):
        assert words in section
