"""Tell what each cell of a notebook is and why, and what its Dags look like before Airflow has read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mwaa_kit.authoring.analysing import Analysed
from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.params import find_params
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.model.live import Give, LiveCell, Take
from mwaa_kit.model.spec import DagSpec, TaskSpec

_WHY = {
    Role.PARAMS: "its lines are the Dag's params",
    Role.SHARED: "it is shared: module-level code of the Dag file",
    Role.LIBRARY: "it holds only imports, definitions and constants: what a task needs of it is shared without being told",
    Role.TASKFLOW: "it defines functions with Airflow's decorators: they are taken as they are",
    Role.AIRFLOW: "it makes operators or wires tasks: it goes into the Dag's body",
    Role.DAG: "it is the Dag",
    Role.REQUIREMENTS: "it lists lines of requirements.txt",
    Role.SKIP: "'#| skip' leaves it out",
    Role.EXPLORATION: "it has no directive and defines nothing of Airflow: exploration, never shipped",
}
_TEXT = "it is text, and stays in the notebook"
Readers = dict[str, dict[str, list[str]]]
"""By task and name: the tasks that take it."""

_UNSHIPPED = frozenset({Role.SKIP, Role.EXPLORATION, Role.REQUIREMENTS})


def tell_cells(known: Analysed) -> tuple[LiveCell, ...]:
    """Return what each cell of the notebook itself is, of all kinds, in document order."""
    authored = {cell.cell.index: cell for cell in known.cells if not cell.cell.path}
    tasks: dict[AuthoredCell, list[Task]] = {}
    for task in known.tasks:
        for part in task.cells:
            tasks.setdefault(part, []).append(task)
    readers: Readers = {}
    for task_id, feeds in known.wiring.feeds.items():
        for feed in feeds:
            readers.setdefault(feed.upstream, {}).setdefault(feed.name, []).append(task_id)
    found = []
    for cell in (own for own in known.notebook.cells if not own.path):
        code = authored.get(cell.index)
        if code is not None:
            found.append(_tell(known, code, tasks.get(code, []), readers))
        else:
            found.append(LiveCell(cell.index, cell.cell_id, cell.number, cell.kind.value, False, (), _TEXT))
    return tuple(found)


def _tell(known: Analysed, cell: AuthoredCell, tasks: list[Task], readers: Readers) -> LiveCell:
    directive = cell.directive
    options: dict[str, object] = {}
    if directive is not None:
        options = {option.key: option.code for option in directive.options}
        options |= {"after": list(directive.after)} if directive.after else {}
    return LiveCell(
        index=cell.cell.index,
        id=cell.cell.cell_id,
        cell=cell.number,
        role="task+" if directive is not None and directive.key == "task+" else cell.role.value,
        shipped=cell.role not in _UNSHIPPED,
        task_ids=tuple(task.task_id for task in tasks if task.kind != "group"),
        why=_why(cell),
        takes=tuple(take for task in tasks if task.cell is cell for take in _takes(known, task)),
        gives=tuple(give for task in tasks if task.cell is cell for give in _gives(known, task, readers)),
        options=options,
    )


def _why(cell: AuthoredCell) -> str:
    directive = cell.directive
    if directive is not None and directive.key == "test":
        return "'#| test' makes it a check: pytest runs it, and it is never shipped"
    if directive is not None and directive.name and cell.role in {Role.TASK, Role.NOTEBOOK, Role.INCLUDE}:
        key = directive.key
        words = {"task+": "goes on with task", "notebook": "runs a whole notebook as task", "include": "includes"}
        return f"'#| {key}' in line {directive.line}: it {words.get(key, 'is task')} {directive.name!r}"
    return _WHY.get(cell.role, f"it is marked '#| {cell.role.value}'")


def _takes(known: Analysed, task: Task) -> Iterator[Take]:
    for feed in known.wiring.feeds.get(task.task_id, ()):
        yield Take(feed.name, feed.upstream, "task", feed.reason, feed.whole)
    for kind, names in (("params", known.wiring.params), ("shared", known.wiring.shared)):
        for name in names.get(task.task_id, ()):
            words = "a param of the Dag" if kind == "params" else "shared code of the notebook"
            yield Take(name, None, kind, f"{name!r} is {words}")


def _gives(known: Analysed, task: Task, readers: Readers) -> Iterator[Give]:
    taken = readers.get(task.task_id, {})
    for name in dict.fromkeys([*known.wiring.gives.get(task.task_id, ()), *taken]):
        yield Give(name, tuple(taken.get(name, ())))


def tell_dags(known: Analysed) -> tuple[DagSpec, ...]:
    """Return the Dags as far as the text alone says: a Dag body that the user wrote has no edges yet."""
    upstream: dict[str, list[str]] = {}
    downstream: dict[str, list[str]] = {}
    for task, above in known.edges():
        upstream.setdefault(task.task_id, []).append(above)
        downstream.setdefault(above, []).append(task.task_id)
    return tuple(_spec(known, plan, upstream, downstream) for plan in known.plans)


def _spec(known: Analysed, plan: DagPlan, upstream: dict[str, list[str]], downstream: dict[str, list[str]]) -> DagSpec:
    options = _options(plan)
    tags, description = _literal(options.get("tags")), _literal(options.get("description"))
    params = find_params(known.cells)
    tasks = tuple(
        TaskSpec(
            task.task_id,
            _operator(task),
            label=task.task_id,
            upstream=tuple(upstream.get(task.task_id, ())),
            downstream=tuple(downstream.get(task.task_id, ())),
        )
        for task in known.tasks
        if task.kind != "group" and known.dag_id_of(task) == plan.dag_id
    )
    return DagSpec(
        plan.dag_id,
        tasks,
        schedule=_text(options.get("schedule")),
        start_date=options.get("start_date"),
        catchup=_literal(options.get("catchup")) is True,
        description=description if isinstance(description, str) else "",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list | tuple | set) else (),
        params={param.name: _literal(param.default) for param in params},
        param_schemas={param.name: param.json_schema for param in params if param.schema},
    )


def _options(plan: DagPlan) -> dict[str, str]:
    """Return what the Dag's directive and decorator set, as Python text; the decorator wins."""
    found = {option.key: option.code for option in plan.directive.options} if plan.directive is not None else {}
    if isinstance(plan.decorator, ast.Call):
        found |= {word.arg: ast.unparse(word.value) for word in plan.decorator.keywords if word.arg}
    return found


def _operator(task: Task) -> str:
    if task.kind == "script" or isinstance(task.node, ast.FunctionDef | ast.AsyncFunctionDef):
        marks = getattr(task.node, "decorator_list", [])
        kinds = (ast.unparse(mark.func if isinstance(mark, ast.Call) else mark) for mark in marks)
        return next((f"@{kind}" for kind in kinds if kind.partition(".")[0] == "task"), "@task")
    for node in ast.walk(task.node) if task.node is not None else ():
        if isinstance(node, ast.Call) and any(word.arg == "task_id" for word in node.keywords):
            partial = isinstance(node.func, ast.Attribute) and node.func.attr == "partial"
            called = node.func.value if partial and isinstance(node.func, ast.Attribute) else node.func
            return ast.unparse(called).rpartition(".")[2]
    return ""


def _literal(code: str | None) -> Any:
    """Return the value of a literal; None for anything else."""
    try:
        return ast.literal_eval(code) if code is not None else None
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _text(code: str | None) -> str | None:
    """Return a schedule as it is written: the text of a string, the code of a timetable."""
    value = _literal(code)
    return value if isinstance(value, str) else None if code in (None, "None") else code
