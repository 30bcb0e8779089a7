"""MK116 other-dag.

What it does
------------
A task reads a name that only a task of another Dag in the same notebook makes.

Why
---
Tasks hand values to each other within one run of one Dag.

Example
-------
::

    #| dag: one
    #| task: load
    rows = [1]
    #| dag: two
    #| task: report
    print(rows)

What to do
----------
Make the value in a task of the same Dag, or in a shared cell that both use.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK116", "other-dag", Severity.ERROR, __doc__)
