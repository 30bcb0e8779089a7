"""Which methods operators, statements and builtins call: what a class of the notebook's may have defined them to do.

References
----------
Python language reference, "Data model", 3.3 "Special method names"; library reference, "Built-in Functions".
"""

from __future__ import annotations

import ast

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}
_UNARY: dict[type[ast.AST], str] = {
    ast.USub: "__neg__",
    ast.UAdd: "__pos__",
    ast.Invert: "__invert__",
    ast.Not: "__bool__",
}
_COMPARED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.GtE: ("__ge__", "__le__"),
}
_CALLED_BY = {
    **{
        name: f"__{name}__"
        for name in ("len", "repr", "abs", "hash", "bool", "int", "float", "complex", "round", "dir")
    },
    "str": "__str__",
    "print": "__str__",
    "display": "__repr__",
    "format": "__format__",
    "bytes": "__bytes__",
    "next": "__next__",
    "reversed": "__reversed__",
    "divmod": "__divmod__",
    "pow": "__pow__",
}
_ITERATE = frozenset(
    {
        *("list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min", "max", "any", "all", "deque", "Counter"),
        *("iter", "enumerate", "zip", "map", "filter", "islice", "chain", "cycle", "product", "zip_longest", "reduce"),
        *("extend", "extendleft", "update", "join", "writelines", "fromkeys", "DataFrame", "Series", "array"),
    }
)
_LAZY = frozenset({"iter", "enumerate", "zip", "map", "filter", "islice", "chain", "cycle", "product", "zip_longest"})
_FALL_BACK = {
    **{f"__i{name}__": f"__{name}__" for name in _OPERATORS.values()},
    "__bool__": "__len__",
    "__format__": "__str__",
    "__str__": "__repr__",
    "__contains__": "__iter__",
    "__ne__": "__eq__",
    "__reversed__": "__iter__",
    "__int__": "__index__",
    "__iter__": "__getitem__",
}
REFLECTED = frozenset({f"__r{name}__" for name in _OPERATORS.values()})
"""Methods of a right operand, called where the left one has none."""
SHOWN = frozenset({"__repr__", "__str__", "__format__"})
"""What makes a text of a value; of a list and its like it does so by ``__repr__`` of all it holds."""
STEPS_OF_GENERATORS = frozenset({"__iter__", "__next__", "__enter__", "__exit__", "__contains__", "send", "throw"})
"""What runs a part of a generator; of a context manager made of one, too."""


def of_operator(node: ast.operator) -> tuple[str, str]:
    """Return the method of the left operand, and the reflected one of the right."""
    name = _OPERATORS[type(node)]
    return f"__{name}__", f"__r{name}__"


def in_place(node: ast.operator) -> str:
    """Return the method of ``+=`` and the like."""
    return f"__i{_OPERATORS[type(node)]}__"


def of_unary(node: ast.unaryop) -> str:
    """Return the method of a unary operator."""
    return _UNARY[type(node)]


def of_comparison(node: ast.cmpop) -> tuple[str, str]:
    """Return the methods of the left and the right operand; empty for ``is``."""
    if isinstance(node, ast.In | ast.NotIn):
        return "", "__contains__"
    return _COMPARED.get(type(node), ("", ""))


def of_conversion(node: ast.FormattedValue) -> str:
    """Return what an f-string calls on a value."""
    return {ord("r"): "__repr__", ord("a"): "__repr__", ord("s"): "__str__"}.get(node.conversion, "__format__")


def of_builtin(name: str) -> str:
    """Return what a builtin calls on what it is given; empty where nothing is known."""
    return "__iter__" if name in _ITERATE else _CALLED_BY.get(name, "")


def takes_all(name: str) -> bool:
    """Whether a well-known function or method runs at once through what it is given."""
    return name in _ITERATE - _LAZY


def instead(method: str) -> str:
    """Return the method that is called where a class has no `method`; empty where none is."""
    return _FALL_BACK.get(method, "" if "." in method or is_dunder(method) else "__getattr__")


def is_dunder(method: str) -> bool:
    """Whether Python itself calls a method of that name."""
    return method.startswith("__") and method.endswith("__")
