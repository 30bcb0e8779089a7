"""The edges that cells write out themselves: ``a >> b``, ``[a, b] << c``, ``chain(a, [b, c])``, ``b.as_teardown(setups=a)``.

Notes
-----
Only Airflow knows them all, once it has imported the Dag file. Read here is what the text alone makes certain, at the top
level of a cell and between names that stand for one task of the notebook and for nothing else: so that the picture is
whole before anything of a notebook has run, and an edge can say where it was written. What a loop, a condition or a
``Label`` would add is left to Airflow: a wrong edge is worse than none.

References
----------
``airflow.sdk.definitions._internal.mixins.DependencyMixin`` and ``airflow.sdk.chain``: a shift gives its right side, so
that ``a >> b >> c`` goes on from ``b``; ``chain`` links two lists of one length pair by pair.
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator

from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell, Role
from mwaa_kit.authoring.tasks import Task

_NAMED = frozenset({"operator", "called", "taskflow"})
_Side = tuple[str, ...] | str
"""The names of a list, or one name, as `_name` gives them; an empty one stands for what is no task for certain."""


def find_shifts(
    cells: Iterable[AuthoredCell], tasks: Iterable[Task], airflow: AirflowNames
) -> dict[tuple[str, str], str]:
    """Return where each written edge, (upstream, downstream), is written: ``'a >> b' in cell 4 line 1``; in written order."""
    wiring = [cell for cell in cells if cell.role is Role.AIRFLOW]
    found: dict[tuple[str, str], str] = {}
    if not wiring:
        return found
    ids = _ids(tasks, wiring)
    for cell in wiring:
        for statement in _always_done(cell.parsed.body):
            for above, below, how in _written(statement, airflow):
                if above in ids and below in ids:
                    words = how or f"{above} >> {below}"
                    found.setdefault((ids[above], ids[below]), f"{words!r} in {cell.label} line {statement.lineno}")
    return found


def _always_done(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a cell, and those within its task groups."""
    for statement in statements:
        if isinstance(statement, ast.With):
            yield from _always_done(statement.body)
        else:
            yield statement


def _ids(tasks: Iterable[Task], wiring: Iterable[AuthoredCell]) -> dict[str, str]:
    """Return the task_id of each name that is given to one task, once, and of each function that is called once."""
    tasks = tuple(tasks)
    named = Counter(task.function for task in tasks if task.function)
    stored = Counter(
        node.id
        for cell in wiring
        for statement in cell.parsed.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    called = Counter(task.calls for task in tasks if task.calls)
    return {
        task.function: task.task_id
        for task in tasks
        if task.kind in _NAMED and named[task.function] == 1 and stored[task.function] <= (task.kind != "taskflow")
    } | {f"{task.calls}()": task.task_id for task in tasks if called[task.calls] == 1}


def _written(statement: ast.stmt, airflow: AirflowNames) -> Iterator[tuple[str, str, str]]:
    """Yield (upper name, lower name, how it is written where that is no shift) of a statement."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.BinOp):
        yield from ((above, below, "") for above, below in _shifted(value))
    elif isinstance(value, ast.Call):
        sides = [_side(one) for one in value.args]
        method = value.func.attr if isinstance(value.func, ast.Attribute) else ""
        if isinstance(value.func, ast.Name) and airflow.original(value) == "chain":
            for above, below in itertools.pairwise(sides):
                yield from ((up, down, "chain") for up, down in _chained(above, below))
        elif isinstance(value.func, ast.Attribute) and method in {"set_upstream", "set_downstream"} and len(sides) == 1:
            own, other = _side(value.func.value), sides[0]
            pairs = _crossed(own, other) if method == "set_downstream" else _crossed(other, own)
            yield from ((up, down, method) for up, down in pairs)
        elif isinstance(value.func, ast.Attribute) and method == "as_teardown":
            own, setups = (
                _side(value.func.value),
                [_side(word.value) for word in value.keywords if word.arg == "setups"],
            )
            yield from ((up, down, method) for setup in setups for up, down in _crossed(setup, own))


def _shifted(node: ast.BinOp) -> Iterator[tuple[str, str]]:
    """Yield the pairs of ``a >> b << c``, from its first shift on."""
    steps: list[ast.BinOp] = []
    first: ast.expr = node
    while isinstance(first, ast.BinOp):
        steps.append(first)
        first = first.left
    left = _side(first)
    for step in reversed(steps):
        right = _side(step.right)
        if isinstance(step.op, ast.RShift):
            yield from _crossed(left, right)
        elif isinstance(step.op, ast.LShift):
            yield from _crossed(right, left)
        left = right if isinstance(step.op, ast.RShift | ast.LShift) else ""


def _side(node: ast.expr) -> _Side:
    if isinstance(node, ast.List | ast.Tuple):
        return tuple(_name(one) for one in node.elts)
    return _name(node)


def _name(node: ast.expr) -> str:
    """Return ``a`` for a name, ``f()`` for a call of a function by its name, and nothing for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return f"{node.func.id}()"
    return node.id if isinstance(node, ast.Name) else ""


def _crossed(above: _Side, below: _Side) -> Iterator[tuple[str, str]]:
    for one in (above,) if isinstance(above, str) else above:
        yield from ((one, other) for other in ((below,) if isinstance(below, str) else below))


def _chained(above: _Side, below: _Side) -> Iterator[tuple[str, str]]:
    if isinstance(above, str) or isinstance(below, str):
        yield from _crossed(above, below)
    elif len(above) == len(below):
        yield from zip(above, below, strict=True)
