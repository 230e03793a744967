"""What the server inserted reads like the mapping that the existing client returns."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping

import pandas as pd
import pytest

from phoenix_traces import InsertedTraceAnnotation
from phoenix_traces.testing import FakePhoenix

INSERTED = InsertedTraceAnnotation(id="VHJhY2U=")


def test_it_has_what_a_mapping_has() -> None:
    assert isinstance(INSERTED, Mapping)
    assert "id" in INSERTED
    assert "name" not in INSERTED
    assert (INSERTED["id"], INSERTED.get("id"), INSERTED.get("name")) == ("VHJhY2U=",) * 2 + (None,)
    assert (list(INSERTED), list(INSERTED.keys())) == (["id"], ["id"])
    assert list(INSERTED.values()) == ["VHJhY2U="]
    assert list(INSERTED.items()) == [("id", "VHJhY2U=")]
    assert len(INSERTED) == 1


def test_an_unknown_key_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="name"):
        INSERTED["name"]


def test_it_becomes_a_dict_and_json() -> None:
    assert dict(INSERTED) == {**INSERTED} == {"id": "VHJhY2U="}
    assert json.dumps(dict(INSERTED)) == '{"id": "VHJhY2U="}'
    assert INSERTED.model_dump() == {"id": "VHJhY2U="}


def test_it_equals_the_dict_that_it_stands_for_and_nothing_else() -> None:
    assert INSERTED == {"id": "VHJhY2U="}
    assert INSERTED == {"id": "VHJhY2U="}
    assert InsertedTraceAnnotation(id="VHJhY2U=") == INSERTED
    assert InsertedTraceAnnotation(id="other") != INSERTED
    assert INSERTED != {"id": "VHJhY2U=", "name": "n"}
    assert INSERTED != "VHJhY2U="
    assert len({INSERTED, InsertedTraceAnnotation(id="VHJhY2U=")}) == 1


def test_it_pickles_and_copies() -> None:
    for other in (pickle.loads(pickle.dumps(INSERTED)), copy.deepcopy(INSERTED)):
        assert isinstance(other, InsertedTraceAnnotation)
        assert other == INSERTED


def test_results_become_a_frame_with_a_row_each() -> None:
    results = (
        FakePhoenix("t1", "t2")
        .client()
        .traces.log_trace_annotations(
            trace_annotations=[
                {"trace_id": each, "name": "n", "annotator_kind": "CODE", "result": {"score": 1}}
                for each in ("t1", "t2")
            ],
            sync=True,
        )
    )
    frame = pd.DataFrame(results)
    assert list(frame.columns) == ["id"]
    assert list(frame["id"]) == [each.id for each in results]
