"""What a frame comes to, without a server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from phoenix_traces import AnnotationFailure, AnnotationValidationError
from phoenix_traces.inputs.frames.rows import annotation_frame

ARGUMENTS = {"annotation_name": "correctness", "annotator_kind": "HUMAN"}


def sent(dataframe: Any, **arguments: Any) -> list[dict[str, Any]]:
    """Return what would arrive; a name and a kind are given where the arguments do not say."""
    rows = annotation_frame(dataframe, **(ARGUMENTS | arguments))
    received: list[dict[str, Any]] = json.loads(rows.encode([row for _, row in rows.items]))
    return received


def refusals(dataframe: Any, **arguments: Any) -> Sequence[AnnotationFailure]:
    """Return what is wrong with a frame, of which there must be something."""
    with pytest.raises(AnnotationValidationError) as caught:
        annotation_frame(dataframe, **(ARGUMENTS | arguments))
    return caught.value.failures
