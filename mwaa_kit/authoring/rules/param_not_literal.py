"""MK206 param-not-literal.

What it does
------------
A `#| params` cell has something else than names with literal values.

Why
---
Params have defaults that Airflow keeps as JSON; code cannot be one.

Example
-------
::

    #| params
    n = len(rows)

What to do
----------
Write the value itself, or move the line to a task.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK206", "param-not-literal", Severity.ERROR, __doc__)
