"""An oracle for the dataflow: cells are run for real, and who wrote what each of them reads is seen.

The namespace tells when a name is read, bound or deleted. Objects tell nothing; instead every list, dict, set and
instance that was ever met is looked at again and again, and one that differs was changed since the last look.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType, FunctionType, GeneratorType
from typing import Any

from support_modules import OwnModule, own_builtins

from mwaa_kit.authoring.dataflow import find_dataflow
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

Edge = tuple[int, int, str, str]
_MAY_CHANGE_NOTHING = {"update", "setdefault", "clear", "reverse"}
_IN_PLACE = {"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>", "<module>"}


_MOST_READS = 3000
_CHANGEABLE = (list, dict, set, tuple, FunctionType, GeneratorType, OwnModule)


def found_edges(sources: Sequence[str]) -> set[Edge]:
    """Return the edges of the analysis: from, to, name, kind."""
    notebook = Notebook("nb", tuple(Cell(i, CellKind.CODE, source) for i, source in enumerate(sources)))
    return {(e.source, e.target, name, e.kind) for e in find_dataflow(notebook).edges for name in e.names}


class WatchedKernel(dict[str, Any]):
    """A namespace that runs cells and notes the last writer of each name and object that a cell reads.

    Parameters
    ----------
    flips
        What ``flip()`` says in the cells, one after the other; False when they are used up.
    """

    def __init__(self, flips: Iterable[bool] = ()) -> None:
        super().__init__()
        self.cell = -1
        self.edges: set[Edge] = set()
        self.bound: dict[str, tuple[int, str]] = {}
        self.known_change: dict[str, int] = {}
        self.reading: set[str] = set()
        self.changed: dict[int, int] = {}
        self.looks: dict[int, tuple[Any, list[Any]]] = {}
        self.augmenting = ""
        self.kind = "data"
        self.touched: set[int] = set()
        self.flips = iter(flips)
        self.raised = False
        self.reads = 0
        for name, tool in {"__name__": "__cells__", "__builtins__": own_builtins(), **self._tools()}.items():
            dict.__setitem__(self, name, tool)

    def _tools(self) -> dict[str, Callable[..., Any]]:
        return {
            "flip": lambda: next(self.flips, False),
            "__augments__": self._augments,
            "__space__": self,
            "__reads__": self._reads,
            "__kind__": self._of_kind,
            "__touch__": self._touch,
            "__call__": self._call,
            "setattr": lambda value, name, held: self._call(value, "__setattr__", name, held),
        }

    def run(self, sources: list[str]) -> set[Edge]:
        """Run cells until one raises, and return all edges: from, to, name, kind."""
        for self.cell, source in enumerate(sources):
            self.reading.clear()
            tree = _shown(ast.parse(source))
            tree = ast.fix_missing_locations(_Instrument().visit(tree))
            try:
                exec(compile(tree, f"cell {self.cell}", "exec"), self)
            except Exception:
                self.raised = True
            self._look()
            if self.raised:
                break
        return self.edges

    # -- what the cells call

    def _augments(self, name: str) -> None:
        self.augmenting = name

    def _reads(self, name: str) -> None:
        if name not in sys._getframe(1).f_locals and name in self.bound:
            self._read(name, sys._getframe(1))

    def _of_kind(self, kind: str) -> None:
        self.kind = kind

    def _touch(self, value: Any) -> Any:
        """Note that an object is changed now, also when it stays as it was."""
        self._look()
        self.touched.add(id(value))
        return value

    def _call(self, value: Any, method: str, *args: Any, **keywords: Any) -> Any:
        """Call a method that changes its object, also when it stays as it was."""
        found = getattr(value, method)(*args, **keywords)
        self._touch(value)
        return found

    # -- names

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if name in self.bound:
            self._read(name, sys._getframe(1))
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        again = name == self.augmenting and dict.get(self, name) is value
        super().__setitem__(name, value)
        if not name.startswith("__"):
            self._binds(name, value, again=again)

    def __delitem__(self, name: str) -> None:
        if name in self.bound:
            self._read(name, sys._getframe(1))
        super().__delitem__(name)
        del self.bound[name]

    def _binds(self, name: str, value: Any, *, again: bool) -> None:
        again = again and isinstance(value, list | dict | set)
        self.touched |= {id(value)} if again else set()
        self._look()
        self.augmenting = ""
        if not again:
            self.bound[name] = (self.cell, self.kind)
            self.known_change.pop(name, None)

    def _read(self, name: str, frame: FrameType) -> None:
        self._look()
        self.reads += 1
        if self.reads > _MOST_READS:
            raise RuntimeError("it goes on for ever")
        self.reading.add(name)
        binder, kind = self.bound[name]
        value = dict.__getitem__(self, name)
        changer = max((self.changed.get(id(part), -1) for part in _reachable(value)), default=-1)
        writers = {(binder, kind)}
        if changer > binder:
            known = self.known_change.get(name, -1) > binder
            writers = {(changer, "mutation")} if known else {*writers, (changer, "mutation")}
        deferred = "deferred" if _is_deferred(frame, f"cell {self.cell}") else ""
        self.edges |= {(cell, self.cell, name, deferred or kind) for cell, kind in writers if cell != self.cell}

    # -- objects

    def _look(self) -> None:
        """See which objects differ from the last look, and whose names the cell has read."""
        changed: set[int] = set()
        for name in [*self.bound]:
            for part in _reachable(dict.get(self, name)):
                before, now = self.looks.get(id(part)), _held(part)
                differs = before is not None and not _same(before[1], now)
                self.looks[id(part)] = (part, now)
                changed |= {id(part)} if differs or id(part) in self.touched else set()
        self.touched.clear()
        for made in changed:
            self.changed[made] = self.cell
        for name in self.reading if changed else ():
            if name in self and any(id(part) in changed for part in _reachable(dict.get(self, name))):
                self.known_change[name] = self.cell


def seen_edges(sources: Sequence[str], ways: Iterable[Iterable[bool]]) -> set[Edge]:
    """Return the edges that are seen when the cells are run once for each way that ``flip()`` may go."""
    return set[Edge]().union(*(WatchedKernel(way).run(list(sources)) for way in ways))


def _shown(cell: ast.Module) -> ast.Module:
    """Let a cell show its last value, as IPython does."""
    last = cell.body[-1] if cell.body else None
    if isinstance(last, ast.Expr):
        last.value = ast.Call(ast.Name("repr", ast.Load()), [last.value], [])
    return cell


def _held(value: Any) -> list[Any]:
    """Return what an object holds, in order; a generator does not tell."""
    if isinstance(value, GeneratorType):
        return []
    if isinstance(value, OwnModule):
        held: Any = value.put_in()
    else:
        held = vars(value) if _is_instance(value) or isinstance(value, FunctionType) else value
    return [part for item in held.items() for part in item] if isinstance(held, dict) else list(held)


def _same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _is_instance(value: Any) -> bool:
    return type(value).__module__ == "__cells__"


def _reachable(value: Any) -> Iterator[Any]:
    """Yield an object that can change, and all that it is made of."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if id(item) not in seen and (_is_instance(item) or isinstance(item, _CHANGEABLE)):
            seen.add(id(item))
            yield item
            waiting.extend(_held(item))


