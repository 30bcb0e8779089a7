"""Promote: a cell of ``#| task:`` becomes the TaskFlow function that it was lowered to, comments included."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mwaa_kit.authoring.rewriting.compiled import Compiled, Edits
from mwaa_kit.authoring.tasks import Task


def promote_cells(compiled: Compiled, task_ids: Iterable[str], edits: Edits) -> None:
    """Plan the edits that turn some script tasks into functions."""
    known = set(compiled.airflow.names)
    for task_id in sorted(task_ids, key=lambda name: compiled.scripts[name].cell.number):
        task = compiled.scripts[task_id]
        node = compiled.generated.functions[compiled.function_of(task_id)]
        imports = compiled.generated.own_imports(_decorator_names(node) - known)
        known |= _decorator_names(node)
        head = "".join(f"{line}\n" for line in imports) + ("\n" if imports else "")
        why = f"task {task_id!r} as a TaskFlow function"
        edits.change(task.cell.cell.index, f"{head}{compiled.generated.whole(node)}", why)
        _empty_others(task, edits)


def _decorator_names(node: ast.FunctionDef) -> set[str]:
    inner = (name for decorator in node.decorator_list for name in ast.walk(decorator))
    return {name.id for name in inner if isinstance(name, ast.Name)}


def _empty_others(task: Task, edits: Edits) -> None:
    """A cell that continued the task keeps its outputs and says where its code went."""
    for cell in task.cells[1:]:
        note = f"# the code of this cell is in task {task.task_id!r}, cell {task.cell.number}"
        edits.change(cell.cell.index, note, f"its code is in cell {task.cell.number} now")
