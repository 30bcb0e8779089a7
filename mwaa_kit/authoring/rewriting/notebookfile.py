"""A notebook file that can be edited: what it says, and its text with some cells changed and all else kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mwaa_kit.authoring.importing.reading import read_any_notebook
from mwaa_kit.authoring.parsing import one_newline
from mwaa_kit.authoring.rewriting.ipynbtext import NewCell, edit_ipynb
from mwaa_kit.authoring.rewriting.percenttext import edit_percent
from mwaa_kit.authoring.rewriting.rewriting import CellChange, Rewriting
from mwaa_kit.model.notebook import Cell, CellKind, Notebook


@dataclass(frozen=True)
class NotebookFile:
    """A notebook and the bytes it was read from."""

    notebook: Notebook
    content: bytes

    @property
    def path(self) -> str:
        """As the user wrote it."""
        return self.notebook.path

    def edited(self, sources: Mapping[int, str], new: Sequence[NewCell] = ()) -> Notebook:
        """Return the notebook with other sources for some cells, by index from 0, and with new cells; no file is made."""
        cells: list[Cell] = []
        for cell in (*self.notebook.cells, None):
            index = cell.index if cell is not None else len(self.notebook.cells)
            here = (n for n in new if n.index == index or (cell is None and n.index > index))
            cells += [Cell(0, CellKind(n.kind), n.source) for n in here]
            cells += [replace(cell, source=sources.get(index, cell.source))] if cell is not None else []
        return replace(self.notebook, cells=tuple(replace(cell, index=i) for i, cell in enumerate(cells)))

    def rewriting(
        self, sources: Mapping[int, str], new: Sequence[NewCell] = (), why: Mapping[int, str] | None = None
    ) -> Rewriting:
        """Return the rewriting of the file.

        Parameters
        ----------
        why
            By index of the cell, what the change does.
        """
        old = {cell.index: cell.source for cell in self.notebook.cells}
        changed = {i: _with_its_newlines(text, old[i]) for i, text in sources.items() if text != one_newline(old[i])}
        mark, text = _without_mark(self.content.decode("utf-8"))
        if self.path.endswith(".ipynb"):
            edit = edit_ipynb(text, changed, new, self.path)
        else:
            edit = edit_percent(text, changed, new)
        changes = [CellChange(self._number(i, new), old[i], changed[i], (why or {}).get(i, "")) for i in changed]
        changes += [CellChange(self._new_number(n, new), "", n.source, "a new cell") for n in new]
        ordered = tuple(sorted(changes, key=lambda change: change.cell or 0))
        return Rewriting(self.path, self.path, self.content, (mark + edit).encode(), ordered)

    def _number(self, index: int, new: Sequence[NewCell]) -> int:
        return index + 1 + sum(cell.index <= index for cell in new)

    def _new_number(self, cell: NewCell, new: Sequence[NewCell]) -> int:
        before = sum(other.index < cell.index for other in new)
        same = [other for other in new if other.index == cell.index]
        return min(cell.index, len(self.notebook.cells)) + before + same.index(cell) + 1


def open_notebook(path: str) -> NotebookFile:
    """Read a notebook to edit it: an ``.ipynb`` file, or a py:percent file.

    Raises
    ------
    UnreadableInputError
        If it is no notebook in Python.
    """
    notebook = read_any_notebook(path)
    return NotebookFile(notebook, Path(path).read_bytes())


def _with_its_newlines(text: str, old: str) -> str:
    """Write the line ends as the cell had them."""
    return text.replace("\n", "\r\n") if "\r\n" in old and "\n" not in old.replace("\r\n", "") else text


def _without_mark(text: str) -> tuple[str, str]:
    """Return the byte order mark, if there is one, and the text without it."""
    return ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
