"""Annotations that survive: on disk at once, and sent when Phoenix can take them.

`Outbox` and `AsyncOutbox` are imported from `phoenix_traces`. The page docs/outbox.md tells how to
use them.
"""

from __future__ import annotations
