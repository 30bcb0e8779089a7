"""Freeze and promote, proved: the rewritten notebook is compiled again, and must give the same Dag.

A function cannot hand over names as a cell does, so promoting a task may ask for more: the calls written out, and the
tasks that read it promoted too. Only as much is done as makes the two Dag files equal, definition by definition.
"""

from __future__ import annotations

from dataclasses import replace

from mwaa_kit.authoring.rewriting.compiled import Compiled, Edits
from mwaa_kit.authoring.rewriting.freezing import freeze_dags
from mwaa_kit.authoring.rewriting.generated import Generated, find_differences
from mwaa_kit.authoring.rewriting.notebookfile import NotebookFile, open_notebook
from mwaa_kit.authoring.rewriting.promoting import promote_cells
from mwaa_kit.authoring.rewriting.rewriting import Rewriting
from mwaa_kit.errors import NoTaskError, RefusedError, UncompiledNotebookError, UnknownTaskError


def freeze_notebook(path: str) -> Rewriting:
    """Return the notebook with the inferred calls written into the ``@dag`` body; unchanged where a body is written.

    Raises
    ------
    UncompiledNotebookError, NoTaskError
        If it does not compile.
    RefusedError
        If the same Dag cannot be written out.
    """
    return freeze_file(open_notebook(path))


def freeze_file(file: NotebookFile) -> Rewriting:
    """Do what :func:`freeze_notebook` does, for a notebook that is open already."""
    compiled = Compiled(file.notebook)
    if not list(compiled.inferred):
        unchanged = file.rewriting({})
        return replace(unchanged, notes=("the body of the Dag is written already",))
    return _settle(file, compiled, frozenset(), freeze=True)


def promote_notebook(path: str, task_ids: tuple[str, ...] = ()) -> Rewriting:
    """Return the notebook with some ``#| task:`` cells as TaskFlow functions; all of them where none is named.

    Raises
    ------
    UnknownTaskError
        If a name is not the task of an ordinary cell.
    UncompiledNotebookError, NoTaskError
        If the notebook does not compile.
    RefusedError
        If the same Dag cannot be made so.
    """
    return promote_file(open_notebook(path), task_ids)


def promote_file(file: NotebookFile, task_ids: tuple[str, ...] = ()) -> Rewriting:
    """Do what :func:`promote_notebook` does, for a notebook that is open already."""
    compiled = Compiled(file.notebook)
    for task_id in task_ids:
        if task_id not in compiled.scripts:
            known = ", ".join(compiled.scripts) or "none: every task is a function already"
            raise UnknownTaskError(f"no cell is the task {task_id!r}", path=file.path, hint=f"tasks of cells: {known}")
    if not compiled.scripts:
        return replace(file.rewriting({}), notes=("every task is a function already",))
    return _settle(file, compiled, frozenset(task_ids or compiled.scripts), freeze=False)


def _settle(file: NotebookFile, compiled: Compiled, promoted: frozenset[str], *, freeze: bool) -> Rewriting:
    """Do as much as makes the rewritten notebook give the same Dag."""
    wanted, froze = promoted, freeze
    while True:
        edits = Edits()
        if freeze:
            freeze_dags(compiled, edits)
        promote_cells(compiled, promoted, edits)
        wrong = _what_differs(file, compiled, edits)
        if not wrong:
            rewriting = file.rewriting(edits.sources, edits.new, edits.why)
            return replace(rewriting, notes=_notes(wanted, promoted, froze, freeze))
        more = frozenset(task_id for task_id in compiled.scripts if compiled.function_of(task_id) in wrong) - promoted
        if not freeze and list(compiled.inferred):
            freeze = True
        elif more:
            promoted |= more
        else:
            raise RefusedError(
                f"the same Dag cannot be written out: {', '.join(sorted(filter(None, wrong))) or 'its imports'} would differ",
                path=file.path,
                hint="write the body of the @dag function by hand",
            )


def _what_differs(file: NotebookFile, compiled: Compiled, edits: Edits) -> frozenset[str]:
    """Return the functions of the Dag file that would not be the same."""
    try:
        after = Compiled(file.edited(edits.sources, edits.new))
    except UncompiledNotebookError as error:
        found = {task.cell.number: task_id for task_id, task in compiled.scripts.items()}
        cells = {cell for cell in found if f"cell {cell} " in f"{error.path} ".replace(",", " ")}
        names = {compiled.function_of(found[cell]) for cell in cells}
        return frozenset(names) or frozenset({error.message})
    except NoTaskError as error:
        return frozenset({error.message})
    return find_differences(compiled.generated, Generated(after.generated.module))


def _notes(wanted: frozenset[str], promoted: frozenset[str], froze: bool, freeze: bool) -> tuple[str, ...]:
    notes = []
    if freeze and not froze:
        notes.append("the calls of the Dag are written out too: a function hands over values, not names")
    if more := sorted(promoted - wanted):
        notes.append(f"promoted too, for the values they hand over: {', '.join(more)}")
    return tuple(notes)
