"""Kale's tags, read as directives.

References
----------
Kale documentation, "Notebook annotations": ``imports``, ``functions``, ``pipeline-parameters``, ``pipeline-metrics``,
``skip``, ``block:NAME`` (``step:NAME`` in newer notebooks) and ``prev:NAME``. A cell without a tag continues the one above.
"""

from __future__ import annotations

import re

from mwaa_kit.model.notebook import Cell, CellKind, Notebook

_STEP = re.compile(r"(?:block|step):(?P<name>[\w.-]*)$")
_BEFORE = re.compile(r"prev:(?P<name>[\w.-]+)$")
_SHARED = frozenset({"imports", "functions"})


def has_kale_tags(notebook: Notebook) -> bool:
    """Whether a cell is tagged as a step of Kale."""
    return any(_step(cell) for cell in notebook.code_cells)


def kale_lines(notebook: Notebook) -> dict[int, str]:
    """Return the directive of each cell, by its index from 0."""
    lines: dict[int, str] = {}
    current, begun = "", set[str]()
    for cell in notebook.cells:
        if cell.kind is not CellKind.CODE or not cell.source.strip():
            continue
        line = _line(cell)
        if line is None:
            current = _step(cell) or current
            if not current:
                continue
            line = f"#| {'task+' if current in begun else 'task'}: {current}{_after(cell, current in begun)}"
            begun.add(current)
        lines[cell.index] = line
    return lines


def _line(cell: Cell) -> str | None:
    """Return the directive of a cell that is no step; None for a step."""
    tags = set(cell.tags)
    if tags & {"skip", "pipeline-metrics"}:
        return "#| skip"
    if "pipeline-parameters" in tags:
        return "#| params"
    return "#| shared" if tags & _SHARED else None


def _step(cell: Cell) -> str:
    found = (match["name"] for tag in cell.tags if (match := _STEP.match(tag)))
    name = next((name for name in found if name), "")
    return f"step_{name}" if name[:1].isdigit() or name.startswith(("-", ".")) else name


def _after(cell: Cell, continued: bool) -> str:
    before = [match["name"] for tag in cell.tags if (match := _BEFORE.match(tag))]
    return f" after={','.join(before)}" if before and not continued else ""
