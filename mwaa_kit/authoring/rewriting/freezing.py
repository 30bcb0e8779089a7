"""Freeze: the calls that were inferred are written into the body of the ``@dag`` function (rule 1)."""

from __future__ import annotations

import ast

from mwaa_kit.authoring.cells import AuthoredCell, Role
from mwaa_kit.authoring.codestyle import WIDTH
from mwaa_kit.authoring.dagbody import DagPlan
from mwaa_kit.authoring.parsing import one_newline
from mwaa_kit.authoring.rewriting.compiled import Compiled, Edits
from mwaa_kit.authoring.rewriting.generated import indented
from mwaa_kit.authoring.rewriting.ipynbtext import NewCell

_STAYS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def freeze_dags(compiled: Compiled, edits: Edits) -> None:
    """Plan the edits that write every inferred body; operators of other cells move into it."""
    plans = list(compiled.inferred)
    for plan in plans:
        why = f"the inferred calls of Dag {plan.dag_id!r}"
        if plan.cell is None:
            source = "\n".join(["#| dag", *_own_dag(compiled, plan)])
            edits.new.append(NewCell(len(compiled.notebook.cells), source))
        elif plan.node is None:
            edits.change(plan.cell.cell.index, _below_directive(plan.cell, _own_dag(compiled, plan)), why)
        else:
            edits.change(plan.cell.cell.index, _with_body(plan, plan.node, _body(compiled, plan)), why)
    for cell in compiled.cells if plans else ():
        if cell.role is Role.AIRFLOW and not cell.cell.path:
            edits.change(cell.cell.index, _without_operators(cell), "its operators are in the Dag body now")


def _body(compiled: Compiled, plan: DagPlan) -> list[str]:
    lines = compiled.generated.body(compiled.generated.functions[plan.function])
    return lines or ["pass"]


def _with_body(plan: DagPlan, node: ast.FunctionDef, body: list[str]) -> str:
    """Put a body in the place of ``...``; the docstring and every comment stay."""
    assert plan.cell is not None
    lines = one_newline(plan.cell.cell.source).split("\n")
    documented = ast.get_docstring(node, clean=False) is not None
    first, last = node.body[0], node.body[-1]
    head = lines[first.lineno - 1].encode()[: first.col_offset].decode()
    indent = len(head) if not head.strip() else 4
    written = _docstring(lines, first, indent) if documented else []
    start = (first.end_lineno or first.lineno) if documented else first.lineno - 1
    below = [line.strip() for line in lines[start : (last.end_lineno or last.lineno) - 1]]
    tail = lines[(last.end_lineno or last.lineno) - 1].encode()[last.end_col_offset :].decode().strip()
    comments = [line for line in [*below, tail] if line.startswith("#")]
    written += indented([*comments, *body], indent)
    above = [*lines[: first.lineno - 1], *([head.rstrip()] if head.strip() else [])]
    return "\n".join([*above, *written, *lines[last.end_lineno or last.lineno :]])


def _docstring(lines: list[str], node: ast.stmt, indent: int) -> list[str]:
    end = node.end_lineno or node.lineno
    text = lines[node.lineno - 1 : end]
    text[-1] = text[-1].encode()[: node.end_col_offset].decode()
    text[0] = " " * indent + text[0].encode()[node.col_offset :].decode()
    return text


def _own_dag(compiled: Compiled, plan: DagPlan) -> list[str]:
    """Return a ``@dag`` function for a notebook that has none, with the imports it needs."""
    node = compiled.generated.functions[plan.function]
    decorator = next(d for d in node.decorator_list if isinstance(d, ast.Call))
    from_cell = any(cell.role is Role.PARAMS for cell in compiled.cells)
    words = [word for word in decorator.keywords if word.arg != "params" or not from_cell]
    names = {name.id for word in [decorator.func, *words] for name in ast.walk(word) if isinstance(name, ast.Name)}
    imports = compiled.generated.own_imports(names - set(compiled.airflow.names))
    arguments = [f"{word.arg}={compiled.generated.segment(word.value)}" for word in words]
    head = [f"@{compiled.generated.segment(decorator.func)}({', '.join(arguments)})"]
    if len(head[0]) > WIDTH:
        head = [head[0].partition("(")[0] + "(", *(f"    {argument}," for argument in arguments), ")"]
    gap = [""] if imports else []
    return [*imports, *gap, *head, f"def {node.name}():", *indented(_body(compiled, plan), 4)]


def _below_directive(cell: AuthoredCell, written: list[str]) -> str:
    """Put the function below what the cell holds; its options are in the function now, so the directive loses them."""
    lines = one_newline(cell.cell.source).split("\n")
    assert cell.directive is not None
    lines[cell.directive.line - 1] = "#| dag"
    while len(lines) > cell.directive.line and not lines[-1].strip():
        lines.pop()
    return "\n".join([*lines, *written])


def _without_operators(cell: AuthoredCell) -> str:
    """Return what stays of a cell with operators: its imports and definitions."""
    lines = one_newline(cell.cell.source).split("\n")
    kept = [
        line
        for node in cell.parsed.body
        if isinstance(node, _STAYS)
        for line in [*lines[_first_line(node) - 1 : node.end_lineno or node.lineno], ""]
    ]
    return "\n".join(kept[:-1]) or "# the operators of this cell are in the body of the Dag"


def _first_line(node: ast.stmt) -> int:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.lineno
