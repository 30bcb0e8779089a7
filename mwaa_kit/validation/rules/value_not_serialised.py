"""MK307: in the newest test-run, a value would not go from one task to the next.

What it does
------------
Looks at the record of the newest run of each Dag for tasks that failed when Airflow stored what they return.

Why
---
Values travel between tasks as JSON. A generator, an open file, a lock or a model object has no such form, and the task
fails after all its work is done, on MWAA as in the test-run.

Example
-------
``rows = (line for line in lines)`` in a task, read by another.

What to do
----------
Make it a list, a dict, a number or a text in the task that returns it. Write what is none of these, such as a model, to a
file in S3, and return where it is. The finding goes with the next test-run that succeeds.

References
----------
Airflow documentation, "XComs" and "Serialization".
"""

from __future__ import annotations

from mwaa_kit.model.finding import Severity
from mwaa_kit.model.handing import refused_value, with_article
from mwaa_kit.validation.subject import Findings, Rule, Subject

RULE = Rule("MK307", "value-not-serialised", Severity.WARNING)


def check(subject: Subject) -> Findings:
    """Yield one finding for each task whose return value could not be stored."""
    for run in subject.runs:
        for instance in run.task_instances:
            refused = refused_value(instance.error) if instance.state == "failed" else None
            at = subject.locate_task(run.dag_id, instance.task_id)
            if refused is not None and at is not None:
                kind, instead = refused
                what = f"task {instance.task_id!r} returned {with_article(kind)}"
                yield RULE.finding(
                    f"{what}, which cannot travel to another task (run {run.run_id}).",
                    at,
                    instead,
                )
