"""MK303: Airflow cannot import the Dag file.

What it does
------------
Imports the Dag file with the real Airflow, in a process of its own with a time limit, as the Dag processor does.

Why
---
A file that cannot be imported shows no Dag, only an import error in Airflow's interface.

Example
-------
``ModuleNotFoundError: No module named 'helpers'``; a Dag whose tasks depend on each other in a circle.

What to do
----------
Mend the line the finding points at. An import that takes longer than MWAA allows (30 s) does its work too early: move it
into a task.
"""

from __future__ import annotations

from mwaa_kit.model.finding import CellLocation, Severity
from mwaa_kit.model.spec import LoadedFile
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK303", "import-fails", Severity.ERROR)


def check(subject: Subject, loaded: LoadedFile) -> Findings:
    """Yield one finding for each import problem."""
    for problem in loaded.problems:
        hint = (
            "Mend this line; Airflow imports the file as a whole."
            if problem.line
            else "Look for the cause in the file."
        )
        if "did not end within" in problem.message:
            hint = "Move slow work from the module into a task."
        at = subject.locate(problem.line) if problem.line else CellLocation(subject.module.path)
        yield RULE.finding(f"Airflow cannot import the Dag file: {problem.message.rstrip('.')}.", at, hint)
    if not loaded.problems and not loaded.dags:
        yield RULE.finding(
            "Airflow imports the file but finds no Dag in it.",
            CellLocation(subject.module.path),
            "Call the @dag function at the end of the file.",
        )
