"""Findings of values that tasks hand on, as far as the text tells: dicts whose keys do not travel."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mwaa_kit.authoring.cells import AuthoredCell
from mwaa_kit.authoring.rules import keys_become_texts
from mwaa_kit.authoring.scopes import bound_by, same_scope
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Notebook

_DISPLAYS = (ast.Dict, ast.DictComp, ast.List, ast.Tuple)


def check_keys(notebook: Notebook, tasks: tuple[Task, ...], wiring: Wiring) -> Iterator[Finding]:
    """Find dicts that are handed on and written with keys that are no texts."""
    for task in tasks:
        for name in wiring.gives.get(task.task_id, ()) if task.kind == "script" else ():
            made = _made_last(task, name)
            if made is not None:
                yield from _found(notebook, task, made[0], made[1], f"hands on {name!r},")
        if task.kind == "taskflow" and isinstance(task.node, ast.FunctionDef):
            returned = (
                node.value for node in same_scope(task.node.body) if isinstance(node, ast.Return) and node.value
            )
            for value in returned:
                yield from _found(notebook, task, task.cell, value, "returns")


def _found(notebook: Notebook, task: Task, cell: AuthoredCell, value: ast.expr, does: str) -> Iterator[Finding]:
    key = _odd_key(value)
    if key is not None:
        at = notebook.locate(cell.cell, key.lineno, key.col_offset + 1)
        message = (
            f"task {task.task_id!r} {does} a dict with keys such as {_short(key)}: "
            "values travel as JSON, where each key becomes a text."
        )
        hint = "write the keys as texts, or hand on list(d.items()) and make the dict again where it is read"
        yield keys_become_texts.RULE.found(at, message, hint)


def _made_last(task: Task, name: str) -> tuple[AuthoredCell, ast.expr] | None:
    """Return the display that a task binds a name to at last; None where it ends as anything else."""
    found = None
    for cell in task.cells:
        for node in cell.parsed.body if name in cell.facts.binds else ():
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, _DISPLAYS) and any(isinstance(t, ast.Name) and t.id == name for t in targets):
                found = (cell, value)
            elif found is not None and any(name in bound_by(inner) for inner in ast.walk(node)):
                found = None
    return found


def _odd_key(value: ast.expr) -> ast.expr | None:
    """Return the first key of a dict, or of one inside it, that is written as no text; None where there is none."""
    waiting = [value]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Dict):
            odd = next((key for key in node.keys if key is not None and _is_no_text(key)), None)
            if odd is not None:
                return odd
            waiting += node.values
        elif isinstance(node, ast.DictComp):
            if _is_no_text(node.key) or _counts(node):
                return node.key
            waiting.append(node.value)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            waiting += node.elts
    return None


def _is_no_text(key: ast.expr) -> bool:
    if isinstance(key, ast.UnaryOp):
        return isinstance(key.operand, ast.Constant)
    return isinstance(key, ast.Tuple) or (isinstance(key, ast.Constant) and not isinstance(key.value, str))


def _counts(node: ast.DictComp) -> bool:
    """Whether the key is what ``range()`` or ``enumerate()`` counts."""
    first = node.generators[0]
    function = first.iter.func if isinstance(first.iter, ast.Call) else None
    called = function.id if isinstance(function, ast.Name) else ""
    pair = first.target.elts if isinstance(first.target, ast.Tuple) else []
    counted = first.target if called == "range" else pair[0] if called == "enumerate" and pair else None
    return isinstance(node.key, ast.Name) and isinstance(counted, ast.Name) and counted.id == node.key.id


def _short(key: ast.expr) -> str:
    text = ast.unparse(key)
    return text if len(text) <= 30 else f"{text[:29]}…"
