"""DataFrames into rows: the only room that imports pandas and pandera, when first used.

Import from its modules: what makes tables for others must not bring what reads frames.
"""

from __future__ import annotations
