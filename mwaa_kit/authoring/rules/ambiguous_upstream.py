"""MK105 ambiguous-upstream.

What it does
------------
A name could come from two tasks: one that writes it, and one that is called so.

Why
---
A guess would be an edge nobody asked for.

Example
-------
::

    #| task: rows
    ...
    #| task: load
    rows = [1]
    ...
    #| task: use
    print(rows)

What to do
----------
Rename the task or the variable.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK105", "ambiguous-upstream", Severity.ERROR, __doc__)
