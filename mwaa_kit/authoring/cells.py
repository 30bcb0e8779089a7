"""What each code cell is: a task, shared code, the Dag, or exploration that is never shipped."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import PurePath

from mwaa_kit.authoring.directives import Directive, find_directive
from mwaa_kit.authoring.names import facts_of_source
from mwaa_kit.authoring.parsing import ParsedCell, parse_cell
from mwaa_kit.authoring.starimports import facts_of_cell, parsed_cell
from mwaa_kit.authoring.steps import CellFacts
from mwaa_kit.model.notebook import Cell, Notebook

_LITERAL_NODES = (
    *(ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator),
    *(ast.expr_context,),
)


class Role(StrEnum):
    """What becomes of a cell."""

    TASK = "task"
    PARAMS = "params"
    SHARED = "shared"
    LIBRARY = "library"
    TASKFLOW = "taskflow"
    AIRFLOW = "airflow"
    DAG = "dag"
    NOTEBOOK = "notebook"
    INCLUDE = "include"
    REQUIREMENTS = "requirements"
    SKIP = "skip"
    EXPLORATION = "exploration"


_BY_KEY = {
    "task": Role.TASK,
    "task+": Role.TASK,
    "params": Role.PARAMS,
    "shared": Role.SHARED,
    "dag": Role.DAG,
    "notebook": Role.NOTEBOOK,
    "include": Role.INCLUDE,
    "requirements": Role.REQUIREMENTS,
    "skip": Role.SKIP,
}


@dataclass(frozen=True)
class AirflowNames:
    """The names a notebook imports from Airflow, each with what it is called there."""

    names: dict[str, str]

    def original(self, node: ast.expr) -> str:
        """Return ``task`` for ``task``, ``task(…)``, ``task.branch`` and their aliases; empty for others' names."""
        while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
            node = node.func if isinstance(node, ast.Call) else node.value
        return self.names.get(node.id, "") if isinstance(node, ast.Name) else ""


@dataclass(frozen=True, eq=False)
class AuthoredCell:
    """A code cell with what it says."""

    cell: Cell
    code_index: int
    parsed: ParsedCell
    directive: Directive | None
    role: Role

    @cached_property
    def facts(self) -> CellFacts:
        """What it does to names."""
        stands_in = self.role is Role.NOTEBOOK
        if self.cell.stars:
            return facts_of_cell(self.cell)
        return facts_of_source(self.parsed.text if stands_in else self.cell.source)

    @cached_property
    def used(self) -> frozenset[str]:
        """Every name that is read or deleted anywhere in it."""
        return frozenset(name for node in self.parsed.body for name in names_in(node))

    @property
    def number(self) -> int:
        """The cell as people count it."""
        return self.cell.number

    @property
    def label(self) -> str:
        """What messages call it: ``cell 3``, or ``cell 3 of other.ipynb`` where another notebook is included."""
        return f"cell {self.number} of {PurePath(self.cell.path).name}" if self.cell.path else f"cell {self.number}"


def find_cells(notebook: Notebook) -> tuple[AuthoredCell, ...]:
    """Return the code cells of a notebook, each with its role."""
    parsed = [parsed_cell(cell) if cell.stars else parse_cell(cell.source) for cell in notebook.code_cells]
    airflow = find_airflow_names(parsed)
    return tuple(
        AuthoredCell(cell, i, tree, directive, _role(directive, tree, airflow))
        for i, (cell, tree) in enumerate(zip(notebook.code_cells, parsed, strict=True))
        for directive in [find_directive(cell)]
    )


def find_airflow_names(parsed: list[ParsedCell]) -> AirflowNames:
    """Return what a notebook imports from Airflow."""
    names: dict[str, str] = {}
    for cell in parsed:
        for node in (n for s in cell.body for n in ast.walk(s)) if "airflow" in cell.text else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "airflow":
                names.update({alias.asname or alias.name: alias.name for alias in node.names})
    return AirflowNames(names)


def _role(directive: Directive | None, parsed: ParsedCell, airflow: AirflowNames) -> Role:
    if directive is not None:
        return _BY_KEY[directive.key]
    if not parsed.python or parsed.tree is None:
        return Role.EXPLORATION
    if any(is_dag(statement, airflow) for statement in parsed.body):
        return Role.DAG
    if any(is_taskflow(statement, airflow) for statement in parsed.body):
        return Role.TASKFLOW
    if any(_is_airflow(statement, airflow) for statement in parsed.body):
        return Role.AIRFLOW
    if parsed.body and all(is_library(statement) for statement in parsed.body) and _all_harmless(parsed):
        return Role.LIBRARY
    return Role.EXPLORATION


def _all_harmless(parsed: ParsedCell) -> bool:
    return all(magic.harmless for magic in parsed.magics)


def is_dag(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement defines a Dag: ``@dag``, ``with DAG(…)`` or ``dag = DAG(…)``."""
    if isinstance(statement, ast.FunctionDef):
        return any(airflow.original(decorator) == "dag" for decorator in statement.decorator_list)
    if isinstance(statement, ast.With):
        return any(airflow.original(item.context_expr) == "DAG" for item in statement.items)
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and (airflow.original(statement.value) == "DAG")
    )


def is_taskflow(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement defines a TaskFlow task, or a group, setup or teardown of them."""
    kinds = {"task", "task_group", "setup", "teardown"}
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        airflow.original(decorator) in kinds for decorator in statement.decorator_list
    )


def _is_airflow(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement makes a task or wires tasks: it belongs into a Dag body."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return False
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            name = airflow.original(node)
            if name.endswith(("Operator", "Sensor", "TaskGroup")) or name in {"chain", "cross_downstream"}:
                return True
            if name and any(keyword.arg == "task_id" for keyword in node.keywords):
                return True
    return False


def is_library(statement: ast.stmt) -> bool:
    """Whether a statement may be shared without being told: an import, a definition, a constant, a docstring."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    if isinstance(statement, ast.Pass) or type(statement).__name__ == "TypeAlias":
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Try):
        return all(is_library(s) for s in [*statement.body, *statement.orelse, *statement.finalbody]) and all(
            is_library(s) for handler in statement.handlers for s in handler.body
        )
    if isinstance(statement, ast.Assign):
        return all(isinstance(t, ast.Name) for t in statement.targets) and is_literal(statement.value)
    if isinstance(statement, ast.AnnAssign):
        return isinstance(statement.target, ast.Name) and statement.value is not None and is_literal(statement.value)
    return False


def required_lines(cell: AuthoredCell) -> tuple[str, ...]:
    """Return the lines of requirements.txt that a ``#| requirements`` cell holds as comments."""
    if cell.role is not Role.REQUIREMENTS or cell.directive is None:
        return ()
    lines = cell.parsed.text.split("\n")[cell.directive.line :]
    found = (line.strip().removeprefix("#").strip() for line in lines if line.strip().startswith("#"))
    return tuple(line for line in found if line and not line.startswith(("#", "|")))


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is built of constants only."""
    return all(isinstance(inner, _LITERAL_NODES) for inner in ast.walk(node))


def names_in(node: ast.AST) -> set[str]:
    """Return every name that is read or deleted anywhere in a statement."""
    return {
        inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Store)
    }
