"""Rows as they go over the wire, from whatever they were given as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import SchemaSerializer, core_schema
from typing_extensions import NotRequired, TypedDict

from phoenix_traces.rules.fields import FIELDS as FIELDS
from phoenix_traces.rules.fields import RESULT_NAMES as RESULT_NAMES

_ROW_NAMES = ("trace_id", "name", "annotator_kind", "result", "metadata", "identifier")


class WireResult(TypedDict):
    """A judgement as it goes over the wire; None is left out."""

    label: NotRequired[str | None]
    score: NotRequired[float | None]
    explanation: NotRequired[str | None]


class WireRow(TypedDict):
    """An annotation as it goes over the wire; None is left out."""

    trace_id: str
    name: str
    annotator_kind: str
    result: WireResult
    metadata: NotRequired[dict[str, Any] | None]
    identifier: NotRequired[str | None]


def wire_rows(cells: Mapping[str, Sequence[Any]]) -> Iterator[WireRow]:
    """Yield rows from their cells by field, which need no more checking or stripping."""
    # One expression for every row, with None in it: to build each row without it was measured to
    # take several times as long as to leave it out in encoding.
    columns = {**cells, "score": _floats(cells["score"])}
    return (
        {
            "trace_id": trace_id,
            "name": name,
            "annotator_kind": kind,
            "result": {"label": label, "score": score, "explanation": explanation},
            "metadata": metadata,
            "identifier": identifier,
        }
        for trace_id, name, kind, label, score, explanation, metadata, identifier in zip(
            *(columns[field] for field in FIELDS), strict=True
        )
    )


def _floats(scores: Sequence[Any]) -> Sequence[float | None]:
    if set(map(type, scores)) == {float}:
        return scores
    return [None if score is None else float(score) for score in scores]


def key_of(row: WireRow) -> tuple[str, str, str]:
    """Return what the server keeps a row under: (trace_id, name, identifier)."""
    return row["trace_id"], row["name"], row.get("identifier") or ""


def encode_rows(rows: Sequence[WireRow]) -> bytes:
    """Return rows as a JSON array."""
    return _serializer().to_json(list(rows), exclude_none=True)


@cache
def _serializer() -> SchemaSerializer:
    # What pydantic would make of `list[WireRow]`, without the import of all that makes schemas.
    text, number = core_schema.str_schema(), core_schema.float_schema()
    metadata = core_schema.dict_schema(text, core_schema.any_schema())
    result = _typed_dict(dict.fromkeys(RESULT_NAMES, text) | {"score": number})
    others = {"result": result, "metadata": metadata}
    row = _typed_dict({field: others.get(field, text) for field in _ROW_NAMES})
    return SchemaSerializer(core_schema.list_schema(row))


def _typed_dict(schemas: Mapping[str, core_schema.CoreSchema]) -> core_schema.CoreSchema:
    fields = {
        name: core_schema.typed_dict_field(core_schema.nullable_schema(schema), required=False)
        for name, schema in schemas.items()
    }
    return core_schema.typed_dict_schema(fields)
