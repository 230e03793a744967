"""JSON texts for the models: right ones, nearly right ones, and hostile ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import strategies as st

Document: TypeAlias = dict[str, Any]

LABELS = ("correct", "partly correct", "incorrect")

_WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
# White space to Python or to a reader, and not to Unicode; the last two are no characters at all.
_ODD = "\x1c\x1f\u180e\u200b\u2060\ufeff\u00ad\x00\ud800\udfff\U0001f600e\u0301"

_characters = st.sampled_from(_WHITE_SPACE + _ODD) | st.characters()
_texts = st.text(_characters, max_size=6) | st.text("note \t", max_size=6) | st.sampled_from(LABELS)
_blank = st.text(_WHITE_SPACE, max_size=3)
_good_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
_present = st.builds("{}{}{}".format, _blank, st.just("x") | st.just("né"), _good_texts)

_big = st.sampled_from(
    [10**309, 2**64, 2**64 - 1, 2**63, -(2**63), -(2**63) - 1, 1e308, -1e308, 1e19, 2**70]
)
_numbers = st.integers(-9, 9) | st.floats(allow_nan=False) | st.floats(0, 1) | _big
_scalars = st.none() | st.booleans() | _numbers | _texts
_anything = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)
_good_scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | _good_texts
_good_metadata = st.dictionaries(
    _good_texts,
    st.recursive(
        _good_scalars,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_good_texts, inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)

_results = st.fixed_dictionaries(
    {"label": st.sampled_from(LABELS)},
    optional={"score": st.none() | st.floats(0, 1), "explanation": st.none() | _good_texts},
)
_right = st.fixed_dictionaries(
    {
        "trace_id": _present,
        "name": st.just("correctness"),
        "annotator_kind": st.sampled_from(["LLM", "HUMAN"]),
        "result": _results,
        "identifier": _present,
    },
    optional={"metadata": st.none() | _good_metadata},
)

_OUTER = ("trace_id", "name", "annotator_kind", "result", "metadata", "identifier")
_INNER = ("label", "score", "explanation")
_hostile_keys = st.sampled_from(["__proto__", "constructor", "toString", "length", "$ref", ""])
_keys = st.sampled_from(_OUTER + _INNER) | _hostile_keys | _texts

_Change: TypeAlias = Callable[[Document], None]


def _result(document: Document) -> Document:
    result = document.get("result")
    return result if isinstance(result, dict) else {}


def _set_outer(key: str, value: Any) -> _Change:
    return lambda document: document.update({key: value})


def _set_inner(key: str, value: Any) -> _Change:
    return lambda document: _result(document).update({key: value})


def _drop_outer(key: str) -> _Change:
    return lambda document: document.pop(key, None) and None


def _drop_inner(key: str) -> _Change:
    return lambda document: _result(document).pop(key, None) and None


_changes = st.one_of(
    st.builds(_set_outer, st.sampled_from(_OUTER), _texts | _anything),
    st.builds(_set_inner, st.sampled_from(_INNER), _texts | _scalars),
    st.builds(_set_inner, st.sampled_from(_INNER), _blank | st.none()),
    st.builds(_set_outer, st.sampled_from(["name", "identifier"]), _present | _blank),
    st.builds(_set_outer, st.just("metadata"), st.dictionaries(_texts, _anything, max_size=3)),
    st.builds(_set_outer, _keys, _scalars),
    st.builds(_set_inner, _keys, _scalars),
    st.builds(_drop_outer, st.sampled_from(_OUTER)),
    st.builds(_drop_inner, st.sampled_from(_INNER)),
)


def _versions(document: Document, changes: list[_Change]) -> list[Document]:
    """Return a document before the changes and after each of them."""
    versions = [document]
    for change in changes:
        versions.append(copy.deepcopy(versions[-1]))
        change(versions[-1])
    return versions


def _with_results(document: Document, results: list[Document]) -> list[Document]:
    return [{**document, "result": result} for result in results]


_nearly_right = st.builds(_versions, _right, st.lists(_changes, min_size=1, max_size=3))
_empty_judgements = st.builds(
    _with_results,
    _right,
    st.lists(
        st.fixed_dictionaries({}, optional={key: _blank | st.none() for key in _INNER}),
        min_size=1,
        max_size=3,
    ),
)
_values: st.SearchStrategy[list[Any]] = (
    _nearly_right | _nearly_right | _nearly_right | _empty_judgements | st.lists(_anything)
)

_TEXTS = (
    "",
    "nul",
    "NaN",
    '"',
    "{}",
    '{"result":{}}',
    '{"trace_id":1,"trace_id":"t","name":"correctness","annotator_kind":"LLM",'
    '"result":{"label":"x","label":"correct"}}',
    '{"trace_id":"t","name":"correctness","annotator_kind":"LLM","result":{"label":"correct"},}',
    '{"trace_id":"t","name":"correctness","annotator_kind":"LLM","result":{"score":1e400}}',
    '{"trace_id":"t","name":"correctness","annotator_kind":"LLM","result":{"score":NaN}}',
    '{"trace_id":"t","name":"correctness","annotator_kind":"LLM","result":{"label":"correct"},'
    '"metadata":{"a":[-Infinity]}}',
)


def documents(*, flat: bool = False) -> st.SearchStrategy[list[str]]:
    """Return a few JSON texts, most of them annotations or nearly so.

    Args:
        flat: One row for each annotation, without `result`.
    """

    def written(values: list[Any]) -> list[str]:
        return [json.dumps(_flat(value) if flat else value) for value in values]

    return _values.map(written) | st.sampled_from(_TEXTS).map(lambda text: [text])


def _flat(value: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("result"), dict):
        return value
    return {**{key: each for key, each in value.items() if key != "result"}, **value["result"]}
