"""The names and limits of an annotation's fields, each limit with its reason."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

AnnotatorKind: TypeAlias = Literal["LLM", "CODE", "HUMAN"]
# What is read back of a config may also hold a direction of a newer server, as its text.
OptimizationDirection: TypeAlias = Literal["MINIMIZE", "MAXIMIZE", "NONE"]

ANNOTATOR_KINDS: tuple[AnnotatorKind, ...] = get_args(AnnotatorKind)

RESULT_NAMES = ("label", "score", "explanation")

# The order in which a row's cells are handed on.
FIELDS = ("trace_id", "name", "annotator_kind", *RESULT_NAMES, "metadata", "identifier")

# The server keeps it for notes, and answers 400 to a request that has it.
RESERVED_NAME = "note"

# An annotation has six keys, and a rubric adds few. This is for mappings of a caller's own classes:
# what a dict holds is in memory already.
MAX_KEYS_OF_A_MAPPING = 1_000

# OpenTelemetry's "invalid" trace id, which a program reads where no span is active: as 32 digits,
# as `hex` writes it, and as a UUID. No trace has it.
NO_TRACE_IDS = frozenset(
    {"0" * 32, "0x" + "0" * 32, "0X" + "0" * 32, "00000000-0000-0000-0000-000000000000"}
)

# Name and identifier share a row of PostgreSQL's index, of 2,704 bytes: 2,600 were seen to fit, and
# 3,000 were not.
MAX_KEY_BYTES = 2600

# Of UTF-8, so that most texts need not be encoded to know that they are short enough.
MOST_BYTES_PER_CHARACTER = 4

# Integers of 64 bits, signed or not: the server answers 500 to others.
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**64 - 1

# The server stores 254 levels and answers 500 to 255; 200 leaves room for what it wraps around.
MAX_NESTING = 200

# More than any judgement needs, and so little that a mistake is told at once: a dict that is shared
# by two keys, 24 levels deep, is 48 values in memory and 16 million in JSON.
MAX_METADATA_VALUES = 1_000_000
MAX_METADATA_BYTES = 10_000_000


def may_be_too_large(values: int, characters: int) -> bool:
    """Tell whether metadata could be more than is sent.

    Args:
        values: Keys' and items' values in all.
        characters: Of keys and text in all.
    """
    # A number takes at most 24 bytes, beside the signs around it; a character at most six.
    return values > MAX_METADATA_VALUES or values * 30 + characters * 6 > MAX_METADATA_BYTES
