"""Lowering a script task: ordinary cells become the body of one TaskFlow function that reads as if written by hand."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePath

from mwaa_kit.authoring.cells import AuthoredCell
from mwaa_kit.authoring.celltext import cell_lines, chunk_lines, import_text, line_of
from mwaa_kit.authoring.chunks import Chunk
from mwaa_kit.authoring.codestyle import folded, quoted, tidy
from mwaa_kit.authoring.docstrings import docstring_lines
from mwaa_kit.authoring.importblock import import_block, spaced
from mwaa_kit.authoring.scopes import import_name
from mwaa_kit.authoring.shipping import CONTEXT_KEYS
from mwaa_kit.authoring.tasks import Task
from mwaa_kit.authoring.wiring import Wiring
from mwaa_kit.authoring.writer import TextLine, indent, single_blanks, trimmed

KIT_OPTIONS = frozenset({"cache", "dag"})
"""Options that are for the kit alone and no argument of an operator."""


@dataclass(frozen=True)
class LoweredTask:
    """What the function of a task needs beside its cells.

    Parameters
    ----------
    hints
        The types of params, by name.
    doc
        What its docstring says.
    """

    task: Task
    function: str
    local: tuple[tuple[Chunk, str], ...]
    decorator: str
    target: str
    hints: dict[str, str]
    doc: str = ""


def parameter_names(task: Task, wiring: Wiring) -> dict[str, str]:
    """Return the function's parameter for each name that comes from another task.

    A name that is a key of Airflow's context is renamed: Airflow would put its own value there (rule 15).
    """
    fed = [feed.name for feed in wiring.feeds.get(task.task_id, [])]
    return {name: name if name not in CONTEXT_KEYS else _renamed(name, task) for name in fed}


def _renamed(name: str, task: Task) -> str:
    taken = CONTEXT_KEYS.union(*(cell.used for cell in task.cells))
    while name in taken:
        name += "_"
    return name


def lower_task(lowered: LoweredTask, wiring: Wiring) -> list[TextLine]:
    """Return the function of a script task."""
    task, gives = lowered.task, wiring.gives.get(lowered.task.task_id, [])
    body = [*_imports(lowered), *bindings(lowered, wiring), *_copies(lowered)]
    for cell in task.cells:
        gap = [] if cell is task.cells[0] else [TextLine("")]
        body += [*gap, TextLine(f"# {anchor_of(cell)}"), *_cell_body(cell, task, set(gives), lowered.target)]
    body += _returned(gives, as_dict=wiring.returns_dict(task.task_id))
    if all(not line.text.strip() or line.text.lstrip().startswith("#") for line in body):
        body.append(TextLine("pass"))
    return [*task_head(lowered, wiring), *indent(body)]


def task_head(
    lowered: LoweredTask, wiring: Wiring, kept_back: frozenset[str] = frozenset(), context: tuple[str, ...] = ()
) -> list[TextLine]:
    """Return the decorator, the ``def`` line and the docstring of a task.

    Parameters
    ----------
    kept_back
        Options that are no arguments of the operator.
    context
        Keys of Airflow's context that the body reads.
    """
    task = lowered.task
    names = list(parameter_names(task, wiring).values())
    if wiring.params.get(task.task_id):
        names.append("params=None")
    names += [f"{name}=None" for name in context]
    options = [f"task_id={quoted(task.task_id)}"] if lowered.function != task.task_id else []
    if wiring.returns_dict(task.task_id):
        options.append("multiple_outputs=True")
    for option in task.directive.options if task.directive is not None else ():
        if option.key not in KIT_OPTIONS | kept_back and option.key not in {"task_id", "multiple_outputs"}:
            options.append(f"{option.key}={tidy(option.code)}")
    decorator = folded(f"@{lowered.decorator}(", options, ")") if options else [f"@{lowered.decorator}"]
    lines = [*decorator, *folded(f"def {lowered.function}(", names, "):")]
    doc = [TextLine(f"    {text}") for text in docstring_lines(lowered.doc)]
    return [*(line_of(task.cell, text, task.line or None) for text in lines), *doc]


def _imports(lowered: LoweredTask) -> list[TextLine]:
    by_chunk: dict[Chunk, list[str]] = {}
    for chunk, name in lowered.local:
        if chunk.is_import:
            by_chunk.setdefault(chunk, []).append(name)
    lines = [line for chunk, names in by_chunk.items() for line in import_text(chunk, names, lowered.target)]
    return [*spaced(import_block(lines)), TextLine("")] if lines else []


def bindings(lowered: LoweredTask, wiring: Wiring) -> list[TextLine]:
    """Bind params and renamed parameters to the names the cells use."""
    task, hints = lowered.task, lowered.hints
    typed = {
        name: f"{name}: {hints[name]}" if hints.get(name) else name for name in wiring.params.get(task.task_id, [])
    }
    lines = [TextLine(f'{text} = params["{name}"]') for name, text in typed.items() if name != "params"]
    lines += [TextLine(f"{name} = {given}") for name, given in parameter_names(task, wiring).items() if name != given]
    if "params" in wiring.params.get(task.task_id, []):
        lines.append(TextLine('params = params["params"]'))
    return lines


def _copies(lowered: LoweredTask) -> list[TextLine]:
    """Give the task its own copy of shared constants that it changes."""
    chunks = dict.fromkeys(chunk for chunk, _ in lowered.local if not chunk.is_import)
    return [line for chunk in chunks for line in chunk_lines(chunk, lowered.target)]


def _cell_body(cell: AuthoredCell, task: Task, gives: set[str], target: str) -> list[TextLine]:
    def used(name: str) -> bool:
        return name in gives or any(name in other.used for other in task.cells)

    def keep(node: ast.stmt) -> bool:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return False
        if isinstance(node, ast.Import | ast.ImportFrom):
            return any(used(import_name(alias)) for alias in node.names)
        return not (node is cell.parsed.body[-1] and _only_shows(node, cell))

    return single_blanks(trimmed(cell_lines(cell, target, keep)))


def _only_shows(node: ast.stmt, cell: AuthoredCell) -> bool:
    """Whether a statement is a name on a line of its own, which Jupyter shows and a function says nothing by."""
    shown = node.value if isinstance(node, ast.Expr) else None
    return isinstance(shown, ast.Name) and cell.parsed.text.split("\n")[node.lineno - 1].strip() == shown.id


def _returned(gives: list[str], *, as_dict: bool) -> list[TextLine]:
    if not gives:
        return []
    if not as_dict:
        return [TextLine(f"return {gives[0]}")]
    pairs = [f'"{name}": {name}' for name in gives]
    return [TextLine(text) for text in folded("return {", pairs, "}", indent=4)]


def anchor_of(cell: AuthoredCell) -> str:
    """Return what a comment in the Dag file calls a cell."""
    return (
        f"cell {cell.cell.anchor} of {PurePath(cell.cell.path).name}" if cell.cell.path else f"cell {cell.cell.anchor}"
    )
