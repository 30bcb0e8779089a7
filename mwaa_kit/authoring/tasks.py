"""The tasks a notebook defines, and the findings of its cells taken one by one."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell, Role, is_dag, is_taskflow
from mwaa_kit.authoring.directives import Directive
from mwaa_kit.authoring.scopes import parameters


@dataclass(frozen=True, eq=False)
class Task:
    """One task.

    Parameters
    ----------
    kind
        ``script`` for ordinary cells, ``taskflow`` for a function with ``@task``, ``operator`` for a classic one,
        ``group`` for a task group, ``written`` for what a written Dag body defines itself.
    function
        The name it has in the Dag file.
    node
        The definition of a TaskFlow task, or the statement that makes an operator.
    """

    task_id: str
    function: str
    kind: str
    cells: tuple[AuthoredCell, ...]
    directive: Directive | None = None
    node: ast.stmt | None = None

    @property
    def cell(self) -> AuthoredCell:
        """The cell it begins in."""
        return self.cells[0]

    @property
    def line(self) -> int:
        """The line of its cell that names it, from 1."""
        if self.node is not None:
            return self.node.lineno
        return self.directive.line if self.directive is not None else 1

    def made_at(self, name: str) -> tuple[int, int]:
        """Return where it makes or changes a name, to list what it returns in written order."""
        for i, cell in enumerate(self.cells):
            line = cell.facts.binds.get(name) or cell.facts.mutates.get(name)
            if line:
                return i, line
        return len(self.cells), 0


def find_tasks(cells: Iterable[AuthoredCell], airflow: AirflowNames) -> tuple[Task, ...]:
    """Return the tasks in document order; cells of ``#| task+`` join the task they name."""
    found: list[Task] = []
    scripts: dict[str, int] = {}
    for cell in cells:
        directive = cell.directive
        if cell.role is Role.NOTEBOOK and directive is not None and directive.name:
            scripts[directive.name] = len(found)
            found.append(Task(directive.name, identifier(directive.name), "script", (cell,), directive))
        elif cell.role is Role.TASK and directive is not None and directive.name:
            earlier = scripts.get(directive.name)
            if directive.key == "task+" and earlier is not None:
                found[earlier] = replace(found[earlier], cells=(*found[earlier].cells, cell))
            elif directive.key == "task":
                scripts[directive.name] = len(found)
                found.append(Task(directive.name, identifier(directive.name), "script", (cell,), directive))
        elif cell.role in {Role.TASKFLOW, Role.DAG, Role.SHARED}:
            found += _taskflow(cell, airflow)
            found += _within_dag(cell, airflow) if cell.role is Role.DAG else ()
        elif cell.role is Role.AIRFLOW:
            found += _operators(cell)
    return tuple(found)


def _taskflow(cell: AuthoredCell, airflow: AirflowNames) -> Iterator[Task]:
    for node in cell.parsed.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_taskflow(node, airflow):
            kinds = {airflow.original(decorator) for decorator in node.decorator_list}
            kind = "group" if "task_group" in kinds else "taskflow"
            yield Task(_written_id(node.decorator_list) or node.name, node.name, kind, (cell,), None, node)


def _within_dag(cell: AuthoredCell, airflow: AirflowNames) -> Iterator[Task]:
    """Yield the tasks that a written Dag body defines itself: they are known by name and go through unchanged."""
    for statement in (s for s in cell.parsed.body if is_dag(s, airflow)):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and (task_id := _written_id([node])) and not _is_decorator(node, airflow):
                yield Task(task_id, task_id, "written", (cell,), None, statement)
            elif node is not statement and isinstance(node, ast.FunctionDef) and is_taskflow(node, airflow):
                yield Task(_written_id(node.decorator_list) or node.name, node.name, "written", (cell,), None, node)


def _is_decorator(call: ast.Call, airflow: AirflowNames) -> bool:
    return airflow.original(call) in {"task", "setup", "teardown", "task_group"}


def _operators(cell: AuthoredCell) -> Iterator[Task]:
    for statement in cell.parsed.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and (task_id := _written_id([node])):
                name = task_id
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                    name = statement.targets[0].id
                yield Task(task_id, name, "operator", (cell,), None, statement)


def _written_id(calls: Iterable[ast.expr]) -> str:
    """Return the ``task_id="…"`` of some calls; empty where none says it in words."""
    for call in calls:
        for word in call.keywords if isinstance(call, ast.Call) else []:
            if word.arg == "task_id" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str):
                return word.value.value
    return ""


def free_parameters(node: ast.stmt | None) -> tuple[tuple[str, bool], ...]:
    """Return the parameters of a TaskFlow function that take a value, each with whether it must be given."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    positional, keyword_only, _ = parameters(node.args)
    optional = set(positional[len(positional) - len(node.args.defaults) :] if node.args.defaults else ())
    optional |= {a.arg for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None}
    return tuple((name, name not in optional) for name in (*positional, *keyword_only))


def identifier(name: str) -> str:
    """Derive a Python name from a task name."""
    made = re.sub(r"\W", "_", name)
    made = made if not made[:1].isdigit() else f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) or not made.isidentifier() else made
