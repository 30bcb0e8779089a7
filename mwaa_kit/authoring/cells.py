"""What each code cell is: a task, shared code, the Dag, or exploration that is never shipped."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import PurePath

from mwaa_kit.authoring.airflowcode import TASK_DECORATORS, makes_operator, task_names, wires_tasks
from mwaa_kit.authoring.constants import is_constant
from mwaa_kit.authoring.constants import is_literal as is_literal
from mwaa_kit.authoring.directives import Directive, find_directive, with_names
from mwaa_kit.authoring.names import facts_of_source
from mwaa_kit.authoring.parsing import ParsedCell, parse_cell
from mwaa_kit.authoring.starimports import facts_of_cell, parsed_cell
from mwaa_kit.authoring.steps import CellFacts
from mwaa_kit.model.notebook import Cell, Notebook


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
    "test": Role.SKIP,
}


_WORD = re.compile(r"\w+")
_CHAINS = frozenset({"chain", "chain_linear", "cross_downstream"})


@dataclass(frozen=True)
class AirflowNames:
    """The names a notebook imports from Airflow, each with what it is called there.

    Parameters
    ----------
    tasks
        The names that stand for tasks of the notebook.
    """

    names: dict[str, str]
    tasks: frozenset[str] = frozenset()

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


@lru_cache(maxsize=4)
def find_cells(notebook: Notebook) -> tuple[AuthoredCell, ...]:
    """Return the code cells of a notebook, each with its role; those of the last notebooks are kept."""
    parsed = [parsed_cell(cell) if cell.stars else parse_cell(cell.source) for cell in notebook.code_cells]
    airflow = find_airflow_names(parsed)
    if airflow.names:
        directives = filter(None, map(find_directive, notebook.code_cells))
        scripts = frozenset(found.name for found in directives if found.key in {"task", "notebook"})
        airflow = replace(airflow, tasks=airflow.tasks | scripts)
    found = tuple(
        AuthoredCell(cell, i, tree, directive, _role(directive, tree, airflow))
        for i, (cell, tree) in enumerate(zip(notebook.code_cells, parsed, strict=True))
        for directive in [find_directive(cell)]
    )
    bare = any(option.bare for cell in found if cell.directive is not None for option in cell.directive.options)
    return _with_names(found) if bare else found


def _with_names(cells: tuple[AuthoredCell, ...]) -> tuple[AuthoredCell, ...]:
    """Let the bare words of directives be the names that shared code makes."""
    kinds = [cell.facts.kinds for cell in cells if cell.role in {Role.SHARED, Role.LIBRARY}]
    imported = {alias.asname or alias.name for cell in cells for node in cell.parsed.body for alias in _from(node)}
    shared = frozenset(name for kind in kinds for name, what in kind.items() if what != "import" or name in imported)
    return tuple(
        replace(cell, directive=with_names(cell.directive, shared)) if cell.directive is not None else cell
        for cell in cells
    )


def _from(node: ast.stmt) -> list[ast.alias]:
    return node.names if isinstance(node, ast.ImportFrom) else []


def find_airflow_names(parsed: list[ParsedCell]) -> AirflowNames:
    """Return what a notebook imports from Airflow."""
    names: dict[str, str] = {}
    for cell in parsed:
        for node in (n for s in cell.body for n in ast.walk(s)) if "airflow" in cell.text else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "airflow":
                names.update({alias.asname or alias.name: alias.name for alias in node.names})
    known = AirflowNames(names)
    tasks = (name for cell in parsed for name in task_names(cell.body, known)) if names else ()
    return AirflowNames(names, frozenset(tasks))


def _role(directive: Directive | None, parsed: ParsedCell, airflow: AirflowNames) -> Role:
    if directive is not None:
        return _BY_KEY[directive.key]
    if not parsed.python or parsed.tree is None:
        return Role.EXPLORATION
    words = _words(parsed.text)
    if words is not None and words.isdisjoint(airflow.names) and words.isdisjoint(airflow.tasks):
        return _plain_role(parsed, airflow)
    if any(is_dag(statement, airflow) for statement in parsed.body):
        return Role.DAG
    if any(is_taskflow(statement, airflow) for statement in parsed.body):
        return Role.TASKFLOW
    if any(_is_airflow(statement, airflow) for statement in parsed.body):
        return Role.AIRFLOW
    return _plain_role(parsed, airflow)


def _words(text: str) -> set[str] | None:
    """Return the words of a text; None where a name may be written in more than one way."""
    return set(_WORD.findall(text)) if text.isascii() else None


def _plain_role(parsed: ParsedCell, airflow: AirflowNames) -> Role:
    """Return the role of a cell without Airflow code."""
    if parsed.body and all(is_library(s, airflow) for s in parsed.body) and _all_harmless(parsed):
        return Role.LIBRARY
    return Role.EXPLORATION


def _all_harmless(parsed: ParsedCell) -> bool:
    return all(magic.harmless for magic in parsed.magics)


def is_dag(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement defines a Dag: ``@dag``, ``with DAG(…)`` or ``dag = DAG(…)``; an ``@asset`` is a Dag as well."""
    if isinstance(statement, ast.FunctionDef):
        return any(airflow.original(decorator) in {"dag", "asset"} for decorator in statement.decorator_list)
    if isinstance(statement, ast.With):
        return any(airflow.original(item.context_expr) == "DAG" for item in statement.items)
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and (airflow.original(statement.value) == "DAG")
    )


def is_taskflow(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement defines a TaskFlow task, or a group, setup or teardown of them."""
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        airflow.original(decorator) in TASK_DECORATORS for decorator in statement.decorator_list
    )


def _is_airflow(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement makes a task or wires tasks: it belongs into a Dag body."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return False
    for node in ast.walk(statement) if airflow.names else ():
        name = airflow.original(node) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name and (name in _CHAINS or makes_operator(node, airflow)):
            return True
    return bool(airflow.tasks) and wires_tasks(statement, airflow)


def is_library(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement may be shared without being told: an import, a definition, a constant, a docstring."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    if isinstance(statement, ast.Pass) or type(statement).__name__ == "TypeAlias":
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Try):
        return all(is_library(s, airflow) for s in [*statement.body, *statement.orelse, *statement.finalbody]) and all(
            is_library(s, airflow) for handler in statement.handlers for s in handler.body
        )
    if isinstance(statement, ast.Assign):
        return all(isinstance(t, ast.Name) for t in statement.targets) and is_constant(
            statement.value, airflow.original
        )
    if isinstance(statement, ast.AnnAssign):
        return (
            isinstance(statement.target, ast.Name)
            and statement.value is not None
            and is_constant(statement.value, airflow.original)
        )
    return False


def required_lines(cell: AuthoredCell) -> tuple[str, ...]:
    """Return the lines of requirements.txt that a ``#| requirements`` cell holds as comments."""
    if cell.role is not Role.REQUIREMENTS or cell.directive is None:
        return ()
    lines = cell.parsed.text.split("\n")[cell.directive.line :]
    found = (line.strip().removeprefix("#").strip() for line in lines if line.strip().startswith("#"))
    return tuple(line for line in found if line and not line.startswith(("#", "|")))


def names_in(node: ast.AST) -> set[str]:
    """Return every name that is read or deleted anywhere in a statement."""
    return {
        inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Store)
    }
