"""MK216 run-out-of-order.

What it does
------------
A cell was last run before a cell that stands above it, as the saved counts (`In [n]`) tell.

Why
---
The Dag takes the cells as they stand. What the cell shows may have been made of values that the cell above has changed
since, so the notebook may show another result than a run does.

Example
-------
::

    #| task: load        In [7]
    rows = [1, 2, 3]

    #| task: total       In [2]: made of older rows
    print(sum(rows))

What to do
----------
Restart the kernel and run all cells; then compare.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK216", "run-out-of-order", Severity.INFO, __doc__)
