"""One cell's facts: the names it binds, reads, changes and deletes, found in its tree and never by running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mwaa_kit.authoring.parsing import parse_cell
from mwaa_kit.authoring.steps import BUILTINS, Bind, CellFacts, Delete, Function, Mutate, Read
from mwaa_kit.authoring.walker import Walker


@lru_cache(maxsize=1 << 15)
def facts_of_source(source: str) -> CellFacts:
    """Return the facts of a cell's source; the same text is looked at once."""
    return facts_of(parse_cell(source).body)


def facts_of(body: list[ast.stmt]) -> CellFacts:
    """Return the facts of some statements of a cell."""
    walker = Walker()
    try:
        walker.block(body)
        walker.show(body)
    except RecursionError:
        return CellFacts((), {}, {}, frozenset(), {}, {}, {}, {}, too_deep=True)
    return summary(walker)


def summary(walker: Walker) -> CellFacts:
    """Gather the steps of a block by name."""
    reads: dict[str, tuple[int, int]] = {}
    binds: dict[str, int] = {}
    kinds: dict[str, str] = {}
    mutates: dict[str, int] = {}
    deletes: dict[str, int] = {}
    for step in walker.steps:
        if isinstance(step, Read):
            reads.setdefault(step.name, (step.line, step.column))
        elif isinstance(step, Bind):
            binds[step.name], kinds[step.name] = step.line, step.kind
        elif isinstance(step, Mutate) and not (step.method and kinds.get(step.name) == "import"):
            mutates[step.name] = step.line
        elif isinstance(step, Delete):
            deletes[step.name] = step.line
            if step.certain:
                binds.pop(step.name, None)
    deferred: dict[str, int] = {}
    for name, line in _deferred(walker.functions):
        if name not in BUILTINS or name in binds:
            deferred.setdefault(name, line)
    certain, unknowable = frozenset(walker.bound), tuple(walker.unknowable)
    return CellFacts(tuple(walker.steps), reads, binds, certain, kinds, mutates, deletes, deferred, unknowable)


def _deferred(functions: Iterable[tuple[Function, frozenset[str]]]) -> Iterator[tuple[str, int]]:
    """Yield what the functions of a block read from outside all functions."""
    for function, hidden in functions:
        for step in function.steps:
            if isinstance(step, Read) and step.name not in hidden:
                yield step.name, step.line
