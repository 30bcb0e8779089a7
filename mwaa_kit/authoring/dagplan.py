"""Which Dag a notebook is: a written one, one whose body is inferred, or one named after its file (rule 15)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell, Role, is_dag
from mwaa_kit.authoring.chunks import dag_functions
from mwaa_kit.authoring.dagbody import DagPlan, is_empty_body
from mwaa_kit.authoring.rules import no_dag_directive, params_twice
from mwaa_kit.authoring.tasks import asset_name, identifier
from mwaa_kit.model.finding import CellLocation, Finding
from mwaa_kit.model.notebook import Notebook


def find_dags(
    notebook: Notebook, cells: tuple[AuthoredCell, ...], airflow: AirflowNames
) -> tuple[tuple[DagPlan, ...], tuple[Finding, ...]]:
    """Return the Dags of a notebook: those with a written body, then those that are to be wired."""
    written: list[DagPlan] = []
    inferred: list[DagPlan] = []
    for cell in cells:
        if cell.role is Role.DAG:
            plans = _dags_of(cell, airflow)
            if not plans and cell.directive is not None:
                dag_id = cell.directive.name or file_dag_id(notebook)
                plans = [DagPlan(dag_id, identifier(dag_id), cell, cell.directive)]
            written += [plan for plan in plans if plan.written]
            inferred += [plan for plan in plans if not plan.written]
    alone = all(plan.asset for plan in written) and not inferred
    if alone and (not written or any(cell.role in _TASKS for cell in cells)):
        dag_id = file_dag_id(notebook)
        if not any(cell.role in _TASKS for cell in cells):
            return (*written, DagPlan(dag_id, identifier(dag_id))), ()
        hint = f"add a cell '#| dag: {dag_id} schedule=\"@daily\"' to choose its id and schedule"
        message = f"no '#| dag': the notebook is one Dag, {dag_id!r}, without a schedule."
        finding = no_dag_directive.RULE.found(CellLocation(notebook.path), message, hint)
        return (*written, DagPlan(dag_id, identifier(dag_id))), (finding,)
    return (*written, *inferred), tuple(_params_twice(notebook, cells, [*written, *inferred]))


def _params_twice(notebook: Notebook, cells: tuple[AuthoredCell, ...], plans: list[DagPlan]) -> Iterator[Finding]:
    """Find a Dag that writes its own ``params`` although the notebook has a params cell."""
    numbers = [cell.number for cell in cells if cell.role is Role.PARAMS and cell.parsed.body]
    for plan in plans if numbers else []:
        own = plan.directive is not None and plan.directive.option("params") is not None
        own |= isinstance(plan.decorator, ast.Call) and any(word.arg == "params" for word in plan.decorator.keywords)
        if own and plan.cell is not None:
            at = notebook.locate(plan.cell.cell, plan.decorator.lineno if plan.decorator else 1)
            message = f"Dag {plan.dag_id!r} writes its own params, and cell {numbers[0]} is a params cell."
            yield params_twice.RULE.found(at, message, f"keep the params of cell {numbers[0]}, or those of the Dag")


def _dags_of(cell: AuthoredCell, airflow: AirflowNames) -> list[DagPlan]:
    functions = [node for node in dag_functions(cell, airflow) if not asset_name(node, airflow)]
    plans = [
        DagPlan(
            _dag_id(node, airflow) or (cell.directive.name if cell.directive else "") or node.name,
            node.name,
            cell,
            cell.directive,
            node,
            written=not is_empty_body(node),
            decorator=next(d for d in node.decorator_list if airflow.original(d) == "dag"),
        )
        for node in functions
    ]
    for statement in cell.parsed.body:
        if isinstance(statement, ast.FunctionDef) and (name := asset_name(statement, airflow)):
            plans.append(DagPlan(name, "", cell, cell.directive, None, written=True, asset=True))
        if not isinstance(statement, ast.FunctionDef) and is_dag(statement, airflow):
            for call in ast.walk(statement):
                if isinstance(call, ast.Call) and airflow.original(call.func) == "DAG":
                    plans.append(DagPlan(_call_id(call) or "?", "", cell, cell.directive, None, written=True))
    return plans


_TASKS = frozenset({Role.TASK, Role.TASKFLOW, Role.AIRFLOW, Role.NOTEBOOK})


def _dag_id(node: ast.FunctionDef, airflow: AirflowNames) -> str:
    calls = (d for d in node.decorator_list if isinstance(d, ast.Call) and airflow.original(d) == "dag")
    return next((found for call in calls if (found := _call_id(call))), "")


def _call_id(call: ast.Call) -> str:
    """Return the dag_id that a call writes as its first argument or by name; empty where it does not."""
    named = [word.value for word in call.keywords if word.arg == "dag_id"]
    for value in [*named, *call.args[:1]]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return ""


def file_dag_id(notebook: Notebook) -> str:
    """Return the dag_id that the file's stem gives: characters that Airflow does not take become ``_``."""
    stem = PurePath(notebook.path).stem
    return re.sub(r"[^\w.-]", "_", stem)[:250] or "notebook"
