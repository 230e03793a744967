"""The limits of an annotation's fields, each with its reason."""

from __future__ import annotations

# Integers of 64 bits, signed or not: the server answers 500 to others.
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**64 - 1

# The server stores 254 levels and answers 500 to 255; 200 leaves room for what it wraps around.
MAX_NESTING = 200

# More than any judgement needs, and so little that a mistake is told at once: a dict that is shared
# by two keys, 24 levels deep, is 48 values in memory and 16 million in JSON.
MAX_METADATA_VALUES = 1_000_000
MAX_METADATA_BYTES = 10_000_000
