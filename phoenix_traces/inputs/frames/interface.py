"""What the rest of this room asks of a frame, whichever library it is from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence


class Column(ABC):
    """The cells of a column or an index level, read a few rows at a time."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def cells_at(self, positions: range | list[int]) -> list[object]:
        """Return cells as Python values; what is missing is None.

        Args:
            positions: Of neighbours, or of single cells in any order.
        """


class Frame(ABC):
    """A frame that can be read twice, to be checked and to be sent, and is the same both times.

    Attributes:
        level_names: The name of each level of the index; empty where frames have no index.
        has_nested_columns: Whether a column's label has several parts.
        why_empty: What may be the reason when there are no rows.
    """

    level_names: Sequence[object] = ()
    has_nested_columns = False
    why_empty = ""

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def column_names(self) -> Sequence[object]:
        """Return the label of each column, in order. Labels may repeat, and need not be text."""

    @abstractmethod
    def column(self, place: int) -> Column:
        """Return a column by its place."""

    def level(self, place: int) -> Column:
        """Return an index level by its place, with a cell for each row."""
        raise IndexError(place)

    def label(self, position: int) -> object:
        """Return the index label of a row; None where frames have no index."""
        del position
        return None
