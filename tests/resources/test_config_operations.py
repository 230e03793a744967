"""Writing annotation configs: what is sent, what is refused before, and what the errors say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import (
    AnnotationConfig,
    AnnotationConfigExistsError,
    AnnotationConfigNotFoundError,
    AnnotationValidationError,
    AsyncClient,
    CategoricalAnnotationConfigData,
    CategoricalAnnotationValue,
    Client,
    ContinuousAnnotationConfigData,
    FreeformAnnotationConfigData,
    PhoenixTransportError,
    ProjectNotFoundError,
    ServerTooOldError,
)
from phoenix_traces.testing import FakePhoenix
from tests.support.modes import Mode, both_modes

TONE = {"name": "tone", "type": "CATEGORICAL", "values": [{"label": "kind"}, {"label": "rude"}]}
SPEED = ContinuousAnnotationConfigData(name="speed", lower_bound=0, upper_bound=1)


class Recorded:
    """A fake Phoenix, and what is asked of it."""

    def __init__(self, version: tuple[int, int, int] = (20, 26, 1)) -> None:
        self.phoenix = FakePhoenix("t1", version=version)
        self.asked: list[str] = []

    def __call__(self, mode: Mode, method: str, *positional: Any, **named: Any) -> Any:
        if mode is Mode.SYNC:
            with self._open(httpx.Client) as http, Client(http_client=http) as client:
                return getattr(client.annotation_configs, method)(*positional, **named)
        return asyncio.run(self._call(method, *positional, **named))

    async def _call(self, method: str, *positional: Any, **named: Any) -> Any:
        async def note(request: httpx.Request) -> None:
            self._note(request)

        async with httpx.AsyncClient(
            transport=self.phoenix.transport(),
            base_url=self.phoenix.base_url,
            event_hooks={"request": [note]},
        ) as http:
            configs = AsyncClient(http_client=http).annotation_configs
            return await getattr(configs, method)(*positional, **named)

    def _open(self, kind: Callable[..., httpx.Client]) -> httpx.Client:
        return kind(
            transport=self.phoenix.transport(),
            base_url=self.phoenix.base_url,
            event_hooks={"request": [self._note]},
        )

    def _note(self, request: httpx.Request) -> None:
        self.asked.append(f"{request.method} {request.url.path}")


@both_modes
def test_a_config_is_made_changed_assigned_and_deleted(mode: Mode) -> None:
    server = Recorded()
    made = server(mode, "create", TONE)
    assert [value.label for value in made.values] == ["kind", "rude"]
    changed = server(mode, "update", "tone", SPEED)
    assert (changed.name, changed.type, changed.upper_bound) == ("speed", "CONTINUOUS", 1)
    assert server(mode, "assign", "speed", project_identifier="default") == changed
    assert server(mode, "assign", changed.id, project_identifier="default") == changed
    assert server(mode, "list", project_identifier="default") == [changed]
    server(mode, "unassign", "speed", project_identifier="default")
    server(mode, "unassign", "speed", project_identifier="default")
    assert server(mode, "list", project_identifier="default") == []
    assert server(mode, "delete", "speed") == changed
    assert server(mode, "list") == []


WRONG: list[tuple[Any, str]] = [
    ({}, "config"),
    ({"type": "CATEGORICAL", "values": [{"label": "a"}]}, "config.name"),
    ({**TONE, "name": " "}, "config.name"),
    ({**TONE, "name": "note"}, "config.name"),
    ({**TONE, "name": "x" * 2601}, "config.name"),
    ({**TONE, "name": "a\0"}, "config.name"),
    ({**TONE, "name": "\ud800"}, "config.name"),
    ({**TONE, "name": 5}, "config.name"),
    ({**TONE, "type": "RANKING"}, "config"),
    ({**TONE, "description": "a\0"}, "config.description"),
    ({**TONE, "optimization_direction": "UP"}, "config.optimization_direction"),
    ({**TONE, "values": []}, "config.values"),
    ({**TONE, "values": "ab"}, "config.values"),
    ({**TONE, "values": [{"label": "a"}, {"label": " a "}]}, "config.values"),
    ({**TONE, "values": [{"label": ""}]}, "config.values.0.label"),
    ({**TONE, "values": [{"label": "a"}, {"label": "b\0"}]}, "config.values.1.label"),
    ({**TONE, "values": [{"label": "a", "score": "1"}]}, "config.values.0.score"),
    ({**TONE, "values": [{"label": "a", "score": True}]}, "config.values.0.score"),
    ({**TONE, "values": [{"label": "a", "score": float("nan")}]}, "config.values.0.score"),
    ({**TONE, "values": [{"label": "a", "scroe": 1}]}, "config.values.0.scroe"),
    (
        {**TONE, "values": [CategoricalAnnotationValue(label="a", score=float("inf"))]},
        "config.values.0.score",
    ),
    ({**TONE, "lower_bound": 1}, "config.lower_bound"),
    ({"name": "n", "type": "CONTINUOUS", "lower_bound": 1, "upper_bound": 1}, "config"),
    ({"name": "n", "type": "CONTINUOUS", "upper_bound": float("inf")}, "config.upper_bound"),
    ({"name": "n", "type": "CONTINUOUS", "threshold": 1}, "config.threshold"),
    ({"name": "n", "type": "FREEFORM", "threshold": "1"}, "config.threshold"),
    ({"name": "n", "type": "FREEFORM", "lower_bound": 2, "upper_bound": 1}, "config"),
    (FreeformAnnotationConfigData.model_construct(name="n", threshold="x"), "config.threshold"),
    (5, "config"),
    (None, "config"),
    ("tone", "config"),
    (CategoricalAnnotationConfigData, "config"),
]


@both_modes
@pytest.mark.parametrize(("config", "field"), WRONG)
def test_what_the_server_would_not_take_is_named_and_nothing_is_sent(
    config: Any, field: str, mode: Mode
) -> None:
    server = Recorded()
    for method, arguments in (("create", [config]), ("update", ["tone", config])):
        with pytest.raises((AnnotationValidationError, TypeError)) as refused:
            server(mode, method, *arguments)
        assert str(refused.value).startswith((f"{field}:", f"{field} "))
        assert len(str(refused.value)) < 500
    assert server.asked == []


def test_everything_wrong_is_named_at_once() -> None:
    config = {"name": "", "type": "CONTINUOUS", "lower_bound": "0", "scale": 1}
    with pytest.raises(AnnotationValidationError) as refused:
        Recorded()(Mode.SYNC, "create", config)
    named = {failure.field for failure in refused.value.failures}
    assert named == {"config.name", "config.lower_bound", "config.scale"}


@both_modes
def test_what_is_not_there_and_what_is_taken_are_errors_of_their_own(mode: Mode) -> None:
    server = Recorded()
    server(mode, "create", TONE)
    server(mode, "create", SPEED)
    with pytest.raises(AnnotationConfigExistsError, match="already taken"):
        server(mode, "create", TONE)
    with pytest.raises(AnnotationConfigExistsError, match="already taken"):
        server(mode, "update", "speed", TONE)
    for method, arguments in (
        ("get", {}),
        ("delete", {}),
        ("update", {"config": SPEED}),
        ("assign", {"project_identifier": "default"}),
        ("unassign", {"project_identifier": "default"}),
    ):
        with pytest.raises(AnnotationConfigNotFoundError, match="not found") as missing:
            server(mode, method, "nothing", **arguments)
        assert missing.value.status_code == 404
    for method in ("assign", "unassign"):
        with pytest.raises(ProjectNotFoundError):
            server(mode, method, "tone", project_identifier="nothing")


@both_modes
def test_a_server_that_would_leave_something_out_is_too_old(mode: Mode) -> None:
    server = Recorded((15, 9, 0))
    plain = FreeformAnnotationConfigData(name="remark")
    server(mode, "create", plain)
    for said in (
        {"threshold": 0.5},
        {"lower_bound": 0},
        {"upper_bound": 0},
        {"optimization_direction": "NONE"},
    ):
        scored = {"name": "remark 2", "type": "FREEFORM", **said}
        with pytest.raises(ServerTooOldError, match=r"needs Phoenix 16\.0\.0"):
            server(mode, "create", scored)
        with pytest.raises(ServerTooOldError, match=r"needs Phoenix 16\.0\.0"):
            server(mode, "update", "remark", scored)
    assert [each.split()[0] for each in server.asked].count("POST") == 1
    assert not [each for each in server.asked if each.startswith("PUT")]


@both_modes
@pytest.mark.parametrize("method", ["assign", "unassign"])
def test_a_server_without_configs_of_projects_is_too_old(method: str, mode: Mode) -> None:
    server = Recorded((17, 15, 0))
    server(mode, "create", TONE)
    with pytest.raises(ServerTooOldError, match=r"needs Phoenix 17\.16\.0"):
        server(mode, method, "tone", project_identifier="default")


def test_a_config_is_not_made_twice_when_the_answer_is_lost() -> None:
    phoenix = FakePhoenix("t1")
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        response = phoenix.transport().handle_request(request)
        if request.method == "POST":
            raise httpx.ReadError("cut off", request=request)
        return response

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url=phoenix.base_url)
    with http, pytest.raises(PhoenixTransportError):
        Client(http_client=http).annotation_configs.create(TONE)
    assert sent == ["GET", "POST"]


def test_a_config_of_one_server_goes_to_another() -> None:
    stored = Recorded()(Mode.SYNC, "create", TONE)
    other = Recorded()
    other(Mode.SYNC, "create", SPEED)
    copied = other(Mode.SYNC, "create", stored)
    assert copied.id != stored.id
    assert copied.model_copy(update={"id": stored.id}) == stored


_TEXTS: st.SearchStrategy[object] = st.text(min_size=1, max_size=20)
_NUMBERS: st.SearchStrategy[object] = st.none() | st.floats() | st.integers(-3, 3)
_DIRECTIONS: st.SearchStrategy[object] = st.sampled_from(["MINIMIZE", "MAXIMIZE", "NONE"])
_KINDS: st.SearchStrategy[object] = st.sampled_from(["CATEGORICAL", "CONTINUOUS", "FREEFORM"])
_VALUE: st.SearchStrategy[object] = st.fixed_dictionaries(
    {"label": _TEXTS}, optional={"score": _NUMBERS}
)
_VALUES: st.SearchStrategy[object] = st.lists(_VALUE, max_size=3)
_CONFIGS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"name": _TEXTS, "type": _KINDS},
    optional={
        "description": st.none() | _TEXTS,
        "optimization_direction": _DIRECTIONS,
        "lower_bound": _NUMBERS,
        "upper_bound": _NUMBERS,
        "threshold": _NUMBERS,
        "values": _VALUES,
    },
)


@given(config=_CONFIGS)
def test_what_is_not_refused_is_stored_as_it_was_meant(config: dict[str, Any]) -> None:
    server = Recorded()
    try:
        stored: AnnotationConfig = server(Mode.SYNC, "create", config)
    except AnnotationValidationError:
        assert server.asked == []
        return
    said = stored.model_dump(exclude={"id"}, exclude_none=True)
    for name, value in config.items():
        if name == "values":
            assert [each["label"].strip() for each in value] == [
                each["label"].strip() for each in said["values"]
            ]
        elif isinstance(value, str):
            assert said[name].strip() == value.strip()
        else:
            assert said.get(name) == value
    assert server(Mode.SYNC, "list") == [stored]
