"""What a call may cost, counted and not timed: a clock says something else on every machine.

The profiler counts the calls of Python functions by the package they are in, and those of
pydantic's core. The limits leave room for other versions of Python and of the libraries; a step for
each row, where there was none, exceeds them.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import httpx
import pandas as pd
import pyarrow as pa
import pytest

import phoenix_traces
from phoenix_traces import AnnotationValidationError, TraceAnnotationData, Traces, UploadOptions
from phoenix_traces.inputs.rows import Rows
from phoenix_traces.protocol.exchange import Call
from phoenix_traces.uploads.upload import Upload

FEW, MANY = 5_000, 10_000

FOLDERS = {
    "ours": str(phoenix_traces.__path__[0]),
    "pandas": str(pd.__path__[0]),
    "pyarrow": str(pa.__path__[0]),
}
VALIDATIONS = frozenset({"validate_python", "validate_json", "validate_strings"})

Send = Callable[[httpx.Client], object]


class Counts(Counter[str]):
    """Calls by where their code is, validations by pydantic's core, and requests."""

    def see(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            name = frame.f_code.co_filename
            self.update(each for each, folder in FOLDERS.items() if name.startswith(folder))
        elif event == "c_call" and getattr(argument, "__name__", "") in VALIDATIONS:
            self["validations"] += 1


@contextmanager
def profiled(see: Callable[[FrameType, str, Any], object]) -> Iterator[None]:
    before = sys.getprofile()
    sys.setprofile(see)
    try:
        yield
    finally:
        sys.setprofile(before)


def counts_of(send: Send) -> Counts:
    """Count what a call does the second time, when everything is imported and built."""
    counts = Counts()

    def answer(_request: httpx.Request) -> httpx.Response:
        counts["requests"] += 1
        return httpx.Response(200, content=b'{"data":[]}')

    with httpx.Client(
        base_url="http://phoenix.test", transport=httpx.MockTransport(answer)
    ) as http:
        build_request = http.build_request

        def counted(*arguments: Any, **more: Any) -> httpx.Request:
            counts["requests built"] += 1
            return build_request(*arguments, **more)

        http.build_request = counted  # type: ignore[method-assign] # httpx offers no hook here
        send(http)
        counts.clear()
        with profiled(counts.see):
            send(http)
    return counts


def columns(rows: int) -> dict[str, list[Any]]:
    return {
        "trace_id": [f"{at:032x}" for at in range(1, rows + 1)],
        "label": ["correct" if at % 2 else "incorrect" for at in range(rows)],
        "score": [at / rows for at in range(rows)],
        "explanation": [f"Because of passage {at}." for at in range(rows)],
        "metadata": [{"reviewer": "ana", "seconds": at} for at in range(rows)],
        "identifier": [f"judge {at % 3}" for at in range(rows)],
    }


def plain_frame(rows: int) -> pd.DataFrame:
    return pd.DataFrame(columns(rows))


def object_frame(rows: int) -> pd.DataFrame:
    return pd.DataFrame(columns(rows), dtype=object)


def arrow_frame(rows: int) -> pd.DataFrame:
    text, number = pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.float64())
    return plain_frame(rows).astype(
        {"trace_id": text, "label": text, "explanation": text, "score": number}
    )


def indexed_frame(rows: int) -> pd.DataFrame:
    return plain_frame(rows).set_index("trace_id")


def frame_with_holes(rows: int) -> pd.DataFrame:
    """Leave half of the cells of each optional column empty, and no row without a score."""
    made = columns(rows)
    for name in ("label", "explanation", "metadata", "identifier"):
        made[name] = [cell if at % 2 else None for at, cell in enumerate(made[name])]
    return pd.DataFrame(made)


every_frame = pytest.mark.parametrize(
    "make_frame", [plain_frame, object_frame, arrow_frame, indexed_frame, frame_with_holes]
)


def upload(frame: pd.DataFrame) -> Send:
    return lambda http: Traces(http).log_trace_annotations_dataframe(
        dataframe=frame, annotation_name="correctness", annotator_kind="LLM"
    )


def dicts(rows: int) -> list[dict[str, Any]]:
    return [
        {
            "trace_id": row.pop("trace_id"),
            "name": "correctness",
            "annotator_kind": "LLM",
            "metadata": row.pop("metadata"),
            "identifier": row.pop("identifier"),
            "result": row,
        }
        for row in plain_frame(rows).to_dict("records")
    ]


def log(annotations: list[Any], options: UploadOptions | None = None) -> Send:
    return lambda http: Traces(http).log_trace_annotations(
        trace_annotations=annotations, options=options
    )


