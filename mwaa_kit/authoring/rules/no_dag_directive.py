"""MK110 no-dag-directive.

What it does
------------
The notebook has tasks and no `#| dag`.

Why
---
It becomes one Dag: its id is the file's stem, and it has no schedule.

Example
-------
::

    #| task: load
    rows = [1]

What to do
----------
Add a cell `#| dag: name schedule="@daily"` when you want another name or a schedule.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK110", "no-dag-directive", Severity.INFO, __doc__)
