"""MK108 shared-reads-task-value.

What it does
------------
A shared or TaskFlow function reads a name that a task or a param makes.

Why
---
Shared code is at the top of the Dag file, where no task has run yet.

Example
-------
::

    def top(): return rows[:2]
    #| task: load
    rows = [1, 2, 3]

What to do
----------
Give the function a parameter and pass the value to it.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK108", "shared-reads-task-value", Severity.ERROR, __doc__)
