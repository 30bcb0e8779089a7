"""The walk through expressions: what they read, what they change, and which value they give.

One idea in more than 300 lines: a short method for each kind of expression, and Python has many kinds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mwaa_kit.authoring.mutations import function_mutates_first, method_mutates
from mwaa_kit.authoring.scopes import FunctionNode, bound_by, own_names, parameters
from mwaa_kit.authoring.steps import (
    Bind,
    Branch,
    Call,
    Delete,
    FromFunction,
    FromName,
    Function,
    Mutate,
    Read,
    Return,
    Several,
    Step,
    Unknowable,
    Value,
)

_HIDES_NAMES = frozenset({"exec", "eval", "globals", "locals", "vars"})
_WHOLE_INDEX = (ast.Compare, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.List, ast.Slice, ast.Call, ast.Tuple)


class ExpressionWalker:
    """Follows the expressions of one block; the state of the walk is here too.

    Parameters
    ----------
    own
        For a function: all names local to it.
    """

    def __init__(self, own: frozenset[str] | None = None, arguments: frozenset[str] = frozenset()) -> None:
        self.is_function = own is not None
        self.own = own or frozenset()
        self.steps: list[Step] = []
        self.bound: set[str] = set(arguments)
        self.hidden: list[set[str]] = []
        self.unknowable: list[Unknowable] = []
        self.depth = 0
        self.class_depth = 0
        self.class_scope = -1
        self.dead = False
        self.lazy_annotations = False

    # -- names

    def read(self, name: str, node: ast.expr) -> None:
        """Note a read, unless the name is this block's own."""
        if name in self.bound or name in self.own or any(name in names for names in self.hidden):
            return
        self.steps.append(Read(name, node.lineno, node.col_offset + 1))

    def bind(self, name: str, node: ast.AST, kind: str, value: Value | None, *, augmented: bool = False) -> None:
        """Note a binding; in a class body it stays in the class."""
        line = getattr(node, "lineno", 1)
        self.steps.append(Bind(name, kind, line, self.depth == 0, value, augmented))
        if self.class_depth:
            self.hidden[self.class_scope].add(name)
        else:
            self.bound.add(name)

    def mutate(self, name: str, node: ast.AST, *, method: str = "") -> None:
        """Note that the object of a name is changed in place."""
        if not any(name in names for names in self.hidden):
            self.steps.append(Mutate(name, getattr(node, "lineno", 1), self.depth == 0, method))

    def delete(self, name: str, node: ast.AST) -> None:
        """Note that a name is deleted."""
        self.steps.append(Delete(name, getattr(node, "lineno", 1), self.depth == 0))
        self.bound.discard(name)

    def branches(self, runs: Sequence[Callable[[], None]]) -> None:
        """Follow each of several ways on; afterwards only what all of them bound is bound for certain."""
        before, ends = set(self.bound), []
        self.depth += 1
        for run in runs:
            self.bound, self.dead = set(before), False
            self.steps.append(Branch(begins=True))
            run()
            self.steps.append(Branch(begins=False))
            if not self.dead:
                ends.append(self.bound)
        self.depth -= 1
        self.dead = not ends
        self.bound = set.intersection(*ends) if ends else self.bound

    def bind_target(self, target: ast.expr, value: Value | None) -> None:
        """Bind or change what stands left of an assignment."""
        if isinstance(target, ast.Name):
            self.bind(target.id, target, "data", value)
        elif isinstance(target, ast.Starred):
            self.bind_target(target.value, None)
        elif isinstance(target, ast.Tuple | ast.List):
            for inner, part in zip(target.elts, self._parts(target.elts, value), strict=True):
                self.bind_target(inner, part)
        else:
            self.children(target)
            root = root_name(target)
            if root is not None:
                self.mutate(root, target)

    def _parts(self, targets: list[ast.expr], value: Value | None) -> list[Value | None]:
        starred = any(isinstance(target, ast.Starred) for target in targets)
        if isinstance(value, Several) and value.container and len(value.values) == len(targets) and not starred:
            return list(value.values)
        return [self.part_of(value)] * len(targets)

    def part_of(self, value: Value | None) -> Value | None:
        """Return what an item or attribute of a value may share with it."""
        if isinstance(value, FromName):
            return FromName(value.name, part=True)
        if isinstance(value, Several) and value.container:
            return Several(value.values)
        return None

    # -- values

    def children(self, node: ast.AST) -> None:
        """Follow every expression right below a node, as it is written."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif not isinstance(child, ast.stmt | ast.expr_context):
                self.children(child)

    def value(self, node: ast.expr) -> Value | None:
        """Follow an expression; return the value it gives where that may be one that has a name."""
        handler = getattr(self, f"_on_{type(node).__name__.lower()}", None)
        if handler is None:
            self.children(node)
            return None
        found: Value | None = handler(node)
        return found

    def _on_name(self, node: ast.Name) -> Value | None:
        self.read(node.id, node)
        hidden = any(node.id in names for names in self.hidden)
        return None if hidden else FromName(node.id)

    def _on_attribute(self, node: ast.Attribute) -> Value | None:
        return self.part_of(self.value(node.value))

    def _on_subscript(self, node: ast.Subscript) -> Value | None:
        whole = self.value(node.value)
        self.value(node.slice)
        return None if isinstance(node.slice, _WHOLE_INDEX) else self.part_of(whole)

    def _on_starred(self, node: ast.Starred) -> Value | None:
        return self.part_of(self.value(node.value))

    def _on_await(self, node: ast.Await) -> Value | None:
        return self.value(node.value)

    def _on_namedexpr(self, node: ast.NamedExpr) -> Value | None:
        value = self.value(node.value)
        self.bind_target(node.target, value)
        return value

    def _on_ifexp(self, node: ast.IfExp) -> Value | None:
        self.value(node.test)
        return self._one_of([node.body, node.orelse], first_certain=False)

    def _on_boolop(self, node: ast.BoolOp) -> Value | None:
        return self._one_of(node.values, first_certain=True)

    def _one_of(self, nodes: list[ast.expr], *, first_certain: bool) -> Value | None:
        values = [self.value(nodes[0])] if first_certain else []
        rest = nodes[1:] if first_certain else nodes
        for node in rest:
            self.branches([lambda node=node: values.append(self.value(node)), lambda: None])  # type: ignore[misc]
        known = tuple(value for value in values if value is not None)
        return Several(known) if known else None

    def _on_tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Value | None:
        values = [self.value(element) for element in node.elts]
        if any(value is None for value in values):
            return Several(tuple(value or Several(()) for value in values), container=True)
        return Several(tuple(value for value in values if value is not None), container=True)

    _on_list = _on_set = _on_tuple

    def _on_dict(self, node: ast.Dict) -> Value | None:
        for key in node.keys:
            if key is not None:
                self.value(key)
        values = [self.value(value) for value in node.values]
        return Several(tuple(value for value in values if value is not None), container=True)

    def _on_lambda(self, node: ast.Lambda) -> Value | None:
        self.signature(node.args, None)
        return FromFunction(self.function(node))

    def _on_yield(self, node: ast.Yield) -> Value | None:
        if node.value is not None:
            self.steps.append(Return(self.value(node.value)))
        return None

    def _on_listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value | None:
        self.value(node.generators[0].iter)
        names = {name for generator in node.generators for n in ast.walk(generator.target) for name in bound_by(n)}
        self.hidden.append(names)
        for i, generator in enumerate(node.generators):
            if i:
                self.value(generator.iter)
            for condition in generator.ifs:
                self._within(condition)
        for element in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            self._within(element)
        self.hidden.pop()
        return Several((), container=True) if not isinstance(node, ast.GeneratorExp) else None

    _on_setcomp = _on_generatorexp = _on_dictcomp = _on_listcomp

    def _within(self, node: ast.expr) -> None:
        """Follow what runs once for each item: perhaps never."""
        self.branches([lambda: void(self.value(node)), lambda: None])

    # -- calls

    def _on_call(self, node: ast.Call) -> Value | None:
        callee, method = self._callee(node.func)
        args = tuple(self.value(arg) for arg in node.args)
        keywords = tuple((keyword.arg, self.value(keyword.value)) for keyword in node.keywords)
        self._changes(node)
        if callee is None and not any(args) and not any(value for _, value in keywords):
            return None
        call = Call(callee or Several(()), method, args, keywords, frozenset(self.bound), node.lineno, self.depth == 0)
        self.steps.append(call)
        return call

    def _callee(self, func: ast.expr) -> tuple[Value | None, str]:
        if isinstance(func, ast.Attribute):
            return self.value(func.value), func.attr
        if isinstance(func, ast.Name) and func.id in _HIDES_NAMES and func.id not in self.bound:
            self.unknowable.append(Unknowable(f"{func.id}()", func.lineno, func.col_offset + 1))
        return self.value(func), ""

    def _changes(self, node: ast.Call) -> None:
        """Note what a well-known call changes: its receiver, its first argument, what it writes ``out`` to."""
        func, attribute = node.func, isinstance(node.func, ast.Attribute)
        receiver = root_name(func.value) if isinstance(func, ast.Attribute) else None
        inplace = any(k.arg in {"inplace", "copy_inplace"} and _is_true(k.value) for k in node.keywords)
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if receiver is not None and method_mutates(receiver, name, inplace=inplace):
            direct = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name)
            self.mutate(receiver, node, method=name if direct else f".{name}")
        first = root_name(node.args[0]) if node.args else None
        if first is not None and function_mutates_first(name, attribute=attribute):
            self.mutate(first, node)
        for keyword in node.keywords:
            out = root_name(keyword.value) if keyword.arg == "out" else None
            if out is not None:
                self.mutate(out, node)

    def decorated(self, made: FromFunction, decorators: list[Value | None], node: ast.stmt) -> Value:
        """Note that decorators are called with what they decorate."""
        values: list[Value] = [made]
        for decorator in decorators:
            if decorator is not None:
                call = Call(decorator, "@", (made,), (), frozenset(self.bound), node.lineno, self.depth == 0)
                self.steps.append(call)
                values.append(call)
        return Several(tuple(values)) if len(values) > 1 else made

    # -- functions

    def signature(self, arguments: ast.arguments, returns: ast.expr | None) -> None:
        """Follow what a definition evaluates at once: defaults and annotations."""
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            if default is not None:
                self.value(default)
        if not self.lazy_annotations:
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            for annotation in [argument.annotation for argument in every if argument is not None] + [returns]:
                if annotation is not None:
                    self.value(annotation)

    def function(self, node: FunctionNode) -> Function:
        """Return a function as a block of its own."""
        positional, keyword_only, variadic = parameters(node.args)
        around = frozenset(name for names in self.hidden for name in names) if not self.class_depth else frozenset()
        own = own_names(node) | around
        walker = type(self)(own, frozenset({*positional, *keyword_only, *variadic}))
        walker.lazy_annotations = self.lazy_annotations
        if isinstance(node, ast.Lambda):
            walker.steps.append(Return(walker.value(node.body)))
        else:
            walker.function_body(node)
        self.unknowable.extend(walker.unknowable)
        lazy = any(isinstance(d, ast.Name) and "property" in d.id for d in getattr(node, "decorator_list", []))
        name = getattr(node, "name", "<lambda>")
        return Function(name, node.lineno, positional, keyword_only, variadic, own, tuple(walker.steps), lazy)

    def function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Follow the statements of a function; the statement walker knows how."""
        raise NotImplementedError

    def pattern(self, node: ast.AST, subject: Value | None) -> None:
        """Bind what a ``case`` captures."""
        for name in bound_by(node):
            self.bind(name, node, "data", subject)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.pattern):
                self.pattern(child, subject)
            elif isinstance(child, ast.expr):
                self.value(child)


def root_name(node: ast.expr) -> str | None:
    """Return ``a`` of ``a.b[0].c``; None where it does not begin with a name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def void(value: object) -> None:
    """Take a value and give none back."""


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
