"""Cells of every kind, good and bad, for properties."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

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
PLAIN_TEXTS = ["x", "correct", "naïve", "日本", 'a"b\\c', "\x1f", "notes"]
BLANK_TEXTS = ["", " ", "\u3000", "\x1c", "\ufeff", "\u200b"]
UNSTORABLE_TEXTS = ["\x00", "a\x00", "\ud800", "x\udfff"]
WIDE_TEXTS = [" x ", "x\n", "\x1cx", "note", " note", "y" * 1301]
SUBCLASSED_TEXTS = [Text("x"), Text(" x"), Kind.HUMAN, np.str_("x")]
ODD_TEXTS = [*BLANK_TEXTS, *UNSTORABLE_TEXTS, *WIDE_TEXTS, *SUBCLASSED_TEXTS]
NO_TEXTS = [0, 7, 0.5, True, False, b"x", [], {}, Decimal(1), date(2026, 1, 1)]
MISSING = [None, float("nan"), pd.NA, pd.NaT]
KINDS = ["LLM", "CODE", "HUMAN", Kind.HUMAN, Kind.OTHER, "human", " LLM", "", 1, *MISSING]

ODD_NUMBERS = [0, 1, -7, True, False, 2**80, 10**400, math.inf, -math.inf, Number(0.5), Decimal(2)]
NUMPY_NUMBERS = [np.float32(0.1), np.float64("inf"), np.int8(3), np.bool_(True), np.uint64(2**63)]
NUMERIC_TEXTS = ["0.5", " 1 ", "1e3", "inf", "nan", "1_0", "0x1", "\uff11"]
ODD_SCORES = [*ODD_NUMBERS, *NUMPY_NUMBERS, *NUMERIC_TEXTS, "", " ", "x", b"1", [], {}, 1j]

PLAIN_LEAVES = ["", " x ", "naïve", "日本", 'a"b\\c', "\x1f", "NaN", "\\u0000"]
ODD_FLOATS = [math.nan, math.inf, -math.inf, 1e300, -1e300, 2.0**64, -(2.0**63)]
ODD_INTEGERS = [2**64, -(2**63) - 1, 2**64 - 1, -(2**63), 10**400]
ODD_OBJECTS = [np.float32(0.5), np.array([1, 2]), Decimal("0.5"), date(2026, 1, 1), Kind.HUMAN]
ODD_CONTAINERS = [(1, 2), {3}, {1: 2}, {"a\x00": 1}, {"\ud800": 1}, {None: 1}, iter([1]), object()]
ODD_SCALARS = [
    Text("x"),
    Number(0.5),
    pd.NA,
    pd.NaT,
    np.datetime64("NaT", "ns"),
    b"x",
    *UNSTORABLE_TEXTS,
]
ODD_LEAVES = [*ODD_FLOATS, *ODD_INTEGERS, *ODD_OBJECTS, *ODD_CONTAINERS, *ODD_SCALARS]
PLAIN_KEYS = ["a", "b", "naïve", "", "model"]
ODD_KEYS = ["\x00", "\ud800", 1, True, None, Kind.HUMAN, Text("a"), np.str_("b"), (1,)]
NO_OBJECTS = [[], "x", 5, 0.5, [{}], b"x"]
ODD_METADATA = [
    *NO_OBJECTS,
    *({"k": leaf} for leaf in ODD_LEAVES),
    *({"k": [{"l": leaf}]} for leaf in ODD_LEAVES),
    *({key: 1} for key in ODD_KEYS),
    *({"k": {key: 1}} for key in ODD_KEYS),
]

NO_TRACES = ["0" * 32, f" {'0' * 32}\n", f"0x{'0' * 32}", str(UUID(int=0)), 0, np.int64(0)]
ODD_IDS = [
    *(1, 2**64, 2**128 - 1, 2**128, -1, np.int64(7), np.uint64(2**63), np.int8(-1), True, 1.0),
    *(UUID(int=7), b"\x07" * 16, bytearray(16), b"\xff", Decimal(7), np.float32(7), np.array([7])),
]

ODD_CELLS: dict[str, list[Any]] = {
    "trace_id": [*ODD_TEXTS, *NO_TEXTS, *MISSING, *NO_TRACES, *ODD_IDS],
    "name": [*ODD_TEXTS, *NO_TEXTS, *MISSING],
    "annotator_kind": KINDS,
    "label": [*ODD_TEXTS, *NO_TEXTS, *MISSING],
    "score": [*ODD_SCORES, *MISSING],
    "explanation": [*ODD_TEXTS, *NO_TEXTS, *MISSING],
    "metadata": [*ODD_METADATA, *MISSING],
    "identifier": [*ODD_TEXTS, *NO_TEXTS, *MISSING],
}

storable = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
plain_texts = st.sampled_from(PLAIN_TEXTS)
texts = plain_texts | storable | st.sampled_from(ODD_CELLS["label"])
trace_ids = texts | st.sampled_from(ODD_CELLS["trace_id"])
kinds = st.sampled_from(KINDS)
plain_scores = st.floats(allow_nan=False, allow_infinity=False)
scores = plain_scores | st.sampled_from(ODD_CELLS["score"])
plain_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**64 - 2)
    | st.floats(-(2.0**62), 2.0**62)
    | st.sampled_from(PLAIN_LEAVES)
)
odd_leaves = st.sampled_from(ODD_LEAVES)
plain_keys = st.sampled_from(PLAIN_KEYS)
keys = plain_keys | st.sampled_from(ODD_KEYS)


def nests(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=8,
    )


plain_metadata = st.dictionaries(plain_keys, nests(plain_leaves, plain_keys), max_size=3)
metadata = (
    plain_metadata
    | st.dictionaries(keys, nests(plain_leaves | odd_leaves, keys), max_size=3)
    | st.sampled_from(ODD_CELLS["metadata"])
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
        "trace_id": trace_ids,
        "name": texts,
        "annotator_kind": kinds,
        "label": texts,
        "score": scores,
        "explanation": texts,
        "metadata": metadata,
        "identifier": texts,
    }
)
