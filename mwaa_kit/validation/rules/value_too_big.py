"""MK308: in the newest test-run, a value was too big to go from one task to the next.

What it does
------------
Looks at the record of the newest run of each Dag for values of more than a megabyte.

Why
---
Airflow keeps what tasks hand on in its metadata database, which is made for small values. Big ones slow the whole
environment down for everybody, and stay there after the run.

Example
-------
``records = frame.to_dict("records")`` of a table of a million lines, read by another task.

What to do
----------
Write the value to a file in S3 in the task that makes it, and return its address. Or let the environment keep big values in
S3 by itself: Airflow's object storage XCom backend does, from the size that its administrator sets. The finding goes with
the next test-run in which the value is smaller.

References
----------
Airflow documentation, "XComs" ("designed for small amounts of data") and "Object Storage XCom Backend".
"""

from __future__ import annotations

from mwaa_kit.model.finding import Severity
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK308", "value-too-big", Severity.WARNING)

BIG_BYTES = 1_000_000
"""From here on a value belongs into a file: the object storage backend's own example moves values at a megabyte (2**20)."""


def check(subject: Subject) -> Findings:
    """Yield one finding for each task and key whose value was big in any of its instances."""
    for run in subject.runs:
        biggest: dict[tuple[str, str], int] = {}
        for xcom in run.xcoms:
            place = (xcom.task_id, xcom.key)
            biggest[place] = max(biggest.get(place, 0), xcom.size_bytes)
        for (task_id, key), size in biggest.items():
            at = subject.locate_task(run.dag_id, task_id) if size > BIG_BYTES else None
            if at is not None:
                what = "what it returns" if key == "return_value" else f"{key!r}"
                yield RULE.finding(
                    f"task {task_id!r} hands on {size / 1e6:.1f} MB ({what}, run {run.run_id}).",
                    at,
                    "Write it to S3 and return its address, or have the environment use the object storage XCom backend.",
                )
