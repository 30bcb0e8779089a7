"""Values that are the same whoever makes them, and whenever: what may stand in shared code without being told.

Literals are, and so is what plain constructors make of literals: dates and spans, paths, patterns, and Airflow's own words
for assets, params and timetables. ``datetime(2026, 1, 1)`` is one; ``datetime.now()`` and ``load()`` are not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

LITERAL_NODES = (
    *(ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator),
    *(ast.expr_context,),
)
_CONSTRUCTORS = frozenset(
    {
        *("datetime", "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "timedelta", "date"),
        *("dt.datetime", "dt.date", "dt.timedelta", "pendulum.datetime", "pendulum.duration", "Decimal", "Fraction"),
        *("Path", "PurePath", "PurePosixPath", "pathlib.Path", "re.compile", "frozenset", "set", "tuple", "ZoneInfo"),
    }
)
_FIXED = frozenset({"timezone.utc", "datetime.timezone.utc", "UTC", "pendulum.UTC", "re.IGNORECASE", "re.I"})
_AIRFLOW = ("Asset", "AssetAlias", "AssetAll", "AssetAny", "Dataset", "DatasetAlias", "Param", "Timetable", "Schedule")


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is built of constants only."""
    return all(isinstance(inner, LITERAL_NODES) for inner in ast.walk(node))


def is_constant(node: ast.expr, original: Callable[[ast.expr], str]) -> bool:
    """Whether an expression is built of constants and plain constructors only.

    Parameters
    ----------
    original
        What a name that is imported from Airflow is called there; empty for other names.
    """
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func) if _is_dotted(node.func) else ""
        known = name in _CONSTRUCTORS or (bool(name) and original(node.func).endswith(_AIRFLOW))
        return known and all(is_constant(value, original) for value in _given(node))
    if isinstance(node, ast.Name | ast.Attribute):
        return _is_dotted(node) and ast.unparse(node) in _FIXED
    inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return isinstance(node, LITERAL_NODES) and all(is_constant(child, original) for child in inner)


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(word.value for word in call.keywords)]


def _is_dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
