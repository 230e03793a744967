"""What an annotation is, and what is refused: the pydantic models are the truth."""

from __future__ import annotations
