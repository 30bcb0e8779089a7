"""Which names belong to a scope: what Python's compiler decides before a line runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

GENERATOR = "<genexpr>"
"""What Python calls the function that a generator expression is."""
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_BINDING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.ExceptHandler),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parameters(arguments: ast.arguments) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the positional, the keyword-only and the variadic parameter names."""
    positional = tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args))
    variadic = tuple(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)
    return positional, tuple(a.arg for a in arguments.kwonlyargs), variadic


def own_names(node: FunctionNode) -> frozenset[str]:
    """Return the names local to a function: parameters and what its body binds, less ``global``, ``nonlocal``."""
    positional, keyword_only, variadic = parameters(node.args)
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    types = getattr(node, "type_params", [])
    names = {*positional, *keyword_only, *variadic, *(t.name for t in types)}
    elsewhere: set[str] = set()
    for inner in same_scope(body):
        if isinstance(inner, ast.Global | ast.Nonlocal):
            elsewhere.update(inner.names)
        elif isinstance(inner, ast.Name):
            if not isinstance(inner.ctx, ast.Load):
                names.add(inner.id)
        elif isinstance(inner, _BINDING):
            names.update(bound_by(inner))
    return frozenset(names - elsewhere)


def bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that one node binds in its own scope."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (import_name(alias) for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def import_name(alias: ast.alias) -> str:
    """Return the name an import binds: ``import a.b`` binds ``a``."""
    return alias.asname or alias.name.partition(".")[0]


def same_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield all nodes of one scope; of inner scopes only what they bind or evaluate out here."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        elif isinstance(node, ast.ClassDef):
            waiting += [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        elif isinstance(node, _COMPREHENSIONS):
            waiting.append(node.generators[0].iter)
            waiting += _walruses(node)
        else:
            waiting += ast.iter_child_nodes(node)


def _walruses(node: ast.AST) -> list[ast.AST]:
    """Return the targets of ``:=`` in a comprehension: they bind in the scope around it."""
    return [inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)]


def function_of_generator(node: ast.GeneratorExp, arg: ast.arg) -> ast.FunctionDef:
    """Return the function that a generator expression is; its argument is the first iterable."""
    body: ast.stmt = ast.Expr(ast.Yield(node.elt))
    for at, generator in reversed([*enumerate(node.generators)]):
        for condition in reversed(generator.ifs):
            body = ast.If(condition, [body], [])
        iterable = generator.iter if at else ast.Name(arg.arg, ast.Load())
        body = ast.For(generator.target, iterable, [body], [])
    arguments = ast.arguments([], [arg], None, [], [], None, [])
    made = ast.copy_location(ast.FunctionDef(GENERATOR, arguments, [body], []), node)
    return ast.fix_missing_locations(made)
