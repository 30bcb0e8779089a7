"""The dataflow of a notebook: what each code cell does to names, and which cell it takes them from.

Static, and in document order, whatever order the cells were run in. Nothing is executed.
"""

from __future__ import annotations

from dataclasses import dataclass

from mwaa_kit.authoring.linking import Linker, Seen
from mwaa_kit.authoring.names import facts_of_source
from mwaa_kit.authoring.parsing import parse_cell
from mwaa_kit.authoring.rules import unknowable_names, unparsable_cell
from mwaa_kit.authoring.steps import BUILTINS, CellFacts
from mwaa_kit.model.finding import Finding, in_order
from mwaa_kit.model.notebook import Cell, Notebook


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


def find_dataflow(notebook: Notebook) -> Dataflow:
    """Return what each code cell binds, reads, changes and deletes, and the edges that follow."""
    linker, flows = Linker(), list[CellFlow]()
    findings: list[Finding] = []
    for code_index, cell in enumerate(notebook.code_cells):
        facts = facts_of_source(cell.source)
        known = frozenset(linker.binders)
        flows.append(_flow(cell, code_index, facts, linker.add(facts), known))
        findings += _findings(notebook, cell, facts)
    return Dataflow(tuple(flows), _edges(linker), in_order(findings))


def _flow(cell: Cell, code_index: int, facts: CellFacts, seen: Seen, known: frozenset[str]) -> CellFlow:
    reads = {name for name in facts.reads if name not in BUILTINS or name in known}
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


def _edges(linker: Linker) -> tuple[FlowEdge, ...]:
    names: dict[tuple[int, int, str], set[str]] = {}
    for link in linker.ordered():
        names.setdefault((link.source, link.target, link.kind), set()).add(link.name)
    return tuple(FlowEdge(key[0], key[1], _sorted(names[key]), key[2]) for key in sorted(names))


def _findings(notebook: Notebook, cell: Cell, facts: CellFacts) -> list[Finding]:
    parsed, found = parse_cell(cell.source), []
    if parsed.problem is not None or facts.too_deep:
        problem = parsed.problem
        at = notebook.locate(cell, problem.line if problem else 1, problem.column if problem else 1)
        message = f"the cell is no Python: {problem.message if problem else 'nested too deep'}."
        found.append(unparsable_cell.RULE.found(at, message, "mend the line, or begin the cell with '#| skip'"))
    for hidden in facts.unknowable:
        at = notebook.locate(cell, hidden.line, hidden.column)
        message = f"{hidden.what!r} hides which names it reads or makes."
        found.append(unknowable_names.RULE.found(at, message, "write the names out"))
    return found
