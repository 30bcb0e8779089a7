"""MK101 duplicate-task-id.

What it does
------------
Two tasks of one Dag have the same name.

Why
---
Airflow knows a task by its `task_id`; two of the same would be one.

Example
-------
::

    #| task: load        (cell 2)
    #| task: load        (cell 5)

What to do
----------
Rename one of them, or write `#| task+: load` when the second cell continues the first.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK101", "duplicate-task-id", Severity.ERROR, __doc__)
