"""Edits of a notebook in an editor, answered as new cell texts: nothing is written, so that the editor's undo works."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from mwaa_kit.errors import WrongUsageError

if TYPE_CHECKING:
    from mwaa_kit.authoring.rewriting.asking import Asked
    from mwaa_kit.authoring.rewriting.notebookfile import NotebookFile
    from mwaa_kit.authoring.rewriting.rewriting import Rewriting


@dataclass(frozen=True)
class CellChange:
    """Another text for a cell; `index` counts from 0, before any new cell."""

    id: str
    index: int
    before: str
    source: str
    why: str


@dataclass(frozen=True)
class CellInsert:
    """A new cell; `index` counts from 0 in the finished notebook."""

    index: int
    cell_type: str
    source: str
    why: str


@dataclass(frozen=True)
class CellEdits:
    """What is to change, in the order in which an editor makes it: the changes, then the new cells."""

    path: str
    changes: tuple[CellChange, ...]
    inserts: tuple[CellInsert, ...]
    notes: tuple[str, ...]
    diff: str

    def to_dict(self) -> dict[str, Any]:
        """Return what the server extension answers."""
        return {**asdict(self), "changes": [asdict(one) for one in self.changes], "notes": list(self.notes)}


def edit(path: str, document: Mapping[str, Any], do: str, **given: Any) -> CellEdits:
    """Return the edits that are asked for.

    Parameters
    ----------
    document
        A notebook document as it is in an editor; every cell has an id.
    do
        ``set_options``, ``set_dag_options``, ``connect``, ``disconnect``, ``make_task``, ``promote``, ``freeze`` or ``fix``.

    Raises
    ------
    UnreadableInputError
        If it is no notebook in Python.
    UnknownTaskError, UnknownDagError, MissingInputError
        If what is to change is not there.
    RefusedError
        If it cannot be done without changing what the Dag is; the hint says what can.
    """
    file = _open(path, document)
    if do in _REWRITINGS:
        rewriting = _REWRITINGS[do](file, given)
    else:
        rewriting = _asked(file, do, given)
    return _edits(file, rewriting)


def _open(path: str, document: Mapping[str, Any]) -> NotebookFile:
    from mwaa_kit.authoring.ipynb import read_document
    from mwaa_kit.authoring.rewriting.notebookfile import NotebookFile

    cells = [{"metadata": {}, "execution_count": None, "outputs": [], **cell} for cell in document["cells"]]
    whole = {"cells": cells, "metadata": dict(document.get("metadata", {})), "nbformat": 4, "nbformat_minor": 5}
    name = path if path.endswith(".ipynb") else f"{path}.ipynb"
    return NotebookFile(read_document(whole, name), json.dumps(whole).encode())


def _asked(file: NotebookFile, do: str, given: Mapping[str, Any]) -> Rewriting:
    from mwaa_kit.authoring.rewriting.asking import Asked

    asked = Asked(file.notebook)
    _ASKED[do](asked, given)
    rewriting = file.rewriting(asked.edits.sources, asked.edits.new, asked.edits.why)
    return replace(rewriting, notes=asked.notes)


def _fixed(file: NotebookFile, given: Mapping[str, Any]) -> Rewriting:
    from mwaa_kit.authoring.rewriting.fixing import fix_file

    indexes = {cell.cell_id: cell.index for cell in file.notebook.cells}
    index, line = indexes.get(given.get("cell_id")), given.get("line")
    if "cell_id" in given and index is None:
        raise WrongUsageError(f"no cell has the id {given['cell_id']!r}", path=file.path)
    return fix_file(file, lambda fix: index in (None, fix.cell) and line in (None, fix.line)).rewriting


def _promoted(file: NotebookFile, given: Mapping[str, Any]) -> Rewriting:
    from mwaa_kit.authoring.rewriting.settling import promote_file

    return promote_file(file, tuple(given.get("task_ids", ())))


def _frozen(file: NotebookFile, given: Mapping[str, Any]) -> Rewriting:
    from mwaa_kit.authoring.rewriting.settling import freeze_file

    return freeze_file(file)


_REWRITINGS: Mapping[str, Callable[[NotebookFile, Mapping[str, Any]], Rewriting]] = {
    "promote": _promoted,
    "freeze": _frozen,
    "fix": _fixed,
}
_ASKED: Mapping[str, Callable[[Asked, Mapping[str, Any]], None]] = {
    "set_options": lambda asked, given: asked.set_options(given["task_id"], given["options"]),
    "set_dag_options": lambda asked, given: asked.set_dag_options(given["dag_id"], given["options"]),
    "connect": lambda asked, given: asked.connect(given["upstream"], given["downstream"]),
    "disconnect": lambda asked, given: asked.disconnect(given["upstream"], given["downstream"]),
    "make_task": lambda asked, given: asked.make_task(given["cell_id"], given["task_id"]),
}


def _edits(file: NotebookFile, rewriting: Rewriting) -> CellEdits:
    """Tell changed cells from new ones by their ids."""
    old = {cell.cell_id: cell for cell in file.notebook.cells}
    new: Sequence[dict[str, Any]] = json.loads(rewriting.after)["cells"]
    why = {change.cell: change.why for change in rewriting.changes}
    changes, inserts = [], []
    for index, cell in enumerate(new):
        source, reason = "".join(cell["source"]), why.get(index + 1, "")
        before = old.get(cell["id"])
        if before is None:
            inserts.append(CellInsert(index, cell["cell_type"], source, reason))
        elif source != before.source:
            changes.append(CellChange(cell["id"], before.index, before.source, source, reason))
    return CellEdits(file.path, tuple(changes), tuple(inserts), rewriting.notes, rewriting.diff)
