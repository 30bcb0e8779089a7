"""Where in an object something is, as far as the text tells: an attribute, an index, a place in a display."""

from __future__ import annotations

import ast

from mwaa_kit.authoring.steps import Holding, Kept, Key, Value

_MOST_PARTS = 50


def root_name(node: ast.expr) -> str | None:
    """Return ``a`` of ``a.b[0].c``; None where it does not begin with a name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Await):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def key_of(node: ast.expr) -> Key:
    """Return the key of an item or attribute; None where only a run could tell."""
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    return constant_key(node.slice) if isinstance(node, ast.Subscript) else None


def constant_key(node: ast.expr | None) -> Key:
    """Return the key that a constant index stands for."""
    try:
        index = ast.literal_eval(node) if isinstance(node, ast.Constant | ast.UnaryOp) else None
    except (ValueError, TypeError):
        return None
    return repr(index) if isinstance(index, str | int) else None


def named_key(node: ast.expr) -> Key:
    """Return the key of an item of a dictionary; a number would be taken for a place in a list."""
    return constant_key(node) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def key_at(place: int | None) -> Key:
    """Return the key of a place."""
    return str(place) if place is not None else None


def length_of(value: Value | None) -> int | None:
    """Return how many parts a display has; None where only a run could tell."""
    whole = value.value if isinstance(value, Kept) else value
    if not isinstance(whole, Holding) or any(key != str(i) for i, (key, _) in enumerate(whole.parts)):
        return None
    return len(whole.parts)


def holding(elements: list[tuple[ast.expr, Value | None]]) -> Holding:
    """Return a new list of some elements; behind a starred one no place is known."""
    star = next((i for i, (node, _) in enumerate(elements) if isinstance(node, ast.Starred)), len(elements))
    return Holding(few([(str(i) if i < star else None, value) for i, (_, value) in enumerate(elements)]))


def has_first(node: ast.expr) -> bool:
    """Whether an expression is a display that holds something: a loop over it has a first turn."""
    return isinstance(node, ast.List | ast.Tuple | ast.Set) and not all(isinstance(e, ast.Starred) for e in node.elts)


def few(parts: list[tuple[Key, Value | None]]) -> tuple[tuple[Key, Value | None], ...]:
    """Keep the parts of a long display apart only as far as they have names."""
    if len(parts) <= _MOST_PARTS:
        return tuple(parts)
    return ((None, None), *dict.fromkeys((None, value) for _, value in parts if value is not None))


def is_true(node: ast.expr) -> bool:
    """Whether an expression is ``True``."""
    return isinstance(node, ast.Constant) and node.value is True
