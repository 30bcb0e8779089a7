"""Several Dags in one notebook: which task belongs to which.

A task says it (``dag=etl``), or the order does: where every ``#| dag`` stands above its tasks, or every one below, a task
belongs to the nearest. Anything else is a finding, never a guess.
"""

from __future__ import annotations

import ast

from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.rules import several_dags
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook


def share_out(
    notebook: Notebook, plans: tuple[DagPlan, ...], tasks: tuple[Task, ...]
) -> tuple[dict[str, DagPlan], tuple[Finding, ...]]:
    """Return the inferred Dag of each task, by task_id."""
    inferred = [plan for plan in plans if not plan.written]
    if not inferred:
        return {}, ()
    told = {task.task_id: _told(task) for task in tasks}
    found = {
        task.task_id: plan for task in tasks for plan in inferred if told[task.task_id] in (plan.dag_id, plan.function)
    }
    findings = [
        _unknown(notebook, task, told[task.task_id], inferred)
        for task in tasks
        if told[task.task_id] and task.task_id not in found
    ]
    rest = [task for task in tasks if not told[task.task_id]]
    if len(inferred) == 1:
        return found | {task.task_id: inferred[0] for task in rest}, tuple(findings)
    by_order = _by_order(inferred, rest)
    if by_order is None or any(plan not in (found | by_order).values() for plan in inferred):
        findings += [_undecided(notebook, plan) for plan in inferred[1:]]
    return found | (by_order or {task.task_id: inferred[0] for task in rest}), tuple(findings)


def _told(task: Task) -> str:
    option = task.directive.option("dag") if task.directive is not None else None
    return str(ast.literal_eval(option.code)) if option is not None and not option.call else ""


def _by_order(plans: list[DagPlan], tasks: list[Task]) -> dict[str, DagPlan] | None:
    """Return the nearest Dag of each task, on the side where all of them stand; None where the order says nothing."""
    if not tasks:
        return {}
    places = {plan: plan.cell.code_index if plan.cell is not None else -1 for plan in plans}
    of_tasks = [task.cell.code_index for task in tasks]
    first, last = min(places.values()), max(places.values())
    if first <= min(of_tasks) and last < max(of_tasks):
        return {
            t.task_id: max((p for p in plans if places[p] <= t.cell.code_index), key=places.__getitem__) for t in tasks
        }
    if last >= max(of_tasks) and first > min(of_tasks):
        return {
            t.task_id: min((p for p in plans if places[p] >= t.cell.code_index), key=places.__getitem__) for t in tasks
        }
    return None


def _unknown(notebook: Notebook, task: Task, dag_id: str, plans: list[DagPlan]) -> Finding:
    at = notebook.locate(task.cell.cell, task.line)
    message = f"task {task.task_id!r} belongs to Dag {dag_id!r}, and there is no Dag of that name to be wired."
    return several_dags.RULE.found(at, message, f"write one of: {', '.join(plan.dag_id for plan in plans)}")


def _undecided(notebook: Notebook, plan: DagPlan) -> Finding:
    assert plan.cell is not None
    line = plan.node.lineno if plan.node else plan.directive.line if plan.directive else 1
    message = f"it cannot be told which tasks belong to Dag {plan.dag_id!r}."
    hint = (
        f"put every Dag above its tasks, or every one below, or say it at the tasks: '#| task: name dag={plan.dag_id}'"
    )
    return several_dags.RULE.found(notebook.locate(plan.cell.cell, line), message, hint)
