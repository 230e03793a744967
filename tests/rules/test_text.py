from __future__ import annotations

from phoenix_traces import AnnotationResult
from phoenix_traces.rules.text import WHITE_SPACE


def test_white_space_is_exactly_what_the_models_strip() -> None:
    basic_plane = map(chr, [*range(1, 0xD800), *range(0xE000, 0x10000)])
    stripped = {each for each in basic_plane if AnnotationResult(label=each, score=1).label is None}
    assert stripped == set(WHITE_SPACE)
