"""Phoenix without I/O: what is asked, and what its answers mean."""

from __future__ import annotations
