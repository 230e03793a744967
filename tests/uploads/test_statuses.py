"""Each row of an upload gets the status that the shared vocabulary has for what became of it."""

from __future__ import annotations

import pickle
from contextlib import suppress
from typing import Any

import httpx
import pandas as pd
import pytest

from phoenix_traces import (
    DuplicateAnnotationWarning,
    PhoenixHTTPError,
    UploadOptions,
    UploadReport,
)
from tests.support.annotations import annotation, numbered
from tests.support.modes import AnyPhoenix, Mode, both_modes

WORDS = {"detail": [{"loc": ["body", "data", 1, "result", "score"], "msg": "should be a number"}]}


def _report(
    phoenix: AnyPhoenix, given: list[dict[str, Any]], mode: Mode, **chosen: Any
) -> UploadReport:
    reports: list[UploadReport] = []
    sync = chosen.pop("sync", True)
    options = UploadOptions(on_report=reports.append, **chosen)
    with suppress(PhoenixHTTPError):
        phoenix.traces(mode).log_trace_annotations(
            trace_annotations=given, sync=sync, options=options
        )
    return reports[0]


@both_modes
@pytest.mark.parametrize(
    ("answers", "chosen", "statuses"),
    [
        ([], {}, ("stored",) * 3),
        ([], {"sync": False}, ("queued",) * 3),
        ([httpx.Response(422, json=WORDS)], {}, ("not_sent", "rejected", "not_sent")),
        (
            [httpx.Response(422, json=WORDS)],
            {"on_error": "continue"},
            ("stored", "rejected", "stored"),
        ),
        ([httpx.Response(422, text="no words")], {}, ("rejected",) * 3),
        ([httpx.Response(401, text="Invalid token")], {}, ("rejected",) * 3),
        ([httpx.Response(500)], {}, ("unknown",) * 3),
        ([httpx.Response(401)], {"batch_size": 1}, ("rejected", "not_sent", "not_sent")),
        (
            [httpx.Response(404, text="Traces with IDs trace-2 do not exist.")],
            {},
            ("not_sent", "not_sent", "missing_trace"),
        ),
        ([httpx.Response(404, text="Not Found")], {}, ("rejected",) * 3),
    ],
)
def test_an_answer_gives_each_row_its_status(
    answers: list[httpx.Response], chosen: dict[str, Any], statuses: tuple[str, ...], mode: Mode
) -> None:
    report = _report(AnyPhoenix(answers=list(answers)), numbered(3), mode, **chosen)
    assert report.statuses == statuses


@both_modes
def test_the_account_names_traces_and_gives_the_servers_words(mode: Mode) -> None:
    phoenix = AnyPhoenix(answers=[httpx.Response(422, json=WORDS)], missing=["trace-2"])
    given = numbered(4)
    given[3] = annotation("trace-0", identifier=" ana ")
    report = _report(phoenix, given, mode, on_error="continue", on_missing_trace="skip")
    frame = report.to_dataframe()
    assert frame["trace_id"].tolist() == ["trace-0", "trace-1", "trace-2", "trace-0"]
    assert frame["identifier"].fillna("").tolist() == ["", "", "", "ana"]
    assert set(frame["name"]) == {given[0]["name"]}
    assert frame["status"].tolist() == ["stored", "rejected", "missing_trace", "stored"]
    assert frame["reason"].fillna("").tolist() == [
        "",
        "result.score: should be a number",
        "the server says that its trace does not exist",
        "",
    ]
    assert pickle.loads(pickle.dumps(report)).to_dataframe().equals(frame)


@both_modes
def test_the_account_of_a_frame_names_its_traces(mode: Mode) -> None:
    runs = pd.DataFrame({"trace_id": ["t1 ", "t2", "t2"], "label": ["a", "b", "c"]})
    reports: list[UploadReport] = []
    with pytest.warns(DuplicateAnnotationWarning):
        inserted = (
            AnyPhoenix()
            .traces(mode)
            .log_trace_annotations_dataframe(
                dataframe=runs,
                annotation_name="tone",
                annotator_kind="CODE",
                sync=True,
                options=UploadOptions(on_report=reports.append),
            )
        )
    frame = reports[0].to_dataframe()
    assert frame["trace_id"].tolist() == ["t1", "t2", "t2"]
    assert frame["status"].tolist() == ["stored", "superseded", "stored"]
    assert frame["annotation_id"].tolist() == [each.id for each in inserted]
    assert frame["reason"][1] == "row 2 has the same key and takes its place"


def test_an_account_does_not_keep_what_was_uploaded_in_a_pickle() -> None:
    """Nothing of a row but its key is in it, however it was given."""
    given = [annotation(f"t{at}", metadata={"note": "planted"}) for at in range(3)]
    report = _report(AnyPhoenix(), given, Mode.SYNC)
    assert b"planted" not in pickle.dumps(report)
    assert "planted" not in repr(report)
