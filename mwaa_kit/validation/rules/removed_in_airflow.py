"""MK301: the code uses what the target's Airflow no longer has.

What it does
------------
Looks through the Dag file for names, arguments and imports that Airflow 3 removed or moved: ``days_ago``,
``schedule_interval``, ``airflow.operators.python_operator`` and their kin.

Why
---
Such a file imports on an old Airflow and fails on MWAA with an import error; the Dag never appears.

Example
-------
``from airflow.utils.dates import days_ago``

What to do
----------
Follow the finding's next step: it names the replacement.

References
----------
Ruff's rules AIR301 (removed), AIR302 (moved to a provider) and AIR303 (changed signature), which hold the list.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

from mwaa_kit.errors import LinterTooOldError
from mwaa_kit.model.finding import Severity
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK301", "removed-in-airflow", Severity.ERROR)

_SELECT = "AIR301,AIR302,AIR303"

_REPLACEMENTS = {
    "airflow.utils.dates.days_ago": "Write a fixed start_date, or pendulum.today('UTC').add(days=-1) for days_ago(1)",
}
"""What to write where ruff knows no replacement."""

_UNKNOWN_RULES = 2
"""Ruff's exit code for options it does not understand. The constraint lists of Airflow 2 pin a ruff that old."""


def check(subject: Subject) -> Findings:
    """Yield one finding for each use; none for an Airflow 2 target, which still has these names."""
    if subject.target.major < 3:
        return
    for entry in _run_ruff(subject.module.source):
        message, _, hint = str(entry["message"]).partition(";")
        fix = (entry.get("fix") or {}).get("message") or ""
        at = subject.locate(int(entry["location"]["row"]), int(entry["location"]["column"]))
        text = message.strip().rstrip(".") + "."
        advice = next((words for name, words in _REPLACEMENTS.items() if name in text), "")
        yield RULE.finding(
            text, at, (advice or fix or hint.strip() or "Use what Airflow 3 has instead").rstrip(".") + "."
        )


def _run_ruff(source: str) -> list[dict[str, Any]]:
    from ruff.__main__ import find_ruff_bin

    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--quiet", "--output-format", "json"]
    command += ["--select", _SELECT, "--stdin-filename", "dag.py", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    if done.returncode == _UNKNOWN_RULES:
        raise LinterTooOldError(
            "the ruff in this environment does not know the rules about Airflow 3",
            hint="update it: pip install -U ruff",
        )
    found = json.loads(done.stdout or "[]")
    return [entry for entry in found if str(entry.get("code") or "").startswith("AIR")]