def for_each_row(few: Counts, many: Counts, what: str) -> float:
    return (many[what] - few[what]) / (MANY - FEW)


@every_frame
def test_a_row_of_a_plain_frame_costs_no_call_of_pandas_or_pydantic(
    make_frame: Callable[[int], pd.DataFrame],
) -> None:
    """Cells become Python objects a block at a time; rows are checked by column, not by model."""
    few, many = (counts_of(upload(make_frame(rows))) for rows in (FEW, MANY))
    assert for_each_row(few, many, "pandas") < 0.5
    assert for_each_row(few, many, "pyarrow") < 0.05
    # One for each answer.
    assert for_each_row(few, many, "validations") <= 0.01
    assert for_each_row(few, many, "ours") < 2


@every_frame
def test_a_hundred_rows_of_a_frame_go_into_a_request_built_once(
    make_frame: Callable[[int], pd.DataFrame],
) -> None:
    counts = counts_of(upload(make_frame(1_001)))
    assert counts["requests"] == 11
    # One more asks the client where it is.
    assert counts["requests built"] <= 12


def test_the_model_is_asked_about_bad_rows_and_some_around_them_and_not_about_all() -> None:
    frame = object_frame(FEW)
    bad = range(0, FEW, 1_000)
    frame.loc[list(bad), "score"] = float("inf")
    counts = counts_of(lambda _http: refused(frame, len(bad)))
    assert counts["validations"] < 100 * len(bad)
    assert counts["requests"] == 0


def refused(frame: pd.DataFrame, bad: int) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: pytest.fail("a request was sent")))
    with http, pytest.raises(AnnotationValidationError) as caught:
        upload(frame)(http)
    assert len(caught.value.failures) == bad


@pytest.mark.parametrize("kind", [dict, TraceAnnotationData])
def test_an_annotation_of_a_list_costs_a_few_steps_and_no_validation(kind: type) -> None:
    few, many = (counts_of(log(annotation_list(rows, kind))) for rows in (FEW, MANY))
    assert for_each_row(few, many, "validations") <= 0.01
    assert for_each_row(few, many, "ours") < 6


def annotation_list(rows: int, kind: type) -> list[Any]:
    plain = dicts(rows)
    return plain if kind is dict else [TraceAnnotationData.model_validate(row) for row in plain]


def test_a_list_goes_in_as_few_requests_as_its_bytes_allow() -> None:
    bodies: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(len(request.content))
        return httpx.Response(200, content=b'{"data":[]}')

    with httpx.Client(
        base_url="http://phoenix.test", transport=httpx.MockTransport(answer)
    ) as http:
        log(dicts(FEW), UploadOptions(max_batch_bytes=200_000))(http)
    *full, last = bodies
    # The next row, of some 200 bytes, would not have fitted.
    assert all(199_000 < size <= 200_000 for size in full)
    assert last <= 200_000


def test_one_annotation_costs_one_request_and_two_validations() -> None:
    """One validation is of the annotation, the other of the answer."""
    counts = counts_of(
        lambda http: Traces(http).add_trace_annotation(
            trace_id="t1", annotation_name="correctness", score=1, metadata={"by": "ana"}
        )
    )
    assert counts["requests"] == 1
    assert counts["requests built"] <= 2
    assert counts["validations"] <= 2
    assert counts["ours"] < 250


def test_the_first_request_is_ready_when_its_own_rows_have_been_read() -> None:
    read: list[int] = []

    def items() -> Iterator[tuple[int, str]]:
        for position in range(FEW):
            read.append(position)
            yield position, "t1"

    rows = Rows(
        FEW,
        items(),
        encode=lambda rows: b'["%d rows"]' % len(rows),
        key=lambda row: (str(row), "", ""),
    )
    upload = Upload(rows, sync=False, options=UploadOptions(batch_size=250))
    assert isinstance(upload.next_call(0.0), Call)
    assert len(read) == 250


def test_an_upload_keeps_a_few_bytes_for_each_row_of_the_frame() -> None:
    """The rest of what it needs is for the rows at hand, however many there are in all."""
    few, many = 30_000, 60_000  # below that, when the collector runs counts for more
    more = peak_of(upload(object_frame(many))) - peak_of(upload(object_frame(few)))
    assert more / (many - few) < 40


def peak_of(send: Send) -> int:
    with httpx.Client(
        base_url="http://phoenix.test",
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b'{"data":[]}')),
    ) as http:
        send(http)
        tracemalloc.start()
        try:
            send(http)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
