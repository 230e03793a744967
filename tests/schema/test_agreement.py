"""pydantic, jsonschema and AJV say the same of every document, but for the listed exceptions."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from phoenix_traces import TraceAnnotationData, annotation_row_type
from tests.schema.documents import documents
from tests.schema.rubrics import Correctness
from tests.schema.validators import Validators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

pytestmark = pytest.mark.npm  # AJV comes from there

_FORMS: dict[str, type[BaseModel]] = {
    "nested": TraceAnnotationData,
    "flat": annotation_row_type(TraceAnnotationData),
    "rubric": Correctness,
    "flat rubric": annotation_row_type(Correctness),
}
# In CI, where it is 100, these make at least 5,000 documents of each form.
_EXAMPLES = 25 * settings().max_examples


@pytest.mark.parametrize("form", _FORMS)
def test_all_three_agree(form: str) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(documents(flat="flat" in form))
    def agree(texts: list[str]) -> None:
        for text in texts:
            if _is_exception(text):
                seen["exceptions"] += 1
                continue
            verdicts = validators.verdicts(text)
            assert len(set(verdicts.values())) == 1, f"{verdicts} of {text}"
            seen["accepted" if verdicts["AJV"] else "refused"] += 1

    with Validators(_FORMS[form]) as validators:
        agree()
    compared = seen["accepted"] + seen["refused"]
    assert compared >= 2 * _EXAMPLES
    assert 0.1 < seen["accepted"] / compared < 0.9
    assert seen["exceptions"] < 0.1 * compared


def _is_exception(document: str) -> bool:
    """Tell whether the validators may differ: a bool as score, and the ends of a range."""
    try:
        value = json.loads(document)
    except ValueError:
        return False
    return isinstance(value, dict) and (
        isinstance(_score(value), bool) or any(map(_is_end, _numbers(value.get("metadata"))))
    )


def _score(document: dict[str, Any]) -> object:
    result = document.get("result", document)
    return result.get("score") if isinstance(result, dict) else None


def _numbers(value: object) -> Iterator[int | float]:
    if isinstance(value, (int, float)):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _numbers(each)


def _is_end(number: float) -> bool:
    """Tell whether an integer may become an end of the range where numbers are float64."""
    return isinstance(number, int) and (
        -(2**63) <= number <= -(2**63) + 512 or 2**64 - 1024 <= number < 2**64
    )
