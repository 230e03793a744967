"""The upload exchange, driven by hand: no network, no clock."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from phoenix_traces import (
    ClientStateError,
    PhoenixHTTPError,
    ServerValidationError,
    SkippedAnnotationWarning,
    TraceNotFoundError,
    UploadOptions,
    UploadReport,
)
from phoenix_traces.inputs.lists import annotation_list
from phoenix_traces.protocol.exchange import Call, Outcome, Trail, WaitUntil, with_trail
from phoenix_traces.uploads.upload import Upload
from tests.support.annotations import annotation, numbered

URL = "http://phoenix.test/v1/trace_annotations"


def _upload(given: list[dict[str, Any]], *, sync: bool = True, **options: Any) -> Upload[Any]:
    return Upload(annotation_list(given), sync=sync, options=UploadOptions(**options))


def _call(upload: Upload[Any], now: float = 0.0) -> Call:
    call = upload.next_call(now)
    assert isinstance(call, Call)
    return call


def _traces(call: Call) -> list[str]:
    return [row["trace_id"] for row in json.loads(call.content or b"")["data"]]


def _request(trail: Trail) -> httpx.Request:
    return httpx.Request("POST", URL, extensions=with_trail(trail))


def _answer(status: int, body: object = "", **extensions: object) -> httpx.Response:
    request = httpx.Request("POST", URL, extensions=extensions)
    if isinstance(body, str):
        return httpx.Response(status, text=body, request=request)
    return httpx.Response(status, json=body, request=request)


def _ids(call: Call) -> httpx.Response:
    return _answer(200, {"data": [{"id": f"id of {each}"} for each in _traces(call)]})


def _gone(*trace_ids: str) -> httpx.Response:
    return _answer(404, f"Traces with IDs {', '.join(trace_ids)} do not exist.")


def _refused(*places: int) -> httpx.Response:
    details = [{"loc": ["body", "data", place, "name"], "msg": "is wrong"} for place in places]
    return _answer(422, {"detail": details})


def _finish(upload: Upload[Any], now: float = 0.0) -> None:
    """Answer every further call with IDs."""
    while isinstance(call := upload.next_call(now), Call):
        upload.receive(call, _ids(call), now)


def _error(upload: Upload[Any]) -> PhoenixHTTPError:
    with pytest.raises(PhoenixHTTPError) as caught:
        upload.result()
    return caught.value


def _parts(report: UploadReport | None) -> tuple[list[int], list[int], list[int]]:
    assert report is not None
    return sorted(report.stored), sorted(report.not_stored), sorted(report.unknown)


# What is asked


def test_a_call_is_a_repeatable_post_of_a_batch() -> None:
    call = _call(_upload(numbered(2)))
    assert (call.method, call.path, call.params) == (
        "POST",
        "v1/trace_annotations",
        {"sync": "true"},
    )
    assert call.repeatable
    assert json.loads(call.content or b"") == {"data": numbered(2)}
    assert _call(_upload(numbered(1), sync=False)).params == {}


def test_calls_come_one_by_one_until_nothing_is_left() -> None:
    upload = _upload(numbered(5), batch_size=2)
    calls = [_call(upload) for _ in range(3)]
    assert [_traces(call) for call in calls] == [
        ["trace-0", "trace-1"],
        ["trace-2", "trace-3"],
        ["trace-4"],
    ]
    assert upload.next_call(0.0) is None


def test_answers_in_any_order_give_the_ids_in_input_order() -> None:
    upload = _upload(numbered(5), batch_size=2)
    for call in reversed([_call(upload) for _ in range(3)]):
        upload.receive(call, _ids(call), 0.0)
    assert [each.id for each in upload.result()] == [f"id of trace-{n}" for n in range(5)]


# What an error leaves behind


def test_after_an_error_nothing_more_is_sent_and_every_row_is_accounted_for() -> None:
    upload = _upload(numbered(8), batch_size=2)
    first, second = _call(upload), _call(upload)
    upload.receive(first, _ids(first), 0.0)
    upload.receive(second, _answer(401, "Invalid token"), 0.0)
    assert upload.next_call(0.0) is None
    error = _error(upload)
    assert _parts(error.report) == ([0, 1], [2, 3, 4, 5, 6, 7], [])
    assert "Of 8 annotations: 2 stored, 2 rejected, 4 not sent." in str(error)


def test_to_continue_is_to_try_every_batch_and_raise_the_first_error_at_the_end() -> None:
    upload = _upload(numbered(6), batch_size=2, on_error="continue")
    first, second = _call(upload), _call(upload)
    upload.receive(first, _answer(400, "first"), 0.0)
    upload.receive(second, _answer(403, "second"), 0.0)
    _finish(upload)
    error = _error(upload)
    assert error.report is not None
    assert "first" in str(error)
    assert _parts(error.report) == ([4, 5], [0, 1, 2, 3], [])
    assert [failure.positions for failure in error.report.failures] == [(0, 1), (2, 3)]


@pytest.mark.parametrize(
    ("outcome", "is_unknown"),
    [
        (_answer(400), False),
        (_answer(429), False),
        (_answer(500), True),
        (_answer(408), True),
        (_answer(200, "no JSON"), True),
        (_answer(404, "gone", **with_trail(Trail(maybe_processed=True))), True),
        (_answer(404, "gone", **with_trail(Trail(maybe_processed=False))), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.ConnectError("refused", request=_request(Trail())), True),
        (ClientStateError("closed"), False),
        (ClientStateError("closed", request=_request(Trail(maybe_processed=False))), False),
        (ClientStateError("closed", request=_request(Trail(maybe_processed=True))), True),
        (httpx.ReadTimeout("slow", request=httpx.Request("POST", URL)), True),
        (
            httpx.ConnectError("refused", request=_request(Trail(maybe_processed=False))),
            False,
        ),
    ],
)
def test_rows_are_unknown_exactly_when_they_may_be_stored(
    outcome: Outcome, is_unknown: bool
) -> None:
    upload = _upload(numbered(1))
    upload.receive(_call(upload), outcome, 0.0)
    report = _error(upload).report
    assert _parts(report) == ([], [], [0]) if is_unknown else ([], [0], [])


def test_an_interrupt_leaves_rows_under_way_unknown() -> None:
    seen: list[UploadReport] = []
    upload = _upload(numbered(6), batch_size=2, on_report=seen.append)
    first = _call(upload)
    upload.receive(first, _ids(first), 0.0)
    _call(upload)
    interrupt = KeyboardInterrupt()
    upload.interrupted(interrupt)
    assert _parts(vars(interrupt)["report"]) == ([0, 1], [4, 5], [2, 3])
    assert seen == [vars(interrupt)["report"]]


def test_a_replaced_row_is_superseded_and_has_the_id_of_the_row_that_replaces_it() -> None:
    given = [annotation("a"), annotation("b"), annotation("a", result={"score": 1})]
    with pytest.warns(UserWarning, match="row 0 by 2"):
        upload = _upload(given, on_error="continue", batch_size=1)
    of_b, of_a = _call(upload), _call(upload)
    upload.receive(of_b, _answer(500), 0.0)
    upload.receive(of_a, _ids(of_a), 0.0)
    report = _error(upload).report
    assert _parts(report) == ([2], [], [1])
    assert report is not None
    assert report.superseded == {0}
    assert report.inserted == {0: "id of a", 2: "id of a"}


# Smaller batches


def test_a_body_too_large_is_halved_down_to_single_rows() -> None:
    upload = _upload(numbered(3))
    upload.receive(_call(upload), _answer(413), 0.0)
    single, pair = _call(upload), _call(upload)
    assert (_traces(single), _traces(pair)) == (["trace-0"], ["trace-1", "trace-2"])
    upload.receive(single, _answer(413), 0.0)
    assert _error(upload).report is not None
    assert upload.next_call(0.0) is None


def test_rows_that_the_server_refuses_are_left_out_and_the_others_sent_again() -> None:
    upload = _upload(numbered(4), on_error="continue")
    upload.receive(_call(upload), _refused(1, 3), 0.0)
    again = _call(upload)
    assert _traces(again) == ["trace-0", "trace-2"]
    upload.receive(again, _ids(again), 0.0)
    error = _error(upload)
    assert isinstance(error, ServerValidationError)
    assert error.positions == (1, 3)
    assert _parts(error.report) == ([0, 2], [1, 3], [])


def test_a_refusal_that_names_no_row_is_about_the_whole_batch() -> None:
    upload = _upload(numbered(2), on_error="continue")
    upload.receive(_call(upload), _answer(422, "Invalid"), 0.0)
    assert upload.next_call(0.0) is None
    assert _parts(_error(upload).report) == ([], [0, 1], [])


def test_missing_traces_can_be_skipped() -> None:
    upload = _upload(numbered(3), on_missing_trace="skip")
    upload.receive(_call(upload), _gone("trace-2", "trace-0"), 0.0)
    _finish(upload)
    with pytest.warns(SkippedAnnotationWarning, match="2 of 3") as caught:
        inserted = upload.result()
    assert [each.id for each in inserted] == ["id of trace-1"]
    (warning,) = (each.message for each in caught)
    assert isinstance(warning, SkippedAnnotationWarning)
    assert _parts(warning.report) == ([1], [0, 2], [])


def test_a_404_that_names_no_trace_is_an_error_even_when_skipping() -> None:
    upload = _upload(numbered(2), on_missing_trace="skip")
    upload.receive(_call(upload), _answer(404, "Not Found"), 0.0)
    error = _error(upload)
    assert isinstance(error, TraceNotFoundError)
    assert error.missing_trace_ids == ()


def test_missing_traces_can_be_waited_for() -> None:
    upload = _upload(numbered(2), wait_for_traces=60)
    upload.receive(_call(upload, 100.0), _gone("trace-1"), 100.0)
    others = _call(upload, 100.0)
    assert _traces(others) == ["trace-0"]
    upload.receive(others, _ids(others), 100.0)
    assert upload.next_call(100.0) == WaitUntil(101.0)
    late = _call(upload, 101.0)
    assert _traces(late) == ["trace-1"]
    upload.receive(late, _gone("trace-1"), 101.0)
    assert upload.next_call(101.5) == WaitUntil(103.0)
    late = _call(upload, 103.0)
    upload.receive(late, _ids(late), 103.0)
    assert [each.id for each in upload.result()] == ["id of trace-0", "id of trace-1"]


def test_the_wait_for_missing_traces_ends() -> None:
    upload = _upload(numbered(1), wait_for_traces=60)
    now, asked = 0.0, 0
    while (step := upload.next_call(now)) is not None:
        if isinstance(step, Call):
            asked += 1
            upload.receive(step, _gone("trace-0"), now)
        else:
            now = step.moment
    assert now == 60.0
    assert asked == 10
    assert isinstance(_error(upload), TraceNotFoundError)


# Callbacks


def test_progress_is_told_after_each_answer_and_ends_at_the_total() -> None:
    seen: list[tuple[int, int]] = []
    given = [annotation("a"), *numbered(4), annotation("a", result={"score": 1})]
    with pytest.warns(UserWarning, match="row 0 by 5"):
        upload = _upload(given, batch_size=2, on_progress=lambda *each: seen.append(each))
    _finish(upload)
    assert seen == [(2, 6), (4, 6), (6, 6)]


def test_the_report_is_handed_over_once_however_it_ends() -> None:
    for answer in (_answer(200, {"data": [{"id": "a"}]}), _answer(500)):
        seen: list[UploadReport] = []
        upload = _upload(numbered(1), on_report=seen.append)
        upload.receive(_call(upload), answer, 0.0)
        if answer.is_success:
            upload.result()
        else:
            _error(upload)
        assert len(seen) == 1
