from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from phoenix_traces.demo.story import EXAMPLES
from phoenix_traces.testing import FakePhoenix
from phoenix_traces.testing.spans import (
    TraceExportError,
    new_trace_ids,
    send_many_traces,
    send_traces,
    wait_for_traces,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoenix_traces.testing.phoenix_process import PhoenixProcess


@pytest.fixture
def fake() -> FakePhoenix:
    return FakePhoenix()


@pytest.fixture
def url(fake: FakePhoenix) -> Iterator[str]:
    with fake.serve() as url:
        yield url


def _spans(base_url: str, project: str, trace_id: str) -> dict[str, dict[str, Any]]:
    response = httpx.get(f"{base_url}/v1/projects/{project}/spans", params={"trace_id": trace_id})
    return {span["name"]: span for span in response.raise_for_status().json()["data"]}


def test_each_example_becomes_a_chain_that_holds_a_search_and_a_model_call(
    phoenix: PhoenixProcess,
) -> None:
    sent = send_traces(phoenix.base_url, EXAMPLES[:2], project_name="spans-nested")
    wait_for_traces(phoenix.base_url, sent, project_name="spans-nested")
    spans = _spans(phoenix.base_url, "spans-nested", sent[0])
    chain = spans["answer_question"]
    assert {name: span["span_kind"] for name, span in spans.items()} == {
        "answer_question": "CHAIN",
        "search_help_center": "RETRIEVER",
        "write_answer": "LLM",
    }
    assert chain["attributes"]["input.value"] == EXAMPLES[0].question
    assert chain["parent_id"] is None
    for inner in ("search_help_center", "write_answer"):
        assert spans[inner]["parent_id"] == chain["context"]["span_id"]


def test_the_ids_come_back_in_the_order_of_the_examples(phoenix: PhoenixProcess) -> None:
    sent = send_traces(phoenix.base_url, EXAMPLES, project_name="spans-order")
    wait_for_traces(phoenix.base_url, sent, project_name="spans-order")
    assert all(re.fullmatch("[0-9a-f]{32}", trace_id) for trace_id in sent)
    for trace_id, example in zip(sent, EXAMPLES, strict=True):
        chain = _spans(phoenix.base_url, "spans-order", trace_id)["answer_question"]
        assert chain["attributes"]["output.value"] == example.answer


def test_a_test_can_choose_the_trace_ids(phoenix: PhoenixProcess) -> None:
    chosen = new_trace_ids(2)
    sent = send_traces(
        phoenix.base_url, EXAMPLES[:2], project_name="spans-chosen", trace_ids=chosen
    )
    wait_for_traces(phoenix.base_url, chosen, project_name="spans-chosen")
    assert sent == chosen


def test_many_small_traces_arrive_although_the_test_seeds_random(
    phoenix: PhoenixProcess,
) -> None:
    """The SDK's own span ids would repeat, and the server would drop the second half."""
    for trace_ids in (new_trace_ids(60), new_trace_ids(60)):
        random.seed(0)
        assert send_many_traces(phoenix.base_url, trace_ids, project_name="spans-many") == trace_ids
        wait_for_traces(phoenix.base_url, trace_ids, project_name="spans-many")


def test_seeded_ids_repeat_and_others_do_not() -> None:
    assert new_trace_ids(3, seed=7) == new_trace_ids(3, seed=7)
    assert new_trace_ids(3, seed=7) != new_trace_ids(3, seed=8)
    assert new_trace_ids(3) != new_trace_ids(3)


def test_waiting_for_traces_that_never_arrive_names_ten_of_them(
    phoenix: PhoenixProcess,
) -> None:
    missing = new_trace_ids(12)
    with pytest.raises(TimeoutError, match=r"'spans-none' has not stored in 0 s: .* and 2 more"):
        wait_for_traces(phoenix.base_url, missing, project_name="spans-none", timeout=0)


def test_waiting_for_nothing_ends_at_once(fake: FakePhoenix, url: str) -> None:
    wait_for_traces(url, [], project_name="any")
    assert fake.requests == []


def test_an_older_server_that_lists_all_spans_is_read_page_by_page(
    fake: FakePhoenix, url: str
) -> None:
    wanted = new_trace_ids(2)
    fake.answer_next(_page(wanted[0], next_cursor="more"))
    fake.answer_next(_page(wanted[1], next_cursor=None))
    wait_for_traces(url, wanted, project_name="old")
    assert "cursor" not in fake.requests[0].params
    assert fake.requests[1].params["cursor"] == ("more",)


def test_headers_go_with_every_request(fake: FakePhoenix, url: str) -> None:
    trace_ids = new_trace_ids(1)
    headers = {"authorization": "Bearer abc"}
    fake.answer_next()
    fake.answer_next(_page(trace_ids[0], next_cursor=None))
    send_many_traces(url, trace_ids, project_name="p", headers=headers)
    wait_for_traces(url, trace_ids, project_name="p", headers=headers)
    assert [request.headers["authorization"] for request in fake.requests] == ["Bearer abc"] * 2


def test_a_server_that_refuses_to_list_spans_is_an_error(fake: FakePhoenix, url: str) -> None:
    fake.fail_next(401)
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        wait_for_traces(url, new_trace_ids(1), project_name="p")


def test_a_server_that_refuses_the_spans_is_an_error(fake: FakePhoenix, url: str) -> None:
    fake.fail_next(401)
    with pytest.raises(TraceExportError, match="/v1/traces did not take 3 spans"):
        send_traces(url, EXAMPLES[:1], project_name="p")


def test_a_switched_off_opentelemetry_is_an_error(
    fake: FakePhoenix, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    with pytest.raises(TraceExportError, match="OTEL_SDK_DISABLED"):
        send_many_traces(url, new_trace_ids(2), project_name="p")
    assert fake.requests == []


def _page(trace_id: str, *, next_cursor: str | None) -> dict[str, object]:
    return {"data": [{"context": {"trace_id": trace_id}}], "next_cursor": next_cursor}
