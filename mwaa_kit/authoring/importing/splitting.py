"""Where a Dag file is cut into cells: by its functions, its Dags and its operators, never within a statement.

Comments stay with what they speak of: those right above a statement go with it, those below it, up to the next blank
line, stay with the one before.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mwaa_kit.authoring.cells import find_airflow_names, is_dag
from mwaa_kit.authoring.parsing import ParsedCell

_ALONE = frozenset({"definition", "dag", "operator"})


def find_cuts(lines: list[str], tree: ast.Module) -> tuple[int, ...]:
    """Return the line indices, from 0, at which a new cell begins; never 0.

    Parameters
    ----------
    lines
        The lines of the file, as Python counts them.
    """
    airflow = find_airflow_names([ParsedCell("", tree)])
    kinds = [_kind(node, is_dag(node, airflow)) for node in tree.body]
    cuts = []
    for i, node in enumerate(tree.body[1:], start=1):
        before = tree.body[i - 1]
        if kinds[i] != kinds[i - 1] or kinds[i] in _ALONE:
            cut = _cut(lines, before.end_lineno or before.lineno, _first_line(node))
            cuts += [cut] if cut is not None else []
    return tuple(cuts)


def _kind(node: ast.stmt, dag: bool) -> str:
    if dag or isinstance(node, ast.With):
        return "dag"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return "definition"
    if _only_imports([node]):
        return "imports"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return "docstring"
    if isinstance(node, ast.Assign | ast.Expr) and _names_a_task(node.value):
        return "operator"
    return "code"


def _only_imports(nodes: Iterable[ast.stmt]) -> bool:
    """Whether statements only import, be it in a ``try`` or under an ``if``."""
    for node in nodes:
        if isinstance(node, ast.If) and not _only_imports([*node.body, *node.orelse]):
            return False
        if isinstance(node, ast.Try):
            handled = [inner for handler in node.handlers for inner in handler.body]
            if not _only_imports([*node.body, *node.orelse, *node.finalbody]) or len(handled) > len(node.handlers):
                return False
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.If):
            return False
    return True


def _names_a_task(value: ast.expr) -> bool:
    calls = (node for node in ast.walk(value) if isinstance(node, ast.Call))
    return any(word.arg == "task_id" for call in calls for word in call.keywords)


def _first_line(node: ast.stmt) -> int:
    """Return the line, from 1, of a statement or of its first decorator."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.lineno


def _cut(lines: list[str], end: int, start: int) -> int | None:
    """Return where to cut between a statement that ends on line `end` and one that starts on line `start`, from 1."""
    if start <= end:
        return None  # both on one line
    cut = end
    for i in range(end, start - 1):  # an indented comment further down still belongs to the block above
        if lines[i].strip() and lines[i][:1].isspace():
            cut = i + 1
    blank = next((i for i in range(cut, start - 1) if not lines[i].strip()), None)
    cut = blank if blank is not None else cut
    while cut < start - 1 and not lines[cut].strip():
        cut += 1
    return None if lines[cut - 1].rstrip("\r\n").endswith("\\") else cut
