"""The state of a walk through one block of code: which names are the block's own, and the steps so far."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from mwaa_kit.authoring.dunders import SHOWN
from mwaa_kit.authoring.keys import key_at, key_of, length_of, root_name
from mwaa_kit.authoring.results import NO_PARTS, Change
from mwaa_kit.authoring.steps import (
    Bind,
    Branch,
    Call,
    Delete,
    FromFunction,
    FromModule,
    Function,
    Holding,
    Joined,
    Kept,
    Key,
    Mutate,
    Part,
    Read,
    Special,
    Step,
    Touch,
    Unknowable,
    Value,
)

_NO_INSTANCE = (Holding, Joined, FromFunction, FromModule)


class BlockWalker:
    """Notes the steps of one block.

    Parameters
    ----------
    own
        For a function: all names local to it.

    Attributes
    ----------
    functions
        Each function of the block, however deep, with the names that it and those around it hide.
    """

    def __init__(self, own: frozenset[str] | None = None, arguments: frozenset[str] = frozenset()) -> None:
        self.is_function = own is not None
        self.own = own or frozenset()
        self.steps: list[Step] = []
        self.functions: list[tuple[Function, frozenset[str]]] = []
        self.bound: set[str] = set(arguments)
        self.hidden: list[set[str]] = []
        self.taken: dict[str, Value | None] = {}
        self.unknowable: list[Unknowable] = []
        self.depth = 0
        self.class_depth = 0
        self.class_scope = -1
        self.dead = False
        self.loops = 0
        self.yields = False
        self.lazy_annotations = False

    # -- names

    def read(self, name: str, node: ast.expr) -> None:
        """Note a read, unless the name is this block's own."""
        if name in self.bound or name in self.own or (self.hidden and self.is_hidden(name)):
            return
        self.steps.append(Read(name, node.lineno, node.col_offset + 1))

    def bind(self, name: str, node: ast.AST, kind: str, value: Value | None, *, added: Value | None = None) -> None:
        """Note a binding; in a class body it stays in the class."""
        line = getattr(node, "lineno", 1)
        self.steps.append(Bind(name, kind, line, self.depth == 0, value, added))
        if self.class_depth:
            self.hidden[self.class_scope].add(name)
        else:
            self.bound.add(name)

    def mutate(self, value: Value | None, node: ast.expr, change: Change = NO_PARTS, *, method: str = "") -> None:
        """Note that an object is changed in place."""
        name = root_name(node) or ""
        name = "" if self.is_hidden(name) else name
        if value is not None:
            step = Mutate(name, node.lineno, self.depth == 0, value, method, change.puts, change.removes, change.shifts)
            if change.containers or change.of is not None or change.instead is not None:
                step = replace(step, containers=change.containers, of=change.of, instead=change.instead)
            self.steps.append(step)

    def kept(self, value: Value | None) -> Value:
        """Have a value worked out here and now, and once."""
        if isinstance(value, Kept | Call):
            return value
        kept = Kept(value)
        self.steps.append(kept)
        return kept

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

    def touch(
        self,
        value: Value | None,
        method: str,
        node: ast.AST,
        args: tuple[Value | None, ...] = (),
        *,
        gives: Value | None = None,
    ) -> Value | None:
        """Note that something runs `method`, if the notebook has one for the value; return what comes out then."""
        if value is None or not method or (isinstance(value, _NO_INSTANCE) and method not in SHOWN):
            return gives
        line = getattr(node, "lineno", 1)
        call = Call(value, method, args, (), -1, frozenset(self.bound), line, self.depth == 0, gives)
        self.steps.append(Touch(call))
        return Special(call)

    def bind_target(self, target: ast.expr, value: Value | None) -> None:
        """Bind or change what stands left of an assignment."""
        if isinstance(target, ast.Name):
            self.bind(target.id, target, "data", value)
        elif isinstance(target, ast.Starred):
            self.bind_target(target.value, None)
        elif isinstance(target, ast.Tuple | ast.List):
            kept = self.kept(value) if value is not None else None
            self._unpack(
                target.elts, self.touch(kept, "__iter__", target, gives=kept) if length_of(kept) is None else kept
            )
        elif isinstance(target, ast.Attribute | ast.Subscript):
            whole = self.value(target.value)
            if isinstance(target, ast.Subscript):
                self.touch(whole, "__setitem__", target, (self.value(target.slice), value))
                value = self.part_of(value) if isinstance(target.slice, ast.Slice) else value
            else:
                self.touch(whole, f"{target.attr}.setter", target, (value,))
            self.mutate(whole, target, Change(((key_of(target), value),)))

    def _unpack(self, targets: list[ast.expr], value: Value | None) -> None:
        """Take a value apart; where a display says how long it is, what is behind a star is known too."""
        star = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), len(targets))
        length = length_of(value)
        for i, inner in enumerate(targets):
            if value is None:
                self.bind_target(inner, None)
            elif i != star:
                behind = length - len(targets) + i if length is not None else None
                self.bind_target(inner, Part(value, key_at(i if i < star else behind)))
            elif isinstance(inner, ast.Starred):
                end = (length or 0) - len(targets) + star + 1
                parts = [(str(at - star), Part(value, str(at))) for at in range(star, end)]
                whole = Holding(tuple(parts)) if length is not None else Holding(((None, Part(value)),))
                self.bind_target(inner.value, whole)

    def part_of(self, value: Value | None, key: Key = None) -> Value | None:
        """Return what an item or attribute of a value may share with it."""
        return Part(value, key) if value is not None else None

    def value(self, node: ast.expr) -> Value | None:
        """Follow an expression; the walker of expressions knows how."""
        raise NotImplementedError

    def is_hidden(self, name: str) -> bool:
        """Whether a comprehension, a class or a handler around here has a name of its own like that."""
        return any(name in names for names in self.hidden)
