from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from phoenix_traces import TraceAnnotation
from phoenix_traces.outbox import fingerprints
from phoenix_traces.stored.lookup import differences

NUMBERS = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, width=64))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS.filter(lambda n: abs(n) < 1e300), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {
        "annotator_kind": st.sampled_from(["LLM", "CODE", "HUMAN"]),
        "result": st.dictionaries(
            st.sampled_from(["label", "explanation"]), st.one_of(st.none(), st.text())
        ).flatmap(
            lambda texts: st.one_of(st.none(), NUMBERS.map(float)).map(
                lambda score: {**texts, "score": score}
            )
        ),
    },
    optional={
        "metadata": st.one_of(st.none(), st.dictionaries(st.text(), VALUES, max_size=3)),
    },
)


def _stored(row: dict[str, Any]) -> TraceAnnotation:
    """Return a row as PostgreSQL gives it back: whole floats may come as integers."""

    def given_back(value: Any) -> Any:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
            return int(value)
        if isinstance(value, dict):
            return {key: given_back(each) for key, each in value.items()}
        return [given_back(each) for each in value] if isinstance(value, list) else value

    moment = "2026-11-24T12:00:00+00:00"
    return TraceAnnotation.model_validate(
        {
            "id": "x",
            "trace_id": "t",
            "name": "n",
            "created_at": moment,
            "updated_at": moment,
            "source": "API",
            "annotator_kind": row["annotator_kind"],
            "result": row["result"],
            "metadata": given_back(json.loads(json.dumps(row.get("metadata") or {}))),
        }
    )


@given(ROWS, ROWS)
def test_what_phoenix_has_of_ours_has_our_fingerprint_beside_any_other_row(
    ours: dict[str, Any], later: dict[str, Any]
) -> None:
    differ = differences(_stored(ours), json.loads(json.dumps(later)))
    assert fingerprints.of_stored(later, differ) == fingerprints.of_sent(ours)


@given(ROWS, ROWS)
def test_what_differs_has_another_fingerprint(one: dict[str, Any], other: dict[str, Any]) -> None:
    if differences(_stored(one), json.loads(json.dumps(other))):
        assert fingerprints.of_sent(one) != fingerprints.of_sent(other)
