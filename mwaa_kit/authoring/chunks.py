"""Module-level code in pieces: one statement each, with the comments above it; only needed ones are shipped."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mwaa_kit.authoring.cells import AirflowNames, AuthoredCell, Role, is_dag
from mwaa_kit.authoring.names import facts_of
from mwaa_kit.authoring.steps import CellFacts


@dataclass(frozen=True, eq=False)
class Chunk:
    """One statement of a cell.

    Parameters
    ----------
    start, end
        Its lines with the comments above it, from 1.
    forced
        Whether it is shipped even if nobody reads what it binds.
    """

    cell: AuthoredCell
    node: ast.stmt
    start: int
    end: int
    forced: bool

    @cached_property
    def facts(self) -> CellFacts:
        """What the statement does to names."""
        return self.cell.facts if self.cell.parsed.body == [self.node] else facts_of([self.node])

    @property
    def reads(self) -> tuple[str, ...]:
        """Names from outside it, also those its functions read when they are called."""
        return tuple(dict.fromkeys([*self.facts.reads, *self.facts.deferred]))

    @property
    def is_import(self) -> bool:
        """Whether it is an import and nothing else."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def find_chunks(cells: Iterable[AuthoredCell], airflow: AirflowNames) -> tuple[Chunk, ...]:
    """Return the module-level statements of all cells that may be shipped, in document order."""
    return tuple(chunk for cell in cells for chunk in _chunks(cell, airflow))


def _chunks(cell: AuthoredCell, airflow: AirflowNames) -> Iterator[Chunk]:
    body, end = cell.parsed.body, 0
    for i, node in enumerate(body):
        start, end = end + 1, max(node.end_lineno or node.lineno, end)
        following = body[i + 1] if i + 1 < len(body) else None
        if following is not None and following.lineno == node.end_lineno:
            end -= 1  # two statements on one line: the text belongs to the last of them
            start = min(start, node.lineno)
        kind = _shipping(cell, node, airflow)
        if kind is not None and not isinstance(node, ast.Pass):
            yield Chunk(cell, node, start, max(node.end_lineno or 1, end), kind)


def _shipping(cell: AuthoredCell, node: ast.stmt, airflow: AirflowNames) -> bool | None:
    """Return whether a statement is shipped always (True), when it is needed (False), or not here (None)."""
    is_import = isinstance(node, ast.Import | ast.ImportFrom)
    if cell.role in {Role.SHARED, Role.TASKFLOW, Role.DAG}:
        return not is_import
    if cell.role in {Role.TASK, Role.SKIP, Role.INCLUDE, Role.REQUIREMENTS, Role.NOTEBOOK}:
        return None
    if cell.role is Role.LIBRARY:
        return None if isinstance(node, ast.Expr) else False
    is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return False if is_import or (cell.role is Role.AIRFLOW and is_definition) else None


@dataclass
class Slice:
    """What is shipped at module level, and what moves into the one task that uses it.

    Parameters
    ----------
    names
        For each chunk the names it is shipped for; empty for a forced one.
    local
        By task_id, the imports and constants that stand at the top of its function.
    """

    names: dict[Chunk, set[str]] = field(default_factory=dict)
    local: dict[str, list[tuple[Chunk, str]]] = field(default_factory=dict)


class Slicer:
    """Follows needed names back to the statements that bind them (rule 5)."""

    def __init__(self, chunks: tuple[Chunk, ...]) -> None:
        self.chunks = chunks
        self.slice = Slice()
        self.makers: dict[str, list[Chunk]] = {}
        self.users: dict[str, list[str]] = {}
        for chunk in chunks:
            for name in chunk.facts.binds:
                self.makers.setdefault(name, []).append(chunk)

    def ship(self, needed: Iterable[str], shared: dict[str, list[str]], copied: dict[str, set[str]]) -> Slice:
        """Return the slice.

        Parameters
        ----------
        needed
            Names that module-level code of ours reads.
        shared
            Names each script task takes from shared code.
        copied
            Names a task changes: it gets a copy of its own.
        """
        for task_id, names in shared.items():
            for name in names:
                self.users.setdefault(name, []).append(task_id)
        for chunk in self.chunks:
            if chunk.forced:
                self._ship(chunk, "")
        for name in needed:
            self._need(name)
        for names in shared.values():
            for name in names:
                if not self._only_imports(name):
                    self._need(name, only=not self._is_copied_everywhere(name, copied))
        for task_id, names in shared.items():
            for name in names:
                self._for_task(task_id, name, copied)
        return self.slice

    def _is_copied_everywhere(self, name: str, copied: dict[str, set[str]]) -> bool:
        return all(name in copied.get(task_id, ()) for task_id in self.users[name])

    def _for_task(self, task_id: str, name: str, copied: dict[str, set[str]]) -> None:
        makers, users = self._makers(name), self.users[name]
        at_top = any(name in self.slice.names.get(maker, ()) for maker in makers)
        if name in copied.get(task_id, ()) or (self._only_imports(name) and len(users) == 1 and not at_top):
            self.slice.local.setdefault(task_id, []).extend((maker, name) for maker in makers)
            for maker in makers:
                for read in maker.reads:
                    self._need(read)
        elif self._only_imports(name):
            self._need(name)

    def _makers(self, name: str) -> list[Chunk]:
        """Return what binds a name: the last statement that does, and every ``import name.part``."""
        makers = self.makers.get(name, [])
        dotted = [m for m in makers if isinstance(m.node, ast.Import) and any("." in a.name for a in m.node.names)]
        return list(dict.fromkeys([*dotted, *makers[-1:]]))

    def _only_imports(self, name: str) -> bool:
        makers = self._makers(name)
        return bool(makers) and all(maker.is_import for maker in makers)

    def _need(self, name: str, *, only: bool = True) -> None:
        if only:
            for maker in self._makers(name):
                self._ship(maker, name)

    def _ship(self, chunk: Chunk, name: str) -> None:
        known = chunk in self.slice.names
        names = self.slice.names.setdefault(chunk, set())
        if name:
            names.add(name)
        if not known:
            for read in chunk.reads:
                if self.makers.get(read) != [chunk]:
                    self._need(read)


def dag_functions(cell: AuthoredCell, airflow: AirflowNames) -> tuple[ast.FunctionDef, ...]:
    """Return the ``@dag`` functions of a cell."""
    return tuple(node for node in cell.parsed.body if isinstance(node, ast.FunctionDef) and is_dag(node, airflow))
