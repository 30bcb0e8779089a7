"""MK114 hidden-state.

What it does
------------
A task reads a name that no cell of the notebook makes.

Why
---
It may still run in a kernel that remembers a cell you have deleted or renamed; nowhere else will it.

Example
-------
::

    #| task: report
    print(totals)

What to do
----------
Write the cell that makes the name again, or correct its spelling.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK114", "hidden-state", Severity.ERROR, __doc__)
