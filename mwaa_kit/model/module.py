"""`DagModule`: the bytes of a Dag file, and the way back from each of its lines to a cell."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from mwaa_kit.model.finding import CellLocation, Finding


@dataclass(frozen=True)
class SourceLine:
    """Where one line of the generated file comes from, counted from 1; `path` is that of an included notebook."""

    line: int
    cell: int
    cell_line: int
    path: str = ""


@dataclass(frozen=True)
class TaskAnchor:
    """The cell that a task was written in.

    Parameters
    ----------
    path
        The included notebook it lies in, else empty.
    cache
        What its directive says of reuse in test-runs: ``on``, ``off``, or empty.
    """

    dag_id: str
    task_id: str
    cell: int
    cell_id: str | None = None
    path: str = ""
    cache: str = ""


@dataclass(frozen=True)
class EdgeReason:
    """Why one task waits for another, in words: ``'X' written in cell 6 line 3, read in cell 7 line 2``."""

    dag_id: str
    upstream: str
    downstream: str
    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class SupportFile:
    """A file the Dag file needs beside it: a helper module, a template, data.

    Parameters
    ----------
    name
        Relative to the folder of the notebook or Dag file, with ``/``.
    """

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class DagModule:
    """A Dag file as it will be tested, proved and published, byte for byte.

    Parameters
    ----------
    path
        The notebook or Dag file it comes from, as the user wrote it.
    file_name
        The name the Dag file is published under: the source's stem and ``.py``.
    target
        The Airflow version whose dialect it is written in.
    source
        The text of the Dag file. Empty when findings of severity error prevented one.
    source_map
        One entry for each generated line that came from a cell, in order. Empty for a plain Dag file.
    support
        Files it needs, in order of their names.
    support_folder
        Where they go, relative to the Dag folder and named for their content: ``_mwaa_kit/churn/3fa9c1d2e4f5``. The
        generated source puts that folder first on ``sys.path``. Empty when there are none.
    requirements
        The lines of the notebook's ``#| requirements`` cells.
    """

    path: str
    file_name: str
    target: str
    source: str
    dag_ids: tuple[str, ...] = ()
    source_map: tuple[SourceLine, ...] = ()
    tasks: tuple[TaskAnchor, ...] = ()
    edges: tuple[EdgeReason, ...] = ()
    findings: tuple[Finding, ...] = ()
    support: tuple[SupportFile, ...] = ()
    support_folder: str = ""
    requirements: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Hex digest of the UTF-8 bytes of `source`."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    @cached_property
    def cell_of(self) -> dict[str, TaskAnchor]:
        """The anchors by task_id."""
        return {anchor.task_id: anchor for anchor in self.tasks}

    def locate(self, line: int) -> CellLocation:
        """Lead a line of the generated file back to its cell, or to the file itself where no cell wrote it."""
        for entry in self.source_map:
            if entry.line == line:
                return CellLocation(entry.path or self.path, entry.cell, entry.cell_line)
        if self.source_map:
            return CellLocation(self.path)
        return CellLocation(self.path, line=line)

    def to_dict(self) -> dict[str, object]:
        """Return the module as ``compile --json`` prints it."""
        return {
            "dag_ids": list(self.dag_ids),
            "target": self.target,
            "source": self.source,
            "sha256": self.sha256,
            "source_map": [
                {"line": s.line, "cell": s.cell, "cell_line": s.cell_line} | ({"path": s.path} if s.path else {})
                for s in self.source_map
            ],
            "findings": [finding.to_dict() for finding in self.findings],
        }
