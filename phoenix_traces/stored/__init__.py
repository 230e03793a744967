"""What Phoenix has: read, compared, deleted; and notes and configs."""

from __future__ import annotations
