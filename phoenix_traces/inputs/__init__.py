"""What callers hand over, into rows that are checked."""

from __future__ import annotations
