"""Cells of every kind, good and bad, for properties."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st


class Kind(str, Enum):
    HUMAN = "HUMAN"
    OTHER = "OTHER"


class Text(str):
    __slots__ = ()


class Number(float):
    pass


storable = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
plain_texts = st.sampled_from(["x", "correct", "naïve", "日本", 'a"b\\c', "\x1f", "note", "notes"])
odd_texts = st.sampled_from(
    [
        "",
        " ",
        "\u3000",
        "\x1c",
        "\x1cx",
        " x ",
        "x\n",
        "\x00",
        "a\x00",
        "\ud800",
        "y" * 1301,
        " note",
    ]
) | st.sampled_from([Text("x"), Text(" x"), Kind.HUMAN, np.str_("x"), "\ufeff", "\u200b"])
no_texts = st.sampled_from([0, 7, 0.5, True, False, b"x", [], {}, Decimal(1), date(2026, 1, 1)])
missing = st.sampled_from([None, float("nan"), pd.NA, pd.NaT])
texts = plain_texts | storable | odd_texts | no_texts | missing
kinds = st.sampled_from(["LLM", "CODE", "HUMAN", Kind.HUMAN, Kind.OTHER, "human", " LLM", 1, None])

plain_scores = st.floats(allow_nan=False, allow_infinity=False)
odd_scores = st.sampled_from(
    [0, 1, -7, True, False, 2**80, 10**400, math.inf, -math.inf, Number(0.5), Decimal("0.5")]
)
numpy_scores = st.sampled_from(
    [np.float32(0.1), np.float64("inf"), np.int8(3), np.bool_(True), np.uint64(2**63)]
)
text_scores = st.sampled_from(
    ["0.5", " 1 ", "1e3", "", " ", "x", "inf", "nan", "1_0", "0x1", "\uff11", b"1", [], {}, 1j]
)
scores = plain_scores | odd_scores | numpy_scores | text_scores | missing

plain_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**64 - 2)
    | st.floats(-(2.0**62), 2.0**62)
    | st.sampled_from(["", " x ", "naïve", "日本", 'a"b\\c', "\x1f", "NaN", "\\u0000"])
)
odd_leaves = st.sampled_from(
    [math.nan, math.inf, 2**64, -(2**63) - 1, 2**64 - 1, -(2**63), 1e300, "\x00", "\ud800", b"x"]
)
odd_objects = st.sampled_from(
    [np.float32(0.5), np.array([1, 2]), Decimal("0.5"), date(2026, 1, 1), Kind.HUMAN, Text("x")]
) | st.sampled_from(
    [(1, 2), {3}, pd.NA, pd.NaT, object(), Number(0.5), np.datetime64("NaT"), {1: 2}, iter([1])]
)
keys = st.sampled_from(["a", "b", "naïve", "", "model"]) | st.sampled_from(
    ["\x00", "\ud800", 1, True, None, Kind.HUMAN, Text("a"), np.str_("b"), (1,)]
)


def nests(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    )


plain_keys = st.sampled_from(["a", "b", "naïve", "", "model"])
plain_metadata = st.dictionaries(plain_keys, nests(plain_leaves, plain_keys), max_size=3)
metadata = (
    plain_metadata
    | st.dictionaries(keys, nests(plain_leaves | odd_leaves | odd_objects, keys), max_size=3)
    | st.sampled_from([[], "x", 5, 0.5, [{}]])
    | missing
)

plain_rows = st.fixed_dictionaries(
    {
        "trace_id": st.sampled_from(["a", "b", "c"]),
        "name": st.sampled_from(["n", "m"]),
        "annotator_kind": st.sampled_from(["LLM", "CODE", "HUMAN"]),
        "label": st.none() | plain_texts,
        "score": plain_scores,
        "explanation": st.none() | plain_texts,
        "metadata": st.none() | plain_metadata,
        "identifier": st.none() | st.sampled_from(["i", "日本"]),
    }
)
any_rows = st.fixed_dictionaries(
    {
        "trace_id": texts,
        "name": texts,
        "annotator_kind": kinds,
        "label": texts,
        "score": scores,
        "explanation": texts,
        "metadata": metadata,
        "identifier": texts,
    }
)
