"""Airflow code in cells outside a Dag body: classic operators, task groups, and calls of the notebook's own tasks.

Such a cell moves into the body of the inferred Dag as it is. What has to be known of it is which tasks it makes, under
which ids and variables, and which names it takes from other tasks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mwaa_kit.authoring.cells import AirflowNames

TASK_DECORATORS = frozenset({"task", "task_group", "setup", "teardown"})
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MAPPING = frozenset({"expand", "expand_kwargs"})
_WIRING = frozenset({"as_setup", "as_teardown", "set_upstream", "set_downstream"})


@dataclass(frozen=True)
class MadeTask:
    """A task that a statement outside a Dag body makes.

    Parameters
    ----------
    variable
        The variable that holds it; empty where none does.
    statement
        The simple statement that makes it; it may stand inside a ``with TaskGroup(…)``.
    calls
        The TaskFlow function it calls; empty for a classic operator.
    """

    task_id: str
    variable: str
    statement: ast.stmt
    calls: str = ""


def root(node: ast.expr) -> ast.expr:
    """Return what a chain of calls and attributes begins with: ``f`` of ``f.partial(…).expand(…)``."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node


def task_names(statements: Iterable[ast.stmt], airflow: AirflowNames) -> Iterator[str]:
    """Yield the names that stand for tasks: TaskFlow functions, and variables of classic operators."""
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(airflow.original(decorator) in TASK_DECORATORS for decorator in node.decorator_list):
                yield node.name
        elif isinstance(node, ast.With):
            yield from task_names(node.body, airflow)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and makes_operator(node.value, airflow):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def makes_operator(call: ast.Call, airflow: AirflowNames) -> bool:
    """Whether a call makes a classic operator, a sensor or a task group."""
    name = airflow.original(call)
    return bool(name) and (
        name.endswith(("Operator", "Sensor", "TaskGroup")) or any(word.arg == "task_id" for word in call.keywords)
    )


