"""A proposal as a new file: the notebook as it is, with a directive on top of some cells; or an Elyra pipeline's cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mwaa_kit.authoring.compile import compile_source
from mwaa_kit.authoring.importing.dagfile import format_document, source_of
from mwaa_kit.authoring.importing.elyra import read_pipeline
from mwaa_kit.authoring.importing.proposing import propose_tasks
from mwaa_kit.authoring.ipynb import read_newest
from mwaa_kit.authoring.rewriting.notebookfile import open_notebook
from mwaa_kit.authoring.rewriting.rewriting import CellChange, Rewriting
from mwaa_kit.model.finding import errors_in


def propose_notebook(path: str, output: str) -> Rewriting:
    """Return a notebook without directives as a task notebook; outputs and all else are kept.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    RefusedError
        If it has directives already, or no cell that could be a task.
    """
    file = open_notebook(path)
    newest = read_newest(path) if path.endswith(".ipynb") else None
    if newest is not None:
        file = replace(file, content=format_document(newest).encode())
    proposal = propose_tasks(file.notebook)
    old = {cell.index: cell.source for cell in file.notebook.cells}
    sources = {index: f"{line}\n{old[index]}" for index, line in proposal.lines.items()}
    notes = [f"proposed from {proposal.how}", *(["written as nbformat 4, for JupyterLab"] if newest else [])]
    findings = errors_in(compile_source(file.edited(sources)).findings)
    notes += [f"to look at: cell {f.at.cell}: {f.code} {f.message} {f.hint}" for f in findings]
    return replace(file.rewriting(sources), output=output, before=None, notes=tuple(notes))


def propose_pipeline(path: str, output: str) -> Rewriting:
    """Return an Elyra pipeline as a task notebook.

    Raises
    ------
    UnreadableInputError
        If it is no Elyra pipeline.
    """
    document = read_pipeline(Path(path).read_bytes(), path)
    cells = [CellChange(number, "", source_of(cell)) for number, cell in enumerate(document["cells"], start=1)]
    notes = ("proposed from an Elyra pipeline; paths stay relative to it",)
    return Rewriting(path, output, None, format_document(document).encode(), tuple(cells), notes)
