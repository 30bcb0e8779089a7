"""The Dag itself: the user's ``@dag`` function with its body inferred, or one of ours (rules 1 and 15)."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from graphlib import TopologicalSorter

from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell
from mwaa_kit.authoring.celltext import cell_lines, line_of
from mwaa_kit.authoring.codestyle import folded
from mwaa_kit.authoring.directives import Directive
from mwaa_kit.authoring.edges import upstream_of
from mwaa_kit.authoring.lowering import anchor_of, parameter_names
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.authoring.writer import TextLine, trimmed


@dataclass(frozen=True, eq=False)
class DagPlan:
    """The Dag of a notebook.

    Parameters
    ----------
    node
        The user's own ``@dag`` function; None where a directive, or nothing, stands for it.
    decorator
        The ``@dag`` of that function.
    written
        Whether its body, or another form of Dag, is the user's and taken as it is.
    """

    dag_id: str
    function: str
    cell: AuthoredCell | None = None
    directive: Directive | None = None
    node: ast.FunctionDef | None = None
    written: bool = False
    decorator: ast.expr | None = None


def is_empty_body(node: ast.FunctionDef) -> bool:
    """Whether a body holds nothing but a docstring, ``...`` and ``pass``."""
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in node.body
    )


def body_lines(
    tasks: tuple[Task, ...], wiring: Wiring, names: dict[str, str], target: str, airflow: AirflowNames
) -> list[TextLine]:
    """Return the calls that wire the tasks, each after its upstream tasks, else in document order."""
    tasks = tuple(task for task in tasks if task.kind not in {"written", "group"})
    lines: list[TextLine] = []
    placed: set[AuthoredCell] = set()
    used = _used_results(tasks, wiring)
    by_id = {task.task_id: task for task in tasks}
    for task in _in_order(tasks, wiring):
        if task.kind == "operator":
            if task.cell not in placed:
                placed.add(task.cell)
                lines += [TextLine(f"# {anchor_of(task.cell)}"), *operator_lines(task.cell, target)]
            continue
        given = f"{result(task, names)} = " if task.task_id in used else ""
        arguments = _arguments(task, wiring, by_id, names)
        call = folded(f"{given}{names[task.task_id]}(", arguments, ")", indent=4)
        lines += [line_of(task.cell, text, task.line or None) for text in call]
    for task in tasks:
        after = task.directive.after if task.directive is not None else ()
        for upstream in dict.fromkeys(after):
            if upstream in by_id:
                edge = f"{result(by_id[upstream], names)} >> {result(task, names)}"
                lines.append(line_of(task.cell, edge, task.line or None))
    return lines


def operator_lines(cell: AuthoredCell, target: str) -> list[TextLine]:
    """Return what goes into the Dag body of a cell with classic operators: all but its imports and definitions."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return trimmed(cell_lines(cell, target, lambda node: not isinstance(node, kinds)))


def result(task: Task, names: dict[str, str]) -> str:
    """Return the variable of the Dag body that stands for a task."""
    return task.function if task.kind == "operator" else f"_{names[task.task_id]}"


def _used_results(tasks: tuple[Task, ...], wiring: Wiring) -> set[str]:
    fed = {feed.upstream for feeds in wiring.feeds.values() for feed in feeds}
    for task in tasks:
        if task.directive is not None and task.directive.after:
            fed |= {task.task_id, *task.directive.after}
    return fed


def _in_order(tasks: tuple[Task, ...], wiring: Wiring) -> list[Task]:
    by_id = {task.task_id: task for task in tasks}
    places = {task.task_id: i for i, task in enumerate(tasks)}
    data = {t.task_id: [f.upstream for f in wiring.feeds.get(t.task_id, []) if f.upstream in by_id] for t in tasks}
    sorter = TopologicalSorter(data)
    sorter.prepare()
    ordered: list[Task] = []
    ready: list[str] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=places.__getitem__)
        first = ready.pop(0)
        ordered.append(by_id[first])
        sorter.done(first)
    return ordered


def _arguments(task: Task, wiring: Wiring, by_id: dict[str, Task], names: dict[str, str]) -> list[str]:
    given = parameter_names(task, wiring) if task.kind == "script" else {}
    arguments = []
    for feed in wiring.feeds.get(task.task_id, []):
        upstream = by_id[feed.upstream]
        value = result(upstream, names)
        if upstream.kind == "operator":
            value = f"{value}.output"
        elif not feed.whole and len(wiring.gives.get(feed.upstream, [])) > 1:
            value = f'{value}["{feed.name}"]'
        arguments.append(f"{given.get(feed.name, feed.name)}={value}")
    return arguments


def edge_names(task: Task, upstream: str, wiring: Wiring) -> tuple[str, ...]:
    """Return the names that travel along one edge."""
    return tuple(feed.name for feed in wiring.feeds.get(task.task_id, []) if feed.upstream == upstream)


def all_edges(tasks: tuple[Task, ...], wiring: Wiring) -> list[tuple[Task, str]]:
    """Return each (task, upstream task_id), in document order of the tasks."""
    return [(task, upstream) for task in tasks for upstream in upstream_of(task, wiring)]
