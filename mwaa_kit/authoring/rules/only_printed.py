"""MK120 only-printed.

What it does
------------
A task works out a value, prints it, and no task reads it.

Why
---
A run leaves nothing of it but a line in the log; in the notebook the value stayed at hand.

Example
-------
::

    #| task: report
    total = sum(rows)
    print(total)

What to do
----------
Read it in a task that stores it; or leave it so.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK120", "only-printed", Severity.INFO, __doc__)
