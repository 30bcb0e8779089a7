"""The walk through expressions: what they read, what they change, and which value they give.

One idea in more than 300 lines: a short method for each kind of expression, and Python has many kinds.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import cache

from mwaa_kit.authoring import dunders
from mwaa_kit.authoring.blockwalker import BlockWalker
from mwaa_kit.authoring.keys import few, has_first, holding, is_true, key_of, named_key, root_name
from mwaa_kit.authoring.mutations import function_mutates_first, method_mutates
from mwaa_kit.authoring.results import TAKES_OUT, calls_nothing, change_by, result_of
from mwaa_kit.authoring.scopes import FunctionNode, bound_by, function_of_generator, own_names, parameters
from mwaa_kit.authoring.steps import (
    EACH,
    EVERY,
    Branch,
    Call,
    FromFunction,
    FromName,
    Function,
    Holding,
    Joined,
    Kept,
    Key,
    Part,
    Return,
    Several,
    Special,
    Unknowable,
    Value,
)

_HIDES_NAMES = frozenset({"exec", "eval", "globals", "locals", "vars"})
_WHOLE_INDEX = (ast.Compare, ast.BinOp, ast.BoolOp, ast.List, ast.Call, ast.Tuple)


@cache
def _handler_of(kind: str) -> str:
    return f"_on_{kind.lower()}"


class ExpressionWalker(BlockWalker):
    """Follows the expressions of one block."""

    def iterated(self, node: ast.expr) -> Value | None:
        """Follow an expression that a loop, an unpacking or a star runs through at once."""
        value = self._on_listcomp(node) if isinstance(node, ast.GeneratorExp) else self.value(node)
        return self.touch(value, "__iter__", node, gives=value)

    def truth(self, node: ast.expr) -> None:
        """Follow an expression that is asked whether it is true."""
        self.touch(self.value(node), "__bool__", node)

    def children(self, node: ast.AST) -> None:
        """Follow every expression right below a node, as it is written."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif not isinstance(child, ast.stmt | ast.expr_context):
                self.children(child)

    def value(self, node: ast.expr) -> Value | None:
        """Follow an expression; return the value it gives where that may be one that has a name."""
        handler = getattr(self, _handler_of(type(node).__name__), None)
        if handler is None:
            self.children(node)
            return None
        found: Value | None = handler(node)
        return found

    def _on_constant(self, node: ast.Constant) -> Value | None:
        return None

    def _on_name(self, node: ast.Name) -> Value | None:
        self.read(node.id, node)
        hidden = self.hidden and self.is_hidden(node.id)
        return self.taken.get(node.id) if hidden else FromName(node.id)

    def _on_attribute(self, node: ast.Attribute) -> Value | None:
        value = self.value(node.value)
        part = self.part_of(value, key_of(node))
        return self.touch(value, node.attr, node, gives=part) if isinstance(node.ctx, ast.Load) else part

    def _on_subscript(self, node: ast.Subscript) -> Value | None:
        whole = self.value(node.value)
        return self.touch(whole, "__getitem__", node, (self.value(node.slice),), gives=self._item(whole, node))

    def _item(self, whole: Value | None, node: ast.Subscript) -> Value | None:
        """Return what an index gives of a value that is no instance of the notebook's."""
        if isinstance(node.slice, ast.Slice) and whole is not None:
            bounds = (node.slice.lower, node.slice.upper, node.slice.step)
            return Joined((whole,), ordered=not any(bounds))
        return None if isinstance(node.slice, _WHOLE_INDEX) else self.part_of(whole, key_of(node))

    def _on_starred(self, node: ast.Starred) -> Value | None:
        return self.part_of(self.iterated(node.value), EACH)

    def _on_await(self, node: ast.Await) -> Value | None:
        return self.value(node.value)

    def _on_namedexpr(self, node: ast.NamedExpr) -> Value | None:
        value = self.kept(self.value(node.value))
        self.bind_target(node.target, value)
        return value

    def _on_binop(self, node: ast.BinOp) -> Value | None:
        left, right = self.value(node.left), self.value(node.right)
        joins = isinstance(node.op, ast.Add | ast.BitOr) and not any(
            isinstance(n, ast.Constant) for n in (node.left, node.right)
        )
        known = tuple(value for value in (left, right) if value is not None)
        row = isinstance(node.op, ast.Add) and len(known) == len((left, right))
        joined = Joined(known, in_a_row=row) if known and (joins or isinstance(node.op, ast.Mult)) else None
        method, reflected = dunders.of_operator(node.op)
        gives = self.touch(left, method, node, (right,), gives=joined)
        return self.touch(right, reflected, node, (left,), gives=gives)

    def _on_unaryop(self, node: ast.UnaryOp) -> Value | None:
        return self.touch(self.value(node.operand), dunders.of_unary(node.op), node)

    def _on_compare(self, node: ast.Compare) -> Value | None:
        left, found = self.value(node.left), list[Value | None]()
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(comparator)
            method, reflected = dunders.of_comparison(operator)
            found.append(self.touch(left, method, node, (right,)))
            found.append(self.touch(right, reflected, node, (left,)))
            left = right
        return Several(tuple(found)) if any(found) else None

    def _on_formattedvalue(self, node: ast.FormattedValue) -> Value | None:
        self.touch(self.value(node.value), dunders.of_conversion(node), node)
        if node.format_spec is not None:
            self.value(node.format_spec)
        return None

    def _on_ifexp(self, node: ast.IfExp) -> Value | None:
        self.truth(node.test)
        return self._one_of([node.body, node.orelse], first_certain=False)

    def _on_boolop(self, node: ast.BoolOp) -> Value | None:
        return self._one_of(node.values, first_certain=True)

    def _one_of(self, nodes: list[ast.expr], *, first_certain: bool) -> Value | None:
        values = [self.value(nodes[0])] if first_certain else []
        for value in values:
            self.touch(value, "__bool__", nodes[0])
        rest = nodes[1:] if first_certain else nodes
        for node in rest:
            self.branches([lambda node=node: values.append(self.value(node)), lambda: None])  # type: ignore[misc]
        return Several(tuple(dict.fromkeys(values))) if any(values) else None

    def _on_tuple(self, node: ast.Tuple | ast.List | ast.Set) -> Value | None:
        held = holding([(element, self.value(element)) for element in node.elts])
        return replace(held, fixed=True) if isinstance(node, ast.Tuple) else held

    _on_list = _on_set = _on_tuple

    def _on_dict(self, node: ast.Dict) -> Value | None:
        parts: list[tuple[Key, Value | None]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self.value(key)
            parts.append((EVERY if key is None else named_key(key), self.value(value)))
        return Holding(few(parts))

    def _on_lambda(self, node: ast.Lambda) -> Value | None:
        return FromFunction(self.function(node, self.signature(node.args, None)))

    def _on_yield(self, node: ast.Yield) -> Value | None:
        self.yields = True
        if node.value is not None:
            self.steps.append(Return(Holding(((None, self.value(node.value)),)), yields=True))
        return None

    def _on_yieldfrom(self, node: ast.YieldFrom) -> Value | None:
        self.yields = True
        self.steps.append(Return(self.iterated(node.value), yields=True))
        return None

    def _on_generatorexp(self, node: ast.GeneratorExp) -> Value | None:
        """Follow what of a generator expression runs where it stands: only its first iterable."""
        if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node)):
            return self._on_listcomp(node)  # it binds out here
        first, arg = self.value(node.generators[0].iter), ast.arg(".0")
        made = FromFunction(self.function(function_of_generator(node, arg), ()))
        bound = frozenset(self.bound)
        call = Call(made, "", (first,), (), -1, bound, node.lineno, self.depth == 0)
        self.steps.append(call)
        return call

    def _on_listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value | None:
        first = self.iterated(node.generators[0].iter)
        names = {name for generator in node.generators for n in ast.walk(generator.target) for name in bound_by(n)}
        outside, self.taken = self.taken, {name: value for name, value in self.taken.items() if name not in names}
        self.hidden.append(names)
        once = True
        for i, generator in enumerate(node.generators):
            iterable = self.iterated(generator.iter) if i else first
            once = once and has_first(generator.iter)
            self._take(generator.target, self.part_of(iterable, EACH))
            for condition in generator.ifs:
                self.touch(self._within(condition, once=once), "__bool__", condition)
                once = False
        values = [self._within(element, once=once) for element in _elements(node)]
        self.hidden.pop()
        self.taken = outside
        return Holding(((None, values[-1]),))

    _on_setcomp = _on_dictcomp = _on_listcomp

    def _take(self, target: ast.expr, value: Value | None) -> None:
        """Give a name of a comprehension its value; it is nobody else's."""
        if isinstance(target, ast.Name):
            self.taken[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for i, inner in enumerate(target.elts):
                self._take(inner, self.part_of(value, str(i)))

    def _within(self, node: ast.expr, *, once: bool, run: bool = False) -> Value | None:
        """Follow what runs for each item: perhaps never, unless it does so `once` for certain."""
        if once:
            self.steps.append(Branch(begins=True, certain=True))
            value = self.value(node)
            self.steps.append(Branch(begins=False, certain=True))
            return value
        found: list[Value | None] = []
        follow = self.iterated if run else self.value
        self.branches([lambda: found.append(follow(node)), lambda: None])
        return found[0]

    # -- calls

    def _on_call(self, node: ast.Call) -> Value | None:
        callee, method = self._callee(node)
        values, ends = [callee], [len(self.steps)]
        name = method or getattr(node.func, "id", "")
        for arg in node.args:
            values.append(self._argument(arg, name))
            ends.append(len(self.steps))
        self._keep_before_calls(values, ends)
        callee, *rest = values
        args = tuple(rest)
        keywords = tuple([(keyword.arg, self.value(keyword.value)) for keyword in node.keywords])
        receiver, named = callee if method else None, dict(keywords)
        gives = result_of(node, receiver, args, named)
        gives = self.kept(gives) if gives is not None and method in TAKES_OUT else gives
        self._changes(node, receiver, args, named)
        if callee is None and not any(args) and not any(value for _, value in keywords):
            return None
        starred = next((i for i, arg in enumerate(node.args) if isinstance(arg, ast.Starred)), -1)
        bound = frozenset(self.bound)
        callee = callee or Several((None,))
        call = Call(
            callee, method, args, keywords, starred, bound, node.lineno, self.depth == 0, gives, calls_nothing(node)
        )
        self.steps.append(call)
        return call

    def _argument(self, node: ast.expr, name: str) -> Value | None:
        """Follow what a function of some name is given, with what well-known ones do to it at once."""
        if isinstance(node, ast.GeneratorExp):
            return self._on_listcomp(node) if dunders.takes_all(name) else self._within(node, once=False, run=True)
        value, method = self.value(node), dunders.of_builtin(name)
        touched = self.touch(value, method, node, gives=value)
        return touched if method == "__iter__" else value

    def _keep_before_calls(self, values: list[Value | None], ends: list[int]) -> None:
        """Have values worked out before a later one calls a function, which may bind their names anew.

        `ends` says how many steps there were when each had been followed.
        """
        calls = [at for at in range(ends[0], len(self.steps)) if isinstance(self.steps[at], Call)]
        for place in range(len(values) - 2, -1, -1) if calls else ():
            value = values[place]
            if isinstance(value, FromName | Part | Special) and ends[place] <= calls[-1]:
                values[place] = kept = Kept(value)
                self.steps.insert(ends[place], kept)

    def _callee(self, node: ast.Call) -> tuple[Value | None, str]:
        func = node.func
        if isinstance(func, ast.Attribute):
            return self.value(func.value), func.attr
        if isinstance(func, ast.Name) and func.id in _HIDES_NAMES and func.id not in self.bound and _hides(node):
            self.unknowable.append(Unknowable(f"{func.id}()", func.lineno, func.col_offset + 1))
        return self.value(func), ""

    def _changes(
        self,
        node: ast.Call,
        receiver: Value | None,
        args: tuple[Value | None, ...],
        keywords: dict[str | None, Value | None],
    ) -> None:
        """Note what a well-known call changes: its receiver, its first argument, what it writes ``out`` to."""
        func = node.func
        inplace = any(k.arg in {"inplace", "copy_inplace"} and is_true(k.value) for k in node.keywords)
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        called_by = (root_name(func.value) or "") if isinstance(func, ast.Attribute) else ""
        if isinstance(func, ast.Attribute) and method_mutates(called_by, name, inplace=inplace):
            self.mutate(receiver, func.value, change_by(node, name, args, keywords), method=name)
        if args and function_mutates_first(name, attribute=isinstance(func, ast.Attribute)):
            change = change_by(node, name, args, keywords)
            self.mutate(args[0], node.args[0], replace(change, of=receiver), method=name if receiver else "")
        for keyword in node.keywords:
            if keyword.arg == "out":
                self.mutate(keywords["out"], keyword.value)

    def decorated(self, made: FromFunction, decorators: list[Value | None], node: ast.stmt) -> Value:
        """Note that decorators are called with what they decorate; return what is left of it."""
        value: Value = made
        for decorator in reversed(decorators):
            if decorator is not None:
                bound = frozenset(self.bound)
                value = Call(decorator, "@", (value,), (), -1, bound, node.lineno, self.depth == 0, gives=value)
                self.steps.append(value)
        return value

    # -- functions

    def signature(self, arguments: ast.arguments, returns: ast.expr | None) -> tuple[tuple[str, Value], ...]:
        """Follow what a definition evaluates at once, defaults and annotations; return the values of the defaults."""
        positional = [*arguments.posonlyargs, *arguments.args]
        given = list(zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True))
        pairs = [*given, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        values = [(arg.arg, self.value(default)) for arg, default in pairs if default is not None]
        if not self.lazy_annotations:
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            for annotation in [argument.annotation for argument in every if argument is not None] + [returns]:
                if annotation is not None:
                    self.value(annotation)
        return tuple((name, value) for name, value in values if value is not None)

    def function(self, node: FunctionNode, defaults: tuple[tuple[str, Value], ...]) -> Function:
        """Return a function as a block of its own."""
        positional, keyword_only, _ = parameters(node.args)
        rest, named_rest = (arg.arg if arg is not None else "" for arg in (node.args.vararg, node.args.kwarg))
        around = frozenset(name for names in self.hidden for name in names) if not self.class_depth else frozenset()
        own = own_names(node) | around
        walker = type(self)(own, frozenset({*positional, *keyword_only, rest, named_rest} - {""}))
        walker.lazy_annotations = self.lazy_annotations
        if isinstance(node, ast.Lambda):
            walker.steps.append(Return(walker.value(node.body)))
        else:
            walker.function_body(node)
        self.unknowable.extend(walker.unknowable)
        lazy = any(isinstance(d, ast.Name) and "property" in d.id for d in getattr(node, "decorator_list", []))
        name, yields = getattr(node, "name", "<lambda>"), walker.yields
        steps = tuple(step for step in walker.steps if not (yields and isinstance(step, Return) and not step.yields))
        made = Function(
            *(name, node.lineno, positional, keyword_only, rest, named_rest, defaults, own, steps),
            is_property=lazy,
            is_generator=yields,
        )
        self.note(made, walker)
        return made

    def note(self, made: Function, walker: ExpressionWalker) -> None:
        """Note a function, and those that the walker of its body met."""
        self.functions.append((made, made.own))
        self.functions += [(inner, made.own | hidden) for inner, hidden in walker.functions]

    def function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Follow the statements of a function; the statement walker knows how."""
        raise NotImplementedError

    def pattern(self, node: ast.AST, subject: Value | None) -> None:
        """Bind what a ``case`` captures."""
        for name in bound_by(node):
            rest = not isinstance(node, ast.MatchAs) and subject is not None
            self.bind(name, node, "data", Holding(((None, self.part_of(subject)),)) if rest else subject)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.pattern):
                same = isinstance(node, ast.MatchAs | ast.MatchOr) or isinstance(child, ast.MatchStar)
                self.pattern(child, subject if same else self.part_of(subject))
            elif isinstance(child, ast.expr):
                self.value(child)


def _elements(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> list[ast.expr]:
    return [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]


def _hides(node: ast.Call) -> bool:
    """Whether a call of one of those builtins hides names: ``vars(x)`` is about the attributes of `x` only."""
    return not (isinstance(node.func, ast.Name) and node.func.id == "vars" and node.args)
