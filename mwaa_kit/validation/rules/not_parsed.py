"""MK304: the Dag file was not imported, for want of an Airflow.

What it does
------------
Says that the check left one step out: importing the file with a real Airflow of the target's major version.

Why
---
Everything else was checked without running the code; only an import shows what happens when it runs.

Example
-------
``mwaa-kit check etl.ipynb --target 2.10.3`` on a machine with Airflow 3.

What to do
----------
Install the kit with its Airflow, ``pip install 'mwaa-kit[airflow]'``, or check for the version that is installed.
"""

from __future__ import annotations

from mwaa_kit.model.finding import CellLocation, Severity
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK304", "not-parsed", Severity.INFO)


def check(subject: Subject, installed: str | None) -> Findings:
    """Yield the finding when the installed Airflow is absent or of another major version."""
    if installed is not None and installed.split(".")[0] == str(subject.target.major):
        return
    found = f"this Python has Airflow {installed}" if installed else "this Python has no Airflow"
    yield RULE.finding(
        f"The Dag file was not imported with Airflow {subject.target.airflow}: {found}.",
        CellLocation(subject.module.path),
        "Install an Airflow of that version beside mwaa-kit to have it imported too.",
    )
