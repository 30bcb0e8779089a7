"""A rule: the code, the name and the page of one kind of finding."""

from __future__ import annotations

from dataclasses import dataclass

from mwaa_kit.model.finding import CellLocation, Finding, Severity


@dataclass(frozen=True)
class Rule:
    """One kind of finding; `doc` is its page."""

    code: str
    name: str
    severity: Severity
    doc: str

    def found(self, at: CellLocation, message: str, hint: str) -> Finding:
        """Return a finding of this rule."""
        return Finding(self.code, self.name, self.severity, message, at, hint)
