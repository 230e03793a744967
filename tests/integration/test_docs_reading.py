"""The examples of docs/reading.md run one after another, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from phoenix_traces import Client
from tests.support.live import make_traces

if TYPE_CHECKING:
    from phoenix_traces.testing.phoenix_process import PhoenixProcess

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_run_and_do_what_they_say(
    phoenix: PhoenixProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHOENIX_ENDPOINT", phoenix.base_url)
    trace_ids = make_traces(phoenix, 3, project="default")
    runs = pd.DataFrame({"trace_id": trace_ids, "label": "good", "score": [0.1, 0.5, 1.0]})
    with Client(base_url=phoenix.base_url) as ours:
        ours.traces.log_trace_annotations_dataframe(
            dataframe=runs, annotation_name="correctness", annotator_kind="HUMAN", sync=True
        )
    names: dict[str, Any] = {"runs": runs}
    examples = EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    assert len(examples) == 9
    assert names["confirmation"].is_complete
    left = names["traces"].get_trace_annotations(trace_ids=trace_ids)
    assert {each.identifier for each in left} == {""}
    names["client"].close()
    printed = capsys.readouterr().out
    assert "3 annotations: 0 new, 0 unchanged, 3 changed (3 of them HUMAN judgements)" in printed
    assert "The retriever found last year's price list." in printed
    assert "<UploadReport of 3: 3 stored (3 of them unchanged)" in printed
