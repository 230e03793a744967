"""What stands for an argument that was left out, where None is a value that is refused."""

from __future__ import annotations

from enum import Enum

from typing_extensions import override


class LeftOut(Enum):
    """The type of the one value that stands for an argument left out."""

    LEFT_OUT = "left out"

    @override
    def __repr__(self) -> str:
        return "<left out>"


LEFT_OUT = LeftOut.LEFT_OUT
