"""The tasks a notebook defines, and the findings of its cells taken one by one."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mwaa_kit.authoring.airflowcode import MadeTask, made_tasks, written_id
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
        ``called`` for a TaskFlow function that a cell calls or maps itself, ``group`` for a function with ``@task_group``,
        ``written`` for what a written Dag body, or such a group, defines itself.
    function
        The name it has in the Dag file.
    node
        The definition of a TaskFlow task, or the statement that makes an operator or calls a function.
    calls
        The TaskFlow function that a ``called`` task is made of.
    """

    task_id: str
    function: str
    kind: str
    cells: tuple[AuthoredCell, ...]
    directive: Directive | None = None
    node: ast.stmt | None = None
    calls: str = ""

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
    cells = tuple(cells)
    found: list[Task] = []
    scripts: dict[str, int] = {}
    functions = {t.function: t.task_id for cell in cells for t in _functions(cell, airflow)}
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
            found += _made(cell, airflow, functions)
    called = {task.calls for task in found if task.kind == "called"}
    found = [task for task in found if task.function not in called or task.kind not in {"taskflow", "group"}]
    return tuple(_numbered(found))


def _functions(cell: AuthoredCell, airflow: AirflowNames) -> Iterator[Task]:
    if cell.role in {Role.TASKFLOW, Role.DAG, Role.SHARED}:
        yield from (task for task in _taskflow(cell, airflow) if task.kind in {"taskflow", "group"})


def _numbered(tasks: list[Task]) -> Iterator[Task]:
    """Give a function that is called again the id that Airflow gives it: ``double__1``."""
    seen: dict[str, int] = {}
    for task in tasks:
        times = seen.get(task.task_id, 0)
        if task.kind == "called":
            seen[task.task_id] = times + 1
        yield replace(task, task_id=f"{task.task_id}__{times}") if times and task.kind == "called" else task


def _taskflow(cell: AuthoredCell, airflow: AirflowNames) -> Iterator[Task]:
    for node in cell.parsed.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_taskflow(node, airflow):
            kinds = {airflow.original(decorator) for decorator in node.decorator_list}
            kind = "group" if "task_group" in kinds else "taskflow"
            name = (_group_id(node) if kind == "group" else _written_id(node.decorator_list)) or node.name
            yield Task(name, node.name, kind, (cell,), None, node)
            if kind == "group":
                yield from _within_group(cell, node, airflow, name)


def _group_id(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return the ``group_id`` that a ``@task_group`` writes; empty where it does not."""
    words = (word for call in node.decorator_list if isinstance(call, ast.Call) for word in call.keywords)
    values = (word.value for word in words if word.arg == "group_id")
    return next((str(v.value) for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)), "")


def _within_group(
    cell: AuthoredCell, group: ast.FunctionDef | ast.AsyncFunctionDef, airflow: AirflowNames, name: str
) -> Iterator[Task]:
    """Yield the tasks that a task group defines and makes in its body, each under the id it then has."""
    inner = [n for n in group.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and is_taskflow(n, airflow)]
    for node in inner:
        yield Task(f"{name}.{_written_id(node.decorator_list) or node.name}", "", "written", (cell,), None, node)
    mine = {node.name: node.name for node in inner}
    for made in made_tasks(group.body, airflow, mine, f"{name}."):
        if not made.calls:
            yield Task(made.task_id, "", "written", (cell,), None, made.statement)


def _within_dag(cell: AuthoredCell, airflow: AirflowNames) -> Iterator[Task]:
    """Yield the tasks that a written Dag body defines itself: they are known by name and go through unchanged."""
    for statement in (s for s in cell.parsed.body if is_dag(s, airflow)):
        if isinstance(statement, ast.FunctionDef) and (name := asset_name(statement, airflow)):
            yield Task(name, "", "written", (cell,), None, statement)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and (task_id := _written_id([node])) and not _is_decorator(node, airflow):
                yield Task(task_id, task_id, "written", (cell,), None, statement)
            elif node is not statement and isinstance(node, ast.FunctionDef) and is_taskflow(node, airflow):
                yield Task(_written_id(node.decorator_list) or node.name, node.name, "written", (cell,), None, node)


def asset_name(node: ast.FunctionDef, airflow: AirflowNames) -> str:
    """Return what the Dag and the task of an ``@asset`` function are called; empty for another function."""
    if not any(airflow.original(decorator) == "asset" for decorator in node.decorator_list):
        return ""
    words = [word for call in node.decorator_list if isinstance(call, ast.Call) for word in call.keywords]
    values = [word.value for word in words if word.arg == "name"]
    return next((v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str)), node.name)


def _is_decorator(call: ast.Call, airflow: AirflowNames) -> bool:
    return airflow.original(call) in {"task", "setup", "teardown", "task_group"}


def _made(cell: AuthoredCell, airflow: AirflowNames, functions: dict[str, str]) -> Iterator[Task]:
    made: MadeTask
    for made in made_tasks(cell.parsed.body, airflow, functions):
        kind = "called" if made.calls else "operator"
        yield Task(made.task_id, made.variable, kind, (cell,), None, made.statement, made.calls)


def _written_id(calls: Iterable[ast.expr]) -> str:
    """Return the ``task_id="…"`` of some calls; empty where none says it in words."""
    return next(filter(None, (written_id(call) for call in calls if isinstance(call, ast.Call))), "")


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
