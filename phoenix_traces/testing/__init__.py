"""A Phoenix for tests and for the demo."""

from __future__ import annotations
