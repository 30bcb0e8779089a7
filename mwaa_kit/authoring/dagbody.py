"""The Dag itself: the user's ``@dag`` function with its body inferred, or one of ours (rules 1 and 15)."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from graphlib import TopologicalSorter

from mwaa_kit.authoring.airflowbody import AirflowCell, handed, result
from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell
from mwaa_kit.authoring.celltext import line_of
from mwaa_kit.authoring.codestyle import folded
from mwaa_kit.authoring.directives import Directive
from mwaa_kit.authoring.lowering import anchor_of, parameter_names
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Feed, Wiring
from mwaa_kit.authoring.writer import TextLine


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
    asset
        Whether an ``@asset`` is the whole Dag: its one task makes the asset.
    """

    dag_id: str
    function: str
    cell: AuthoredCell | None = None
    directive: Directive | None = None
    node: ast.FunctionDef | None = None
    written: bool = False
    decorator: ast.expr | None = None
    asset: bool = False


def is_empty_body(node: ast.FunctionDef) -> bool:
    """Whether a body holds nothing but a docstring, ``...`` and ``pass``."""
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in node.body
    )


def body_lines(
    tasks: tuple[Task, ...],
    wiring: Wiring,
    names: dict[str, str],
    target: str,
    airflow: AirflowNames,
    loose: tuple[AuthoredCell, ...] = (),
) -> list[TextLine]:
    """Return the calls that wire the tasks, each after its upstream tasks, else in document order.

    Parameters
    ----------
    loose
        The cells with Airflow code that make no task we know by its id: they only wire, or make tasks in a loop.
    """
    tasks = tuple(task for task in tasks if task.kind != "written")
    lines: list[TextLine] = []
    placed: set[AuthoredCell] = set()
    used = _used_results(tasks, wiring)
    by_id = {task.task_id: task for task in tasks}

    def moved(cell: AuthoredCell) -> list[TextLine]:
        placed.add(cell)
        made = tuple(task for task in tasks if task.cell is cell)
        text = AirflowCell(cell, made, by_id, wiring, names, used, airflow).lines(target)
        return [TextLine(f"# {anchor_of(cell)}"), *text]

    for task in _in_order(tasks, wiring):
        if task.kind in _MOVED:
            lines += moved(task.cell) if task.cell not in placed else []
            continue
        given = f"{result(task, names)} = " if task.task_id in used else ""
        arguments = _arguments(task, wiring, by_id, names)
        call = folded(f"{given}{names[task.task_id]}(", arguments, ")", indent=4)
        lines += [line_of(task.cell, text, task.line or None) for text in call]
    for cell in loose:
        lines += moved(cell)
    for task in tasks:
        after = task.directive.after if task.directive is not None else ()
        for upstream in dict.fromkeys(after):
            if upstream in by_id:
                edge = f"{result(by_id[upstream], names)} >> {result(task, names)}"
                lines.append(line_of(task.cell, edge, task.line or None))
    return lines


_MOVED = frozenset({"operator", "called"})
"""Tasks whose cells move into the body as they are."""


def _used_results(tasks: tuple[Task, ...], wiring: Wiring) -> set[str]:
    fed = {feed.upstream for feeds in [*wiring.feeds.values(), *wiring.bound.values()] for feed in feeds}
    for task in tasks:
        if task.directive is not None and task.directive.after:
            fed |= {task.task_id, *task.directive.after}
    return fed


def _in_order(tasks: tuple[Task, ...], wiring: Wiring) -> list[Task]:
    by_id = {task.task_id: task for task in tasks}
    places = {task.task_id: i for i, task in enumerate(tasks)}
    fed = {task.task_id: [*wiring.feeds.get(task.task_id, []), *_of_its_cell(task, wiring)] for task in tasks}
    data = {
        name: [f.upstream for f in feeds if f.upstream in by_id and f.upstream != name] for name, feeds in fed.items()
    }
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


def _of_its_cell(task: Task, wiring: Wiring) -> list[Feed]:
    return wiring.bound.get(task.cell.code_index, []) if task.kind in _MOVED else []


def _arguments(task: Task, wiring: Wiring, by_id: dict[str, Task], names: dict[str, str]) -> list[str]:
    given = parameter_names(task, wiring) if task.kind == "script" else {}
    feeds = wiring.feeds.get(task.task_id, [])
    return [f"{given.get(feed.name, feed.name)}={handed(feed, by_id, wiring, names)}" for feed in feeds]


def edge_names(task: Task, upstream: str, wiring: Wiring) -> tuple[str, ...]:
    """Return the names that travel along one edge."""
    return tuple(feed.name for feed in wiring.feeds.get(task.task_id, []) if feed.upstream == upstream)
