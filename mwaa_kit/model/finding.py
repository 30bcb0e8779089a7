"""Findings: what can be mended in a notebook or a Dag file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error stops a publish, a warning and an information do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class CellLocation:
    """A place in a notebook, or in a plain file when `cell` is None.

    Parameters
    ----------
    path
        As the user wrote it.
    cell
        Counted from 1 over all kinds of cells, as people see them.
    line, column
        Within the cell, or within the file; both counted from 1, columns in characters.
    execution_count
        The ``In [n]`` of the cell when the notebook was saved; None when it did not run.
    cell_id
        The notebook's own id of the cell; rides along for links, never printed.
    text
        The source line itself, to quote it; empty where there is none.
    """

    path: str
    cell: int | None = None
    line: int | None = None
    column: int | None = None
    execution_count: int | None = None
    cell_id: str | None = None
    text: str = ""

    def __str__(self) -> str:
        parts = [self.path]
        if self.cell is not None:
            ran = f" (In [{self.execution_count}])" if self.execution_count is not None else ""
            parts.append(f"cell {self.cell}{ran}")
        if self.line is not None:
            parts.append(f"line {self.line}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Finding:
    """One thing to mend: its code, what is wrong, where, and what to do next."""

    code: str
    name: str
    severity: Severity
    message: str
    at: CellLocation
    hint: str
    fix: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the finding as ``check --json`` prints it."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": self.severity.value,
            "message": self.message,
            "path": self.at.path,
            "cell": self.at.cell,
            "execution_count": self.at.execution_count,
            "line": self.at.line,
            "column": self.at.column,
            "hint": self.hint,
            "fix": self.fix,
        }

    def __str__(self) -> str:
        lines = [f"{self.severity}[{self.code} {self.name}]: {self.message}"]
        quoted = f":   {self.at.text.strip()}" if self.at.text.strip() else ""
        lines.append(f"  --> {self.at}{quoted}")
        if self.hint:
            lines.append(f"  next: {self.hint}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """All findings of one check.

    Parameters
    ----------
    findings
        In the order of files, cells and lines.
    checked
        How many files were read.
    """

    findings: tuple[Finding, ...]
    checked: int

    @property
    def clean(self) -> bool:
        """Whether no finding is an error."""
        return not errors_in(self.findings)

    def to_dict(self) -> dict[str, object]:
        """Return the report as ``check --json`` prints it."""
        return {"findings": [finding.to_dict() for finding in self.findings], "checked": self.checked}


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings of severity error."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings by file, cell, line and code, each only once."""
    return tuple(sorted(dict.fromkeys(findings), key=_place))


def _place(finding: Finding) -> tuple[str, int, int, int, str]:
    at = finding.at
    return (at.path, at.cell or 0, at.line or 0, at.column or 0, finding.code)
