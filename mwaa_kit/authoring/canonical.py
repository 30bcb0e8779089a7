"""Names in full: what ``np.random.seed`` is when somebody wrote ``import numpy as np``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mwaa_kit.authoring.cells import AuthoredCell


@dataclass(frozen=True)
class FullNames:
    """The imported names of a notebook, each with where it comes from."""

    origins: dict[str, str]

    def of(self, node: ast.expr) -> str:
        """Return the full dotted name of an expression; empty where it does not begin with an imported name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.origins:
            return ""
        return ".".join([self.origins[node.id], *parts])

    def packages(self, names: Iterable[str]) -> set[str]:
        """Return the top-level packages that some names belong to."""
        return {self.origins[name].partition(".")[0] for name in names if name in self.origins}


def full_names(cells: Iterable[AuthoredCell]) -> FullNames:
    """Return what all cells import."""
    origins: dict[str, str] = {}
    for node in (n for cell in cells for statement in cell.parsed.body for n in [statement, *_tried(statement)]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                origins[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origins |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return FullNames(origins)


def run_at_once(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield what runs when statements run: not the bodies of functions, but their defaults and decorators."""
    for node in body:
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from run_at_once(
                [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
            )
            continue
        yield node
        yield from run_at_once(ast.iter_child_nodes(node))


def _tried(statement: ast.stmt) -> list[ast.stmt]:
    return statement.body if isinstance(statement, ast.Try) else []
