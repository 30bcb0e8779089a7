"""Fix: a notebook with every automatic fix made, round by round, as one rewriting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mwaa_kit.authoring.cells import find_cells
from mwaa_kit.authoring.checking import check_cells
from mwaa_kit.authoring.compile import compile_source
from mwaa_kit.authoring.rewriting.fixes import Fix, apply_fixes, find_fixes
from mwaa_kit.authoring.rewriting.notebookfile import NotebookFile, open_notebook
from mwaa_kit.authoring.rewriting.rewriting import Rewriting
from mwaa_kit.errors import NoTaskError
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook

_ROUNDS = 5


@dataclass(frozen=True)
class Fixing:
    """The fixes of a notebook, and the rewriting that makes them."""

    rewriting: Rewriting
    fixes: tuple[Fix, ...]


def fix_notebook(path: str) -> Fixing:
    """Return a notebook with all automatic fixes made; a fix may show the next finding, which is then fixed too.

    Raises
    ------
    UnreadableInputError
        If the file is no notebook in Python.
    """
    return fix_file(open_notebook(path))


def fix_file(file: NotebookFile, wanted: Callable[[Fix], bool] = lambda fix: True) -> Fixing:
    """Do what :func:`fix_notebook` does, for a notebook that is open already.

    Parameters
    ----------
    wanted
        Which fixes to make.
    """
    sources: dict[int, str] = {}
    made: list[Fix] = []
    for _ in range(_ROUNDS):
        notebook = file.edited(sources)
        fixes = tuple(fix for fix in find_fixes(notebook, _findings(notebook)) if wanted(fix))
        if not fixes:
            break
        made += fixes
        for cell in find_cells(notebook):
            if here := [fix for fix in fixes if fix.cell == cell.cell.index]:
                sources[cell.cell.index] = apply_fixes(cell, here)
    return Fixing(_rewriting(file, sources, made), tuple(made))


def _findings(notebook: Notebook) -> tuple[Finding, ...]:
    try:
        return compile_source(notebook).findings
    except NoTaskError:  # a misspelt directive may be why
        return tuple(check_cells(notebook, find_cells(notebook)))


def _rewriting(file: NotebookFile, sources: dict[int, str], made: list[Fix]) -> Rewriting:
    why: dict[int, str] = {}
    for fix in made:
        said = f"{fix.code}: {fix.description}" if fix.code else fix.description
        why[fix.cell] = f"{why[fix.cell]}; {said}" if fix.cell in why else said
    rewriting = file.rewriting(sources, why=why)
    return (
        rewriting if rewriting.changes else replace(rewriting, notes=("there is nothing that can be fixed by itself",))
    )
