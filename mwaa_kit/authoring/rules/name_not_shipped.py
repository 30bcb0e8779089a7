"""MK106 name-not-shipped.

What it does
------------
A task reads what only an exploration cell makes.

Why
---
Exploration cells stay in the notebook, so the name would not be there when the task runs.

Example
-------
::

    limit = max(values)      (no directive)
    #| task: cut
    kept = rows[:limit]

What to do
----------
Mark that cell `#| shared`, or make it a task or a param.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK106", "name-not-shipped", Severity.ERROR, __doc__)
