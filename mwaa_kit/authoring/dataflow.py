"""The dataflow of a notebook: what each code cell does to names, and which cell it takes them from.

Static, and in document order, whatever order the cells were run in. Nothing is executed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from mwaa_kit.authoring.linking import Linker
from mwaa_kit.authoring.links import Link, Seen
from mwaa_kit.authoring.magics import HIDES_NAMES
from mwaa_kit.authoring.names import facts_of_source
from mwaa_kit.authoring.parsing import parse_cell
from mwaa_kit.authoring.pausing import collecting_later
from mwaa_kit.authoring.rules import unknowable_names, unparsable_cell
from mwaa_kit.authoring.sessionnames import session_names, shown_above
from mwaa_kit.authoring.starimports import facts_of_cell
from mwaa_kit.authoring.steps import BUILTINS, CellFacts
from mwaa_kit.model.finding import Finding, in_order
from mwaa_kit.model.notebook import Cell, Notebook

_LARGE = 300


@dataclass(frozen=True)
class CellFlow:
    """What one code cell does to names; `index` and `code_index` count from 0, all names are sorted."""

    index: int
    code_index: int
    cell_id: str | None
    binds: tuple[str, ...]
    reads: tuple[str, ...]
    mutates: tuple[str, ...]
    deletes: tuple[str, ...]
    deferred_reads: tuple[str, ...]


@dataclass(frozen=True)
class FlowEdge:
    """One cell reads names as another left them; `source` and `target` are code indexes.

    Parameters
    ----------
    kind
        ``data``, ``import``, ``mutation`` (the reader sees an object changed there) or ``deferred`` (read by a function
        that the target calls).
    """

    source: int
    target: int
    names: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Dataflow:
    """All code cells of a notebook, and the edges between them."""

    cells: tuple[CellFlow, ...]
    edges: tuple[FlowEdge, ...]
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the dataflow as ``dataflow --json`` prints it."""
        return {
            "cells": [
                {
                    "index": cell.index,
                    "code_index": cell.code_index,
                    "id": cell.cell_id,
                    "binds": list(cell.binds),
                    "reads": list(cell.reads),
                    "mutates": list(cell.mutates),
                    "deletes": list(cell.deletes),
                    "deferred_reads": list(cell.deferred_reads),
                }
                for cell in self.cells
            ],
            "edges": [
                {"from": edge.source, "to": edge.target, "names": list(edge.names), "kind": edge.kind}
                for edge in self.edges
            ],
            "findings": [finding.to_dict() for finding in self.findings],
        }


class _Followed:
    """A notebook, followed from top to bottom."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self._linker = Linker()
        self._flows: list[CellFlow] = []
        self._code = list(notebook.code_cells)
        self._edges: list[list[_Placed]] = []
        self._findings: list[list[Finding]] = []
        self._session: dict[int, tuple[str, ...]] = {}
        for code_index, cell in enumerate(self._code):
            facts = facts_of_cell(cell) if cell.stars else facts_of_source(cell.source)
            seen = self._linker.add(facts)
            self._flows.append(_flow(cell, code_index, facts, seen))
            self._edges.append(_edges(seen.links))
            self._findings.append(_findings(notebook, cell, facts))
            self._note_session(code_index, facts)

    def _note_session(self, code_index: int, facts: CellFacts) -> None:
        self._session.pop(code_index, None)
        names = session_names(facts.reads)
        if names:
            self._session[code_index] = names

    def _shown(self, at: int, names: tuple[str, ...]) -> list[_Placed]:
        """Return the edges of a cell with those to the values of IPython's session that it reads."""
        bound = {name for flow in self._flows[: at + 1] for name in flow.binds}
        own = [name for name in names if name not in bound]
        links = [Link(source, at, read, "data") for name in own for source, read in shown_above(self._code, at, name)]
        return _edges([*self._linker.seen[at].links, *links])

    @property
    def dataflow(self) -> Dataflow:
        """The dataflow as it is now."""
        shown = {at: self._shown(at, names) for at, names in self._session.items()}
        groups = (shown.get(at, group) for at, group in enumerate(self._edges)) if shown else self._edges
        edges = sorted([placed for group in groups for placed in group])
        findings = in_order([finding for group in self._findings for finding in group])
        return Dataflow(tuple(self._flows), tuple([edge for *_, edge in edges]), findings)


