"""A frame under the model's own names for its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from phoenix_traces.inputs.frames.cells import text_or_none
from phoenix_traces.inputs.frames.interface import Column, Frame
from phoenix_traces.inputs.rows import Key
from phoenix_traces.inputs.wire_row import FIELDS

ID_NAMES = ("trace_id", "context.trace_id")
NAME_NAMES = ("name", "annotation_name")
KIND_NAME = "annotator_kind"
OPTIONAL_NAMES = ("metadata", "identifier")
KEY_NAMES = ("trace_id", "name", "identifier")

_KEYS_TOGETHER = 5_000


@dataclass(frozen=True)
class FrameColumns:
    """A frame's columns by the model's names.

    Attributes:
        frame: The frame itself, to name rows by.
        columns: What came from the frame.
        constants: What is the same for every row: given as an argument, or absent.
        names: The caller's names for the model's fields.
    """

    frame: Frame
    columns: Mapping[str, Column]
    constants: Mapping[str, object]
    names: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.frame)

    def slices(self, rows: int) -> Iterator[tuple[range, dict[str, list[object]]]]:
        """Yield positions and their cells by field, some rows at a time."""
        for start in range(0, len(self), rows):
            positions = range(start, min(start + rows, len(self)))
            yield positions, self.take(positions)

    def label(self, position: int) -> object:
        """Return the index label of a row; None where frames have no index."""
        return self.frame.label(position)

    def keys(self, positions: range | list[int]) -> Iterator[Key]:
        """Yield what the server keeps some rows under."""
        cells = self._cells(KEY_NAMES, positions)
        texts = ([text_or_none(cell) or "" for cell in cells[name]] for name in KEY_NAMES)
        yield from zip(*texts, strict=True)

    def take(self, positions: range | list[int]) -> dict[str, list[object]]:
        """Return the cells of some rows by field."""
        return self._cells(FIELDS, positions)

    def _cells(
        self, fields: Iterable[str], positions: range | list[int]
    ) -> dict[str, list[object]]:
        return {
            field: self.columns[field].cells_at(positions)
            if field in self.columns
            else [self.constants.get(field)] * len(positions)
            for field in fields
        }


@dataclass(frozen=True)
class FrameKeys:
    """The keys of a frame's rows, read from it as often as somebody goes through them."""

    columns: FrameColumns

    def __iter__(self) -> Iterator[Key]:
        rows = len(self.columns)
        for start in range(0, rows, _KEYS_TOGETHER):
            yield from self.columns.keys(range(start, min(start + _KEYS_TOGETHER, rows)))
