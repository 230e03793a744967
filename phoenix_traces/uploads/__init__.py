"""The writing of annotations, with an account of every row."""

from __future__ import annotations