class FollowedNotebook(_Followed):
    """A notebook that is being edited, and its dataflow, of which each edit renews only what it reaches.

    Parameters
    ----------
    notebook
        How it is at first.

    Notes
    -----
    Of a large notebook Python's garbage collector takes its long look here, once: else it would fall into one of the
    first edits.
    """

    def __init__(self, notebook: Notebook) -> None:
        with collecting_later():
            super().__init__(notebook)
        if len(self._code) > _LARGE:
            gc.collect()

    @collecting_later()
    def edit(self, code_index: int, source: str) -> Dataflow:
        """Give a code cell another source, and return the dataflow that follows.

        The cell alone is parsed again; it is linked again with the cells that see a difference.
        """
        cell = self._code[code_index] = replace(self._code[code_index], source=source)
        whole = self.notebook.cells
        self.notebook = replace(self.notebook, cells=(*whole[: cell.index], cell, *whole[cell.index + 1 :]))
        facts = facts_of_cell(cell) if cell.stars else facts_of_source(source)
        for again in self._linker.replace(code_index, facts):
            self._flows[again] = _flow(self._code[again], again, self._linker.facts[again], self._linker.seen[again])
            self._edges[again] = _edges(self._linker.seen[again].links)
        self._findings[code_index] = _findings(self.notebook, cell, facts)
        self._note_session(code_index, facts)
        return self.dataflow


@collecting_later()
def find_dataflow(notebook: Notebook) -> Dataflow:
    """Return what each code cell binds, reads, changes and deletes, and the edges that follow."""
    return _Followed(notebook).dataflow


def _flow(cell: Cell, code_index: int, facts: CellFacts, seen: Seen) -> CellFlow:
    reads = {name for name in facts.reads if name not in BUILTINS or name in seen.hidden}
    return CellFlow(
        index=cell.index,
        code_index=code_index,
        cell_id=cell.cell_id,
        binds=_sorted(set(facts.binds) | set(seen.binds)),
        reads=_sorted(reads),
        mutates=_sorted(set(seen.mutates)),
        deletes=_sorted(set(facts.deletes)),
        deferred_reads=_sorted(set(facts.deferred)),
    )


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


_Placed: TypeAlias = tuple[int, int, str, FlowEdge]
"""An edge behind what puts it into order: its source, target and kind."""


def _edges(links: Iterable[Link]) -> list[_Placed]:
    names: dict[tuple[int, int, str], set[str]] = {}
    for link in links:
        names.setdefault((link.source, link.target, link.kind), set()).add(link.name)
    return [(*key, FlowEdge(*key[:2], _sorted(names[key]), key[2])) for key in names]


def _findings(notebook: Notebook, cell: Cell, facts: CellFacts) -> list[Finding]:
    parsed, found = parse_cell(cell.source), []
    if parsed.problem is not None or facts.too_deep:
        problem = parsed.problem
        at = notebook.locate(cell, problem.line if problem else 1, problem.column if problem else 1)
        message = f"the cell is no Python: {problem.message if problem else 'nested too deep'}."
        found.append(unparsable_cell.RULE.found(at, message, "mend the line, or begin the cell with '#| skip'"))
    for magic in (magic for magic in parsed.magics if magic.name in HIDES_NAMES):
        message = f"'%{magic.name}' runs code that is not in the cell, and hides which names it reads or makes."
        found.append(unknowable_names.RULE.found(notebook.locate(cell, magic.line), message, "write the names out"))
    for hidden in facts.unknowable:
        at = notebook.locate(cell, hidden.line, hidden.column)
        message = f"{hidden.what!r} hides which names it reads or makes."
        found.append(unknowable_names.RULE.found(at, message, "write the names out"))
    return found
