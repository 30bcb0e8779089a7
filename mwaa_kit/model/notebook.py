"""A notebook as it lies in its file: cells in document order, sources untouched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mwaa_kit.model.finding import CellLocation


class CellKind(StrEnum):
    """Jupyter's three kinds of cells."""

    CODE = "code"
    MARKDOWN = "markdown"
    RAW = "raw"


@dataclass(frozen=True)
class Cell:
    """One cell.

    Parameters
    ----------
    index
        Position among all cells, from 0.
    cell_id
        The id in the file when it is there and unique, else None.
    execution_count
        ``In [n]`` as saved; None when the cell did not run.
    tags
        The cell's metadata tags, such as papermill's ``parameters``.
    path
        The file it lies in, when that is another notebook, included here; else empty.
    stars
        The modules of its star imports with the names behind them, where these are known.
    """

    index: int
    kind: CellKind
    source: str
    cell_id: str | None = None
    execution_count: int | None = None
    tags: tuple[str, ...] = ()
    path: str = ""
    stars: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def number(self) -> int:
        """The cell as people count it: from 1, all kinds."""
        return self.index + 1

    @property
    def anchor(self) -> str:
        """What names the cell in a generated file: its id, else its position."""
        return self.cell_id or f"#{self.number}"


@dataclass(frozen=True)
class Notebook:
    """A notebook file.

    Parameters
    ----------
    path
        As the user wrote it.
    language
        The kernel's language, ``python`` where the file does not say.
    """

    path: str
    cells: tuple[Cell, ...]
    language: str = "python"
    kernel_name: str = ""

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """The code cells, in document order."""
        return tuple(cell for cell in self.cells if cell.kind is CellKind.CODE)

    def locate(self, cell: Cell, line: int | None = None, column: int | None = None) -> CellLocation:
        """Return the location of a line of a cell; `line` and `column` count from 1."""
        lines = cell.source.splitlines()
        text = lines[line - 1] if line is not None and 0 < line <= len(lines) else ""
        return CellLocation(cell.path or self.path, cell.number, line, column, cell.execution_count, cell.cell_id, text)
