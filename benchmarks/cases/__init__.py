"""The cases, one in each module: `run(quick)` measures one and returns what it found."""

from __future__ import annotations
