"""The public classes, and the body of each of their methods."""

from __future__ import annotations
