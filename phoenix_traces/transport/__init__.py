"""HTTP: where requests go, how they are sent, and when they are sent again."""

from __future__ import annotations
