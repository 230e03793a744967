"""The examples of docs/frames.md run one after another, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from phoenix_traces.testing import FakePhoenix

PAGE = Path(__file__).parents[3] / "docs" / "frames.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
T1, T2 = "4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def judgements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the files that the examples read where they look for them."""
    monkeypatch.chdir(tmp_path)
    pl.DataFrame(
        {"trace_id": [T1, T2], "label": ["partly", None], "score": [None, 0.25]}
    ).write_parquet("judgements.parquet")
    pl.DataFrame(
        {"trace_id": [T1, T2], "verdict": ["up", "down"], "grade": [9, None]}
    ).write_parquet("judgements_by_people.parquet")


@pytest.mark.usefixtures("judgements")
def test_the_examples_store_what_they_show(monkeypatch: pytest.MonkeyPatch) -> None:
    phoenix = FakePhoenix(T1, T2)
    names: dict[str, Any] = {"T1": T1, "T2": T2}
    stored: list[list[Any]] = []
    with phoenix.serve() as url:
        monkeypatch.setenv("PHOENIX_BASE_URL", url)
        for example in EXAMPLE.findall(PAGE.read_text(encoding="utf-8")):
            exec(compile(example, str(PAGE), "exec", dont_inherit=True), names)  # noqa: S102 - our own page
            stored.append(
                [(each.name, each.result.label, each.result.score) for each in phoenix.stored()]
            )
        names["client"].close()
    of_polars, of_arrow, of_duckdb = stored
    assert of_polars == [("correctness", "correct", 1.0), ("correctness", "wrong", 0.2)]
    # Writing again replaces.
    assert of_arrow == [("correctness", "partly", None), ("correctness", None, 0.25)]
    assert of_duckdb == [*of_arrow, ("helpfulness", "up", 0.9)]
