"""MK304: the Dag file was not imported with the target's Airflow.

What it does
------------
Says that the check left one step out, importing the file with the very Airflow of the target, and what was done instead:
an import with another Airflow of the same major version, or none.

Why
---
Everything else was checked without running the code; only an import shows what happens when it runs. Airflows of one major
version differ too: human-in-the-loop operators came with 3.1.

Example
-------
``mwaa-kit check etl.ipynb --target 2.10.3`` on a machine with Airflow 3.

What to do
----------
Make the target's interpreter once, ``mwaa-kit target add 2.10.3``; with ``-r requirements.txt`` where the Dag file imports
what that asks for. Or check for the version that is installed.
"""

from __future__ import annotations

from collections.abc import Sequence

from mwaa_kit.model.finding import CellLocation, Severity
from mwaa_kit.validation.importing import Imported, Importer
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK304", "not-parsed", Severity.INFO)


def check(subject: Subject, imported: Imported, importers: Sequence[Importer]) -> Findings:
    """Yield the finding when another Airflow imported the file, or none."""
    target = subject.target.airflow
    if imported.airflow == target:
        return
    here = next((f"Airflow {one.airflow}" for one in importers if not one.kept), "no Airflow")
    why = f"its interpreter has no {imported.lacking!r}" if imported.lacking else f"this Python has {here}"
    instead = f" It was imported with Airflow {imported.airflow} instead." if imported.airflow else ""
    yield RULE.finding(
        f"The Dag file was not imported with Airflow {target}: {why}.{instead}",
        CellLocation(subject.module.path),
        f"Make its interpreter once: mwaa-kit target add {target}"
        + (" -r requirements.txt" if imported.lacking else ""),
    )
