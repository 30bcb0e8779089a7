"""The walk through a block of code, in the order of evaluation and along its branches.

A name that an earlier line of the block has bound for certain is not read from outside. Statements are here,
expressions in :mod:`mwaa_kit.authoring.expressions`. Inner functions become blocks of their own, which run when they
are called.

One idea in more than 300 lines: a short method for each kind of statement.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache

from mwaa_kit.authoring import dunders
from mwaa_kit.authoring.expressions import ExpressionWalker
from mwaa_kit.authoring.keys import key_of
from mwaa_kit.authoring.results import Change, added_parts
from mwaa_kit.authoring.scopes import import_name
from mwaa_kit.authoring.steps import (
    EACH,
    Bind,
    Call,
    ClassDefinition,
    Delete,
    FromFunction,
    FromModule,
    FromName,
    Function,
    Return,
    Several,
    Step,
    Unknowable,
    Value,
)

_DISPLAYS = (ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Dict, ast.DictComp)
_DEEPEST_LOOP = 2


@cache
def _handler_of(kind: str) -> str:
    return f"_{kind.lower()}"


class Walker(ExpressionWalker):
    """Follows the statements of one block."""

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Follow statements one after the other."""
        for node in body:
            handler = getattr(self, _handler_of(type(node).__name__), None)
            if handler is not None:
                handler(node)
            else:
                self.children(node)

    def _expr(self, node: ast.Expr) -> None:
        self.shown = (node, self.value(node.value))

    def show(self, body: Sequence[ast.stmt]) -> None:
        """Note that Jupyter shows what the last line of a cell gives."""
        if body and self.shown is not None and self.shown[0] is body[-1]:
            node, value = self.shown
            for method in ("__repr__", "_repr_html_"):
                self.touch(value, method, node)

    shown: tuple[ast.Expr, Value | None] | None = None

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        if len(node.targets) > 1:
            value = self.kept(value)
        for target in node.targets:
            self.bind_target(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if not self.is_function and not self.lazy_annotations:
            self.value(node.annotation)
        if node.value is not None:
            self.bind_target(node.target, self.value(node.value))

    def _augassign(self, node: ast.AugAssign) -> None:
        target, display = node.target, isinstance(node.value, _DISPLAYS)
        if isinstance(target, ast.Name):
            self.read(target.id, target)
            value, old = self.value(node.value), FromName(target.id)
            new = self.touch(old, dunders.in_place(node.op), target, (value,), gives=old)
            if display:
                self.mutate(old, target, Change(added_parts(value), instead=new))
            else:
                self.bind(target.id, target, "data", new, added=Several((value,)))
            return
        whole = self.value(target.value)
        if isinstance(target, ast.Subscript):
            index: tuple[Value | None, ...] = (self.value(target.slice),)
            asked, told = "__getitem__", "__setitem__"
        else:
            index, asked, told = (), target.attr, f"{target.attr}.setter"
        part = self.touch(whole, asked, target, index, gives=self.part_of(whole, key_of(target)))
        value = self.value(node.value)
        new = self.touch(part, dunders.in_place(node.op), target, (value,), gives=part)
        self.mutate(whole, target)
        self.mutate(part, target, Change(added_parts(value), containers=not display))
        self.touch(whole, told, target, (*index, new))

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        value = self.iterated(node.iter)
        taken = self.part_of(self.kept(value) if value is not None else None, EACH)

        def once() -> None:
            self.bind_target(node.target, taken)
            self.block(node.body)

        self._repeat(once)
        self.branches([lambda: self.block(node.orelse), lambda: None])

    _asyncfor = _for

    def _while(self, node: ast.While) -> None:
        self.truth(node.test)

        def once() -> None:
            self.block(node.body)
            self.truth(node.test)

        self._repeat(once)
        self.branches([lambda: self.block(node.orelse), lambda: None])

    def _repeat(self, once: Callable[[], None]) -> None:
        """Follow a loop's body twice, as the second time may see what the first one left; deep inside, once."""
        self.loops += 1

        def again() -> None:
            once()
            if self.loops <= _DEEPEST_LOOP:
                self.dead = False
                self.branches([once, lambda: None])

        self.branches([again, lambda: None])
        self.loops -= 1

    def _if(self, node: ast.If) -> None:
        self.truth(node.test)
        self.branches([lambda: self.block(node.body), lambda: self.block(node.orelse)])

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        managers: list[Value | None] = []
        for item in node.items:
            value = self.value(item.context_expr)
            manager = self.kept(value) if value is not None else None
            managers.append(manager)
            entered = self.touch(manager, "__enter__", node, gives=manager)
            if item.optional_vars is not None:
                self.bind_target(item.optional_vars, entered)
        self.block(node.body)
        for manager in reversed(managers):
            self.touch(manager, "__exit__", node, (None, None, None))

    _asyncwith = _with

    def _try(self, node: ast.Try) -> None:
        before = set(self.bound)

        def body() -> None:
            self.block(node.body)
            self.block(node.orelse)

        if node.handlers:
            handlers = [self._handler(handler, before) for handler in node.handlers]
            self.branches([body, *handlers])
        else:
            body()
        if node.finalbody and (node.handlers or any(isinstance(inner, ast.Raise) for inner in ast.walk(node))):
            self.branches([self._on_the_way_out(node.finalbody, before), lambda: None])
        self.block(node.finalbody)

    _trystar = _try

    def _on_the_way_out(self, body: list[ast.stmt], before: set[str]) -> Callable[[], None]:
        """Return a run of what comes at last for an error that nobody takes: of the names, what was bound before counts."""

        def run() -> None:
            self.bound = set(before)
            self.block(body)
            self.dead = True

        return run

    def _handler(self, handler: ast.ExceptHandler, before: set[str]) -> Callable[[], None]:
        def run() -> None:
            self.bound = set(before)
            if handler.type is not None:
                self.value(handler.type)
            self.hidden.append({handler.name} if handler.name else set())  # it is gone when the handler ends
            self.block(handler.body)
            self.hidden.pop()

        return run

    def _match(self, node: ast.Match) -> None:
        value = self.value(node.subject)
        subject = self.kept(value) if value is not None else None
        cases = [self._case(case, subject) for case in node.cases]
        last = node.cases[-1]
        always = last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
        self.branches(cases if always else [*cases, lambda: None])

    def _case(self, case: ast.match_case, subject: Value | None) -> Callable[[], None]:
        def run() -> None:
            self.pattern(case.pattern, subject)
            if case.guard is not None:
                self.value(case.guard)
            self.block(case.body)

        return run

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            self.lazy_annotations |= any(alias.name == "annotations" for alias in node.names)
        for alias in node.names:
            if alias.name == "*":
                what = f"from {'.' * getattr(node, 'level', 0)}{getattr(node, 'module', '') or ''} import *"
                self.unknowable.append(Unknowable(what, node.lineno, node.col_offset + 1))
            else:
                whole = alias.name if alias.asname else import_name(alias)
                origin = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
                self.bind(import_name(alias), node, "import", FromModule(f"{origin}{whole}"))

    _importfrom = _import

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            for inner in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                if isinstance(inner, ast.Name):
                    self.read(inner.id, inner)
                    self.delete(inner.id, inner)
                elif isinstance(inner, ast.Attribute | ast.Subscript):
                    whole = self.value(inner.value)
                    if isinstance(inner, ast.Subscript):
                        self.touch(whole, "__delitem__", inner, (self.value(inner.slice),))
                    self.mutate(whole, inner, Change(removes=key_of(inner), shifts=True))

    def _return(self, node: ast.Return) -> None:
        self.steps.append(Return(self.value(node.value) if node.value is not None else None))
        self.dead = True

    def _raise(self, node: ast.Raise) -> None:
        self.children(node)
        self.dead = True

    def _break(self, node: ast.Break | ast.Continue) -> None:
        self.dead = True

    _continue = _break

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = [self.value(decorator) for decorator in node.decorator_list]
        self.hidden.append({parameter.name for parameter in getattr(node, "type_params", [])})
        defaults = self.signature(node.args, node.returns)
        self.hidden.pop()
        made = FromFunction(self.function(node, defaults))
        self.bind(node.name, node, "definition", self.decorated(made, decorators, node))

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        decorators = [self.value(decorator) for decorator in node.decorator_list]
        self.hidden.append({parameter.name for parameter in getattr(node, "type_params", [])})
        bases = tuple(value for base in node.bases if (value := self.value(base)) is not None)
        for keyword in node.keywords:
            self.value(keyword.value)
        self.hidden.pop()
        inner = self.class_body(node)
        setters = {function.lineno for function in node.body if _is_setter(function)}
        methods = tuple(
            (f"{step.name}.setter" if step.line in setters else step.name, made.definition)
            for step in inner
            if isinstance(step, Bind)
            and isinstance(made := undecorated(step.value), FromFunction)
            and isinstance(made.definition, Function)
        )
        definition = ClassDefinition(node.name, node.lineno, methods, bases)
        self.bind(node.name, node, "definition", self.decorated(FromFunction(definition), decorators, node))

    def _typealias(self, node: ast.AST) -> None:
        """Bind ``type X = …``; its value is worked out only when it is asked for, as a function's would be."""
        name, value = node.name, node.value  # type: ignore[attr-defined]
        types = frozenset(parameter.name for parameter in node.type_params)  # type: ignore[attr-defined]
        walker = Walker(own=types)
        walker.value(value)
        lazy = Function(name.id, name.lineno, (), (), "", "", (), types, tuple(walker.steps))
        self.note(lazy, walker)
        self.bind(name.id, name, "definition", FromFunction(lazy))

    def function_body(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Follow the body of a function in its own walker."""
        self.block(node.body)

    def class_body(self, node: ast.ClassDef) -> list[Step]:
        """Run a class body here and now: what it reads is read; what it binds stays in it."""
        outer, self.steps, bound = self.steps, [], set(self.bound)
        types = {parameter.name for parameter in getattr(node, "type_params", [])}
        around, self.class_scope = self.class_scope, len(self.hidden)
        self.hidden.append(types)
        self.class_depth += 1
        self.block(node.body)
        self.class_depth -= 1
        self.class_scope = around
        self.hidden.pop()
        inner, self.steps, self.bound = self.steps, outer, bound
        self.steps.extend(step for step in inner if not isinstance(step, Bind | Delete))
        return inner


def _is_setter(node: ast.stmt) -> bool:
    """Whether a method is decorated with ``@name.setter``."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(isinstance(decorator, ast.Attribute) and decorator.attr == "setter" for decorator in decorators)


def undecorated(value: Value | None) -> Value | None:
    """Return the function or class itself, without what its decorators may have made of it."""
    while isinstance(value, Call) and value.method == "@":
        value = value.args[0]
    return value
