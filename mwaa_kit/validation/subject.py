"""What a check looks at: a Dag file, the target it is for, and the requirements beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mwaa_kit.model.finding import CellLocation, Finding, Severity
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.run import DagRun
from mwaa_kit.targets.catalogue import Target


@dataclass(frozen=True)
class Subject:
    """One Dag file under check.

    Parameters
    ----------
    cell_sources
        The text of each cell of the notebook, by its number; empty for a plain Dag file.
    neighbours
        The modules that lie beside the source: names that can be imported there, and on MWAA only when they are published.
    required
        The distributions that requirements.txt beside the source names, normalised; None when there is no such file.
    runs
        The newest test-run on record of each Dag of the file.
    """

    module: DagModule
    target: Target
    cell_sources: dict[int, str]
    neighbours: frozenset[str] = frozenset()
    required: frozenset[str] | None = None
    runs: tuple[DagRun, ...] = ()

    def locate(self, line: int, column: int | None = None) -> CellLocation:
        """Lead a line of the Dag file back to its cell, with its text."""
        at = self.module.locate(line)
        if at.cell is None:
            lines = self.module.source.splitlines()
            text = lines[line - 1] if at.line and 0 < line <= len(lines) else ""
            return CellLocation(at.path, None, at.line, column, None, None, text)
        lines = self.cell_sources.get(at.cell, "").splitlines()
        text = lines[(at.line or 1) - 1] if 0 < (at.line or 0) <= len(lines) else ""
        return CellLocation(at.path, at.cell, at.line, None, at.execution_count, at.cell_id, text)

    def locate_task(self, dag_id: str, task_id: str) -> CellLocation | None:
        """Return the cell of a task, or the file where that is not known; None for a task that is no longer there."""
        anchors = self.module.tasks
        found = next((a for a in anchors if (a.dag_id, a.task_id) == (dag_id, task_id)), None)
        if found is None:
            return None if anchors else CellLocation(self.module.path)
        text = (self.cell_sources.get(found.cell, "") if not found.path else "").split("\n")[0]
        return CellLocation(found.path or self.module.path, found.cell, 1, None, None, found.cell_id, text)


@dataclass(frozen=True)
class Rule:
    """What a finding's code stands for."""

    code: str
    name: str
    severity: Severity

    def finding(self, message: str, at: CellLocation, hint: str) -> Finding:
        """Make a finding of this rule."""
        return Finding(self.code, self.name, self.severity, message, at, hint)


Findings = Iterator[Finding]
