"""MK201 unparsable-cell.

What it does
------------
A cell of the Dag is no Python.

Why
---
It can be neither analysed nor shipped.

Example
-------
::

    #| task: load
    rows = [1, 2

What to do
----------
Mend the line the finding names.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK201", "unparsable-cell", Severity.ERROR, __doc__)
