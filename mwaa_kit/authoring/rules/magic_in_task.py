"""MK202 magic-in-task.

What it does
------------
A task cell has a magic, a shell line or a request for help.

Why
---
Airflow runs plain Python: there is no IPython in production, and a magic hides names.

Example
-------
::

    #| task: load
    files = !ls data

What to do
----------
Write the replacement code that the finding gives.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK202", "magic-in-task", Severity.ERROR, __doc__)