def _is_deferred(frame: FrameType, cell: str) -> bool:
    """Whether a function is running: not the cell itself, a comprehension of it, or the body of a class."""
    if frame.f_code.co_name == "<genexpr>" and frame.f_code.co_filename != cell:
        return True  # it was made in another cell, and goes on in this one
    if not frame.f_code.co_flags & 0x1:  # CO_OPTIMIZED
        return "<locals>" in frame.f_code.co_qualname
    return not set(frame.f_code.co_qualname.split(".")) <= _IN_PLACE


class _Instrument(ast.NodeTransformer):
    """Makes a cell say what a namespace cannot see."""

    def __init__(self) -> None:
        self.scopes: list[tuple[str, frozenset[str]]] = [("module", frozenset())]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        declared = {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
        return self._inside(node, "function", frozenset(declared))

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        self.scopes.append(("function", frozenset()))
        node.body = self.visit(node.body)
        self.scopes.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.bases = [self.visit(base) for base in node.bases]
        return self._inside(node, "class", frozenset())

    def _inside(self, node: Any, kind: str, declared: frozenset[str]) -> Any:
        self.scopes.append((kind, declared))
        node.body = [new for statement in node.body for new in _listed(self.visit(statement))]
        self.scopes.pop()
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.scopes[-1][1] and not isinstance(
            node.ctx, ast.Load
        ):  # a module's dictionary would be told nothing
            return ast.Subscript(ast.Name("__space__", ast.Load()), ast.Constant(node.id), node.ctx)
        if self.scopes[-1][0] == "class" and isinstance(node.ctx, ast.Load):
            return _expression(f"(__reads__({node.id!r}), {node.id})[1]")
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _MAY_CHANGE_NOTHING:
            node.args = [node.func.value, ast.Constant(node.func.attr), *node.args]
            node.func = ast.Name("__call__", ast.Load())
        elif isinstance(node.func, ast.Name) and node.func.id == "next":
            node.args[0] = _touching(node.args[0])
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        node.value = self.visit(node.value)  # the target is read before the value: what it changes is seen as it is
        if not isinstance(node.target, ast.Name):
            return node
        name, node.target = node.target.id, self.visit(node.target)
        return [_statement(f"__augments__({name!r})"), node]

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = _touching(node.value)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = _touching(node.value)
        return node

    def visit_Global(self, node: ast.Global) -> ast.AST:
        return ast.Pass()

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> Any:
        if self.scopes[-1][0] != "module":
            return node
        return [_statement("__kind__('import')"), node, _statement("__kind__('data')")]

    visit_ImportFrom = visit_Import


def _touching(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("__touch__", ast.Load()), [node], [])


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _statement(code: str) -> ast.stmt:
    return ast.parse(code).body[0]


def _expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body
