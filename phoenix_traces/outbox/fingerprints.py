"""Fingerprints of annotations: they tell what this outbox has sent from what somebody else wrote.

A file keeps the fingerprint of what it sent for some minutes, and not the words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from phoenix_traces.stored.lookup import Differences

_BYTES = 16


def of_sent(annotation: Mapping[str, Any]) -> bytes:
    """Return the fingerprint of an annotation as it goes over the wire."""
    return _fingerprint(_fields(annotation))


def of_stored(annotation: Mapping[str, Any], differences: Differences) -> bytes:
    """Return the fingerprint of what Phoenix has under the key of an annotation.

    Args:
        annotation: As it goes over the wire.
        differences: In what Phoenix' own differs from it.
    """
    stored = {field: differ[0] for field, differ in differences.items()}
    return _fingerprint({**_fields(annotation), **stored})


def _fields(annotation: Mapping[str, Any]) -> Mapping[str, object]:
    result: Mapping[str, Any] = annotation["result"]
    return {
        "annotator_kind": annotation["annotator_kind"],
        "label": result.get("label"),
        "score": result.get("score"),
        "explanation": result.get("explanation"),
        "metadata": annotation.get("metadata") or {},
    }


def _fingerprint(fields: Mapping[str, object]) -> bytes:
    text = json.dumps(_plain(fields), sort_keys=True)
    return hashlib.sha256(text.encode()).digest()[:_BYTES]


def _plain(value: object) -> object:
    """Return a value so that what the servers' databases make of it is the same.

    PostgreSQL gives back 1e19 as an integer, and SQLite -0.0 as 0.0.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) + 0.0
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[object]", value)]
    return value
