"""A task notebook proposed for one that has no directive: from Kale's tags, else from its headings, else as one task.

A proposal only adds lines on top of cells. Cells of imports and definitions stay as they are: they are shared without
being told; a cell that only looks at a value stays exploration.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from mwaa_kit.authoring.cells import AuthoredCell, Role, find_cells
from mwaa_kit.authoring.directives import find_directive
from mwaa_kit.authoring.importing.kale import has_kale_tags, kale_lines
from mwaa_kit.errors import RefusedError
from mwaa_kit.model.notebook import Cell, CellKind, Notebook

_H2 = re.compile(r"^##[ \t]+(?P<title>.+?)[ \t#]*$", re.M)
_LOOKS = frozenset({"display", "print", "show", "head", "tail", "describe", "info", "plot", "hist", "sample", "help"})


@dataclass(frozen=True)
class Proposal:
    """The line that each cell would begin with, by index from 0; `how` says what they were taken from."""

    lines: dict[int, str]
    how: str


def propose_tasks(notebook: Notebook) -> Proposal:
    """Return a directive for each cell that would be part of a Dag.

    Raises
    ------
    RefusedError
        If the notebook has directives already, or no cell that could be a task.
    """
    cells = find_cells(notebook)
    if any(directive is not None and directive.line for cell in notebook.cells for directive in [find_directive(cell)]):
        raise RefusedError("has directives already", path=notebook.path, hint="see them with: mwaa-kit draw")
    if has_kale_tags(notebook):
        proposal = Proposal(kale_lines(notebook), "Kale's tags")
    elif any(_titles(cell) for cell in notebook.cells):
        proposal = Proposal(dict(_with_params(cells, _by_heading(notebook, cells))), "headings of the second level")
    else:
        stem = task_name(PurePath(notebook.path).stem)
        proposal = Proposal(dict(_with_params(cells, _as_one(cells, stem))), "the whole notebook as one task")
    if not any(line.startswith("#| task") for line in proposal.lines.values()):
        hint = "begin a cell that works something out with '#| task: name'"
        raise RefusedError("has no cell that could be a task", path=notebook.path, hint=hint)
    return proposal


def task_name(title: str) -> str:
    """Derive a task name from a heading or a file name."""
    words = re.sub(r"[^\w]+", "_", re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()).strip("_")
    words = re.sub(r"^(?:step_)?\d+_+(?=\D)", "", words)[:60].strip("_")
    return words if words and not words[0].isdigit() else f"task_{words}".rstrip("_")


def _with_params(cells: tuple[AuthoredCell, ...], lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Add a directive to a cell that papermill's tag makes the params."""
    yield from ((cell.cell.index, "#| params") for cell in cells if cell.role is Role.PARAMS)
    yield from lines


def _by_heading(notebook: Notebook, cells: tuple[AuthoredCell, ...]) -> Iterator[tuple[int, str]]:
    """Yield a task for each H2: its first cell, and those that continue it; what stands above the first H2 is one too."""
    authored = {cell.cell.index: cell for cell in cells}
    current, begun, taken = "prepare", False, set[str]()
    for cell in notebook.cells:
        titles = _titles(cell)
        if titles:
            current, begun = task_name(titles[-1]), False
        elif cell.index in authored and _is_work(authored[cell.index]):
            if not begun:
                current = _unique(current, taken)
            yield cell.index, f"#| {'task+' if begun else 'task'}: {current}"
            begun = True


def _titles(cell: Cell) -> list[str]:
    """Return the headings of the second level of a markdown cell; what stands in a block of code is none."""
    if cell.kind is not CellKind.MARKDOWN:
        return []
    return _H2.findall(re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.S | re.M))


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def _as_one(cells: tuple[AuthoredCell, ...], name: str) -> Iterator[tuple[int, str]]:
    begun = False
    for cell in cells:
        if _is_work(cell):
            yield cell.cell.index, f"#| {'task+' if begun else 'task'}: {name}"
            begun = True


def _is_work(cell: AuthoredCell) -> bool:
    """Whether a cell does something that a task should do: more than define, and more than look at a value."""
    if cell.role is not Role.EXPLORATION or cell.parsed.tree is None or not cell.parsed.python:
        return False
    return any(not _only_looks(node) for node in cell.parsed.body)


def _only_looks(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    if not isinstance(node, ast.Expr):
        return False
    calls = [inner for inner in ast.walk(node.value) if isinstance(inner, ast.Call)]
    names = (c.func.attr if isinstance(c.func, ast.Attribute) else getattr(c.func, "id", "") for c in calls)
    return all(name in _LOOKS for name in names)
