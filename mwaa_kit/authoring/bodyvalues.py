"""What a written Dag body takes of tasks that are made of ordinary cells.

Such a task returns the names that others read. In an inferred Dag those are the readers found by their names; a body that
the user wrote says it by what it does with the call: ``load()["rows"]`` takes one name, ``score(X=features())`` the name of
the parameter where the task makes it, and else all that there is. With nothing to go by, the task would return None,
silently, so then there is a finding.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.rules import body_takes_nothing
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook


@dataclass
class Taken:
    """What a body takes of one task: some keys, or the whole of it, first at `line`; `given` are the parameters it goes to."""

    keys: list[str] = field(default_factory=list)
    whole: bool = False
    given: set[str] = field(default_factory=set)
    line: int = 0


def settle_body_values(
    notebook: Notebook, plans: tuple[DagPlan, ...], tasks: tuple[Task, ...], wiring: Wiring
) -> list[Finding]:
    """Add to what tasks give what the written bodies take; return what cannot be settled."""
    scripts = {task.function: task for task in tasks if task.kind == "script" and task.directive is not None}
    findings: list[Finding] = []
    for plan in plans:
        if not plan.written or plan.node is None or plan.cell is None:
            continue
        for function, taken in taken_by(plan.node, frozenset(scripts)).items():
            task = scripts[function]
            if task.directive is None or task.directive.key == "notebook":
                continue  # a whole notebook says itself what it returns
            wanted = _wanted(task, taken, wiring)
            if taken.keys and wanted:
                wiring.keyed.add(task.task_id)
            if wanted:
                given = {*wiring.gives.get(task.task_id, []), *wanted}
                wiring.gives[task.task_id] = sorted(given, key=task.made_at)
            elif wanted is None:
                findings.append(_unsettled(notebook, plan, task, taken))
    return findings


def _wanted(task: Task, taken: Taken, wiring: Wiring) -> list[str] | None:
    """Return the names the task must return; None when that cannot be known."""
    made, changed = _made(task), [name for cell in task.cells for name in cell.facts.mutates]
    if any(key not in made and key not in changed for key in taken.keys):
        return None
    if taken.whole and not taken.keys and not wiring.gives.get(task.task_id):
        return made if len(made) == 1 else _as_the_parameter(made, taken)
    return taken.keys


def _as_the_parameter(made: list[str], taken: Taken) -> list[str] | None:
    """Return the one name of the task that is the name of each parameter it is handed to."""
    return [name for name in made if taken.given == {name}] or None


def _made(task: Task) -> list[str]:
    """Return the values a task makes that may be handed on: no import, no function, nothing private."""
    pairs = [(name, cell.facts.kinds[name]) for cell in task.cells for name in cell.facts.binds]
    return list(dict.fromkeys(name for name, kind in pairs if kind == "data" and not name.startswith("_")))


def _unsettled(notebook: Notebook, plan: DagPlan, task: Task, taken: Taken) -> Finding:
    """Say it at the task's cell, which is where it can be settled for every body."""
    assert plan.cell is not None
    made = _made(task)
    at = notebook.locate(task.cell.cell, task.line)
    where = f"the body of {plan.dag_id!r} ({plan.cell.label} line {taken.line})"
    if missing := [key for key in taken.keys if key not in made]:
        message = f"{where} takes {missing[0]!r} of task {task.task_id!r}, which makes no such name."
    else:
        message = f"{where} takes the value of task {task.task_id!r}, which makes {', '.join(made[:6]) or 'none'}."
    call = f'{task.function}()["{made[0]}"]' if made else f"{task.function}() without its value"
    hint = f"write {call} there, or make this cell a @task function with a return"
    return body_takes_nothing.RULE.found(at, message, hint)


def taken_by(body: ast.FunctionDef, functions: frozenset[str]) -> dict[str, Taken]:
    """Return what a Dag body takes of the results of some functions.

    Examples
    --------
    >>> body = ast.parse('def d():\\n    one = load()\\n    show(one["rows"])\\n    clean() >> last()').body[0]
    >>> taken_by(body, frozenset({"load", "clean", "last"}))["load"].keys
    ['rows']
    """
    parents = {child: node for node in ast.walk(body) for child in ast.iter_child_nodes(node)}
    variables: dict[str, str] = {}
    found: dict[str, Taken] = {}
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and (function := _called(node)) in functions:
            for name in _bound_to(node, parents):
                variables[name] = function
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and (function := _called(node)) in functions:
            _note(found.setdefault(function, Taken()), node, parents)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in variables:
            _note(found.setdefault(variables[node.id], Taken()), node, parents)
    return {function: taken for function, taken in found.items() if taken.keys or taken.whole}


def _called(node: ast.Call) -> str:
    """Return the name of the function that a call makes a task of: ``load()``, ``load.override(…)()``."""
    function: ast.expr = node.func
    while isinstance(function, ast.Call) and isinstance(function.func, ast.Attribute):
        function = function.func.value
    return function.id if isinstance(function, ast.Name) else ""


def _bound_to(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    parent = parents.get(node)
    if isinstance(parent, ast.Assign):
        yield from (target.id for target in parent.targets if isinstance(target, ast.Name))
    elif isinstance(parent, ast.NamedExpr | ast.AnnAssign) and isinstance(parent.target, ast.Name):
        yield parent.target.id


def _note(taken: Taken, node: ast.expr, parents: dict[ast.AST, ast.AST]) -> None:
    """Note what is done with one mention of a result: a key is taken, the whole, or only its order counts."""
    parent = parents.get(node)
    while isinstance(parent, ast.List | ast.Tuple | ast.Starred):
        parent = parents.get(parent)
    if isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Constant):
        key = parent.slice.value
        if isinstance(key, str) and key not in taken.keys:
            taken.keys.append(key)
            taken.line = taken.line or node.lineno
    elif isinstance(parent, ast.Call | ast.keyword):
        taken.whole = True
        taken.given.add(parent.arg or "" if isinstance(parent, ast.keyword) and parent.value is node else "")
        taken.line = taken.line or node.lineno
