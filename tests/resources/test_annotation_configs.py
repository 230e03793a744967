"""Annotation configs: pages, kinds, errors, in both modes, and as rules for an upload."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from unittest.mock import patch

import httpx
import pandas as pd
import pytest
from typing_extensions import override

from phoenix_traces import (
    AnnotationConfig,
    AnnotationValidationError,
    AsyncClient,
    CategoricalAnnotationConfig,
    Client,
    PhoenixHTTPError,
    PhoenixStatusError,
    ServerTooOldError,
    UnexpectedResponseError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.testing import FakePhoenix
from tests.support.modes import Mode, both_modes

CATEGORICAL = {
    "id": "1",
    "name": "correctness",
    "type": "CATEGORICAL",
    "description": "Is it right?",
    "optimization_direction": "MAXIMIZE",
    "values": [{"label": "right", "score": 1.0}, {"label": "wrong", "score": None}],
    "added_later": True,
}
CONTINUOUS = {
    "id": "2",
    "name": "relevance",
    "type": "CONTINUOUS",
    "upper_bound": 1.0,
    "optimization_direction": "CLOSEST_TO_ZERO",
}
NEW_KIND: dict[str, object] = {"id": "3", "name": "rank", "type": "RANKING", "order": []}


class ConfigServer:
    """Answers with configs, two pages of them, and takes annotations."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.method == "POST":
            return httpx.Response(200, json={"data": []})
        if request.url.path.endswith("/annotation_configs"):
            if "cursor" in request.url.params:
                return httpx.Response(200, json={"data": [CONTINUOUS], "next_cursor": None})
            return httpx.Response(200, json={"data": [CATEGORICAL, NEW_KIND], "next_cursor": "2"})
        if request.url.path.endswith("/web"):
            return httpx.Response(200, html="<html></html>")
        if request.url.path.endswith("/correctness"):
            return httpx.Response(200, json={"data": CATEGORICAL})
        return httpx.Response(404, text="Annotation configuration not found")

    def client(self) -> Client:
        transport = httpx.MockTransport(self)
        return Client(http_client=httpx.Client(transport=transport, base_url="http://p.test"))

    def async_client(self) -> AsyncClient:
        transport = httpx.MockTransport(self)
        http_client = httpx.AsyncClient(transport=transport, base_url="http://p.test")
        return AsyncClient(http_client=http_client)


def listed(server: ConfigServer, mode: Mode, project: str | None = None) -> list[AnnotationConfig]:
    if mode is Mode.SYNC:
        return server.client().annotation_configs.list(project_identifier=project)
    return asyncio.run(server.async_client().annotation_configs.list(project_identifier=project))


def got(server: ConfigServer, mode: Mode, name: str) -> AnnotationConfig:
    if mode is Mode.SYNC:
        return server.client().annotation_configs.get(name)
    return asyncio.run(server.async_client().annotation_configs.get(name))


def upload(server: ConfigServer, mode: Mode, how: str, arguments: dict[str, Any]) -> None:
    if mode is Mode.SYNC:
        getattr(server.client().traces, how)(validate_configs=True, **arguments)
    else:
        asyncio.run(getattr(server.async_client().traces, how)(validate_configs=True, **arguments))


@both_modes
def test_all_pages_are_read_and_kinds_of_a_newer_server_left_out(mode: Mode) -> None:
    assert [config.name for config in listed(ConfigServer(), mode)] == [
        "correctness",
        "relevance",
    ]


@both_modes
def test_a_direction_of_a_newer_server_comes_as_its_text(mode: Mode) -> None:
    assert listed(ConfigServer(), mode)[1].optimization_direction == "CLOSEST_TO_ZERO"


@both_modes
@pytest.mark.parametrize(
    "kind",
    [None, 1, [], {}, ["CATEGORICAL"]],
    ids=["null", "1", "[]", "{}", "[text]"],
)
def test_a_config_whose_type_is_no_text_is_left_out(kind: object, mode: Mode) -> None:
    server = ConfigServer()
    with patch.dict(NEW_KIND, {"type": kind}):
        assert len(listed(server, mode)) == 2


@both_modes
def test_a_projects_configs_are_asked_for_under_its_quoted_name(mode: Mode) -> None:
    server = ConfigServer()
    listed(server, mode, "my project é")
    assert (
        b"/v1/projects/my%20project%20%C3%A9/annotation_configs" in server.requests[0].url.raw_path
    )


@both_modes
def test_one_config_comes_by_name_as_its_own_type(mode: Mode) -> None:
    config = got(ConfigServer(), mode, "correctness")
    assert isinstance(config, CategoricalAnnotationConfig)
    assert [value.label for value in config.values] == ["right", "wrong"]


@both_modes
def test_a_config_that_is_not_there_is_a_status_error(mode: Mode) -> None:
    with pytest.raises(PhoenixStatusError, match="not found") as missing:
        got(ConfigServer(), mode, "nothing")
    assert missing.value.status_code == 404


