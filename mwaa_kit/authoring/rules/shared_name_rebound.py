"""MK109 shared-name-rebound.

What it does
------------
Shared code binds a name twice, and a task between the two reads it.

Why
---
The Dag file runs all its shared code before any task, so the task would see the later value.

Example
-------
::

    K = 1
    #| task: a
    x = K
    K = 2        (a later cell)

What to do
----------
Give the two values different names.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK109", "shared-name-rebound", Severity.ERROR, __doc__)
