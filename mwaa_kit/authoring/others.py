"""Other notebooks that a notebook names: included in place (``#| include:``), or run whole as a task (``#| notebook:``).

They are read here, once; what is made of them needs no file any more.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from mwaa_kit.authoring.cells import Role, find_cells
from mwaa_kit.authoring.directives import Directive, find_directive
from mwaa_kit.authoring.importing.reading import read_any_notebook
from mwaa_kit.authoring.rules import other_notebook
from mwaa_kit.errors import MwaaKitError
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.notebook import Cell, Notebook

Others = Mapping[str, Notebook | str]
"""Notebooks by their path, relative to the folder of the first; a text says why one could not be read."""


def read_others(notebook: Notebook) -> Others:
    """Read every notebook that a notebook names, and those which these include."""
    found: dict[str, Notebook | str] = {}
    waiting = list(_named(notebook, ""))
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = _read(notebook, path)
            inner = found[path]
            if isinstance(inner, Notebook):
                waiting += [p for p in _named(inner, posixpath.dirname(path)) if p not in found]
    return found


def _read(notebook: Notebook, path: str) -> Notebook | str:
    try:
        return read_any_notebook(str(Path(notebook.path).parent / path))
    except MwaaKitError as error:
        return error.message


def _named(notebook: Notebook, folder: str) -> Iterator[str]:
    for cell in notebook.code_cells:
        directive = find_directive(cell)
        path = other_path(directive) if directive is not None else ""
        if path:
            yield posixpath.normpath(posixpath.join(folder, path))


def other_path(directive: Directive) -> str:
    """Return the notebook that a directive names, as it is written; empty where it names none."""
    if directive.key == "include":
        return directive.name
    option = directive.option("path") if directive.key == "notebook" else None
    value = ast.literal_eval(option.code) if option is not None and not option.call else ""
    return value if isinstance(value, str) else ""


def run_whole(notebook: Notebook, others: Others) -> Iterator[tuple[str, Notebook, Directive]]:
    """Yield the notebooks that are run as tasks, with their paths and what names them."""
    for cell in notebook.code_cells:
        directive = find_directive(cell)
        if directive is not None and directive.key == "notebook" and other_path(directive):
            path = posixpath.normpath(other_path(directive))
            inner = others.get(path)
            if isinstance(inner, Notebook) and not path.startswith(("../", "/")):
                yield path, inner, directive


def include(notebook: Notebook, others: Others) -> tuple[Notebook, tuple[Finding, ...]]:
    """Return the notebook with the cells of its included notebooks in place, and what stood in the way.

    An included notebook gives its cells, not its Dag: cells with a Dag stay behind, so that it may also be a Dag of
    its own.
    """
    findings: list[Finding] = []
    cells = tuple(_expanded(notebook, notebook, "", others, (posixpath.basename(notebook.path),), findings))
    return replace(notebook, cells=cells), tuple(findings)


def _expanded(
    first: Notebook, here: Notebook, path: str, others: Others, around: tuple[str, ...], findings: list[Finding]
) -> Iterator[Cell]:
    dags = {cell.cell for cell in find_cells(here) if cell.role is Role.DAG} if path else set()
    for cell in here.cells:
        own = replace(cell, path=here.path) if path else cell
        directive = find_directive(cell)
        if directive is None or directive.key != "include":
            if cell not in dags:
                yield own
            continue
        yield own
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), directive.name))
        inner = others.get(wanted, "it was not read")
        if wanted in around:
            reason = f"{wanted!r} includes itself: {' → '.join([*around, wanted])}"
        elif isinstance(inner, str):
            reason = f"{wanted!r} cannot be included: {inner}"
        else:
            yield from _expanded(first, inner, wanted, others, (*around, wanted), findings)
            continue
        at = first.locate(own, directive.line)
        hint = "write the path from the folder of this notebook, or remove the cell"
        findings.append(other_notebook.RULE.found(at, f"{reason}.", hint))