def wires_tasks(statement: ast.stmt, airflow: AirflowNames) -> bool:
    """Whether a statement maps or wires tasks of the notebook: ``f.expand(x=xs)``, ``a >> [b, c]``, ``a.as_teardown(…)``."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.BinOp):
        return _is_shift(statement.value) and any(_is_task(leaf, airflow) for leaf in _leaves(statement.value))
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    calls = (node for node in ast.walk(value) if isinstance(node, ast.Call)) if value is not None else ()
    return any(_is_mapped(call, airflow) or (_method(call) in _WIRING and _is_task(call, airflow)) for call in calls)


def _is_shift(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.RShift | ast.LShift)


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and _is_shift(node):
        yield from (*_leaves(node.left), *_leaves(node.right))
    elif isinstance(node, ast.List | ast.Tuple):
        yield from (leaf for element in node.elts for leaf in _leaves(element))
    else:
        yield node


def _is_task(node: ast.expr, airflow: AirflowNames) -> bool:
    first = root(node)
    return isinstance(first, ast.Name) and first.id in airflow.tasks


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _is_mapped(call: ast.Call, airflow: AirflowNames) -> bool:
    return _method(call) in _MAPPING and _is_task(call, airflow)


def made_tasks(
    statements: Iterable[ast.stmt], airflow: AirflowNames, functions: dict[str, str], prefix: str = ""
) -> Iterator[MadeTask]:
    """Yield the tasks that statements make, in written order, as far as their ids stand there in words.

    Parameters
    ----------
    functions
        The task_id of each TaskFlow function of the notebook, by its name.
    prefix
        What the task groups around put before each id.
    """
    for node in statements:
        if isinstance(node, DEFINITIONS):
            continue
        inner = [part for name in ("body", "orelse", "finalbody", "handlers") for part in getattr(node, name, ())]
        if inner:
            groups = [item.context_expr for item in node.items] if isinstance(node, ast.With) else []
            within = prefix + "".join(_group_prefix(group, airflow) for group in groups)
            bodies = [s for part in inner for s in (part.body if isinstance(part, ast.ExceptHandler) else [part])]
            yield from made_tasks(bodies, airflow, functions, within)
        else:
            yield from _made_by(node, functions, prefix)


def _group_prefix(node: ast.expr, airflow: AirflowNames) -> str:
    if not isinstance(node, ast.Call) or airflow.original(node) != "TaskGroup":
        return ""
    named = {word.arg: word.value for word in node.keywords}
    off = named.get("prefix_group_id")
    given = named.get("group_id", node.args[0] if node.args else None)
    if (isinstance(off, ast.Constant) and off.value is False) or not isinstance(given, ast.Constant):
        return ""
    return f"{given.value!s}."


def _made_by(statement: ast.stmt, functions: dict[str, str], prefix: str) -> Iterator[MadeTask]:
    variables = dict(_variables(statement))
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        first = root(call)
        name = first.id if isinstance(first, ast.Name) else ""
        if name in functions:
            if _makes_call(call):
                yield MadeTask(
                    prefix + (_overridden(call) or functions[name]), variables.get(call, ""), statement, name
                )
        elif task_id := written_id(call):
            yield MadeTask(prefix + task_id, variables.get(call, ""), statement)


def _makes_call(call: ast.Call) -> bool:
    """Whether a call on a TaskFlow function makes a task, unlike ``.partial(…)`` and ``.override(…)`` alone."""
    made = _method(call) == "override" or not isinstance(call.func, ast.Attribute)
    return _method(call) in _MAPPING or (made and _method(call) != "override")


def _overridden(call: ast.Call) -> str:
    node: ast.expr = call.func
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Call) and _method(node) == "override" and written_id(node):
            return written_id(node)
        node = node.func if isinstance(node, ast.Call) else node.value
    return ""


def written_id(call: ast.Call) -> str:
    """Return the ``task_id="…"`` of a call; empty where it does not say it in words."""
    for word in call.keywords:
        if word.arg == "task_id" and isinstance(word.value, ast.Constant) and isinstance(word.value.value, str):
            return word.value.value
    return ""


def _variables(statement: ast.stmt) -> Iterator[tuple[ast.expr, str]]:
    """Yield each call that ends up in a variable, with its name: every call of the chain ``f.partial(…).expand(…)``."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return
    target, value = statement.targets[0], statement.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = list(zip(target.elts, value.elts, strict=True))
    for name, node in pairs:
        while isinstance(name, ast.Name) and isinstance(node, ast.Call | ast.Attribute):
            yield node, name.id
            node = node.func if isinstance(node, ast.Call) else node.value


def function_references(statements: Iterable[ast.stmt]) -> set[ast.Name]:
    """Return the names that stand for a function that is called, not for what its task gives."""
    found: set[ast.Name] = set()
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Call) and isinstance(first := root(node), ast.Name):
            chain = {n.attr for n in ast.walk(node.func) if isinstance(n, ast.Attribute)}
            if isinstance(node.func, ast.Name) or chain & (_MAPPING | {"partial", "override"}):
                found.add(first)
    return found


def loads(statements: Iterable[ast.stmt]) -> set[ast.Name]:
    """Return the names that are read anywhere in some statements."""
    nodes = (node for statement in statements for node in ast.walk(statement))
    return {node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def taken_names(statement: ast.stmt) -> set[str]:
    """Return the names whose values a statement hands to the tasks it makes."""
    return {node.id for node in loads([statement]) - function_references([statement])}


def mapped_over(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names that tasks are mapped over: what stands in ``.expand(…)``."""
    calls = (node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Call))
    given = (
        value
        for call in calls
        if _method(call) in _MAPPING
        for value in [*call.args, *(w.value for w in call.keywords)]
    )
    return {value.id for value in given if isinstance(value, ast.Name)}