@both_modes
def test_a_web_page_instead_of_a_config_is_said_to_be_one(mode: Mode) -> None:
    with pytest.raises(UnexpectedResponseError, match="check base_url"):
        got(ConfigServer(), mode, "web")


@both_modes
def test_a_list_is_checked_against_the_configs_of_its_names(mode: Mode) -> None:
    server = ConfigServer()
    base = {"trace_id": "t1", "annotator_kind": "LLM"}
    annotations = [
        {**base, "name": "correctness", "result": {"label": "rihgt"}},
        {**base, "name": "relevance", "result": {"score": 2}},
        {**base, "name": "anything else", "result": {"label": "rihgt"}},
    ]
    with pytest.raises(AnnotationValidationError) as refused:
        upload(server, mode, "log_trace_annotations", {"trace_annotations": annotations})
    failures = refused.value.failures
    assert [(each.position, each.field) for each in failures] == [
        (0, "result.label"),
        (1, "result.score"),
    ]
    assert {request.method for request in server.requests} == {"GET"}


@both_modes
def test_a_frame_is_checked_against_the_configs_of_its_names(mode: Mode) -> None:
    server = ConfigServer()
    frame = pd.DataFrame({"trace_id": ["t1", "t2"], "label": ["right", "rihgt"]})
    arguments = {"dataframe": frame, "annotation_name": "correctness", "annotator_kind": "LLM"}
    with pytest.raises(AnnotationValidationError, match=r"row 1 .*'right', 'wrong'"):
        upload(server, mode, "log_trace_annotations_dataframe", arguments)
    assert {request.method for request in server.requests} == {"GET"}


@both_modes
def test_what_follows_its_config_is_sent(mode: Mode) -> None:
    server = ConfigServer()
    annotation = {
        "trace_id": "t1",
        "name": "correctness",
        "annotator_kind": "LLM",
        "result": {"label": "right"},
    }
    upload(server, mode, "log_trace_annotations", {"trace_annotations": [annotation]})
    assert json.loads(server.requests[-1].content) == {"data": [annotation]}


def test_a_server_without_configs_of_projects_is_too_old() -> None:
    client = FakePhoenix("t1", version=(17, 15, 0)).client()
    assert client.annotation_configs.list() == []
    with pytest.raises(ServerTooOldError, match=r"needs Phoenix 17\.16\.0"):
        client.annotation_configs.list(project_identifier="default")
    newer = FakePhoenix("t1", version=(17, 16, 0)).client()
    assert newer.annotation_configs.list(project_identifier="default") == []


@pytest.mark.filterwarnings("ignore::phoenix_traces.DuplicateAnnotationWarning")
@both_modes
@pytest.mark.parametrize("on_error", ["raise", "continue"])
@pytest.mark.parametrize("guard", [{}, {"skip_unchanged": True}, {"via": "queue"}])
@pytest.mark.parametrize(
    "status",
    [401, 404, 200, None],  # the third one is no page of configs
)
@pytest.mark.parametrize("how", ["log_trace_annotations", "log_trace_annotations_dataframe"])
def test_configs_that_cannot_be_read_leave_an_account_of_rows_that_were_not_sent(
    how: str, status: int | None, guard: dict[str, Any], on_error: Any, mode: Mode
) -> None:
    reports: list[UploadReport] = []
    options = UploadOptions(on_error=on_error, on_report=reports.append, **guard)
    server = _Unanswering(status)
    with pytest.raises(PhoenixHTTPError) as caught:
        upload(server, mode, how, {**_rows(how, "a", "a", "b"), "sync": True, "options": options})
    assert [request.method for request in server.requests] == ["GET"]
    (report,) = reports
    assert report is caught.value.report
    assert report.statuses == ("superseded", "not_sent", "not_sent")
    assert [failure.positions for failure in report.failures] == [(1, 2)]


@both_modes
@pytest.mark.parametrize("how", ["log_trace_annotations", "log_trace_annotations_dataframe"])
def test_rows_that_are_refused_are_refused_where_the_configs_cannot_be_read(
    how: str, mode: Mode
) -> None:
    with pytest.raises(AnnotationValidationError, match="row 1"):
        upload(_Unanswering(401), mode, how, _rows(how, "a", ""))


class _Unanswering(ConfigServer):
    def __init__(self, status: int | None) -> None:
        super().__init__()
        self._status = status

    @override
    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._status is None:
            raise httpx.ConnectError("no way there")
        return httpx.Response(self._status, text="words")


def _rows(how: str, *names: str) -> dict[str, Any]:
    rows = [{"trace_id": "t", "name": name, "annotator_kind": "HUMAN"} for name in names]
    if how == "log_trace_annotations":
        return {"trace_annotations": [{**row, "result": {"label": "right"}} for row in rows]}
    return {"dataframe": pd.DataFrame([{**row, "label": "right"} for row in rows])}
